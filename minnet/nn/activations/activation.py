"""The base class of activations.

Without activations a stack of linear layers is one linear layer. An Activation is a Layer without
parameters, a = f(z); its backward multiplies the upstream gradient by the derivative,
dL/dz = dL/da f'(z), element by element (Softmax couples the elements of a row).
"""

from __future__ import annotations

from minnet.nn.layer import Layer


class Activation(Layer):
    """A Layer without parameters: `forward(z)` gives a = f(z), `backward(grad)` grad f'(z).

    >>> import numpy as np
    >>> class Cube(Activation):
    ...     def forward(self, z):
    ...         self.z = z
    ...         return z**3
    ...     def backward(self, grad):
    ...         return grad * 3 * self.z**2
    >>> Cube().forward(np.array([[2.0]]))
    array([[8.]])
    """
