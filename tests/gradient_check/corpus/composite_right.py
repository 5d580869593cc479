"""Layers made of several parts, without a mistake."""

import numpy as np
from corpus.cases import right

import minnet as mn


@right()
class DenseTanh(mn.Layer):
    def __init__(self):
        self.W, self.b = mn.Parameter(np.ones((3, 7))), mn.Parameter(np.zeros(7))

    def forward(self, x):
        self.x, self.a = x, np.tanh(x @ self.W.value + self.b.value)
        return self.a

    def backward(self, grad):
        dz = grad * (1 - self.a**2)
        self.W.grad[:] = np.einsum("mi,mo->io", self.x, dz)
        self.b.grad[:] = np.einsum("mo->o", dz)
        return np.einsum("mo,io->mi", dz, self.W.value)


@right()
class Nested(mn.Layer):
    def __init__(self):
        self.inner, self.act = mn.Linear(3, 7), mn.Tanh()

    def forward(self, x):
        return self.act.forward(self.inner.forward(x))

    def backward(self, grad):
        return self.inner.backward(self.act.backward(grad))


@right()
class ManyWeights:
    def __init__(self):
        r = np.random.default_rng(1)
        self.weights = [r.normal(size=(3, 4)), r.normal(size=(4, 2))]
        self.dweights = [None, None]

    def forward(self, x):
        self.x, self.h = x, np.tanh(x @ self.weights[0])
        return self.h @ self.weights[1]

    def backward(self, g):
        dh = g @ self.weights[1].T * (1 - self.h**2)
        self.dweights = [self.x.T @ dh, self.h.T @ g]
        return dh @ self.weights[0].T


@right()
class Maxout(mn.Layer):
    def __init__(self):
        r = np.random.default_rng(7)
        self.W, self.b = mn.Parameter(r.normal(size=(2, 3, 4))), mn.Parameter(np.zeros((2, 4)))

    def forward(self, x):
        z = np.einsum("mi,kio->mko", x, self.W.value) + self.b.value
        self.x, y = x, z.max(axis=1)
        self.where = z == y[:, None]
        return y

    def backward(self, grad):
        g = grad[:, None] * self.where
        self.W.grad, self.b.grad = np.einsum("mi,mko->kio", self.x, g), g.sum(axis=0)
        return np.einsum("mko,kio->mi", g, self.W.value)


@right(shape=(5, 4))
class DenseBatchNormRelu(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.random.default_rng(4).normal(size=(4, 3)))

    def forward(self, x):
        z = x @ self.W.value
        self.x, self.s = x, np.sqrt(z.var(axis=0) + 1e-5)
        self.h = (z - z.mean(axis=0)) / self.s
        return np.maximum(self.h, 0)

    def backward(self, grad):
        g = grad * (self.h > 0)
        dz = (g - g.mean(0) - self.h * (g * self.h).mean(0)) / self.s
        self.W.grad = self.x.T @ dz
        return dz @ self.W.value.T


@right()
class InnerPlain(mn.Layer):
    def __init__(self):
        self.scale, self.parts = mn.Parameter(np.ones(3)), [mn.Linear(3, 3), mn.Tanh()]

    def forward(self, x):
        self.x = x
        h = x * self.scale.value
        for part in self.parts:
            h = part.forward(h)
        return h + x

    def backward(self, grad):
        g = grad
        for part in reversed(self.parts):
            g = part.backward(g)
        self.scale.grad = (g * self.x).sum(0)
        return g * self.scale.value + grad


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
