"""Activations that squash any number into a bounded range: sigmoids, tanh, softmax."""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.nn.functional import sigmoid_halves, softmax
from minnet.utils.checks import whole_number
from minnet.utils.types import Array


class Sigmoid(Activation):
    """a = 1 / (1 + exp(-z)), in (0, 1); a' = a (1 - a), at most 0.25 and tiny far from 0.

    Right to a few units in the last place for every z, also in the derivative: 1 - a is
    never formed by subtraction (see `minnet.nn.functional.sigmoid_halves`).

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
        dz: Array = grad * self._derivative
        return dz


class HardSigmoid(Activation):
    """a = z/6 + 1/2, cut to [0, 1]: a sigmoid of three straight lines, which needs no exp.

    a' = 1/6 for -3 < z < 3, else 0 (also at the two kinks).

    Source: Courbariaux, Bengio, David, "BinaryConnect" (2015), with the slope of MobileNetV3
    (Howard et al., 2019).

    >>> HardSigmoid().forward(np.array([[-4.0, 0.0, 1.5, 4.0]]))
    array([[0.  , 0.5 , 0.75, 1.  ]])
    """

    def forward(self, z: Array) -> Array:
        """a = (z + 3) / 6, cut to [0, 1]."""
        self._inside = (z > -3) & (z < 3)
        a: Array = (np.clip(z, -3, 3) + 3) / 6  # z + 3 first: near -3 nothing cancels
        return a

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da / 6 between the kinks, else 0."""
        dz: Array = grad * self._inside / 6
        return dz


class Tanh(Activation):
    """a = tanh(z), in (-1, 1); a' = 1 - a^2, at most 1.

    Where a is nearly 1 the subtraction loses digits of a' (its absolute error stays below 2e-16 in
    float64); 4e/(1+e)^2 with e = exp(-2|z|) would keep them, at more than twice the time.

    >>> Tanh().forward(np.array([[0.0, 1.0]])).round(4)
    array([[0.    , 0.7616]])
    """

    def forward(self, z: Array) -> Array:
        """a = tanh(z), elementwise."""
        self._a: Array = np.tanh(z)
        return self._a

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da (1 - a^2)."""
        a = self._a
        dz: Array = grad * (1 - a * a)
        return dz


class Softmax(Activation):
    """a_i = exp(z_i) / sum_j exp(z_j): k scores become k probabilities that sum to 1.

    Each output depends on all scores of its row, da_i/dz_j = a_i (delta_ij - a_j), so

        dL/dz_i = a_i (g_i - sum_j g_j a_j),     g = dL/da.

    A constant added to a row of g changes nothing; where one output is above 1/2 the code takes
    g relative to its entry there, so that 1 - a is never formed where a is nearly 1.

    Args:
        axis: the axis of the classes. Axis 0 holds the samples and is refused.

    Source: Bridle (1990); Bishop, *Pattern Recognition and Machine Learning*, equation 4.62.

    >>> Softmax().forward(np.array([[3.0, 1.0, -3.0]])).round(5)
    array([[0.87888, 0.11894, 0.00218]])
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis = whole_number("Softmax", "axis", axis, minimum=-32, maximum=31)
        if self.axis == 0:
            raise ValueError(
                "Softmax: axis: expected the axis of the classes, got 0, the axis of the samples: "
                "each sample would depend on the others of its batch. Leave it at -1."
            )

    def forward(self, z: Array) -> Array:
        """A row of z in, a row of probabilities out."""
        axis = self.axis
        if not -z.ndim < axis < z.ndim:
            raise ValueError(
                f"{self!r}: axis: expected an axis of the classes in an input of shape {z.shape}, "
                f"got {axis}. The first axis holds the samples."
            )
        self._a = softmax(z, axis)
        return self._a

    def backward(self, grad: Array) -> Array:
        """dL/dz_i = a_i (g_i - sum_j g_j a_j), with g shifted by its entry where a > 1/2."""
        a, axis = self._a, self.axis
        largest = np.expand_dims(a.argmax(axis=axis), axis)
        ahead = np.take_along_axis(a, largest, axis=axis) > 0.5
        g = grad - ahead * np.take_along_axis(grad, largest, axis=axis)
        dz: Array = a * (g - (g * a).sum(axis=axis, keepdims=True))
        return dz
