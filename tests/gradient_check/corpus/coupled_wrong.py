"""Layers whose outputs depend on several inputs, each with one mistake.

Softmax, its logarithm, vectors of length 1; and layers that mix the samples of a batch.
"""

import numpy as np
from corpus.cases import ROWS_WITH_ZEROS, wrong

import minnet as mn


@wrong("not-finite")
class NaiveSoftmax(mn.Activation):
    def forward(self, z):
        e = np.exp(z)
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=1, keepdims=True))


class SoftmaxBase(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        self.a = e / e.sum(axis=-1, keepdims=True)
        return self.a


@wrong("jacobian-diagonal-only")
class SoftmaxDiagonal(SoftmaxBase):
    def backward(self, grad):
        return grad * self.a * (1 - self.a)


@wrong("jacobian-term-missing")
class SoftmaxNoCoupling(SoftmaxBase):
    def backward(self, grad):
        return grad * self.a


@wrong("jacobian-term-missing")
class SoftmaxLoopOffDiagonal(SoftmaxBase):
    def backward(self, grad):
        dz = np.zeros_like(grad)
        for n in range(len(grad)):
            for i in range(grad.shape[1]):
                for j in range(grad.shape[1]):
                    dz[n, i] += -self.a[n, i] * self.a[n, j] * grad[n, j]
        return dz


@wrong("wrong-axis")
class SoftmaxWrongSum(SoftmaxBase):
    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=0))


@wrong("wrong-axis")
class SoftmaxOverBatch(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=0))
        self.a = e / e.sum(axis=0)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=0))


@wrong("wrong-axis")
class SoftmaxOverAll(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max())
        self.a = e / e.sum()
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum())


@wrong("input-modified")
class CentersInput(mn.Layer):
    def forward(self, x):
        x -= x.mean(axis=1, keepdims=True)
        return x * 2

    def backward(self, grad):
        return 2 * (grad - grad.mean(axis=1, keepdims=True))


@wrong("mixes-samples")
class SharedGradient(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        return 2 * self.z * grad.mean(axis=0)


@wrong("mixes-samples")
class SumOverBatch(mn.Layer):
    def forward(self, x):
        self.m = len(x)
        return x.sum(axis=0)

    def backward(self, grad):
        return np.tile(grad, (self.m, 1))


@wrong("divided-by-batch")
class ForwardDivided(mn.Layer):
    def forward(self, x):
        self.m = len(x)
        return x / self.m

    def backward(self, grad):
        return grad / self.m


class LogSoftmaxBase(mn.Activation):
    def forward(self, z):
        z = z - z.max(axis=1, keepdims=True)
        self.y = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return self.y


@wrong("jacobian-diagonal-only", shape=(4, 6))
class LogSoftmaxDiagonal(LogSoftmaxBase):
    def backward(self, grad):
        return grad * (1 - np.exp(self.y))


@wrong("jacobian-term-missing", shape=(4, 6))
class LogSoftmaxOnlyOwn(LogSoftmaxBase):
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


@wrong("not-finite")
class LogOfSoftmax(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return np.log(self.p)

    def backward(self, grad):
        return grad - self.p * grad.sum(axis=1, keepdims=True)


@wrong("unknown")
class ReturnsZeros(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def backward(self, grad):
        return np.zeros_like(grad)


@wrong("not-finite")
class LogSumExp(mn.Layer):
    def forward(self, x):
        self.e = np.exp(x)
        return np.log(self.e.sum(axis=1, keepdims=True))

    def backward(self, grad):
        return grad * self.e / self.e.sum(axis=1, keepdims=True)


@wrong("jacobian-diagonal-only")
class SoftmaxAsSigmoid:
    def forward(self, inputs):
        e = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output

    def backward(self, dvalues):
        out = np.empty_like(dvalues)
        for i, (p, g) in enumerate(zip(self.output, dvalues, strict=True)):
            out[i] = np.diag(np.diag(np.diagflat(p) - np.outer(p, p))) @ g
        return out


@wrong("jacobian-term-missing")
class SoftmaxDiagflat(SoftmaxAsSigmoid):
    def backward(self, dvalues):
        return np.array([np.diagflat(p) @ g for p, g in zip(self.output, dvalues, strict=True)])


@wrong("one-sample-only")
class SoftmaxLastRow(SoftmaxAsSigmoid):
    def backward(self, dvalues):
        out = np.zeros_like(dvalues)
        for p, g in zip(self.output, dvalues, strict=True):
            row = (np.diagflat(p) - np.outer(p, p)) @ g
        out[-1] = row
        return out


@wrong("wrong-axis")
class SoftmaxNoAxis:
    def forward(self, x):
        e = np.exp(x - np.max(x))
        self.y = e / np.sum(e)
        return self.y

    def backward(self, dout):
        return self.y * (dout - np.sum(dout * self.y))


@wrong("raises")
class IndexBeyond(mn.Layer):
    def forward(self, x):
        return np.stack([x[:, j] * x[:, j + 1] for j in range(x.shape[1])], axis=1)

    def backward(self, grad):
        return grad


@wrong("jacobian-diagonal-only", shape=(5, 4))
class NormDiagonal(mn.Layer):
    def forward(self, x):
        self.x, self.n = x, np.sqrt((x**2).sum(axis=1, keepdims=True))
        return x / self.n

    def backward(self, grad):
        return grad * (1 / self.n - self.x**2 / self.n**3)


@wrong("wrong-axis", shape=(5, 4))
class AttentionWeights(mn.Layer):
    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p

    def backward(self, grad):
        dot = np.einsum("mk,mk->k", grad, self.p)
        return self.p * (grad - dot)


@wrong("not-finite", ROWS_WITH_ZEROS)
class Normalized(mn.Activation):
    """x / ||x||, which is 0/0 for a row of zeros."""

    def forward(self, z):
        self.norm = np.sqrt((z**2).sum(axis=1, keepdims=True))
        self.y = z / self.norm
        return self.y

    def backward(self, grad):
        return (grad - self.y * (grad * self.y).sum(axis=1, keepdims=True)) / self.norm


@wrong("upstream-ignored")
class SoftmaxOfOnes(SoftmaxBase):
    """The derivative of the plain sum of the outputs, which is always 1."""

    def backward(self, grad):
        ones = np.ones_like(grad)
        return self.a * (ones - (self.a * ones).sum(axis=-1, keepdims=True))


@wrong("unknown")
class SoftmaxOfZeros(SoftmaxOfOnes):
    """Zeros."""

    def backward(self, grad):
        return np.zeros_like(grad)
