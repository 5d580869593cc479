"""Elementwise functions without parameters and without a mistake: steep, tiny, kinked, constant."""

import math

import numpy as np
from corpus.cases import CASES, SOME_ZEROS, Case, right

import minnet as mn


@right()
class Step(mn.Activation):
    def forward(self, z):
        return (z > 0).astype(float)

    def backward(self, grad):
        return np.zeros_like(grad)


@right()
class IntegerStep(mn.Activation):
    def forward(self, z):
        return np.where(z > 0, 1, 0)

    def backward(self, grad):
        return 0 * grad


@right()
class Constant(mn.Layer):
    def forward(self, x):
        return np.ones_like(x)

    def backward(self, grad):
        return np.zeros_like(grad)


@right()
class Abs(mn.Activation):
    def forward(self, z):
        self.s = np.sign(z)
        return np.abs(z)

    def backward(self, grad):
        return grad * self.s


@right()
class Exponential(mn.Activation):
    def forward(self, z):
        self.a = np.exp(z)
        return self.a

    def backward(self, grad):
        return grad * self.a


@right(shape=np.random.default_rng(3).uniform(0.05, 4, size=(5, 3)))
class Logarithm(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.log(z)

    def backward(self, grad):
        return grad / self.z


@right(shape=np.array([[0.0, 1.0, -1.0], [2.0, 0.0, 0.0], [1.0, -2.0, 0.5], [0.0, 0.0, 0.0]]))
class ReluOnKinks(mn.Activation):
    def forward(self, z):
        self.alive = z > 0
        return z * self.alive

    def backward(self, grad):
        return grad * self.alive


@right()
class PopsItsCache(mn.Layer):
    def __init__(self):
        self.stack = []

    def forward(self, x):
        self.stack.append(np.tanh(x))
        return self.stack[-1]

    def backward(self, grad):
        return grad * (1 - self.stack.pop() ** 2)


STEEP = {
    "Reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2),
    "FifthPower": (lambda x: x**5, lambda x: 5 * x**4),
    "Wave": (lambda x: np.sin(20 * x), lambda x: 20 * np.cos(20 * x)),
    "Tangent": (np.tan, lambda x: 1 / np.cos(x) ** 2),
    "Huge": (lambda x: 1e6 * x, lambda x: 1e6 + 0 * x),
    "Tiny": (lambda x: 1e-8 * np.sin(x), lambda x: 1e-8 * np.cos(x)),
    "SteepExponential": (lambda x: np.exp(5 * x), lambda x: 5 * np.exp(5 * x)),
    "RootOfSize": (lambda x: np.sqrt(np.abs(x)), lambda x: 0.5 * np.sign(x) / np.sqrt(np.abs(x))),
    "Offset": (lambda x: 1e5 + np.tanh(x), lambda x: 1 - np.tanh(x) ** 2),
    "Bell": (lambda x: np.exp(-(x**2)), lambda x: -2 * x * np.exp(-(x**2))),
    "Swish": (
        lambda x: x / (1 + np.exp(-np.clip(x, -500, 500))),
        lambda x: (lambda s: s + x * s * (1 - s))(1 / (1 + np.exp(-np.clip(x, -500, 500)))),
    ),
    "HardTanh": (lambda x: np.clip(x, -1, 1), lambda x: (np.abs(x) < 1) * 1.0),
    "Rounded": (np.round, lambda x: 0 * x),
    "Sawtooth": (lambda x: x - np.floor(x), lambda x: 1 + 0 * x),
}


def _elementwise(name, f, derivative):
    def forward(self, x):
        self.x = x
        return f(x)

    def backward(self, grad):
        return grad * derivative(self.x)

    return type(name, (mn.Activation,), {"forward": forward, "backward": backward})


for _name, (_f, _derivative) in STEEP.items():
    CASES.append(Case("", _elementwise(_name, _f, _derivative), (5, 3), "layer", {}))


@right()
class TimeStep:
    def __init__(self):
        self.t, self.dt, self.n, self.dn = 1.0, 0.1, 3, 2

    def forward(self, x):
        self.a = np.tanh(x * self.t)
        return x + self.dt * self.a

    def backward(self, grad):
        return grad * (1 + self.dt * self.t * (1 - self.a**2))


@right(shape=(6,))
class OnVectors(mn.Layer):
    def forward(self, x):
        self.x = x
        return x**2

    def backward(self, grad):
        return 2 * grad * self.x


@right()
class AliasOfInput(mn.Layer):
    def forward(self, x):
        return x

    def backward(self, grad):
        return grad


@right()
class Counter(mn.Layer):
    def __init__(self):
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        self.y = np.arctan(x)
        self.x = x
        return self.y

    def backward(self, grad):
        return grad / (1 + self.x**2)


@right()
class ForgetsItsCache(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.log1p(z**2)

    def backward(self, grad):
        z, self.z = self.z, None
        return grad * 2 * z / (1 + z**2)


@right()
class PurePython:
    def forward(self, x):
        self.rows = [[math.tanh(v) for v in row] for row in x]
        return np.array(self.rows)

    def backward(self, grad):
        return [
            [g * (1 - a * a) for g, a in zip(gs, row, strict=True)]
            for gs, row in zip(grad, self.rows, strict=True)
        ]


@right(SOME_ZEROS)
class RootAtZero:
    """The slope of a root is infinite at 0, and that is what backward says."""

    def forward(self, x):
        self.y = np.sqrt(x)
        return self.y

    def backward(self, grad):
        return grad / (2 * self.y)


@right(SOME_ZEROS)
class LogarithmAtZero(mn.Activation):
    """Minus infinity at 0."""

    def forward(self, z):
        self.z = z
        return np.log(z)

    def backward(self, grad):
        return grad / self.z


@right(SOME_ZEROS)
class SafeEntropy:
    """x ln x, zero at 0, where its slope is minus infinity."""

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x * np.log(np.where(x > 0, x, 1.0)), 0.0)

    def backward(self, grad):
        return grad * (np.log(self.x) + 1)
