"""One neuron that should give 0: a dot walks along the gradient curve of each loss.

Where the neuron is sure and wrong, squared error's curve is flat: the dot crawls, and then falls.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.demo.demo import Demo, Moment, Side
from minnet.nn.activations import Sigmoid
from minnet.nn.layers import Linear
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.optimizers import SGD
from minnet.plot.functions import gradient_by_sample, logit_gradient
from minnet.training.trainer import Trainer
from minnet.utils.types import Array

_GOAL = 0.1
_SPAN = (-8.0, 8.0)


class Neuron(Demo):
    """Input 1, target 0: the neuron of Nielsen's *Neural Networks and Deep Learning*, chapter 3."""

    rate = 0.15
    quantity, goal = "output a", f"a at most {_GOAL:g}"
    starts = ("start weight", -4.0, 4.0, 2.0), ("start bias", -4.0, 4.0, 2.0)

    def data(self) -> tuple[Array, Array]:
        """One sample."""
        return np.array([[1.0]]), np.array([[0.0]])

    def make_trainer(self, loss: Loss, rate: float) -> Trainer:
        """A weight, a bias and a sigmoid."""
        network = Network([Linear(1, 1), Sigmoid()], dtype="float64")
        network.flat_values = np.array([self.controls.value(name) for name in ("weight", "bias")])
        return Trainer(network, loss, SGD(rate))

    def moment(self, side: Side, trainer: Trainer) -> Moment:  # noqa: ARG002
        """The output, and z = w + b."""
        z, a = (float(output.item()) for output in trainer.network.activations(self.data()[0]))
        return Moment(a, a <= _GOAL, z)

    def prepare(self, side: Side) -> list[Any]:
        """dL/dz over z."""
        name = {side.name: side.loss()}
        logit_gradient(Sigmoid(), name, [0], side.upper, span=_SPAN, legend=False)
        side.upper.lines[2].set(color=side.colour, linestyle="-")  # after the trail and the dot
        side.trail.set(linestyle="", marker="|", markersize=9)
        side.upper.set_ylim(-0.08, 1.08)
        side.lower.set_ylim(0, 1.05)
        return [side.trail, side.dot]

    def move(self, side: Side, moments: list[Moment]) -> None:
        """The dot is where the neuron is; each mark behind it is one epoch."""
        z = np.array([moment.state for moment in moments])[:, None]
        gradient = gradient_by_sample(Sigmoid(), side.loss(), z, np.zeros_like(z))
        side.trail.set_data(z, gradient)
        side.dot.set_data(np.clip(z[-1], *_SPAN), gradient[-1])
