"""The hinge: the loss of the support vector machine, content with a margin of one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.activations import Sigmoid, Softmax
from minnet.nn.functional import sigmoid
from minnet.nn.layer import Layer
from minnet.nn.losses.elementwise import ElementwiseLoss
from minnet.nn.losses.target_checks import as_signs
from minnet.utils.types import Array


class Hinge(ElementwiseLoss):
    """L = 1/m sum max(0, 1 - y a), for scores a (a linear output) and targets y = -1 or +1.

    dL/da = -y/m where y a < 1, else 0: a sample that is right by the margin teaches nothing.
    Targets 0 and 1 are taken as -1 and +1. A score above 0 is class 1.

    Raises:
        ValueError: a target other than -1, 0, 1, or 0 together with -1.

    Source: Cortes and Vapnik (1995); Hastie, Tibshirani, Friedman, equation 12.25.

    >>> loss = Hinge()
    >>> loss.forward(np.array([[2.0], [0.5], [0.5]]), np.array([[1.0], [1.0], [-1.0]]))
    0.6666666666666666
    >>> loss.backward().ravel().round(3)
    array([ 0.   , -0.333,  0.333])
    """

    def forward(
        self, prediction: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The mean of max(0, 1 - y a)."""
        return super().forward(prediction, as_signs("Hinge()", "target", target), sample_weight)

    def values(self, a: Array, y: Array) -> Array:
        """max(0, 1 - y a)."""
        return np.maximum(1 - y * a, 0)

    def derivatives(self, a: Array, y: Array) -> Array:
        """-y where y a < 1, else 0."""
        return np.where(y * a < 1, -y, np.zeros_like(y))

    def prepare_target(self, y: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Labels 0/1 or -1/+1 as -1.0 and +1.0, in the prediction's shape."""
        return as_signs("Hinge()", "y", super().prepare_target(y, shape, dtype))

    def check_last_layer(self, layer: Layer) -> None:
        """Refuse outputs of one sign, with which only one class can reach the margin."""
        if isinstance(layer, (Sigmoid, Softmax)):
            raise ValueError(
                f"Hinge(): expected scores of both signs, got a network that ends in {layer!r}, "
                f"whose outputs are all above 0. End it in mn.Linear(..., 1)."
            )

    def as_probabilities(self, prediction: Array) -> Array:
        """Scores as numbers from 0 to 1 in the same order, 0.5 for a score of 0."""
        return sigmoid(super().as_probabilities(prediction))

    def for_metrics(self, prediction: Array, target: Array) -> tuple[Array, Array]:
        """Scores as numbers from 0 to 1, and -1/+1 as the classes 0 and 1."""
        return self.as_probabilities(prediction), (target > 0).astype(np.intp)
