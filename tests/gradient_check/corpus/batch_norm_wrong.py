"""Dropout, batch and layer normalization, gains, and convolutions with one mistake each."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from doctor_corpus import wrong

import minnet as mn


class Drop(mn.Layer):
    def __init__(self, rate=0.4):
        self.rate = rate

    def forward(self, x):
        if not self.training:
            self.mask = np.ones_like(x)
            return x
        self.mask = (self.random.random(x.shape) >= self.rate) / (1 - self.rate)
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


@wrong("mask-redrawn")
class DropRedraws(Drop):
    def backward(self, grad):
        if not self.training:
            return grad
        return grad * (self.random.random(grad.shape) >= self.rate) / (1 - self.rate)


@wrong("mask-redrawn")
class DropRedrawsGlobal:
    def __init__(self):
        self.training = True

    def forward(self, x):
        if not self.training:
            return x
        return x * (np.random.rand(*x.shape) > 0.5) * 2

    def backward(self, grad):
        if not self.training:
            return grad
        return grad * (np.random.rand(*grad.shape) > 0.5) * 2


@wrong("mask-missing")
class DropNoMask(Drop):
    def backward(self, grad):
        return grad


@wrong("mask-scale-missing")
class DropNoScale(Drop):
    def backward(self, grad):
        return grad * (self.mask > 0)


@wrong("train-eval-confused")
class DropAlways(Drop):
    def forward(self, x):
        self.mask = (self.random.random(x.shape) >= self.rate) / (1 - self.rate)
        return x * self.mask


@wrong("train-eval-confused")
class DropNeverScaled(Drop):
    def forward(self, x):
        self.mask = np.ones_like(x)
        if self.training:
            self.mask = 1.0 * (self.random.random(x.shape) >= self.rate)
        return x * self.mask


@wrong("train-eval-confused")
class DropStaleInEval(Drop):
    def forward(self, x):
        if not self.training:
            return x
        return super().forward(x)


class BatchNorm(mn.Layer):
    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))

    def forward(self, x):
        self.mean, self.std = x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-5)
        self.xhat = (x - self.mean) / self.std
        return self.gamma.value * self.xhat + self.beta.value

    def dx(self, q):
        return (q - q.mean(0) - self.xhat * (q * self.xhat).mean(0)) / self.std

    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        return self.dx(grad * self.gamma.value)


@wrong("batch-statistics-constant")
class NormConstant(BatchNorm):
    def dx(self, q):
        return q / self.std


@wrong("mean-term-missing")
class NormNoMean(BatchNorm):
    def dx(self, q):
        return (q - self.xhat * (q * self.xhat).mean(0)) / self.std


@wrong("variance-term-missing")
class NormNoVariance(BatchNorm):
    def dx(self, q):
        return (q - q.mean(0)) / self.std


@wrong("sum-for-mean")
class NormSums(BatchNorm):
    def dx(self, q):
        return (q - q.sum(0) - self.xhat * (q * self.xhat).sum(0)) / self.std


@wrong("sum-for-mean")
class NormOneSum(BatchNorm):
    def dx(self, q):
        return (q - q.mean(0) - self.xhat * (q * self.xhat).sum(0)) / self.std


@wrong("degrees-of-freedom")
class NormFreedom(BatchNorm):
    def forward(self, x):
        self.std = np.sqrt(x.var(axis=0, ddof=1) + 1e-5)
        self.xhat = (x - x.mean(axis=0)) / self.std
        return self.gamma.value * self.xhat + self.beta.value


@wrong("degrees-of-freedom")
class NormBackFreedom(BatchNorm):
    def dx(self, q):
        m = len(q)
        return (q - q.mean(0) - self.xhat * (q * self.xhat).sum(0) / (m - 1)) / self.std


@wrong("scale-missing")
class NormNoGamma(BatchNorm):
    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        return self.dx(grad)


@wrong("scale-missing")
class NormNoSigma(BatchNorm):
    def dx(self, q):
        return q - q.mean(0) - self.xhat * (q * self.xhat).mean(0)


@wrong("batch-statistics-constant")
class PlainNormConstant:
    def __init__(self):
        self.gamma, self.beta = np.ones(3), np.zeros(3)
        self.dgamma, self.dbeta = np.zeros(3), np.zeros(3)

    def forward(self, x):
        self.mu, self.var = x.mean(0), x.var(0)
        self.inv = 1 / np.sqrt(self.var + 1e-8)
        self.xn = (x - self.mu) * self.inv
        return self.gamma * self.xn + self.beta

    def backward(self, dout):
        self.dgamma = np.sum(dout * self.xn, 0)
        self.dbeta = np.sum(dout, 0)
        return dout * self.gamma * self.inv


class Running(BatchNorm):
    momentum = 0.1

    def __init__(self, features=3):
        super().__init__(features)
        self.running_mean = mn.Parameter(np.zeros(features), trainable=False)
        self.running_variance = mn.Parameter(np.ones(features), trainable=False)

    def statistics(self, x):
        mean, variance = x.mean(axis=0), x.var(axis=0)
        if not self.training:
            return self.running_mean.value, self.running_variance.value
        for running, new in ((self.running_mean, mean), (self.running_variance, variance)):
            running.value = (1 - self.momentum) * running.value + self.momentum * new
        return mean, variance

    def forward(self, x):
        self.evaluating = not self.training
        mean, variance = self.statistics(x)
        self.std = np.sqrt(variance + 1e-5)
        self.xhat = (x - mean) / self.std
        return self.gamma.value * self.xhat + self.beta.value

    def dx(self, q):
        return q / self.std if self.evaluating else super().dx(q)


@wrong("train-eval-confused")
class RunningMovesAlways(Running):
    def statistics(self, x):
        mean, variance = x.mean(axis=0), x.var(axis=0)
        for running, new in ((self.running_mean, mean), (self.running_variance, variance)):
            running.value = 0.9 * running.value + 0.1 * new
        return (
            (mean, variance)
            if self.training
            else (self.running_mean.value, self.running_variance.value)
        )


@wrong("train-eval-confused")
class RunningUnused(Running):
    def statistics(self, x):
        super().statistics(x)
        return x.mean(axis=0), x.var(axis=0)

    def dx(self, q):
        return BatchNorm.dx(self, q)


@wrong("train-eval-confused")
class RunningBackward(Running):
    def dx(self, q):
        return BatchNorm.dx(self, q)


@wrong("train-eval-confused")
class RunningStd(Running):
    def statistics(self, x):
        mean, variance = x.mean(axis=0), x.var(axis=0)
        if not self.training:
            return self.running_mean.value, self.running_variance.value
        for running, new in ((self.running_mean, mean), (self.running_variance, 3 * variance)):
            running.value = 0.9 * running.value + 0.1 * new
        return mean, variance


class LayerNorm(mn.Layer):
    def __init__(self, features=3):
        self.gamma, self.beta = mn.Parameter(np.ones(features)), mn.Parameter(np.zeros(features))

    def forward(self, x):
        self.std = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        self.xhat = (x - x.mean(axis=-1, keepdims=True)) / self.std
        return self.xhat * self.gamma.value + self.beta.value

    def dx(self, q):
        mean = q.mean(-1, keepdims=True)
        return (q - mean - self.xhat * (q * self.xhat).mean(-1, keepdims=True)) / self.std

    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        return self.dx(grad * self.gamma.value)


@wrong("wrong-axis", shape=(5, 7), make=(7,))
class LayerNormWrongMean(LayerNorm):
    def dx(self, q):
        return (q - q.mean(0) - self.xhat * (q * self.xhat).mean(0)) / self.std


@wrong("mean-term-missing", shape=(5, 7), make=(7,))
class LayerNormNoMean(LayerNorm):
    def dx(self, q):
        return (q - self.xhat * (q * self.xhat).mean(-1, keepdims=True)) / self.std


@wrong("summed-over-wrong-axis", shape=(5, 7), make=(7,))
class LayerNormGammaAxis(LayerNorm):
    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=1)
        self.beta.grad = grad.sum(axis=0)
        return self.dx(grad * self.gamma.value)


class Scale(mn.Layer):
    def __init__(self, features=3):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


@wrong("output-used-for-input")
class ScaleByOutput(Scale):
    def forward(self, x):
        self.x = x * self.gain.value
        return self.x


@wrong("local-derivative-missing")
class ScaleNoGain(Scale):
    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad.copy()


@wrong("divided-by-outputs")
class ScaleMeanAll(Scale):
    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0) / grad.size
        return grad * self.gain.value


@wrong("raises")
class ScaleSquares(Scale):
    def backward(self, grad):
        self.gain.grad = (grad @ self.x).sum(axis=0)
        return grad * self.gain.value


class Conv(mn.Layer):
    def __init__(self):
        self.weight = mn.Parameter(np.random.default_rng(2).normal(size=(4, 2, 3, 3)))
        self.bias = mn.Parameter(np.zeros(4))

    def windows(self, x):
        return np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))

    def forward(self, x):
        self.x = x
        y = np.einsum("mcijhw,ochw->moij", self.windows(x), self.weight.value)
        return y + self.bias.value[:, None, None]

    def backward(self, grad):
        self.weight.grad = np.einsum("moij,mcijhw->ochw", grad, self.windows(self.x))
        self.bias.grad = grad.sum(axis=(0, 2, 3))
        return self.dx(grad)

    def dx(self, grad):
        padded = np.pad(grad, ((0, 0), (0, 0), (2, 2), (2, 2)))
        flipped = self.weight.value[:, :, ::-1, ::-1]
        return np.einsum("moijhw,ochw->mcij", self.windows(padded), flipped)


@wrong("not-summed-over-batch", shape=(3, 2, 6, 5))
class ConvBias(Conv):
    def backward(self, grad):
        dx = super().backward(grad)
        self.bias.grad = grad.sum(axis=(2, 3))
        return dx


@wrong("unknown", shape=(3, 2, 6, 5))
class ConvNotFlipped(Conv):
    def dx(self, grad):
        padded = np.pad(grad, ((0, 0), (0, 0), (2, 2), (2, 2)))
        return np.einsum("moijhw,ochw->mcij", self.windows(padded), self.weight.value)


@wrong("unknown")
class CubeAsSquare(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**3

    def backward(self, grad):
        return grad * (3 * self.z**2 + 0.1 * np.cos(self.z))
