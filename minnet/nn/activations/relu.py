"""ReLU and its relatives: z for positive z, and little or nothing for negative z.

Their derivative is 1 (or near 1) for every positive z, so that gradients do not fade on their
way through many layers; the relatives differ in what they leave to negative z, where a ReLU
is dead: derivative 0, no learning.
"""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.nn.functional import sigmoid, softplus
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
        dz: Array = grad * (self._a > 0)
        return dz


class LeakyReLU(Activation):
    """a = z where z > 0, else slope z; a' = 1 or slope (slope at the kink z = 0).

    Args:
        slope: of the negative side, >= 0.

    Source: Maas, Hannun, Ng (2013).

    >>> LeakyReLU().forward(np.array([[-1.0, 0.0, 2.0]]))
    array([[-0.01,  0.  ,  2.  ]])
    """

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = number("LeakyReLU", "slope", slope, minimum=0)

    def forward(self, z: Array) -> Array:
        """a = z where z > 0, else slope z."""
        self._positive = z > 0
        return np.where(self._positive, z, self.slope * z)

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da where z > 0, else slope dL/da."""
        return np.where(self._positive, grad, self.slope * grad)


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
        self.alpha = number("ELU", "alpha", alpha, minimum=0)

    def forward(self, z: Array) -> Array:
        """a = z where z > 0, else alpha (exp(z) - 1)."""
        below = np.minimum(z, 0)
        self._derivative = np.where(z > 0, 1, self.alpha * np.exp(below))
        return np.where(z > 0, z, self.alpha * np.expm1(below))

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da a'."""
        dz: Array = grad * self._derivative
        return dz


class SELU(Activation):
    """a = scale z where z > 0, else scale alpha (exp(z) - 1): an ELU that keeps mean 0, variance 1.

    alpha = 1.67326..., scale = 1.05070... are chosen so that units of mean 0 and variance 1 stay
    so through layers whose weights start by `lecun_normal`. a' = scale, or scale alpha exp(z)
    (that also at z = 0).

    Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks" (2017).

    >>> SELU().forward(np.array([[-1000.0, 0.0, 1.0]])).round(4)
    array([[-1.7581,  0.    ,  1.0507]])
    """

    alpha = 1.6732632423543772848170429916717
    scale = 1.0507009873554804934193349852946

    def forward(self, z: Array) -> Array:
        """a = scale z where z > 0, else scale alpha (exp(z) - 1)."""
        below, limit = np.minimum(z, 0), self.scale * self.alpha
        self._derivative = np.where(z > 0, self.scale, limit * np.exp(below))
        return np.where(z > 0, self.scale * z, limit * np.expm1(below))

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da a'."""
        dz: Array = grad * self._derivative
        return dz


class Softplus(Activation):
    """a = ln(1 + exp(z)), a ReLU without a kink; a' = sigmoid(z).

    Exact on both sides (`minnet.nn.functional.softplus`); libraries that switch to a = z beyond
    z = 20 differ from it by 2e-9 there.

    Source: Dugas, Bengio, Bélisle, Nadeau, Garcia (2001).

    >>> Softplus().forward(np.array([[-1000.0, 0.0, 1000.0]])).round(4)
    array([[0.000e+00, 6.931e-01, 1.000e+03]])
    """

    def forward(self, z: Array) -> Array:
        """a = ln(1 + exp(z)), elementwise."""
        self._derivative = sigmoid(z)
        return softplus(z)

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da sigmoid(z)."""
        dz: Array = grad * self._derivative
        return dz
