"""Dropout and other layers that draw random numbers, each with one mistake."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from corpus.cases import wrong

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


@wrong("mask-missing", shape=(5, 6))
class DropoutInDense(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((6, 4)))

    def forward(self, x):
        keep = (self.random.random((len(x), 4)) < 0.5) / 0.5 if self.training else 1.0
        self.x, self.keep = x, keep
        return (x @ self.W.value) * keep

    def backward(self, grad):
        g = grad if self.training else grad * self.keep
        self.W.grad = self.x.T @ g
        return g @ self.W.value.T


@wrong("mask-redrawn")
class SeededDropout:
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def forward(self, x):
        return x * self.rng.binomial(1, 0.5, x.shape)

    def backward(self, grad):
        return grad * self.rng.binomial(1, 0.5, grad.shape)


@wrong("train-eval-confused")
class SwappedModes(mn.Layer):
    def forward(self, x):
        self.mask = np.ones_like(x)
        if not self.training:
            self.mask = (self.random.random(x.shape) < 0.5) / 0.5
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


@wrong("train-eval-confused")
class BookDropout(mn.Layer):
    def __init__(self, rate=0.5):
        self.rate = rate

    def forward(self, x):
        self.binary_mask = np.random.binomial(1, 1 - self.rate, size=x.shape)
        return x * self.binary_mask / (1 - self.rate)

    def backward(self, grad):
        return grad * self.binary_mask / (1 - self.rate)


@wrong("mask-scale-missing")
class BookDropoutBack(mn.Layer):
    def forward(self, x):
        self.m = np.random.binomial(1, 0.75, size=x.shape) if self.training else np.ones(x.shape)
        return x * self.m / 0.75 if self.training else x

    def backward(self, grad):
        return grad * self.m


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


@wrong("not-finite")
class DropoutWithoutZero(mn.Layer):
    """Divides by the mask, so that what was dropped is 0/0."""

    def __init__(self, rate=0.4):
        self.rate = rate

    def forward(self, x):
        if not self.training:
            return x
        self.x = x
        self.mask = (self.random.random(x.shape) >= self.rate) / (1 - self.rate)
        self.y = x * self.mask
        return self.y

    def backward(self, grad):
        return grad * self.y / self.x if not self.training else grad * self.mask / self.mask
