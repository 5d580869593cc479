"""Layer normalization: each sample is brought to mean 0 and variance 1 over its own features."""

from __future__ import annotations

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.nn.workspace import lent
from minnet.utils.checks import number, whole_number
from minnet.utils.types import Array


class LayerNorm(Layer):
    """y = gamma x^ + beta, x^ = (x - mean) / sqrt(variance + epsilon), row by row.

    Shapes: x (..., features), `gamma` and `beta` (features,). mean and variance (divided by
    `features`) are those of each row along the last axis, so that no sample knows of another and
    training and evaluation are the same. With G = dL/dy, s = sqrt(variance + epsilon), and
    H = G gamma = dL/dx^, means taken along the row:

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
        self.features = whole_number("LayerNorm", "features", features)
        self.epsilon = number("LayerNorm", "epsilon", epsilon, minimum=0, above=True)
        self.gamma = Parameter(shape=self.features, initializer="ones")
        self.beta = Parameter(shape=self.features)

    def forward(self, x: Array) -> Array:
        """y = gamma x^ + beta."""
        self._check(x)
        dtype = np.result_type(x, self.gamma.value)
        out = lent(self, "x^", x.shape, dtype)
        self._normalized = centred = np.subtract(x, x.mean(axis=-1, keepdims=True), out=out)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        self._s = np.sqrt(variance + self.epsilon)
        centred /= self._s
        y: Array = np.multiply(centred, self.gamma.value, out=lent(self, "y", x.shape, dtype))
        y += self.beta.value
        return y

    def backward(self, grad: Array) -> Array:
        """dL/dbeta, dL/dgamma; returns dL/dx."""
        x = self._normalized
        rows = tuple(range(grad.ndim - 1))
        self.beta.grad = grad.sum(axis=rows)
        self.gamma.grad = (grad * x).sum(axis=rows)
        H: Array = np.multiply(  # noqa: N806
            grad, self.gamma.value, out=lent(self, "dx", grad.shape, grad.dtype)
        )
        along = (H * x).mean(axis=-1, keepdims=True)
        H -= H.mean(axis=-1, keepdims=True)  # noqa: N806
        H -= x * along  # noqa: N806
        H /= self._s  # noqa: N806
        return H

    def _check(self, x: Array) -> None:
        if x.ndim >= 2 and x.shape[-1] == self.features:
            return
        mend = "One sample alone: x.reshape(1, -1)."
        if x.ndim >= 2:
            mend = (
                f"The last axis has the length {x.shape[-1]}: make this LayerNorm({x.shape[-1]})."
            )
        raise ValueError(
            f"{self!r}: features: expected input of shape (m, {self.features}), got {x.shape}. "
            f"{mend}"
        )
