"""Two arcs and eight hidden units: the decision boundary while it is learnt under both losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.data.datasets import double_arc
from minnet.demo.demo import Demo, Moment, Side
from minnet.nn.activations import Sigmoid, Tanh
from minnet.nn.layers import Linear
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.optimizers import SGD
from minnet.plot import style
from minnet.plot.decision_regions import padded_limits, plane_grid, probability_colours
from minnet.training.trainer import Trainer
from minnet.utils.types import Array

_GRID = 50
_GOAL = 0.98


class Boundary(Demo):
    """The sliders set the start of the output unit: sure and wrong, if they are large."""

    rate, epochs, frame, live = 3.0, 400, 2, True
    quantity, goal = "accuracy", f"accuracy {_GOAL:.0%}"
    starts = ("output weights, times", 1.0, 15.0, 1.0), ("output bias", -8.0, 8.0, 0.0)

    def __init__(self) -> None:
        self.points = double_arc(200, seed=0)
        self.ranges = padded_limits(self.points.x, 0.06)
        super().__init__()

    def data(self) -> tuple[Array, Array]:
        """All 200 points."""
        return self.points.x, self.points.y

    def make_trainer(self, loss: Loss, rate: float) -> Trainer:
        """The same first weights for both losses, but for what the sliders do to the output."""
        network = Network([Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid()], seed=0)
        network.parameters()["2.weight"].value *= self.controls.value("weight")
        network.parameters()["2.bias"].value += self.controls.value("bias")
        return Trainer(network, loss, SGD(rate))

    def moment(self, side: Side, trainer: Trainer) -> Moment:  # noqa: ARG002
        """The accuracy, and all weights."""
        right = trainer.predict_classes(self.points.x) == self.points.y
        accuracy = float(right.mean())
        return Moment(accuracy, accuracy >= _GOAL, trainer.network.flat_values.copy())

    def prepare(self, side: Side) -> list[Any]:
        """The probability as colours under the points; `side.own` is a network to draw it with."""
        side.own = self.make_trainer(side.loss(), 0.0).network
        look: dict[str, Any] = {"cmap": probability_colours().resampled(10), "vmin": 0, "vmax": 1}
        look |= {"origin": "lower", "extent": (*self.ranges[0], *self.ranges[1])}
        image = side.upper.imshow(np.zeros((_GRID, _GRID)), aspect="auto", **look)
        names, size = self.points.class_names, {"s": 18, "linewidths": 0.5}
        points = style.scatter_classes(side.upper, self.points.x, self.points.y, names, **size)
        style.label(side.upper, " ", "x1", "x2")
        side.upper.grid(visible=False)
        side.lower.set_ylim(0.3, 1.03)
        return [image, *points]

    def move(self, side: Side, moments: list[Moment]) -> None:
        """The output over the plane with the weights of this moment."""
        side.own.flat_values = moments[-1].state
        _, grid = plane_grid(self.ranges, _GRID)
        side.upper.images[0].set_data(side.own.predict(grid).reshape(_GRID, _GRID))
