"""GELU: a = z s, where the gate s between 0 and 1 is a normal probability.

For large negative z both s and a are tiny; the gate is computed so that it keeps its digits there.
"""

from __future__ import annotations

import math

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.nn.functional import sigmoid_halves
from minnet.nn.normal_distribution import normal_distribution
from minnet.utils.checks import boolean
from minnet.utils.types import Array

_FAR = 40.0  # from here on both gates are 0 or 1 in every float type


class GELU(Activation):
    """a = z Phi(z), Phi(z) = (1 + erf(z / sqrt(2))) / 2; a' = Phi(z) + z phi(z).

    Phi(z) is the probability that a standard normal number lies below z, phi its density. With
    `approximate` Phi is replaced by s = (1 + tanh u)/2 = sigmoid(2u) with
    u = sqrt(2/pi) (z + 0.044715 z^3), and a' = s + z s (1 - s) 2u' with
    u' = sqrt(2/pi) (1 + 0.134145 z^2).

    Args:
        approximate: True: the tanh form, with which some published models were trained.

    Source: Hendrycks and Gimpel (2016); Phi: see `minnet.nn.normal_distribution`.

    >>> GELU().forward(np.array([[-1.0, 0.0, 1.0, 10.0]])).round(4)
    array([[-0.1587,  0.    ,  0.8413, 10.    ]])
    >>> GELU(approximate=True).forward(np.array([[1.0]])).round(4)
    array([[0.8412]])
    """

    def __init__(self, approximate: bool = False) -> None:
        self.approximate: bool = boolean("GELU", "approximate", approximate)

    def forward(self, z: Array) -> Array:
        """a = z Phi(z)."""
        near = np.clip(z, -_FAR, _FAR)  # no power of it overflows
        gate, slope = _tanh_gate(near) if self.approximate else normal_distribution(near)
        self._derivative = gate + near * slope
        return z * gate

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da (Phi(z) + z phi(z))."""
        return grad * self._derivative


def _tanh_gate(z: Array) -> tuple[Array, Array]:
    """s = sigmoid(2u) and its derivative s (1 - s) 2u'."""
    root = math.sqrt(2 / math.pi)
    p, q = sigmoid_halves(2 * root * (z + 0.044715 * z**3))
    slope = p * q * (2 * root) * (1 + 3 * 0.044715 * z * z)
    return np.where(z < 0, q, p), slope
