"""Identity: a = z, for networks whose output is any number."""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.utils.types import Array


class Identity(Activation):
    """a = z, a' = 1: the output of a regression network.

    >>> Identity().forward(np.array([[2.0]]))
    array([[2.]])
    """

    def forward(self, z: Array) -> Array:
        """A copy of z: the output never shares memory with the input."""
        return np.array(z)

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da."""
        return np.array(grad)
