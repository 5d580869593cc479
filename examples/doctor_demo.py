"""Five wrong layers, and what the gradient check (the doctor) says about each.

Each class below has exactly one mistake, of a kind that is common in every course. The usual
gradient check says that two numbers differ; `check_layer` says which mistake explains exactly
that difference. Read the class first, find the mistake yourself, then read the report.

The same reports come from the command line: python -m minnet check examples/doctor_demo.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet.gradient_check import check_layer
from minnet.plot import script_pictures

Array = NDArray[Any]


class ForgetfulDense(mn.Layer):
    """y = x W + b."""

    def __init__(self, in_features: int, out_features: int) -> None:
        self.W = mn.Parameter(shape=(in_features, out_features), initializer="glorot_uniform")
        self.b = mn.Parameter(np.zeros(out_features))

    def forward(self, x: Array) -> Array:
        """x W + b."""
        self.x = x
        y: Array = x @ self.W.value + self.b.value
        return y

    def backward(self, grad: Array) -> Array:
        """dL/dW, dL/db; returns dL/dx."""
        self.W.grad = self.x.T @ grad
        self.b.grad = grad
        dx: Array = grad @ self.W.value.T
        return dx


class SteepSigmoid(mn.Activation):
    """a = 1 / (1 + exp(-z))."""

    def sigmoid(self, z: Array) -> Array:
        """By tanh, which cannot overflow."""
        a: Array = (1 + np.tanh(z / 2)) / 2
        return a

    def forward(self, z: Array) -> Array:
        """Sigmoid of z."""
        self.a = self.sigmoid(z)
        return self.a

    def backward(self, grad: Array) -> Array:
        """dL/da times the derivative of the sigmoid."""
        dz: Array = grad * self.sigmoid(self.a) * (1 - self.sigmoid(self.a))
        return dz


class LonelySoftmax(mn.Activation):
    """a_i = exp(z_i) / sum_j exp(z_j)."""

    def forward(self, z: Array) -> Array:
        """Softmax of each row."""
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.a = a = np.asarray(e / e.sum(axis=1, keepdims=True))
        return a

    def backward(self, grad: Array) -> Array:
        """dL/da times the derivative of the softmax."""
        dz: Array = grad * self.a * (1 - self.a)
        return dz


class FickleDropout(mn.Layer):
    """Drops 40 % of the numbers in training, and scales the others up."""

    def mask(self, shape: tuple[int, ...]) -> Array:
        """0 or 1/0.6, at random; all ones in evaluation."""
        return (self.random.random(shape) < 0.6) / 0.6 if self.training else np.ones(shape)

    def forward(self, x: Array) -> Array:
        """Return x times a mask."""
        return x * self.mask(x.shape)

    def backward(self, grad: Array) -> Array:
        """The gradient times a mask."""
        return grad * self.mask(grad.shape)


class StiffBatchNorm(mn.Layer):
    """y = gamma (x - mean) / sigma + beta, feature by feature."""

    def __init__(self, features: int) -> None:
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))

    def forward(self, x: Array) -> Array:
        """Mean and sigma over the batch."""
        self.sigma = np.sqrt(x.var(axis=0) + 1e-5)
        self.xhat = (x - x.mean(axis=0)) / self.sigma
        y: Array = self.gamma.value * self.xhat + self.beta.value
        return y

    def backward(self, grad: Array) -> Array:
        """dL/dgamma, dL/dbeta; returns dL/dx."""
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        dx: Array = grad * self.gamma.value / self.sigma
        return dx


LAYERS: list[tuple[Callable[[], mn.Layer], tuple[int, ...]]] = [
    (lambda: ForgetfulDense(3, 7), (5, 3)),
    (SteepSigmoid, (5, 3)),
    (LonelySoftmax, (5, 3)),
    (FickleDropout, (5, 3)),
    (lambda: StiffBatchNorm(3), (5, 3)),
]


def main() -> None:
    """Check all five; print the reports, and keep them as a text."""
    pictures = script_pictures.start(__doc__)
    print(__doc__)
    reports = [f"{'=' * 96}\n{check_layer(make, shape)}\n" for make, shape in LAYERS]
    print("\n".join(reports))
    (pictures.folder / "doctor_demo.txt").write_text("\n".join(reports), encoding="utf-8")


if __name__ == "__main__":
    main()
