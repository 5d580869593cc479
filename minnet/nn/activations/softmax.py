"""Softmax: turns k scores into k probabilities, for the output of a classifier."""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.nn.functional import softmax
from minnet.utils.checks import whole_number
from minnet.utils.types import Array


class Softmax(Activation):
    """a_i = exp(z_i) / sum_j exp(z_j): k scores become k probabilities that sum to 1.

    Each output depends on all scores of its row, da_i/dz_j = a_i (delta_ij - a_j), so

        dL/dz_i = a_i (g_i - sum_j g_j a_j),     g = dL/da.

    A constant added to a row of g changes nothing; where one output is above 1/2 the code
    subtracts its entry of g, so that 1 - a is never computed where a is nearly 1.

    Args:
        axis: the axis of the classes. Axis 0 holds the samples and is refused.

    Source: Bridle (1990); Bishop, *Pattern Recognition and Machine Learning*, equation 4.62.

    >>> Softmax().forward(np.array([[3.0, 1.0, -3.0]])).round(5)
    array([[0.87888, 0.11894, 0.00218]])
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis: int = whole_number("Softmax", "axis", axis, minimum=-32, maximum=31)
        if self.axis == 0:
            raise ValueError(
                "Softmax: axis: expected the axis of the classes, got 0, the axis of the samples: "
                "each sample would depend on the others of its batch. Leave it at -1."
            )

    def forward(self, z: Array) -> Array:
        """a_i = exp(z_i) / sum_j exp(z_j)."""
        axis = self.axis
        if not -z.ndim < axis < z.ndim:
            raise ValueError(
                f"{self!r}: axis: expected an axis of the classes in an input of shape {z.shape}, "
                f"got {axis}. The first axis holds the samples."
            )
        self._a = softmax(z, axis)
        return self._a

    def backward(self, grad: Array) -> Array:
        """dL/dz_i = a_i (g_i - sum_j g_j a_j), with g shifted by its entry where a > 1/2."""
        a, axis = self._a, self.axis
        largest = np.expand_dims(a.argmax(axis=axis), axis)
        above_half = np.take_along_axis(a, largest, axis=axis) > 0.5
        g = grad - above_half * np.take_along_axis(grad, largest, axis=axis)
        return a * (g - (g * a).sum(axis=axis, keepdims=True))
