"""Five wrong layers, and what the gradient check (the doctor) says about each.

Each class below has exactly one mistake, of a kind that is common in every course. The usual
gradient check says that two numbers differ; `check_layer` says which mistake explains exactly
that difference. Read the class first, find the mistake yourself, then read the report.

The same reports come from the command line: python -m minnet check examples/doctor_demo.py
"""

from typing import Any

import numpy as np

import minnet as mn
from minnet.plot import script_pictures

Array = Any  # a NumPy array


class ForgetfulDense(mn.Layer):
    """y = x W + b."""

    def __init__(self, in_features: int, out_features: int) -> None:
        self.W = mn.Parameter(shape=(in_features, out_features), initializer="glorot_uniform")
        self.b = mn.Parameter(np.zeros(out_features))

    def forward(self, x: Array) -> Array:
        self.x = x
        return x @ self.W.value + self.b.value

    def backward(self, grad: Array) -> Array:
        self.W.grad = self.x.T @ grad
        self.b.grad = grad
        return grad @ self.W.value.T


class SteepSigmoid(mn.Activation):
    """a = 1 / (1 + exp(-z))."""

    def sigmoid(self, z: Array) -> Array:
        return (1 + np.tanh(z / 2)) / 2

    def forward(self, z: Array) -> Array:
        self.a = self.sigmoid(z)
        return self.a

    def backward(self, grad: Array) -> Array:
        return grad * self.sigmoid(self.a) * (1 - self.sigmoid(self.a))


class LonelySoftmax(mn.Activation):
    """a_i = exp(z_i) / sum_j exp(z_j)."""

    def forward(self, z: Array) -> Array:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, grad: Array) -> Array:
        return grad * self.a * (1 - self.a)


class FickleDropout(mn.Layer):
    """Drops 40 % of the numbers in training, and scales the others up."""

    def mask(self, shape: tuple[int, ...]) -> Array:
        return (self.random.random(shape) < 0.6) / 0.6 if self.training else np.ones(shape)

    def forward(self, x: Array) -> Array:
        return x * self.mask(x.shape)

    def backward(self, grad: Array) -> Array:
        return grad * self.mask(grad.shape)


class StiffBatchNorm(mn.Layer):
    """y = gamma (x - mean) / sigma + beta, feature by feature."""

    def __init__(self, features: int) -> None:
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))

    def forward(self, x: Array) -> Array:
        self.sigma = np.sqrt(x.var(axis=0) + 1e-5)
        self.xhat = (x - x.mean(axis=0)) / self.sigma
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, grad: Array) -> Array:
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        return grad * self.gamma.value / self.sigma


LAYERS: tuple[Any, ...] = (
    *(lambda: ForgetfulDense(3, 7), SteepSigmoid, LonelySoftmax),
    *(FickleDropout, lambda: StiffBatchNorm(3)),
)


def main() -> None:
    """Check all five; print the reports, and keep them as a text."""
    pictures = script_pictures.start(__doc__)
    print(__doc__)
    reports = [f"{'=' * 96}\n{mn.check_layer(make, (5, 3))}\n" for make in LAYERS]
    print("\n".join(reports))
    (pictures.folder / "doctor_demo.txt").write_text("\n".join(reports), encoding="utf-8")


if __name__ == "__main__":
    main()
