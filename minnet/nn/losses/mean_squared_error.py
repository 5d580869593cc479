"""Squared error: the loss of regression, and the slow one behind a sigmoid."""

from __future__ import annotations

import numpy as np

from minnet.nn.losses.elementwise import ElementwiseLoss
from minnet.utils.types import Array


class MeanSquaredError(ElementwiseLoss):
    """L = 1/(2m) sum (a - y)^2, mean over the m samples, sum over the outputs.

    dL/da = (a - y)/m. It belongs to a linear output, where it follows from maximum likelihood
    under Gaussian noise. Behind a sigmoid the chain rule adds the factor a (1 - a) <= 0.25,
    which vanishes where the unit is wrong and sure of it: it learns slowly.

    The 1/2 is on purpose: the gradient is then a - y, as for the cross-entropies. Libraries that
    take the mean over all elements without 1/2 report 2/k times this value for k outputs.

    Source: Bishop, *Pattern Recognition and Machine Learning*, equation 5.11; Nielsen,
    *Neural Networks and Deep Learning*, chapter 3.

    >>> loss = MeanSquaredError()
    >>> loss.forward(np.array([[3.0], [1.0]]), np.array([[1.0], [1.0]]))
    1.0
    >>> loss.backward()
    array([[1.],
           [0.]])
    """

    def values(self, a: Array, y: Array) -> Array:
        """(a - y)^2 / 2."""
        return 0.5 * np.square(a - y)

    def derivatives(self, a: Array, y: Array) -> Array:
        """Gives a - y."""
        return a - y
