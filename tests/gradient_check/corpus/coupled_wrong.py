"""A second collection of wrong activations, couplings, normalizations and masks."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from doctor_corpus import wrong

import minnet as mn


@wrong("local-derivative-at-wrong-point")
class SoftplusAtOutput(mn.Activation):
    def forward(self, z):
        self.y = np.logaddexp(0, z)
        return self.y

    def backward(self, grad):
        return grad / (1 + np.exp(-self.y))


@wrong("local-derivative-at-wrong-point")
class ExpWithZ:
    def forward(self, z):
        self.z = z
        return np.exp(z)

    def backward(self, g):
        return g * self.z


@wrong("local-derivative-at-wrong-point")
class EluAtOutput(mn.Activation):
    def forward(self, z):
        self.y = np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
        return self.y

    def backward(self, grad):
        return grad * np.where(self.y > 0, 1, np.exp(self.y))


@wrong("local-derivative-squared")
class TanhSquared(mn.Activation):
    def forward(self, z):
        self.a = np.tanh(z)
        return self.a

    def backward(self, grad):
        local = 1 - self.a**2
        grad = grad * local
        return grad * local


@wrong("local-derivative-missing")
class LeakyMissing(mn.Activation):
    def forward(self, z):
        return np.where(z > 0, z, 0.1 * z)

    def backward(self, grad):
        return np.array(grad)


@wrong("upstream-ignored")
class LeakyIgnores(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.where(z > 0, z, 0.1 * z)

    def backward(self, grad):
        return np.where(self.z > 0, 1.0, 0.1)


@wrong("upstream-added")
class SquareAdds:
    def forward(self, z):
        self.z = z
        return z * z

    def backward(self, g):
        return 2 * self.z + g


@wrong("not-linear-in-upstream")
class NormalizesGradient(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.sin(z)

    def backward(self, grad):
        return grad / np.linalg.norm(grad) * np.cos(self.z)


@wrong("not-linear-in-upstream")
class SignOfGradient(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.sin(z)

    def backward(self, grad):
        return np.abs(grad) * np.cos(self.z)


@wrong("not-linear-in-upstream")
class ReluBoth(mn.Activation):
    def forward(self, z):
        self.z = z
        return z * (z > 0)

    def backward(self, grad):
        return grad * (self.z > 0) * (grad > 0)


@wrong("constant-factor")
class SineThree(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.sin(3 * z)

    def backward(self, grad):
        return grad * np.cos(3 * self.z)


@wrong("constant-factor", shape=(3, 2, 4, 4))
class AveragePoolUndivided(mn.Layer):
    def forward(self, x):
        m, c, h, w = x.shape
        return x.reshape(m, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5))

    def backward(self, grad):
        return grad.repeat(2, axis=2).repeat(2, axis=3)


@wrong("jacobian-diagonal-only", shape=(4, 6))
class LogSoftmaxDiagonal(mn.Activation):
    def forward(self, z):
        z = z - z.max(axis=1, keepdims=True)
        self.y = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return self.y

    def backward(self, grad):
        return grad * (1 - np.exp(self.y))


@wrong("jacobian-term-missing", shape=(4, 6))
class LogSoftmaxOnlyOwn(mn.Activation):
    def forward(self, z):
        z = z - z.max(axis=1, keepdims=True)
        self.y = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return self.y

    def backward(self, grad):
        return -np.exp(self.y) * grad.sum(axis=1, keepdims=True)


@wrong("jacobian-term-missing", shape=(4, 6))
class UnitLength(mn.Layer):
    def forward(self, x):
        self.n = np.linalg.norm(x, axis=1, keepdims=True)
        return x / self.n

    def backward(self, grad):
        return grad / self.n


@wrong("wrong-axis", shape=(4, 6))
class UnitLengthWrongAxis(mn.Layer):
    def forward(self, x):
        self.n = np.linalg.norm(x, axis=1, keepdims=True)
        self.y = x / self.n
        return self.y

    def backward(self, grad):
        return (grad - self.y * (grad * self.y).sum(axis=0)) / self.n


@wrong("wrong-axis")
class LogSoftmaxOverBatch(mn.Activation):
    def forward(self, z):
        self.y = z - np.log(np.exp(z - z.max(0)).sum(axis=0)) - z.max(0)
        return self.y

    def backward(self, grad):
        return grad - np.exp(self.y) * grad.sum(axis=0)


@wrong("wrong-axis", shape=(5, 6))
class MyLayerNorm(mn.Layer):
    def forward(self, x):
        self.s = np.sqrt(x.var(axis=0) + 1e-5)
        self.h = (x - x.mean(axis=0)) / self.s
        return self.h

    def backward(self, grad):
        return (grad - grad.mean(0) - self.h * (grad * self.h).mean(0)) / self.s


class ImageNorm(mn.Layer):
    axes = (0, 2, 3)

    def __init__(self, channels=2):
        self.gamma = mn.Parameter(np.ones((1, channels, 1, 1)))
        self.beta = mn.Parameter(np.zeros((1, channels, 1, 1)))

    def forward(self, x):
        mean = x.mean(axis=self.axes, keepdims=True)
        self.inv = 1 / np.sqrt(((x - mean) ** 2).mean(axis=self.axes, keepdims=True) + 1e-5)
        self.h = (x - mean) * self.inv
        return self.h * self.gamma.value + self.beta.value

    def backward(self, grad):
        self.beta.grad = grad.sum(axis=(0, 2, 3), keepdims=True)
        self.gamma.grad = (grad * self.h).sum(axis=(0, 2, 3), keepdims=True)
        return self.dx(grad * self.gamma.value)

    def mean(self, q):
        return q.mean(axis=self.axes, keepdims=True)


@wrong("batch-statistics-constant", shape=(3, 2, 4, 3))
class ImageNormConstant(ImageNorm):
    def dx(self, q):
        return q * self.inv


@wrong("mean-term-missing", shape=(3, 2, 4, 3))
class ImageNormNoMean(ImageNorm):
    def dx(self, q):
        return self.inv * (q - self.h * self.mean(q * self.h))


@wrong("variance-term-missing", shape=(3, 2, 4, 3))
class ImageNormNoVariance(ImageNorm):
    def dx(self, q):
        return self.inv * (q - self.mean(q))


@wrong("sum-for-mean", shape=(3, 2, 4, 3))
class ImageNormCountsBatchOnly(ImageNorm):
    def dx(self, q):
        n = q.size / q.shape[1]
        return self.inv * (q - n * self.mean(q) - self.h * self.mean(q * self.h))


@wrong("scale-missing", shape=(3, 2, 4, 3))
class ImageNormNoGamma(ImageNorm):
    def backward(self, grad):
        super().backward(grad)
        return self.dx(grad)

    def dx(self, q):
        return self.inv * (q - self.mean(q) - self.h * self.mean(q * self.h))


@wrong("degrees-of-freedom", shape=(6, 4))
class PlainFreedom:
    def __init__(self):
        self.gamma, self.beta = np.ones(4), np.zeros(4)

    def forward(self, x):
        m = len(x)
        self.mu = x.sum(axis=0) / m
        self.sd = np.sqrt(((x - self.mu) ** 2).sum(axis=0) / (m - 1) + 1e-5)
        self.h = (x - self.mu) / self.sd
        return self.gamma * self.h + self.beta

    def backward(self, g):
        m = len(g)
        self.dgamma, self.dbeta = (g * self.h).sum(0), g.sum(0)
        q = g * self.gamma
        return (m * q - q.sum(0) - self.h * (q * self.h).sum(0)) / (m * self.sd)


@wrong("scale-missing", shape=(6, 4))
class GammaWithoutSigma(mn.Layer):
    def __init__(self):
        self.gamma = mn.Parameter(np.ones(4))

    def forward(self, x):
        self.c = x - x.mean(axis=0)
        self.s = np.sqrt((self.c**2).mean(axis=0) + 1e-5)
        self.h = self.c / self.s
        return self.gamma.value * self.h

    def backward(self, grad):
        self.gamma.grad = (grad * self.c).sum(axis=0)
        q = grad * self.gamma.value
        return (q - q.mean(0) - self.h * (q * self.h).mean(0)) / self.s


@wrong("variance-term-missing", shape=(5, 6))
class RootMeanSquare(mn.Layer):
    def forward(self, x):
        self.r = np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-6)
        return x / self.r

    def backward(self, grad):
        return grad / self.r


@wrong("mean-term-missing", shape=(5, 6))
class CenterRows(mn.Layer):
    def forward(self, x):
        return x - x.mean(axis=1, keepdims=True)

    def backward(self, grad):
        return grad * 1.0


@wrong("mask-redrawn")
class FreshGenerator(mn.Layer):
    def forward(self, x):
        if not self.training:
            return x
        return x * self.mask(x.shape)

    def backward(self, grad):
        if not self.training:
            return grad
        return grad * self.mask(grad.shape)

    def mask(self, shape):
        return np.random.default_rng().binomial(1, 0.7, size=shape) / 0.7


@wrong("mask-missing")
class PlainMaskMissing:
    def __init__(self, p=0.5):
        self.p, self.rng, self.train = p, np.random.RandomState(3), True

    def forward(self, x):
        if not self.train:
            return x
        self.mask = self.rng.binomial(1, 1 - self.p, size=x.shape) / (1 - self.p)
        return x * self.mask

    def backward(self, g):
        return g


@wrong("mask-scale-missing")
class ScaleOnlyForward(mn.Layer):
    def forward(self, x):
        self.keep = self.random.random(x.shape) < 0.8 if self.training else None
        return x * self.keep / 0.8 if self.training else x

    def backward(self, grad):
        return grad * self.keep if self.training else grad


@wrong("train-eval-confused")
class PlainNoiseInTest:
    def __init__(self):
        self.training = True

    def forward(self, x):
        return x + np.random.randn(*x.shape)

    def backward(self, g):
        return g.copy()


@wrong("train-eval-confused")
class ScaledInEvaluationToo(mn.Layer):
    def forward(self, x):
        self.mask = 1.0
        if self.training:
            self.mask = (self.random.random(x.shape) < 0.8) / 0.8
            return x * self.mask
        self.mask = 0.8
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


@wrong("train-eval-confused")
class NeverStoresStatistics(mn.Layer):
    def __init__(self):
        self.running_mean, self.running_variance = np.zeros(3), np.ones(3)

    def forward(self, x):
        if self.training:
            mean, variance = x.mean(axis=0), x.var(axis=0)
        else:
            mean, variance = self.running_mean, self.running_variance
        self.batch, self.s = self.training, np.sqrt(variance + 1e-5)
        self.h = (x - mean) / self.s
        return self.h

    def backward(self, grad):
        if not self.batch:
            return grad / self.s
        return (grad - grad.mean(0) - self.h * (grad * self.h).mean(0)) / self.s


@wrong("not-finite")
class LogOfSoftmax(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return np.log(self.p)

    def backward(self, grad):
        return grad - self.p * grad.sum(axis=1, keepdims=True)


@wrong("not-finite")
class TanhByHand(mn.Activation):
    def forward(self, z):
        self.a = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
        return self.a

    def backward(self, grad):
        return grad * (1 - self.a**2)


@wrong("not-finite")
class NoEpsilon(mn.Layer):
    def forward(self, x):
        self.s = x.std(axis=1, keepdims=True)
        self.h = (x - x.mean(axis=1, keepdims=True)) / self.s
        return self.h

    def backward(self, grad):
        mean = grad.mean(1, keepdims=True)
        return (grad - mean - self.h * (grad * self.h).mean(1, keepdims=True)) / self.s


@wrong("unknown")
class WrongSlope(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.where(z > 0, z, 0.1 * z)

    def backward(self, grad):
        return grad * np.where(self.z > 0, 1, 0.3)


@wrong("local-derivative-missing")
class ConvTanhForgets(mn.Layer):
    def __init__(self):
        self.w, self.b = mn.Parameter(np.ones((3, 2))), mn.Parameter(np.zeros(2))

    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.w.value + self.b.value)

    def backward(self, grad):
        self.w.grad[...] = self.x.T @ grad
        self.b.grad[...] = grad.sum(0)
        return grad @ self.w.value.T
