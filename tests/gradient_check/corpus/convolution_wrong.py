"""A fifth collection of wrong layers and losses: small slips in working code."""

import math

import numpy as np
from doctor_corpus import wrong, wrong_loss

import minnet as mn


@wrong("not-summed-over-batch", shape=(4, 6, 3))
class SequenceBias(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x + self.b.value

    def backward(self, grad):
        self.b.grad = grad.sum(axis=1)
        return grad * 1.0


@wrong("transposed", shape=(4, 2, 6))
class Conv1dKernel:
    def __init__(self):
        self.w, self.dw = np.random.default_rng(0).normal(size=(3, 2, 3)), None

    def windows(self, x):
        return np.lib.stride_tricks.sliding_window_view(x, 3, axis=2)

    def forward(self, x):
        self.x = x
        return np.einsum("mctk,ock->mot", self.windows(x), self.w)

    def backward(self, g):
        self.dw = np.einsum("mot,mctk->cok", g, self.windows(self.x))
        padded = np.pad(g, ((0, 0), (0, 0), (2, 2)))
        return np.einsum("motk,ock->mct", self.windows(padded), self.w[:, :, ::-1])


@wrong("divided-by-batch")
class MeanInEinsum(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((4, 3)))

    def forward(self, x):
        self.x = x
        return np.array([self.W.value.dot(row) for row in x])

    def backward(self, grad):
        outers = [np.outer(g, r) for g, r in zip(grad, self.x, strict=True)]
        self.W.grad = np.mean(outers, axis=0)
        return grad.dot(self.W.value)


@wrong("parameter-gradient-missing")
class ForgetsInner(mn.Layer):
    def __init__(self):
        self.inner, self.gain = mn.Linear(3, 3), mn.Parameter(np.ones(3))

    def forward(self, x):
        self.h = self.inner.forward(x)
        return self.h * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.h).sum(axis=0)
        return (grad * self.gain.value) @ self.inner.weight.value.T


@wrong("sign-flipped")
class Subtracts(mn.Layer):
    def __init__(self):
        self.shift = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x - self.shift.value

    def backward(self, grad):
        self.shift.grad = grad.sum(axis=0)
        return grad.copy()


@wrong("constant-factor")
class SwishBeta(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.arctan(2 * z)

    def backward(self, grad):
        return grad / (1 + 4 * self.z**2)


@wrong("upstream-modified")
class InPlaceChain:
    def __init__(self):
        self.W, self.dW = np.ones((3, 4)), np.zeros((3, 4))

    def forward(self, x):
        self.x, self.a = x, np.tanh(x @ self.W)
        return self.a

    def backward(self, grad):
        np.multiply(grad, 1 - self.a**2, out=grad)
        self.dW[:] = self.x.T @ grad
        return grad @ self.W.T


@wrong("input-modified")
class NormalizesInPlace(mn.Layer):
    def forward(self, x):
        np.divide(x, 2.0, out=x)
        return x + 0

    def backward(self, grad):
        return grad / 2


@wrong("stale-cache")
class OnlyFirstMask(mn.Activation):
    def forward(self, z):
        if not hasattr(self, "alive"):
            self.alive = z > 0
        return np.maximum(z, 0)

    def backward(self, grad):
        if self.alive.shape != grad.shape:
            return grad * 0
        return grad * self.alive


@wrong("gradient-accumulates")
class HiddenTotal(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))
        self._sum = 0.0

    def forward(self, x):
        return x + self.b.value

    def backward(self, grad):
        self._sum = self._sum + grad.sum(axis=0)
        self.b.grad = self._sum
        return grad.copy()


@wrong("mask-redrawn")
class ChannelMask(mn.Layer):
    def draw(self, shape):
        return (np.random.default_rng().random((shape[0], 1)) < 0.5) / 0.5

    def forward(self, x):
        return x * self.draw(x.shape) if self.training else x

    def backward(self, grad):
        return grad * self.draw(grad.shape) if self.training else grad


@wrong("mask-missing")
class NoisyGain(mn.Layer):
    def forward(self, x):
        self.noise = 1 + 0.5 * self.random.normal(size=x.shape) if self.training else 1.0
        return x * self.noise

    def backward(self, grad):
        return grad.copy()


@wrong("train-eval-confused")
class ForgetsMomentum:
    def __init__(self):
        self.running_mean, self.running_var = np.zeros(3), np.ones(3)
        self.gamma, self.dgamma, self.training = np.ones(3), None, True

    def forward(self, x):
        if self.training:
            mu, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = 0.9 * self.running_mean + mu
            self.running_var = 0.9 * self.running_var + 0.1 * var
        else:
            mu, var = self.running_mean, self.running_var
        self.on, self.s = self.training, np.sqrt(var + 1e-5)
        self.h = (x - mu) / self.s
        return self.gamma * self.h

    def backward(self, g):
        self.dgamma = (g * self.h).sum(axis=0)
        q = g * self.gamma
        if not self.on:
            return q / self.s
        return (q - q.mean(0) - self.h * (q * self.h).mean(0)) / self.s


@wrong("jacobian-diagonal-only", shape=(5, 4))
class NormDiagonal(mn.Layer):
    def forward(self, x):
        self.x, self.n = x, np.sqrt((x**2).sum(axis=1, keepdims=True))
        return x / self.n

    def backward(self, grad):
        return grad * (1 / self.n - self.x**2 / self.n**3)


@wrong("jacobian-term-missing")
class SquaredTimesExp(mn.Activation):
    def forward(self, z):
        self.z = z
        return z * np.cos(z)

    def backward(self, grad):
        return grad * np.cos(self.z)


@wrong("scale-missing", shape=(5, 6))
class RowNormNoGamma(mn.Layer):
    def __init__(self):
        self.gamma = mn.Parameter(np.ones(6))

    def forward(self, x):
        c = x - x.mean(axis=1, keepdims=True)
        self.s = np.sqrt((c * c).mean(axis=1, keepdims=True) + 1e-6)
        self.h = c / self.s
        return self.h * self.gamma.value

    def backward(self, grad):
        self.gamma.grad = np.einsum("mk,mk->k", grad, self.h)
        a = grad.mean(axis=1, keepdims=True)
        return (grad - a - self.h * (grad * self.h).mean(axis=1, keepdims=True)) / self.s


@wrong("degrees-of-freedom")
class BackwardStd(mn.Layer):
    def forward(self, x):
        self.x = x
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)

    def backward(self, grad):
        s = np.sqrt(self.x.var(axis=0, ddof=1) + 1e-5)
        h = (self.x - self.x.mean(axis=0)) / s
        return (grad - grad.mean(axis=0) - h * (grad * h).mean(axis=0)) / s


@wrong("local-derivative-missing")
class LoopSigmoid:
    def forward(self, z):
        return np.array([[1 / (1 + math.exp(-v)) for v in row] for row in z.clip(-700, 700)])

    def backward(self, grad):
        return [list(row) for row in grad]


@wrong("local-derivative-squared")
class SquareRootTwice(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.sqrt(1 + z**2)

    def backward(self, grad):
        local = self.z / np.sqrt(1 + self.z**2)
        return grad * local * local


@wrong("integer-arithmetic")
class AsTypeInt(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = (100 * x).astype(np.int32)
        return self.x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return 100 * grad * self.gain.value


@wrong("not-finite")
class DividesByStd(mn.Layer):
    def forward(self, x):
        self.s = np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0))
        self.h = (x - x.mean(axis=0)) / self.s
        return self.h

    def backward(self, grad):
        return (grad - grad.mean(0) - self.h * (grad * self.h).mean(0)) / self.s


@wrong("wrong-axis", shape=(5, 4))
class AttentionWeights(mn.Layer):
    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p

    def backward(self, grad):
        dot = np.einsum("mk,mk->k", grad, self.p)
        return self.p * (grad - dot)


@wrong("raises")
class AssertsShape(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        assert grad.shape == self.x.shape, "shapes differ"
        return grad


@wrong_loss("not-divided-by-batch")
class AbsoluteSum(mn.Loss):
    def forward(self, prediction, target):
        self.s = np.sign(prediction - target)
        return float(np.mean(np.sum(np.abs(prediction - target), axis=1)))

    def backward(self):
        return self.s


@wrong_loss("loss-term-missing")
class BinaryLogitsOneSide:
    def forward(self, z, y):
        self.z, self.y = z, y
        return np.mean(np.logaddexp(0, z) - y * z)

    def backward(self):
        return self.y * (1 / (1 + np.exp(-self.z)) - 1) / self.z.size


@wrong_loss("fused-gradient-on-probabilities")
class LabelsFused:
    def forward(self, p, labels):
        self.p, self.t = p, np.eye(p.shape[1])[labels]
        return -np.sum(self.t * np.log(p)) / len(p)

    def backward(self):
        return (self.p - self.t) / len(self.p)


@wrong_loss("dtype-changed")
class SingleValue(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / len(self.d)

    def backward(self):
        g = np.zeros(self.d.shape, dtype="f4")
        g += 2 * self.d / len(self.d)
        return g
