"""ELU and SELU: z for positive z, an exponential that levels off for negative z.

Unlike a ReLU they have outputs of both signs, so that the mean of a layer's outputs can be near 0.
"""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.utils.checks import number
from minnet.utils.types import Array


class ELU(Activation):
    """a = z where z > 0, else alpha (exp(z) - 1); a' = 1 or alpha exp(z) (alpha at z = 0).

    exp(z) - 1 is computed by `expm1`, which does not cancel near 0.

    Args:
        alpha: minus the limit for z -> -infinity, >= 0.

    Source: Clevert, Unterthiner, Hochreiter (2016).

    >>> ELU().forward(np.array([[-1000.0, 0.0, 2.0]]))
    array([[-1.,  0.,  2.]])
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha: float = number("ELU", "alpha", alpha, minimum=0)

    def forward(self, z: Array) -> Array:
        """a = z where z > 0, else alpha (exp(z) - 1)."""
        below = np.minimum(z, 0)
        self._derivative = np.where(z > 0, 1, self.alpha * np.exp(below))
        return np.where(z > 0, z, self.alpha * np.expm1(below))

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da a'."""
        return grad * self._derivative


class SELU(Activation):
    """a = scale z where z > 0, else scale alpha (exp(z) - 1): an ELU that keeps mean 0, variance 1.

    alpha = 1.67326..., scale = 1.05070... are chosen so that units of mean 0 and variance 1 stay
    so through layers whose weights start by `lecun_normal`. a' = scale, or scale alpha exp(z)
    (the latter also at z = 0).

    Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks" (2017).

    >>> SELU().forward(np.array([[-1000.0, 0.0, 1.0]])).round(4)
    array([[-1.7581,  0.    ,  1.0507]])
    """

    alpha: float = 1.6732632423543772848170429916717
    scale: float = 1.0507009873554804934193349852946

    def forward(self, z: Array) -> Array:
        """a = scale z where z > 0, else scale alpha (exp(z) - 1)."""
        below, limit = np.minimum(z, 0), self.scale * self.alpha
        self._derivative = np.where(z > 0, self.scale, limit * np.exp(below))
        return np.where(z > 0, self.scale * z, limit * np.expm1(below))

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da a'."""
        return grad * self._derivative
