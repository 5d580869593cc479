"""Dropout: in training, inputs are set to zero at random.

The units of the next layer then cannot rely on any single one of them.
"""

from __future__ import annotations

import numpy as np

from minnet.nn.layer import Layer
from minnet.utils.checks import number
from minnet.utils.types import Array


class Dropout(Layer):
    """y = x d / (1 - rate) in training, d = 0 with probability `rate`, else 1; y = x otherwise.

    The factor 1/(1 - rate) keeps the mean of y at x, so that evaluation needs no correction.
    With the mask M = d / (1 - rate), drawn again by each forward from the layer's `random`:

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
        self.rate: float = number("Dropout", "rate", rate, minimum=0, maximum=1, below=True)

    def forward(self, x: Array) -> Array:
        """y = x M in training, a copy of x otherwise."""
        self._mask: Array | None = None
        if not self.training or self.rate == 0:
            return np.array(x)
        kept = self.random.random(x.shape, dtype=np.float32) >= self.rate
        self._mask = kept.astype(x.dtype) * (1 / (1 - self.rate))
        return x * self._mask

    def backward(self, grad: Array) -> Array:
        """dL/dx = G M."""
        if self._mask is None:
            return np.array(grad)
        return grad * self._mask
