"""One neuron and twelve points on a line: the way down on the landscape of each loss."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minnet.demo.demo import LOSSES, Moment, Side
from minnet.demo.neuron import Neuron
from minnet.nn.activations import Sigmoid
from minnet.nn.layers import Linear
from minnet.nn.network import Network
from minnet.optimizers import SGD
from minnet.plot.loss_grid import LossGrid, loss_grid
from minnet.plot.loss_landscape import loss_contours
from minnet.training.trainer import Trainer
from minnet.utils.types import Array

_SPANS = (-7.0, 7.0), (-6.0, 6.0)
_NEAR = 1.05  # times the least loss of the landscape


class Landscape(Neuron):
    """Class 1 on the right, two of the twelve points on the wrong side."""

    rate, epochs = 1.0, 200
    quantity, goal = "loss", "within 5 % of the lowest point"
    starts = ("start weight", *_SPANS[0], -5.0), ("start bias", *_SPANS[1], -4.0)

    def data(self) -> tuple[Array, Array]:
        """Twelve points."""
        return _points()

    def moment(self, side: Side, trainer: Trainer) -> Moment:
        """The loss, and where it is."""
        loss = trainer.evaluate(*self.data())["loss"]
        return Moment(loss, loss <= _NEAR * side.own, trainer.network.flat_values.copy())

    def prepare(self, side: Side) -> list[Any]:
        """Lines of equal loss; `side.own` is the least loss."""
        grid = _grid(side.name)
        loss_contours(grid, None, side.upper)
        side.own = float(grid.losses.min())
        side.trail.set(marker=".", markersize=5)
        side.upper.set(xlim=_SPANS[0], ylim=_SPANS[1])
        side.lower.set_ylim(0, 1.05 * float(grid.losses.max()))
        return [side.trail, side.dot]

    def move(self, side: Side, moments: list[Moment]) -> None:
        """The way from the start to here."""
        path = np.array([moment.state for moment in moments])
        side.trail.set_data(*path.T)
        side.dot.set_data(*path[-1:].T)


def _points() -> tuple[Array, Array]:
    x = np.linspace(-1.8, 2.6, 12)
    y = (x > 0.4).astype(float)
    y[[3, 8]] = 1 - y[[3, 8]]
    return x[:, None], y[:, None]


@functools.cache
def _grid(loss: str) -> LossGrid:
    """The landscape does not depend on the start."""
    network = Network([Linear(1, 1), Sigmoid()], dtype="float64", seed=0)
    return loss_grid(Trainer(network, LOSSES[loss](), SGD(0.0)), *_points(), *_SPANS, points=35)
