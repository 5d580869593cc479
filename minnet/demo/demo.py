"""What all demonstrations share: both losses side by side, controls, and a curve by epoch.

The sliders give a start and rates; `restart` makes a Trainer for each loss; `show(epoch)` trains
as far as needed, keeps what it has seen of each epoch, and moves what is drawn. All numbers come
from the Trainers.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from minnet.demo.controls import Controls, Span
from minnet.demo.moving_parts import MovingParts
from minnet.nn.losses import BinaryCrossEntropy, Loss, MeanSquaredError
from minnet.plot import style
from minnet.training.trainer import Trainer
from minnet.training.training_diverged import TrainingDiverged
from minnet.utils.types import Array

LOSSES: dict[str, Callable[[], Loss]] = {
    "cross-entropy": BinaryCrossEntropy,
    "squared error": MeanSquaredError,
}
SIX = 6.0
"""1 / the mean of a (1 - a) over a from 0 to 1: by so much squared error's gradient is smaller."""

RATES = tuple(10 ** (k / 5) for k in range(10, -11, -1))
"""Where each loss's own best rate is looked for: from 100 down to 0.01."""

_ONE, _SIX, _OWN = MODES = "one rate", "6 times", "own best"
_ICONS = {"minus": "-", "fast-backward": "|<", "step-backward": "<|", "pause": "||"}
_ICONS |= {"play": ">", "step-forward": "|>", "fast-forward": ">|", "plus": "+"}


class Moment(NamedTuple):
    """What is kept of one epoch: a point of the curve, whether the goal is reached, a state."""

    height: float
    there: bool
    state: Any


class Side:
    """One loss: its Trainer, its moments so far, its two panels and what moves in them."""

    def __init__(self, name: str, index: int, axes: Any, epochs: int, quantity: str) -> None:
        self.name, self.loss, self.colour = name, LOSSES[name], style.colour(index)
        self.upper, self.lower = axes
        self.rate, self.trainer, self.own = 1.0, None, None  # type: float, Any, Any
        self.moments: list[Moment] = []
        self.curve = style.curve(self.lower, index, [], [], name)
        (self.point,) = self.lower.plot([], [], marker="o", markersize=8, color=self.colour)
        style.label(self.lower, " ", "epoch", quantity)
        self.lower.set_xlim(0, epochs)
        (self.trail,) = self.upper.plot([], [], color="black", zorder=3)
        look: dict[str, Any] = {"color": self.colour, "markeredgecolor": "black", "zorder": 4}
        (self.dot,) = self.upper.plot([], [], marker="o", markersize=12, **look)
        self.moving = [self.curve, self.point, self.upper.title, self.lower.title]


class Demo(ABC):
    """A figure with two sides and controls; `show(epoch)` is all that moves it."""

    epochs, rate = 300, 1.0
    frame = 1
    """Epochs from one picture to the next."""
    live = False
    """True: a new start begins at epoch 0 again, and is watched while it trains."""
    quantity, goal = "loss", "the goal"
    starts: tuple[Span, Span]
    """The sliders "weight" and "bias"."""

    def __init__(self) -> None:
        self.figure = plt.figure(figsize=(9.6, 7.6))
        place: dict[str, Any] = {"left": 0.09, "right": 0.97, "bottom": 0.27, "top": 0.94}
        place |= {"height_ratios": [2.2, 1], "hspace": 0.45, "wspace": 0.25}
        axes = self.figure.subplots(2, 2, gridspec_kw=place).T
        self.mode, self.at, self.playing, self.saving = _ONE, 0, False, False
        self.controls = self._controls()
        self.sides = [
            Side(name, index, axes[index], self.epochs, self.quantity)
            for index, name in enumerate(LOSSES)
        ]
        moving = [part for side in self.sides for part in [*self.prepare(side), *side.moving]]
        self.parts = MovingParts(self.figure, [*moving, *self.controls.moving()])
        self.timer: Any = self.figure.canvas.new_timer(interval=33)  # 30 pictures a second
        self.timer.add_callback(self.tick)
        self.restart()

    def _controls(self) -> Controls:
        rate = {"rate": ("rate", -2.0, 2.0, math.log10(self.rate))}  # in powers of ten
        starts = dict(zip(("weight", "bias"), self.starts, strict=True))
        spans = {**rate, **starts, "epoch": ("epoch", 0.0, float(self.epochs), 0.0)}
        actions: dict[str, Callable[[Any], Any]] = dict.fromkeys(spans, self.slider_moved)
        actions["epoch"] = lambda value: self.show(round(value))
        for mode in MODES:
            actions[mode] = partial(self.choose, mode)
        return Controls(self.figure, spans, {**actions, "play / pause": lambda _: self.play()})

    # ---- what each demonstration says ------------------------------------------------------

    @abstractmethod
    def data(self) -> tuple[Array, Array]:
        """x and y; each epoch is one step on all of them."""

    @abstractmethod
    def make_trainer(self, loss: Loss, rate: float) -> Trainer:
        """A Trainer at the start that the sliders give."""

    @abstractmethod
    def moment(self, side: Side, trainer: Trainer) -> Moment:
        """What is kept of the present state of the Trainer."""

    @abstractmethod
    def prepare(self, side: Side) -> list[Any]:
        """Draw what stands still into the upper panel; return what moves in it."""

    @abstractmethod
    def move(self, side: Side, moments: list[Moment]) -> None:
        """Move the upper panel to the last of these moments."""

    # ---- what happens ----------------------------------------------------------------------

    def slider_moved(self, _: float) -> None:
        """Another rate or start: the best rates are no longer the best."""
        self.mode = _ONE if self.mode == _OWN else self.mode
        self.restart()

    def choose(self, mode: str, _: object = None) -> None:
        """A button: which rates are compared."""
        self.mode = mode
        self.restart()

    def restart(self) -> None:
        """Both losses from the start of the sliders."""
        rate = 10 ** self.controls.value("rate")
        self.controls.write("rate", f"{rate:.3g}")
        for side, factor in zip(self.sides, (1.0, SIX if self.mode == _SIX else 1.0), strict=True):
            side.rate = self.best_rate(side) if self.mode == _OWN else factor * rate
            side.trainer = self.make_trainer(side.loss(), side.rate)
            side.moments = [self.moment(side, side.trainer)]
        self.show(0 if self.live else self.at)

    def best_rate(self, side: Side) -> float:
        """The smallest of RATES that reaches the goal in the fewest epochs."""
        best, fewest = self.rate, self.epochs
        for rate in RATES:
            trainer = self.make_trainer(side.loss(), rate)
            for epoch in range(fewest + 1):  # no need to go further than the best so far
                if self.moment(side, trainer).there:
                    best, fewest = rate, epoch
                    break
                if not self._step(trainer):
                    break
        return best

    def _step(self, trainer: Trainer) -> bool:
        """One epoch; False if the training has diverged."""
        try:
            trainer.step(*self.data())
        except TrainingDiverged:
            return False
        return True

    def show(self, epoch: int) -> None:
        """Move everything to this epoch."""
        self.at = epoch
        self.controls.write("epoch", str(epoch), epoch)
        for side in self.sides:
            while len(side.moments) <= epoch:
                done = self._step(side.trainer)
                side.moments.append(self.moment(side, side.trainer) if done else side.moments[-1])
            seen = side.moments[: epoch + 1]
            side.curve.set_data(range(epoch + 1), [moment.height for moment in seen])
            side.point.set_data([epoch], [seen[-1].height])
            side.upper.set_title(f"{side.name}, {self.mode}: {side.rate:.3g}")
            first = next((n for n, moment in enumerate(seen) if moment.there), None)
            when = "not yet" if first is None else f"epoch {first}"
            side.lower.set_title(f"{self.goal}: {when}", fontsize=style.TEXT)
            self.move(side, seen)
        if not self.saving:
            self.parts.redraw()

    def tick(self) -> None:
        """One picture further, or stop at the end."""
        if self.at < self.epochs:
            self.show(min(self.at + self.frame, self.epochs))
        else:
            self.play()

    def play(self) -> None:
        """Start or stop; from the beginning if it is at the end."""
        self.playing = not self.playing
        if not self.playing:
            self.timer.stop()
            return
        if self.at >= self.epochs:
            self.show(0)
        self.timer.start()

    def save(self, path: Path, pictures: int = 50) -> None:
        """A page with a scrubber over epochs, which needs nothing from the network."""
        from matplotlib.animation import HTMLWriter

        self.saving = True
        self.parts.end()
        self.controls.hide()
        self.sides[0].upper.get_gridspec().update(bottom=0.1)
        writer = HTMLWriter(fps=15, embed_frames=True, default_mode="once")
        with writer.saving(self.figure, path, dpi=80):
            for epoch in np.linspace(0, self.epochs, pictures).round():
                self.show(int(epoch))
                writer.grab_frame()  # type: ignore[no-untyped-call]
        icons = "".join(f'.fa-{name}:before{{content:"{text}"}}' for name, text in _ICONS.items())
        page = path.read_text(encoding="utf-8")  # Matplotlib takes the icons from the network
        page = re.sub(r"<link[^>]*>", f"<style>{icons}</style>", page)
        path.write_text(page, encoding="utf-8")
