"""What a classifier says about every point of the plane, under the data that it learnt from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.metrics import THRESHOLD
from minnet.nn.network import Network
from minnet.plot import checks as inputs
from minnet.plot import style
from minnet.training.trainer import Trainer
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_GRID = 200  # points along each side at which the network is asked
_MARGIN = 0.06  # of the range of the data, left free on each side
_POINT_SIZES = {200: 36, 600: 22, math.inf: 18}  # up to so many points: the area of each
_LEVELS = np.linspace(0, 1, 11)
_THIN, _THICK = 0.6, 1.8  # lines, in points
_LINES = {0.1: _THIN, THRESHOLD: _THICK, 0.9: _THIN}  # probability: width


def decision_boundary(
    trainer_or_network: Trainer | Network,
    x: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    scaler: Any = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
) -> Axes:
    """The probability of class 1 over the plane, the line where it is 0.5, and the data.

    Args:
        trainer_or_network: two inputs, one output from 0 to 1.
        x, y: points (m, 2) and their labels 0 and 1; the picture shows their surroundings.
        ax: where to draw; None makes a new figure.
        scaler: the fitted Standardizer or MinMaxScaler of the network's training data, where it
            had one. x is then in its own units, and so are the axes.
        feature_names: two names, with units. class_names: two names.

    Returns:
        The Axes. Thick line: probability 0.5, the boundary; thin lines: 0.1 and 0.9. The colour
        bar shows all three.

    Raises:
        TypeError: no Trainer or Network, no Axes, no numbers.
        ValueError: x is not (m, 2), y holds other labels than 0 and 1, the network takes another
            number of features, has several outputs, or outputs that are no probabilities.

    >>> import minnet as mn
    >>> from minnet.plot import decision_boundary
    >>> network = mn.Network([mn.Linear(2, 1), mn.Sigmoid()], seed=0)
    >>> ax = decision_boundary(network, [[0.0, 0.0], [1.0, 2.0]], [0, 1])
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('x1', 'x2')
    """
    place = "mn.plot.decision_boundary"
    scene = _Scene(place, trainer_or_network, x, y, scaler)
    output = scene.output()
    if output.shape[1] != 1:
        raise ValueError(
            f"{place}: trainer_or_network: expected one output, got {output.shape[1]}. For "
            f"several classes take mn.plot.decision_regions."
        )
    if not (output.min() >= 0 and output.max() <= 1):
        raise ValueError(
            f"{place}: trainer_or_network: expected probabilities from 0 to 1, got outputs from "
            f"{output.min():.4g} to {output.max():.4g}. End the network in mn.Sigmoid()."
        )
    scene.check_labels(2)
    names = inputs.checked_names(place, class_names, ["class 0", "class 1"])
    features = inputs.checked_names(place, feature_names, ["x1", "x2"], "feature_names")
    ax = style.new_axes(ax, "decision_boundary")
    probability = output.reshape(_GRID, _GRID)
    filled = ax.contourf(*scene.axes, probability, levels=_LEVELS, cmap=_blue_to_orange())
    bar = ax.figure.colorbar(filled, ax=ax, ticks=[0, 0.1, 0.3, 0.5, 0.7, 0.9, 1])
    widths = {p: w for p, w in _LINES.items() if probability.min() < p < probability.max()}
    if widths:
        look: dict[str, Any] = {"colors": "black", "linewidths": list(widths.values())}
        bar.add_lines(ax.contour(*scene.axes, probability, levels=list(widths), **look))
    bar.set_label(f"probability: {names[1]}", fontsize=style.TEXT)
    bar.ax.tick_params(labelsize=style.TICKS)
    handles = scene.draw_points(ax, names)
    style.label(ax, "Decision boundary", *features)
    ax.grid(visible=False)
    style.legend_below(ax, handles, columns=3, handle=1)
    return ax


def decision_regions(
    trainer_or_network: Trainer | Network,
    x: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    scaler: Any = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
) -> Axes:
    """The most probable of k classes over the plane, and the data.

    Args:
        trainer_or_network: two inputs, k >= 2 outputs, the largest of which decides.
        x, y: points (m, 2) and their labels 0 ... k-1, also as one-hot rows.
        ax: where to draw; None makes a new figure.
        scaler: the fitted Standardizer or MinMaxScaler of the network's training data, where it
            had one. x is then in its own units, and so are the axes.
        feature_names: two names, with units. class_names: k names.

    Returns:
        The Axes. Each region has the colour of its class's points, and a hatch of its own.

    Raises:
        TypeError: no Trainer or Network, no Axes, no numbers.
        ValueError: x is not (m, 2), y holds labels beyond k-1, the network takes another number
            of features or has one output only.

    >>> import minnet as mn
    >>> from minnet.plot import decision_regions
    >>> network = mn.Network([mn.Linear(2, 3), mn.Softmax()], seed=0)
    >>> ax = decision_regions(network, [[0.0, 0.0], [1.0, 2.0], [2.0, 0.0]], [0, 1, 2])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['class 0', 'class 1', 'class 2']
    """
    place = "mn.plot.decision_regions"
    scene = _Scene(place, trainer_or_network, x, y, scaler)
    output = scene.output()
    k = output.shape[1]
    if k == 1:
        raise ValueError(
            f"{place}: trainer_or_network: expected an output for each class, got one output. For "
            f"two classes and one output take mn.plot.decision_boundary."
        )
    scene.check_labels(k)
    names = inputs.checked_names(place, class_names, [f"class {i}" for i in range(k)])
    features = inputs.checked_names(place, feature_names, ["x1", "x2"], "feature_names")
    ax = style.new_axes(ax, "decision_regions")
    for index in range(k):
        _draw_region(ax, scene, _lead(output, index), index)
    handles = scene.draw_points(ax, names)
    style.label(ax, "Decision regions", *features)
    ax.grid(visible=False)
    style.legend_below(ax, handles, columns=3, handle=1)
    return ax


class _Scene:
    """The data, checked, and the grid of points around them."""

    def __init__(
        self, place: str, network: Trainer | Network, x: ArrayLike, y: ArrayLike, scaler: Any
    ) -> None:
        self.place = place
        self.network = inputs.network_of(place, network)
        inputs.check_scaler(place, scaler)
        self.scaler = scaler
        self.points, self.labels = inputs.points_of(place, x, y)
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        margin = np.where(high > low, (high - low) * _MARGIN, 0.5)
        low, high = low - margin, high + margin
        self.axes = [np.linspace(low[i], high[i], _GRID) for i in range(2)]

    def output(self) -> Array:
        """The network's output (points of the grid, k)."""
        first, second = np.meshgrid(*self.axes)
        grid = np.column_stack([first.ravel(), second.ravel()])
        return inputs.outputs(self.place, self.network, self.scaler, grid)

    def check_labels(self, classes: int) -> None:
        """Refuse a label for which the network has no output."""
        wrong = self.labels >= classes
        if wrong.any():
            row = int(wrong.argmax())
            raise ValueError(
                f"{self.place}: y: expected labels from 0 to {classes - 1}, as this network "
                f"tells {classes} classes apart, got y[{row}] = {self.labels[row]}."
            )

    def draw_points(self, ax: Axes, names: Sequence[str]) -> list[Any]:
        """The points of each class in its own colour and marker; gives the legend's handles."""
        size = next(s for most, s in _POINT_SIZES.items() if len(self.points) <= most)
        handles = []
        for index, name in enumerate(names):
            x1, x2 = self.points[self.labels == index].T
            look: dict[str, Any] = {"color": style.colour(index), "marker": style.marker(index)}
            edge: dict[str, Any] = {"edgecolors": "white", "linewidths": 0.7}
            handles.append(ax.scatter(x1, x2, s=size, label=name, zorder=3, **look, **edge))
        return handles


def _lead(output: Array, index: int) -> Array:
    """How far one class is ahead of the best other one; its region is where this is positive."""
    others = np.delete(output, index, axis=1).max(axis=1)
    lead: Array = (output[:, index] - others).reshape(_GRID, _GRID)
    return lead


def _draw_region(ax: Axes, scene: _Scene, lead: Array, index: int) -> None:
    """One class's area and its edge, where it is anywhere ahead."""
    import matplotlib as mpl

    if lead.max() <= 0:
        return
    with mpl.rc_context({"hatch.color": style.tint(index, 0.6), "hatch.linewidth": 0.6}):
        ax.contourf(
            *scene.axes,
            lead,
            levels=[0, max(1.0, float(lead.max()) * 2)],
            colors=[style.tint(index, 0.25)],
            hatches=[style.hatch(index)],
        )
    if lead.min() < 0:
        ax.contour(*scene.axes, lead, levels=[0], colors="black", linewidths=_THICK)


def _blue_to_orange() -> Any:
    """From class 0's colour over white to class 1's, the first darker, so that grey shows it."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = [style.tint(0, 0.5), (0.97, 0.97, 0.97), style.tint(1, 0.3)]
    return LinearSegmentedColormap.from_list("blue to orange", ends)
