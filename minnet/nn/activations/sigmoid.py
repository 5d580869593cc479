"""Sigmoid, which maps any number to a probability, and HardSigmoid, its piecewise linear form."""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.nn.functional import sigmoid_halves
from minnet.utils.types import Array


class Sigmoid(Activation):
    """a = 1 / (1 + exp(-z)), in (0, 1); a' = a (1 - a), at most 0.25 and tiny far from 0.

    Accurate to a few units in the last place for every z, and so is the derivative: 1 - a is
    never computed by subtraction (see `minnet.nn.functional.sigmoid_halves`).

    Source: the logistic function, for example Nielsen, *Neural Networks and Deep Learning*,
    chapter 1.

    >>> Sigmoid().forward(np.array([[0.0, 2.0]])).round(4)
    array([[0.5   , 0.8808]])
    """

    def forward(self, z: Array) -> Array:
        """a = sigmoid(z), elementwise."""
        p, q = sigmoid_halves(z)
        self._derivative = p * q  # a (1 - a): one of the two is p, the other q
        return np.where(z < 0, q, p)

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da a (1 - a)."""
        return grad * self._derivative


class HardSigmoid(Activation):
    """a = z/6 + 1/2, clipped to [0, 1]: a sigmoid of three straight lines, without exp.

    a' = 1/6 for -3 < z < 3, else 0 (also at the two kinks).

    Source: Courbariaux, Bengio, David, "BinaryConnect" (2015), with the slope of MobileNetV3
    (Howard et al., 2019).

    >>> HardSigmoid().forward(np.array([[-4.0, 0.0, 1.5, 4.0]]))
    array([[0.  , 0.5 , 0.75, 1.  ]])
    """

    def forward(self, z: Array) -> Array:
        """a = (z + 3) / 6, clipped to [0, 1]."""
        self._between = (z > -3) & (z < 3)
        return (np.clip(z, -3, 3) + 3) / 6  # z + 3 first: near -3 nothing cancels

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da / 6 between the kinks, else 0."""
        return grad * self._between / 6
