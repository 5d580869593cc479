"""Dropout: in training each number is lost now and then, so that none becomes indispensable."""

from __future__ import annotations

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.workspace import lent
from minnet.utils.checks import number
from minnet.utils.types import Array


class Dropout(Layer):
    """y = x d / (1 - rate) in training, d = 0 with probability `rate`, else 1; y = x otherwise.

    The factor 1/(1 - rate) keeps the mean of y at x, so that evaluation needs no correction.
    With the mask M = d / (1 - rate), drawn anew by each forward from the layer's `random`:

        dL/dx = G M

    Args:
        rate: the share that is dropped, in [0, 1).

    Raises:
        TypeError, ValueError: a rate that is not a number in [0, 1).

    Source: Srivastava et al., "Dropout" (2014), in the "inverted" form of section 10.

    >>> layer = Dropout(0.5)
    >>> layer.forward(np.ones((1, 4)))  # evaluation
    array([[1., 1., 1., 1.]])
    >>> layer.training, layer.random = True, np.random.default_rng(0)
    >>> sorted(set(layer.forward(np.ones((1, 100)))[0].tolist()))
    [0.0, 2.0]
    """

    def __init__(self, rate: float) -> None:
        self.rate = number("Dropout", "rate", rate, minimum=0, maximum=1, below=True)

    def forward(self, x: Array) -> Array:
        """y = x M in training, a copy of x otherwise."""
        self._mask: Array | None = None
        if not self.training or self.rate == 0:
            return np.array(x)
        u = self.random.random(x.shape, dtype=np.float32)
        dtype = np.result_type(x.dtype, np.float32)  # floats keep their type
        out = lent(self, "mask", x.shape, dtype)
        self._mask = M = np.multiply(u >= self.rate, 1 / (1 - self.rate), out=out, dtype=dtype)  # noqa: N806
        y: Array = np.multiply(x, M, out=lent(self, "y", x.shape, dtype))
        return y

    def backward(self, grad: Array) -> Array:
        """dL/dx = G M."""
        if self._mask is None:
            return np.array(grad)
        dx: Array = np.multiply(grad, self._mask, out=lent(self, "dx", grad.shape, grad.dtype))
        return dx
