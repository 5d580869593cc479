"""Layers whose outputs depend on several inputs, without a mistake."""

import numpy as np
from corpus.cases import SOME_ZEROS, right

import minnet as mn


@right()
class SoftmaxLoop(mn.Activation):
    def forward(self, z):
        self.a = np.array([np.exp(r - r.max()) / np.exp(r - r.max()).sum() for r in z])
        return self.a

    def backward(self, grad):
        jac = [np.diag(a) - np.outer(a, a) for a in self.a]
        return np.array([j @ g for j, g in zip(jac, grad, strict=True)])


@right(shape=(4, 3, 2, 2))
class ChannelSoftmax(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=1, keepdims=True))


@right()
class LogSoftmax(mn.Activation):
    def forward(self, z):
        z = z - z.max(axis=1, keepdims=True)
        self.y = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return self.y

    def backward(self, grad):
        return grad - np.exp(self.y) * grad.sum(axis=1, keepdims=True)


@right()
class Temperature(mn.Activation):
    def forward(self, z):
        z = z / 0.1
        e = np.exp(z - z.max(-1, keepdims=True))
        self.a = e / e.sum(-1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(-1, keepdims=True)) / 0.1


@right()
class SumFeatures(mn.Layer):
    def forward(self, x):
        self.k = x.shape[1]
        return x.sum(axis=1, keepdims=True)

    def backward(self, grad):
        return np.repeat(grad, self.k, axis=1)


@right()
class SortFeatures(mn.Layer):
    def forward(self, x):
        self.order = np.argsort(x, axis=1)
        return np.take_along_axis(x, self.order, axis=1)

    def backward(self, grad):
        dx = np.empty_like(grad)
        np.put_along_axis(dx, self.order, grad, axis=1)
        return dx


@right(shape=(4, 3, 5))
class SwapAxes(mn.Layer):
    def forward(self, x):
        return x.transpose(0, 2, 1)

    def backward(self, grad):
        return grad.transpose(0, 2, 1)


@right()
class TopOfThree(mn.Layer):
    def forward(self, x):
        self.keep = x >= np.sort(x, axis=1)[:, [-2]]
        return x * self.keep

    def backward(self, grad):
        return grad * self.keep


@right(SOME_ZEROS - 1.0)
class SafeLength(mn.Activation):
    """x / ||x||, zero for a row of zeros."""

    def forward(self, z):
        norm = np.sqrt((z**2).sum(axis=1, keepdims=True))
        self.norm = np.where(norm == 0, 1.0, norm)
        self.y = z / self.norm
        return self.y

    def backward(self, grad):
        return (grad - self.y * (grad * self.y).sum(axis=1, keepdims=True)) / self.norm


# These mix the samples of a batch, and their backward is right for that: a remark.


@right()
class NormOfBatch(mn.Layer):
    def forward(self, x):
        self.x, self.n = x, np.sqrt((x**2).sum())
        return x / self.n

    def backward(self, grad):
        return grad / self.n - self.x * (grad * self.x).sum() / self.n**3


@right()
class CumulativeOverBatch(mn.Layer):
    def forward(self, x):
        return np.cumsum(x, axis=0)

    def backward(self, grad):
        return np.cumsum(grad[::-1], axis=0)[::-1]


@right()
class DivideByTotal(mn.Layer):
    def forward(self, x):
        self.x, self.s = x, np.abs(x).sum()
        return x / self.s

    def backward(self, grad):
        return grad / self.s - (grad * self.x).sum() * np.sign(self.x) / self.s**2


@right()
class StandardizeEverything(mn.Layer):
    def forward(self, x):
        self.s = x.std() + 1e-8
        self.h = (x - x.mean()) / self.s
        return self.h

    def backward(self, grad):
        return (grad - grad.mean() - self.h * (grad * self.h).mean()) / self.s
