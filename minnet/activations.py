"""Activations: what turns a stack of linear layers into more than one linear layer.

An Activation is a Layer without parameters, y = f(z). Its backward multiplies the gradient
that arrives with the derivative: dL/dz = dL/dy f'(z), element by element (softmax couples the
elements of a row and says so). In the comments a is the output f(z).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from minnet.checks import whole_number
from minnet.functions import sigmoid_halves
from minnet.layer import Layer
from minnet.workspace import lent

Array = NDArray[Any]


class Activation(Layer):
    """A Layer without parameters: `forward(z)` gives a = f(z), `backward(grad)` grad f'(z).

    >>> class Cube(Activation):
    ...     def forward(self, z):
    ...         self.z = z
    ...         return z**3
    ...     def backward(self, grad):
    ...         return grad * 3 * self.z**2
    >>> Cube().forward(np.array([[2.0]]))
    array([[8.]])
    """


class Identity(Activation):
    """a = z, a' = 1: the output of a regression network.

    >>> Identity().forward(np.array([[2.0]]))
    array([[2.]])
    """

    def forward(self, z: Array) -> Array:
        """A copy of z: what comes out never shares memory with what went in."""
        return np.array(z)

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da."""
        return np.array(grad)


class Sigmoid(Activation):
    """a = 1 / (1 + exp(-z)), in (0, 1); a' = a (1 - a), at most 0.25 and tiny far from 0.

    Right to a few units in the last place for every z, also in the derivative: 1 - a is
    never formed by subtraction (see `minnet.functions.sigmoid_halves`).

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


class Tanh(Activation):
    """a = tanh(z), in (-1, 1); a' = 1 - a^2, at most 1.

    >>> Tanh().forward(np.array([[0.0, 1.0]])).round(4)
    array([[0.    , 0.7616]])
    """

    def forward(self, z: Array) -> Array:
        """a = tanh(z), elementwise."""
        a = np.tanh(z, out=lent(self, "a", z.shape, z.dtype))
        self._a = a
        return a

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da (1 - a^2)."""
        a = self._a
        derivative = np.multiply(a, a, out=lent(self, "dz", a.shape, a.dtype))
        np.subtract(1, derivative, out=derivative)
        derivative *= grad
        return derivative


class ReLU(Activation):
    """a = max(z, 0); a' = 1 where z > 0, else 0 (at the kink z = 0 the convention is 0).

    Source: Nair and Hinton (2010).

    >>> ReLU().forward(np.array([[-1.0, 0.0, 2.0]]))
    array([[0., 0., 2.]])
    """

    def forward(self, z: Array) -> Array:
        """a = max(z, 0), elementwise."""
        a = np.maximum(z, 0, out=lent(self, "a", z.shape, z.dtype))
        self._a = a
        return a

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da where a > 0, else 0."""
        a = self._a
        return np.multiply(grad, a > 0, out=lent(self, "dz", a.shape, a.dtype))


class Softmax(Activation):
    """a_i = exp(z_i) / sum_j exp(z_j): k scores become k probabilities that sum to 1.

    Each output depends on all scores of its row, da_i/dz_j = a_i (delta_ij - a_j), so

        dL/dz_i = a_i (g_i - sum_j g_j a_j),     g = dL/da.

    A constant added to a row of g changes nothing; the code takes g relative to its entry at
    the largest output, so that 1 - a is never formed where a is nearly 1.

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
        out = lent(self, "a", z.shape, z.dtype)
        a: Array = np.subtract(z, z.max(axis=axis, keepdims=True), out=out)
        e = np.exp(a, out=out)
        a = np.divide(e, e.sum(axis=axis, keepdims=True), out=out)
        self._a = a
        return a

    def backward(self, grad: Array) -> Array:
        """dL/dz_i = a_i (g_i - sum_j g_j a_j), with g shifted by its entry at the largest a."""
        a, axis = self._a, self.axis
        largest = np.expand_dims(a.argmax(axis=axis), axis)
        g = grad - np.take_along_axis(grad, largest, axis=axis)
        dz: Array = a * (g - (g * a).sum(axis=axis, keepdims=True))
        return dz
