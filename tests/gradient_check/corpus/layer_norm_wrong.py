"""Normalization of each sample (layer norm and its relatives), each with one mistake."""

import numpy as np
from corpus.cases import wrong

import minnet as mn


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


@wrong("wrong-axis", shape=(5, 6))
class MyLayerNorm(mn.Layer):
    def forward(self, x):
        self.s = np.sqrt(x.var(axis=0) + 1e-5)
        self.h = (x - x.mean(axis=0)) / self.s
        return self.h

    def backward(self, grad):
        return (grad - grad.mean(0) - self.h * (grad * self.h).mean(0)) / self.s


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


@wrong("not-finite")
class NoEpsilon(mn.Layer):
    def forward(self, x):
        self.s = x.std(axis=1, keepdims=True)
        self.h = (x - x.mean(axis=1, keepdims=True)) / self.s
        return self.h

    def backward(self, grad):
        mean = grad.mean(1, keepdims=True)
        return (grad - mean - self.h * (grad * self.h).mean(1, keepdims=True)) / self.s


@wrong("sum-for-mean", shape=(5, 6))
class LayerNormSums(mn.Layer):
    def forward(self, x):
        self.s = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        self.h = (x - x.mean(-1, keepdims=True)) / self.s
        return self.h

    def backward(self, grad):
        sums = grad.sum(-1, keepdims=True)
        return (grad - sums - self.h * (grad * self.h).sum(-1, keepdims=True)) / self.s


@wrong("batch-statistics-constant", shape=(5, 6))
class LayerNormConstant(mn.Layer):
    def __init__(self):
        self.g, self.b = mn.Parameter(np.ones(6)), mn.Parameter(np.zeros(6))

    def forward(self, x):
        self.s = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        self.h = (x - x.mean(-1, keepdims=True)) / self.s
        return self.h * self.g.value + self.b.value

    def backward(self, grad):
        self.g.grad, self.b.grad = (grad * self.h).sum(0), grad.sum(0)
        return grad * self.g.value / self.s


@wrong("degrees-of-freedom", shape=(5, 6))
class LayerNormSampleStd(mn.Layer):
    def forward(self, x):
        self.s = x.std(-1, ddof=1, keepdims=True) + 1e-8
        self.h = (x - x.mean(-1, keepdims=True)) / self.s
        return self.h

    def backward(self, grad):
        mean = grad.mean(-1, keepdims=True)
        return (grad - mean - self.h * (grad * self.h).mean(-1, keepdims=True)) / self.s


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


@wrong("output-used-for-input")
class LayerNormGain(mn.Layer):
    """The output for xhat, row by row."""

    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))

    def forward(self, x):
        self.inverse = 1 / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        self.xhat = (x - x.mean(axis=1, keepdims=True)) * self.inverse
        self.y = self.gamma.value * self.xhat + self.beta.value
        return self.y

    def backward(self, grad):
        self.gamma.grad = (grad * self.y).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        q, along = grad * self.gamma.value, {"axis": 1, "keepdims": True}
        inner = q - q.mean(**along) - self.xhat * (q * self.xhat).mean(**along)
        return self.inverse * inner
