"""Losses that a few wild targets do not rule: absolute error and Huber's compromise."""

from __future__ import annotations

import numpy as np

from minnet.nn.losses.elementwise import ElementwiseLoss
from minnet.utils import checks
from minnet.utils.types import Array


class MeanAbsoluteError(ElementwiseLoss):
    """L = 1/m sum |a - y|; dL/da = sign(a - y)/m, 0 at a = y.

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
        """|a - y|."""
        distance: Array = np.abs(a - y)
        return distance

    def derivatives(self, a: Array, y: Array) -> Array:
        """sign(a - y)."""
        sign: Array = np.sign(a - y)
        return sign


class Huber(ElementwiseLoss):
    """Squared near the target, absolute far from it, with d = a - y:

        f = d^2/2                       where |d| <= delta
        f = delta (|d| - delta/2)       elsewhere
        df/da = d, cut to [-delta, delta]

    Args:
        delta: where the one turns into the other, above 0, in the units of the target.

    Source: Huber (1964); Hastie, Tibshirani, Friedman, equation 10.23.

    >>> loss = Huber(delta=1.0)
    >>> loss.forward(np.array([[0.5], [3.0]]), np.array([[0.0], [0.0]]))
    1.3125
    >>> loss.backward()
    array([[0.25],
           [0.5 ]])
    """

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = checks.number("Huber", "delta", delta, minimum=0, above=True)

    def values(self, a: Array, y: Array) -> Array:
        """The two pieces above, which meet at |d| = delta."""
        distance = np.abs(a - y)
        near = np.minimum(distance, self.delta)
        values: Array = near * (distance - 0.5 * near)
        return values

    def derivatives(self, a: Array, y: Array) -> Array:
        """Gives a - y, cut to [-delta, delta]."""
        cut: Array = np.clip(a - y, -self.delta, self.delta)
        return cut

    def __repr__(self) -> str:
        return f"Huber(delta={self.delta:g})"
