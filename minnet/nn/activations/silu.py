"""SiLU and HardSwish: a = z s, where the gate s between 0 and 1 is a sigmoid.

By the product rule a' = s + z s'.
"""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.nn.functional import sigmoid_halves
from minnet.utils.types import Array


class SiLU(Activation):
    """a = z sigmoid(z), also called swish; a' = s + z s (1 - s) with s = sigmoid(z).

    Source: Elfwing, Uchibe, Doya (2018); Ramachandran, Zoph, Le (2017).

    >>> SiLU().forward(np.array([[-1.0, 0.0, 1.0, 10.0]])).round(4)
    array([[-0.2689,  0.    ,  0.7311,  9.9995]])
    """

    def forward(self, z: Array) -> Array:
        """a = z s."""
        p, q = sigmoid_halves(z)
        s, rest = np.where(z < 0, q, p), np.where(z < 0, p, q)  # rest = 1 - s
        self._derivative = s * (1 + z * rest)
        return z * s

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da s (1 + z (1 - s))."""
        return grad * self._derivative


class HardSwish(Activation):
    """a = z h(z), h = z/6 + 1/2 clipped to [0, 1] (see HardSigmoid): a SiLU without exp.

    a' = 0 for z <= -3, 1 for z >= 3, z/3 + 1/2 between (at the kinks as in PyTorch).

    Source: Howard et al., "Searching for MobileNetV3" (2019).

    >>> HardSwish().forward(np.array([[-4.0, -1.0, 0.0, 4.0]])).round(4)
    array([[-0.    , -0.3333,  0.    ,  4.    ]])
    """

    def forward(self, z: Array) -> Array:
        """a = z (z + 3) / 6 between the kinks, 0 below, z above."""
        self._derivative = np.where(z >= 3, 1, np.where(z <= -3, 0, z / 3 + 0.5))
        return z * ((np.clip(z, -3, 3) + 3) / 6)

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da a'."""
        return grad * self._derivative
