"""Layer normalization: each sample is scaled to mean 0 and variance 1 over its features."""

from __future__ import annotations

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.layers.checks import check_row_length
from minnet.nn.parameter import Parameter
from minnet.utils.checks import number, whole_number
from minnet.utils.types import Array


class LayerNorm(Layer):
    """y = gamma x^ + beta, x^ = (x - mean) / sqrt(variance + epsilon), row by row.

    Shapes: x (..., features), `gamma` and `beta` (features,). mean and variance (divided by
    `features`) are those of each row along the last axis, so that samples do not depend on each
    other, and training and evaluation are the same. With G = dL/dy, H = G gamma = dL/dx^,
    s = sqrt(variance + epsilon), and means along the row:

        dL/dbeta  = sum_rows G
        dL/dgamma = sum_rows G x^
        dL/dx     = (H - mean H - x^ mean(H x^)) / s

    Args:
        features: the length of the last axis.
        epsilon: keeps a constant row from being divided by 0.

    Raises:
        TypeError, ValueError: a bad argument; an input whose last axis is not `features`.

    Source: Ba, Kiros, Hinton (2016).

    >>> LayerNorm(2).forward(np.array([[1.0, 3.0], [-50.0, 50.0]])).round(3)
    array([[-1.,  1.],
           [-1.,  1.]])
    """

    def __init__(self, features: int, epsilon: float = 1e-5) -> None:
        self.features: int = whole_number("LayerNorm", "features", features)
        self.epsilon: float = number("LayerNorm", "epsilon", epsilon, minimum=0, above=True)
        self.gamma: Parameter = Parameter(shape=self.features, initializer="ones")
        self.beta: Parameter = Parameter(shape=self.features)

    def forward(self, x: Array) -> Array:
        """y = gamma x^ + beta."""
        check_row_length(self, x, self.features)
        x = np.ascontiguousarray(x)  # along such rows NumPy sums pairwise, which keeps the digits
        centered = x - x.mean(axis=-1, keepdims=True)
        variance = (centered * centered).mean(axis=-1, keepdims=True)
        self._s = np.sqrt(variance + self.epsilon)
        self._normalized = centered / self._s
        return self.gamma.value * self._normalized + self.beta.value

    def backward(self, grad: Array) -> Array:
        """dL/dbeta, dL/dgamma; returns dL/dx."""
        x, rows = self._normalized, tuple(range(grad.ndim - 1))
        self.beta.grad[...] = grad.sum(axis=rows)
        self.gamma.grad[...] = (grad * x).sum(axis=rows)
        H = grad * self.gamma.value  # noqa: N806
        mean_H, mean_Hx = (a.mean(axis=-1, keepdims=True) for a in (H, H * x))  # noqa: N806
        return (H - mean_H - x * mean_Hx) / self._s
