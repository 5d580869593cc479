"""Dropout and other layers that draw random numbers, without a mistake, from every source."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from corpus.cases import right

import minnet as mn

SHARED = np.random.default_rng(5)


class DropoutBase(mn.Layer):
    def draw(self, shape):
        return self.random.random(shape)

    def forward(self, x):
        self.mask = (self.draw(x.shape) > 0.3) / 0.7 if self.training else 1.0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


@right()
class DropoutSupplied(DropoutBase):
    pass


@right()
class DropoutOwn(DropoutBase):
    def __init__(self):
        self.rng = np.random.default_rng(3)

    def draw(self, shape):
        return self.rng.random(shape)


@right()
class DropoutGlobal(DropoutBase):
    def draw(self, shape):
        return np.random.rand(*shape)


@right()
class DropoutFresh(DropoutBase):
    def draw(self, shape):
        return np.random.default_rng().random(shape)


@right()
class DropoutModule(DropoutBase):
    def draw(self, shape):
        return SHARED.random(shape)


@right()
class DropoutClassic(mn.Layer):
    def forward(self, x):
        self.factor = self.random.random(x.shape) > 0.4 if self.training else 0.6
        return x * self.factor

    def backward(self, grad):
        return grad * self.factor


@right()
class PlainDropout:
    def __init__(self):
        self.mask = None

    def forward(self, x, train_flg=True):
        if train_flg:
            self.mask = np.random.rand(*x.shape) > 0.5
            return x * self.mask
        return x * 0.5

    def backward(self, dout):
        return dout * self.mask


@right()
class NoiseLayer(mn.Layer):
    def forward(self, x):
        return x + 0.1 * self.random.normal(size=x.shape) if self.training else x.copy()

    def backward(self, grad):
        return grad.copy()


@right()
class DropConnect(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 7)))

    def forward(self, x):
        self.mask = (self.random.random((3, 7)) < 0.6) / 0.6 if self.training else 1.0
        self.x = x
        return x @ (self.W.value * self.mask)

    def backward(self, grad):
        self.W.grad = (self.x.T @ grad) * self.mask
        return grad @ (self.W.value * self.mask).T


@right(shape=(3, 2, 4, 4))
class ChannelDropout(mn.Layer):
    def forward(self, x):
        keep = np.random.random((*x.shape[:2], 1, 1)) < 0.7
        self.mask = keep / 0.7 if self.training else np.ones(keep.shape)
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


@right()
class RandomFlip(mn.Layer):
    def forward(self, x):
        self.flip = self.training and self.random.random() < 0.5
        return x[:, ::-1].copy() if self.flip else x.copy()

    def backward(self, grad):
        return grad[:, ::-1].copy() if self.flip else grad.copy()


@right()
class StochasticDepth(mn.Layer):
    def __init__(self):
        self.generator = np.random.RandomState(1)

    def forward(self, x):
        self.x, m = x, len(x)
        self.keep = (self.generator.rand(m, 1) < 0.8) / 0.8 if self.training else 1.0
        return x + self.keep * np.sin(x)

    def backward(self, grad):
        return grad * (1 + self.keep * np.cos(self.x))
