"""Activations: what turns a stack of linear layers into more than one linear layer.

An Activation is a Layer without parameters, y = f(z). Its backward multiplies the gradient
that arrives with the derivative: dL/dz = dL/dy f'(z), element by element (softmax couples the
elements of a row and says so). In the comments a is the output f(z).
"""

from __future__ import annotations

import numpy as np

from minnet.nn.layer import Layer
from minnet.utils.types import Array


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


class Step(Activation):
    """a = 1 where z > 0, else 0: the neuron of McCulloch and Pitts, and of the perceptron.

    Its derivative is 0 wherever it has one, so dL/dz = 0: whatever the loss, no gradient passes,
    and no weight below a Step ever moves. A small change of a weight changes nothing, or turns an
    output over at once; learning by gradients needs an activation that answers a small change
    with a small change, which is what Sigmoid is. Step is here to see that; with weights set by
    hand it computes (NAND, for example).

    Source: Rosenblatt (1958); Nielsen, *Neural Networks and Deep Learning*, chapter 1.

    >>> Step().forward(np.array([[-0.1, 0.0, 0.1]]))
    array([[0., 0., 1.]])
    """

    def forward(self, z: Array) -> Array:
        """a = 1 where z > 0, else 0."""
        z = np.asarray(z)
        return (z > 0).astype(z.dtype if z.dtype.kind == "f" else np.float64)

    def backward(self, grad: Array) -> Array:
        """dL/dz = 0."""
        return np.zeros_like(grad)
