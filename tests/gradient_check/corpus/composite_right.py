"""A third collection of right layers and losses: odd ways of keeping things."""

import math

import numpy as np
from doctor_corpus import right, right_loss

import minnet as mn


@right()
class Closure(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))
        self.product = lambda x: x @ self.W.value

    def forward(self, x):
        self.x = x
        return self.product(x)

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


@right()
class KeepsAModule:
    def __init__(self):
        self.xp, self.W = np, np.ones((3, 4))

    def forward(self, x):
        self.x = x
        return self.xp.dot(x, self.W)

    def backward(self, g):
        self.dW = self.xp.dot(self.x.T, g)
        return self.xp.dot(g, self.W.T)


@right()
class Slots:
    __slots__ = ("W", "dW", "x")

    def __init__(self):
        self.W, self.dW = np.ones((3, 4)), None

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, g):
        self.dW = self.x.T @ g
        return g @ self.W.T


@right()
class LazyParameter(mn.Layer):
    def __init__(self):
        self.W = None

    def forward(self, x):
        if self.W is None:
            self.W = mn.Parameter(np.full((x.shape[1], 4), 0.3))
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


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


@right()
class PositiveWidth(mn.Layer):
    def __init__(self):
        self.width = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return x * np.sqrt(self.width.value)

    def backward(self, grad):
        root = np.sqrt(self.width.value)
        self.width.grad = (grad * self.x).sum(axis=0) / (2 * root)
        return grad * root


@right(shape=(4, 2, 7))
class Conv1d:
    def __init__(self):
        r = np.random.default_rng(0)
        self.params = {"w": r.normal(size=(3, 2, 3)), "b": np.zeros(3)}
        self.grads = dict.fromkeys(self.params)

    def forward(self, x):
        self.cols = np.lib.stride_tricks.sliding_window_view(x, 3, axis=2)
        self.shape = x.shape
        y = np.einsum("mctk,ock->mot", self.cols, self.params["w"])
        return y + self.params["b"][:, None]

    def backward(self, g):
        self.grads["w"] = np.einsum("mot,mctk->ock", g, self.cols)
        self.grads["b"] = g.sum(axis=(0, 2))
        dx = np.zeros(self.shape)
        for k in range(3):
            dx[:, :, k : k + g.shape[2]] += np.einsum("mot,oc->mct", g, self.params["w"][:, :, k])
        return dx


@right()
class Polynomial(mn.Layer):
    def __init__(self, degree=3):
        self.c = mn.Parameter(np.ones(degree + 1))

    def forward(self, x):
        self.powers = np.stack([x**k for k in range(len(self.c.value))])
        return np.tensordot(self.c.value, self.powers, axes=1)

    def backward(self, grad):
        self.c.grad = np.array([(grad * p).sum() for p in self.powers])
        d = sum(k * self.c.value[k] * self.powers[k - 1] for k in range(1, len(self.c.value)))
        return grad * d


@right()
class SharedTwice(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 3)))

    def forward(self, x):
        self.x, self.h = x, np.tanh(x @ self.W.value)
        return self.h @ self.W.value

    def backward(self, grad):
        dz = (grad @ self.W.value.T) * (1 - self.h**2)
        self.W.grad = self.h.T @ grad
        self.W.grad += self.x.T @ dz
        return dz @ self.W.value.T


@right(shape=(5, 6))
class GroupNorm(mn.Layer):
    def forward(self, x):
        g = x.reshape(len(x), 2, 3)
        self.s = np.sqrt(g.var(axis=2, keepdims=True) + 1e-5)
        self.h = (g - g.mean(axis=2, keepdims=True)) / self.s
        return self.h.reshape(x.shape)

    def backward(self, grad):
        q, h = grad.reshape(self.h.shape), self.h
        mean = q.mean(2, keepdims=True)
        dx = (q - mean - h * (q * h).mean(2, keepdims=True)) / self.s
        return dx.reshape(grad.shape)


@right()
class TopOfThree(mn.Layer):
    def forward(self, x):
        self.keep = x >= np.sort(x, axis=1)[:, [-2]]
        return x * self.keep

    def backward(self, grad):
        return grad * self.keep


@right_loss()
class VectorLoss:
    def forward(self, prediction, target):
        self.d = prediction.ravel() - target.ravel()
        self.shape = prediction.shape
        return 0.5 * float(self.d @ self.d) / len(self.d)

    def backward(self):
        return (self.d / len(self.d)).reshape(self.shape)


@right_loss()
class ChainedLoss(mn.Loss):
    def forward(self, prediction, target):
        self.inner = mn.MeanSquaredError()
        return 3 * self.inner.forward(prediction, target)

    def backward(self):
        return 3 * self.inner.backward()


@right_loss()
class LabelsByLoop:
    def forward(self, p, labels):
        self.p, self.labels = p, [int(k) for k in labels]
        return -sum(math.log(row[k]) for row, k in zip(p, self.labels, strict=True))

    def backward(self):
        g = np.zeros_like(self.p)
        for i, k in enumerate(self.labels):
            g[i, k] = -1 / self.p[i, k]
        return g


@right_loss(np.random.default_rng(3).dirichlet(np.ones(4), size=7), np.array([0, 1, 2, 3, 0, 1, 2]))
class GivenLabels:
    def forward(self, p, labels):
        self.p, self.rows, self.labels = p, np.arange(len(p)), labels
        return -np.log(p[self.rows, labels]).mean()

    def backward(self):
        g = np.zeros_like(self.p)
        g[self.rows, self.labels] = -1 / self.p[self.rows, self.labels] / len(self.p)
        return g
