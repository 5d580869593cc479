"""Huber's loss: squared for small errors, absolute for large ones, thus robust to outliers."""

from __future__ import annotations

import numpy as np

from minnet.nn.losses.elementwise import ElementwiseLoss
from minnet.utils import checks
from minnet.utils.types import Array


class Huber(ElementwiseLoss):
    """Squared near the target, absolute far from it, with d = a - y:

        f = d^2/2                         where abs(d) <= delta
        f = delta (abs(d) - delta/2)      elsewhere
        df/da = d, clipped to [-delta, delta]

    Args:
        delta: where the square turns into a straight line, above 0, in the units of the target.

    Source: Huber (1964); Hastie, Tibshirani, Friedman, equation 10.23.

    >>> loss = Huber(delta=1.0)
    >>> loss.forward(np.array([[0.5], [3.0]]), np.array([[0.0], [0.0]]))
    1.3125
    >>> loss.backward()
    array([[0.25],
           [0.5 ]])
    """

    def __init__(self, delta: float = 1.0) -> None:
        self.delta: float = checks.number("Huber", "delta", delta, minimum=0, above=True)

    def values(self, a: Array, y: Array) -> Array:
        """The two pieces above as one: with `n = min(|d|, delta)`, `f = n (|d| - n/2)`."""
        distance = np.abs(a - y)
        near = np.minimum(distance, self.delta)
        return near * (distance - 0.5 * near)

    def derivatives(self, a: Array, y: Array) -> Array:
        """a - y, clipped to [-delta, delta]."""
        return np.clip(a - y, -self.delta, self.delta)
