"""A loss at one prediction and target: its value, its gradient, and the measured derivative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint, Precision
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.loss.harness import LossHarness, number_of, value_at
from minnet.utils.types import Array


@dataclass
class LossPoint(EvaluationPoint):
    """A loss at one prediction x, with the target of its harness.

    real: predictions may be any number, not only probabilities.
    """

    target: Array = None  # type: ignore[assignment]
    real: bool = False
    every_entry: ClassVar[int] = 10**9

    @property
    def y(self) -> Array:
        """The value as an array without axes."""
        return np.asarray(self.value_here)

    @property
    def value_here(self) -> float:
        """The value of the loss; NaN if it is not one number."""
        return number_of(self.run.y)

    @property
    def prediction(self) -> Array:
        """The input of the loss."""
        return self.x

    @property
    def outputs(self) -> int:
        """The number of outputs of a sample."""
        return int(np.prod(self.x.shape[1:]))

    @property
    def derivative(self) -> Array:
        """The measured derivative of the value, in the shape of the prediction."""
        return self.true("input").reshape(self.x.shape)

    @property
    def kinked(self) -> bool:
        """Whether a kink is near."""
        return bool(self.jacobian("input").kinked.any())

    def value_at(self, prediction: Array, target: Array | None = None) -> float:
        """The loss elsewhere."""
        return value_at(self.harness.layer, prediction, self.target if target is None else target)


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
    return LossPoint(harness, a, one, run, precision or Precision(), target=target, real=real)
