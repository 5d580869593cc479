"""A loss at one prediction and target: its value, its gradient, and the measured derivative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint, Precision
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.loss.harness import LossHarness, number_of, value_at
from minnet.gradient_check.loss.inputs import one_hot
from minnet.utils.types import Array


@dataclass
class LossPoint(EvaluationPoint):
    """A loss at one prediction x, with the target of its harness.

    real: predictions may be any number, not only probabilities.
    """

    real: bool = False
    every_entry: ClassVar[int] = 10**9

    @property
    def y(self) -> Array:
        """The value as an array without axes; NaN if it is not one number."""
        return np.asarray(number_of(self.run.y))

    @property
    def value_here(self) -> float:
        """The value of the loss."""
        return float(self.y)

    @property
    def target(self) -> Array:
        """What the prediction is compared with."""
        assert isinstance(self.harness, LossHarness)
        return self.harness.target

    @property
    def prediction(self) -> Array:
        """The input of the loss."""
        return self.x

    @property
    def found(self) -> Array:
        """The student's gradient."""
        return np.asarray(self.run.dx, dtype=np.float64)

    @property
    def derivative(self) -> Array:
        """The measured derivative of the value, in the shape of the prediction."""
        return self.true("input").reshape(self.x.shape)

    @property
    def one_hot(self) -> Array | None:
        """The target in the prediction's shape, if it can be brought to it."""
        return one_hot(self.x, self.target)

    def owner(self, name: str) -> str:  # noqa: ARG002
        """What a gradient belongs to, for messages about its shape."""
        return "the prediction"

    def value_at(self, prediction: Array, target: Array | None = None) -> float:
        """The loss elsewhere."""
        return value_at(self.harness.layer, prediction, self.target if target is None else target)

    def _grown_harness(self, axis: int) -> LossHarness:
        target = self.target
        if len(target) == self.m:
            target = np.concatenate([target, np.take(target, [0, -1], axis=axis)], axis=axis)
        return LossHarness(self.harness.layer, target)


def loss_point(
    loss: LayerUnderTest,
    prediction: Array,
    target: Array,
    real: bool = False,
    precision: Precision | None = None,
) -> LossPoint:
    """Call the loss here, forward and backward."""
    harness, one = LossHarness(loss, target), np.ones(())
    a = np.array(prediction, dtype=np.float64)
    run = harness.run(prediction, one)
    return LossPoint(harness, a, one, run, precision or Precision(), real=real)
