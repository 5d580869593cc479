"""ReLU and LeakyReLU: z for positive z, and nothing or little for negative z.

The derivative is 1 for every positive z, so gradients do not vanish on their way through many
layers. For negative z a ReLU is dead: derivative 0, no learning; a LeakyReLU keeps a small slope.
"""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.utils.checks import number
from minnet.utils.types import Array


class ReLU(Activation):
    """a = max(z, 0); a' = 1 where z > 0, else 0 (at the kink z = 0 the convention is 0).

    Source: Nair and Hinton (2010).

    >>> ReLU().forward(np.array([[-1.0, 0.0, 2.0]]))
    array([[0., 0., 2.]])
    """

    def forward(self, z: Array) -> Array:
        """a = max(z, 0), elementwise."""
        self._a: Array = np.maximum(z, 0)
        return self._a

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da where a > 0, else 0."""
        return grad * (self._a > 0)


class LeakyReLU(Activation):
    """a = z where z > 0, else slope z; a' = 1 or slope (slope at the kink z = 0).

    Args:
        slope: the slope for negative z, >= 0.

    Source: Maas, Hannun, Ng (2013).

    >>> LeakyReLU().forward(np.array([[-1.0, 0.0, 2.0]]))
    array([[-0.01,  0.  ,  2.  ]])
    """

    def __init__(self, slope: float = 0.01) -> None:
        self.slope: float = number("LeakyReLU", "slope", slope, minimum=0)

    def forward(self, z: Array) -> Array:
        """a = z where z > 0, else slope z."""
        self._positive = z > 0
        return np.where(self._positive, z, self.slope * z)

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da where z > 0, else slope dL/da."""
        return np.where(self._positive, grad, self.slope * grad)
