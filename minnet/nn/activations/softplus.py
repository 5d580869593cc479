"""Softplus: a ReLU without a kink, for outputs that must be positive."""

from __future__ import annotations

from minnet.nn.activations.activation import Activation
from minnet.nn.functional import sigmoid, softplus
from minnet.utils.types import Array


class Softplus(Activation):
    """a = ln(1 + exp(z)), a ReLU without a kink; a' = sigmoid(z).

    Accurate on both sides (`minnet.nn.functional.softplus`); libraries that switch to a = z beyond
    z = 20 differ by 2e-9 there.

    Source: Dugas, Bengio, Bélisle, Nadeau, Garcia (2001).

    >>> import numpy as np
    >>> Softplus().forward(np.array([[-1000.0, 0.0, 1000.0]])).round(4)
    array([[0.000e+00, 6.931e-01, 1.000e+03]])
    """

    def forward(self, z: Array) -> Array:
        """a = ln(1 + exp(z)), elementwise."""
        self._derivative = sigmoid(z)
        return softplus(z)

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da sigmoid(z)."""
        return grad * self._derivative
