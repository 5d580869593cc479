"""A decision boundary while it is learned, as an animation."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from minnet.metrics import THRESHOLD
from minnet.plot import style
from minnet.plot.checks import (
    check_binary_labels,
    check_probability,
    check_trainer,
    checked_names,
    outputs,
    points_of,
)
from minnet.plot.decision_regions import padded_limits, plane_grid, probability_colours
from minnet.training.callbacks import Callback
from minnet.training.history import Row
from minnet.training.trainer import Trainer
from minnet.utils import checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes


_GRID = 80
_MARGIN = 0.06
_SHADES = 10  # as in decision_boundary; few colours keep the file small


@style.picture
def boundary_animation(
    trainer: Trainer,
    x: ArrayLike,
    y: ArrayLike,
    epochs: Sequence[int],
    batch_size: int = 32,
    ax: Axes | None = None,
    *,
    class_names: Sequence[str] | None = None,
    milliseconds: int = 150,
    title: str = "",
) -> FuncAnimation:
    """Train, and show the output over the plane after each of these epochs.

    Args:
        trainer: two inputs, one output from 0 to 1; it is trained for max(epochs) more epochs.
        x: as in `fit`, (m, 2), like batch_size and y, the labels 0 and 1.
        epochs: increasing whole numbers >= 0, a frame for each. 0 is before the first epoch.
        ax: where to draw; None makes a new figure.
        class_names: two names. milliseconds: how long each frame is shown.
        title: what stands above the epoch and the accuracy of each frame.

    Returns:
        Matplotlib's animation: `.save("film.gif", writer="pillow")`. Keep it until it is saved or
        shown. Two of one figure: `first.save(..., extra_anim=[second])`.

    Raises:
        TypeError, ValueError: naming the argument; also what `fit` refuses.

    >>> import tempfile, minnet as mn
    >>> x, y = mn.datasets.linear_binary(40, seed=0)
    >>> trainer = mn.Trainer([mn.Linear(2, 1), mn.Sigmoid()], mn.BinaryCrossEntropy(), mn.SGD(1.0),
    ...                      seed=0)
    >>> film = boundary_animation(trainer, x, y, epochs=[0, 1, 5])
    >>> trainer.epochs
    5
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     film.save(f"{folder}/film.gif", writer="pillow")
    """
    place = "mn.plot.boundary_animation"
    check_trainer(place, trainer)
    points, labels = points_of(place, x, y)
    check_binary_labels(place, labels)
    names = checked_names(place, class_names, ["class 0", "class 1"])
    interval = checks.whole_number(place, "milliseconds", milliseconds)
    wanted = _checked_epochs(place, epochs)
    film = _Film(place, trainer, (points, labels), wanted)
    if wanted[-1]:
        trainer.fit(x, y, wanted[-1], batch_size, callbacks=[film], progress=False)
    drawn = style.new_axes(ax, figsize=(4.6, 4.0))
    return film.animation(drawn, names, title, interval, own_figure=ax is None)


class _Film(Callback):
    """Keeps the output over the plane after the chosen epochs, and draws one of them at a time."""

    def __init__(
        self, place: str, trainer: Trainer, data: tuple[Array, Array], wanted: list[int]
    ) -> None:
        self.place, self.data, self.wanted, self.epoch = place, data, wanted, 0
        self.ranges = padded_limits(data[0], _MARGIN)
        self.axes, self.grid = plane_grid(self.ranges, _GRID)
        self.frames: list[tuple[str, Array]] = []  # what is written above it, the probability
        self.lines: list[Any] = []
        self.record(trainer)

    def on_epoch_end(self, trainer: Trainer, row: Row) -> None:  # noqa: ARG002
        """Count the epoch."""
        self.epoch += 1
        self.record(trainer)

    def record(self, trainer: Trainer) -> None:
        """Keep this epoch if it is one of the chosen ones."""
        output = outputs(self.place, trainer.network, None, self.grid)
        check_probability(self.place, "trainer", output)
        if self.epoch in self.wanted:
            points, labels = self.data
            right = (trainer.predict(points)[:, 0] > THRESHOLD) == labels
            text = f"epoch {self.epoch}: {right.mean():.0%} right"
            self.frames.append((text, output.reshape(_GRID, _GRID).astype(float)))

    def animation(
        self, ax: Axes, names: list[str], title: str, interval: int, own_figure: bool
    ) -> FuncAnimation:
        """All frames in order; the last one is repeated ten times."""
        from matplotlib.animation import FuncAnimation

        look: dict[str, Any] = {"extent": (*self.ranges[0], *self.ranges[1]), "origin": "lower"}
        look |= {"vmin": 0, "vmax": 1, "cmap": probability_colours().resampled(_SHADES)}
        self.background = ax.imshow(self.frames[0][1], aspect="auto", **look)
        style.scatter_classes(ax, *self.data, names, s=22, linewidths=0.6)
        self.ax, self.title = ax, f"{title}\n" if title else ""
        style.label(ax, self.title + self.frames[0][0], "x1", "x2")
        ax.grid(visible=False)
        style.legend_below(ax, handle=1)
        if own_figure:  # fix the layout: axes that move from frame to frame would flicker
            figure: Any = ax.figure
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
        last = len(self.frames) - 1
        order = [*range(len(self.frames)), *[last] * min(10, last)]
        return FuncAnimation(ax.figure, self.show, frames=order, interval=interval)  # type: ignore[arg-type]

    def show(self, number: int) -> list[Any]:
        """Draw one frame."""
        text, probability = self.frames[number]
        self.background.set_data(probability)
        for line in self.lines:
            line.remove()
        before = list(self.ax.collections)
        if probability.min() < THRESHOLD < probability.max():
            look: dict[str, Any] = {"colors": "black", "linewidths": 2}
            self.ax.contour(*self.axes, probability, levels=[THRESHOLD], **look)
        self.lines = [line for line in self.ax.collections if line not in before]
        self.ax.set_title(self.title + text, fontsize=style.TITLE)
        return [self.background]


def _checked_epochs(place: str, epochs: object) -> list[int]:
    """Increasing whole numbers from 0 on."""
    given = checks.items(epochs) if isinstance(epochs, range) else checks.listed(epochs)
    if not given:
        raise TypeError(
            f"{place}: epochs: expected a list such as range(0, 50, 2), got "
            f"{checks.describe(epochs)}."
        )
    wanted = [checks.whole_number(place, f"epochs[{i}]", e, minimum=0) for i, e in enumerate(given)]
    if any(second <= first for first, second in itertools.pairwise(wanted)):
        raise ValueError(f"{place}: epochs: expected numbers that increase, got {wanted}.")
    return wanted
