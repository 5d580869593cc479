"""Absolute error: a loss for regression that is robust to outliers."""

from __future__ import annotations

import numpy as np

from minnet.nn.losses.elementwise import ElementwiseLoss
from minnet.utils.types import Array


class MeanAbsoluteError(ElementwiseLoss):
    """L = 1/m sum `|a - y|`; dL/da = sign(a - y)/m, 0 at a = y.

    Every error pulls with the same force, so the best constant prediction is the median.

    Source: Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*, section 10.6.

    >>> loss = MeanAbsoluteError()
    >>> loss.forward(np.array([[3.0], [1.0]]), np.array([[1.0], [2.0]]))
    1.5
    >>> loss.backward()
    array([[ 0.5],
           [-0.5]])
    """

    def values(self, a: Array, y: Array) -> Array:
        """`|a - y|`."""
        return np.abs(a - y)

    def derivatives(self, a: Array, y: Array) -> Array:
        """sign(a - y)."""
        return np.sign(a - y)
