"""Sigmoid, tanh, softplus and swish, each activation with one mistake."""

import math

import numpy as np
from corpus.cases import wrong

import minnet as mn


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class SigmoidBase(mn.Activation):
    def forward(self, z):
        self.z = z
        self.a = sigmoid(z)
        return self.a


@wrong("local-derivative-missing")
class SigmoidMissing(SigmoidBase):
    def backward(self, grad):
        return grad.copy()


@wrong("local-derivative-squared")
class SigmoidSquared(SigmoidBase):
    def backward(self, grad):
        d = self.a * (1 - self.a)
        return grad * d * d


@wrong("local-derivative-at-wrong-point")
class SigmoidOfA(SigmoidBase):
    def backward(self, grad):
        s = sigmoid(self.a)
        return grad * s * (1 - s)


@wrong("local-derivative-at-wrong-point")
class SigmoidZ(SigmoidBase):
    def backward(self, grad):
        return grad * self.z * (1 - self.z)


@wrong("local-derivative-at-wrong-point")
class TanhTwice:
    def forward(self, z):
        self.out = np.tanh(z)
        return self.out

    def backward(self, g):
        return g * (1 - np.tanh(self.out) ** 2)


@wrong("upstream-ignored")
class SigmoidNoUpstream(SigmoidBase):
    def backward(self, grad):
        return self.a * (1 - self.a)


@wrong("upstream-added")
class SigmoidAdded(SigmoidBase):
    def backward(self, grad):
        return grad + self.a * (1 - self.a)


class TanhBase(mn.Activation):
    def forward(self, z):
        self.a = np.tanh(z)
        return self.a


@wrong("not-linear-in-upstream")
class ClippedUpstream(TanhBase):
    def backward(self, grad):
        return np.clip(grad, -5, 5) * (1 - self.a**2)


@wrong("not-finite")
class NaiveSoftplus(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.log(1 + np.exp(z))

    def backward(self, grad):
        return grad / (1 + np.exp(-self.z))


@wrong("not-finite")
class SigmoidDerivativeOverflows(mn.Activation):
    def forward(self, z):
        self.z = z
        return 1 / (1 + np.exp(-z))

    def backward(self, grad):
        return grad * np.exp(-self.z) / (1 + np.exp(-self.z)) ** 2


@wrong("dtype-changed")
class HalfPrecision(mn.Activation):
    def forward(self, z):
        self.a = np.tanh(z.astype(np.float16))
        return self.a

    def backward(self, grad):
        return grad * (1 - self.a.astype(float) ** 2)


@wrong("stale-cache")
class ClassLevelCache(mn.Activation):
    def __init__(self):
        self.cache = {}

    def forward(self, z):
        self.cache.setdefault(z.shape, np.tanh(z))
        return np.tanh(z)

    def backward(self, grad):
        return grad * (1 - self.cache[grad.shape] ** 2)


@wrong("upstream-modified")
class ScalesUpstream(mn.Activation):
    def forward(self, z):
        self.s = 1 / (1 + np.exp(-z))
        return self.s

    def backward(self, grad):
        grad *= self.s
        grad *= 1 - self.s
        return grad


@wrong("raises")
class MissingCache(mn.Activation):
    def forward(self, z):
        return np.tanh(z)

    def backward(self, grad):
        return grad * (1 - self.a**2)


@wrong("local-derivative-at-wrong-point")
class SoftplusAtOutput(mn.Activation):
    def forward(self, z):
        self.y = np.logaddexp(0, z)
        return self.y

    def backward(self, grad):
        return grad / (1 + np.exp(-self.y))


@wrong("local-derivative-squared")
class TanhSquared(TanhBase):
    def backward(self, grad):
        local = 1 - self.a**2
        grad = grad * local
        return grad * local


@wrong("not-finite")
class TanhByHand(mn.Activation):
    def forward(self, z):
        self.a = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
        return self.a

    def backward(self, grad):
        return grad * (1 - self.a**2)


@wrong("jacobian-term-missing")
class SwishHalf(mn.Activation):
    def forward(self, z):
        self.s = 1 / (1 + np.exp(-z))
        return z * self.s

    def backward(self, grad):
        return grad * self.s


@wrong("not-finite")
class LogSigmoid(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.log(1 / (1 + np.exp(-z)))

    def backward(self, grad):
        return grad * (1 - 1 / (1 + np.exp(-self.z)))


@wrong("local-derivative-missing")
class LoopSigmoid:
    def forward(self, z):
        return np.array([[1 / (1 + math.exp(-v)) for v in row] for row in z.clip(-700, 700)])

    def backward(self, grad):
        return [list(row) for row in grad]


@wrong("dtype-changed")
class HalfForward:
    """All in float16."""

    def forward(self, x):
        self.y = np.tanh(x).astype(np.float16)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y.astype(float) ** 2)


@wrong("integer-arithmetic")
class TanhCut(mn.Activation):
    """The derivative is between 0 and 1 and becomes 0."""

    def forward(self, z):
        self.y = np.tanh(z)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y**2).astype(int)


@wrong("dtype-changed")
class HalfAndBack(TanhBase):
    """float16 on the way, and float64 again."""

    def backward(self, grad):
        return (grad * (1 - self.a**2)).astype(np.float16).astype(np.float64)
