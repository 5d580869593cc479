"""Dense layers and embeddings without a mistake, in many ways of writing them."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from corpus.cases import right

import minnet as mn


@right()
class PlainDense:
    def __init__(self):
        self.W, self.b = np.random.randn(3, 7), np.zeros(7)

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, g):
        self.dW, self.db = np.dot(self.x.T, g), np.sum(g, axis=0)
        return np.dot(g, self.W.T)


@right()
class DictDense:
    def __init__(self):
        self.params = {"W": np.random.randn(3, 7), "b": np.zeros(7)}
        self.grads = {"W": None, "b": None}

    def forward(self, x):
        self.cache = (x,)
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dout):
        (x,) = self.cache
        self.grads["W"] = x.T @ dout
        self.grads["b"] = dout.sum(axis=0)
        return dout @ self.params["W"].T


@right()
class ListDense:
    def __init__(self):
        self.params = [np.random.randn(3, 7), np.zeros(7)]
        self.grads = [np.zeros((3, 7)), np.zeros(7)]

    def forward(self, x):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dout):
        self.grads[0][...] = self.x.T @ dout
        self.grads[1][...] = dout.sum(axis=0)
        return dout @ self.params[0].T


@right()
class RowBias:
    def __init__(self):
        self.weights, self.biases = np.random.randn(3, 7), np.zeros((1, 7))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights = self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T
        return self.dinputs


@right()
class LoopDense(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.random.default_rng(1).normal(size=(7, 3)))

    def forward(self, x):
        self.x = x.copy()
        return np.array([self.W.value @ row for row in x])

    def backward(self, grad):
        dx = np.empty_like(self.x)
        for i, row in enumerate(grad):
            self.W.grad += np.outer(row, self.x[i])
            dx[i] = self.W.value.T @ row
        return dx


@right(shape=np.array([[0, 2], [1, 1], [3, 0]]))
class Embedding(mn.Layer):
    takes_indices = True

    def __init__(self):
        self.table = mn.Parameter(np.random.default_rng(0).normal(size=(4, 3)))

    def forward(self, x):
        self.indices = x
        return self.table.value[x]

    def backward(self, grad):
        np.add.at(self.table.grad, self.indices, grad)


@right(shape=(5, 2))
class EmbeddingByShape:
    def __init__(self):
        self.W = np.random.randn(6, 3)

    def forward(self, x):
        self.x = x
        return self.W[x]

    def backward(self, grad):
        self.dW = np.zeros_like(self.W)
        for i in range(len(self.x)):
            for j in range(self.x.shape[1]):
                self.dW[self.x[i, j]] += grad[i, j]
        return None


@right()
class SinglePrecision(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.random.default_rng(0).normal(size=(3, 7)).astype(np.float32))

    def forward(self, x):
        self.x = x.astype(np.float32)
        return (self.x @ self.W.value.astype(np.float32)).astype(np.float64)

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


@right()
class Lazy:
    def __init__(self):
        self.W = None

    def forward(self, x):
        if self.W is None:
            self.W = 0.1 * np.random.randn(x.shape[1], 7)
        self.x = x
        return x @ self.W

    def backward(self, g):
        self.dW = self.x.T @ g
        return g @ self.W.T


@right()
class ZeroGrad:
    def __init__(self):
        self.W = np.random.randn(3, 2)
        self.zero_grad()

    def zero_grad(self):
        self.dW = np.zeros_like(self.W)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, g):
        self.dW += self.x.T @ g
        return g @ self.W.T


@right()
class Boxed:
    class Box:
        def __init__(self, value):
            self.value, self.grad = value, np.zeros_like(value)

    def __init__(self):
        self.w = Boxed.Box(np.random.default_rng(2).normal(size=(3, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.w.value

    def backward(self, g):
        self.w.grad[:] = self.x.T @ g
        return g @ self.w.value.T


@right()
class WholeFloat32:
    def __init__(self):
        self.W = np.random.default_rng(0).normal(size=(3, 7)).astype(np.float32)
        self.dW = np.zeros_like(self.W)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, g):
        self.dW = self.x.T @ g
        return g @ self.W.T


@right()
class FrozenProjection(mn.Layer):
    def __init__(self):
        self.projection = np.random.default_rng(9).normal(size=(3, 4))

    def forward(self, x):
        return x @ self.projection

    def backward(self, grad):
        return grad @ self.projection.T


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
