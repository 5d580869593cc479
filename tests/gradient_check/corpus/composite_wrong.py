"""Layers made of several parts (such as dense and activation), each with one mistake."""

import numpy as np
from corpus.cases import wrong
from corpus.dense_wrong import Dense, Product

import minnet as mn


@wrong("local-derivative-missing")
class DenseSigmoidNoDerivative(Dense):
    def forward(self, x):
        self.x = x
        self.a = 1 / (1 + np.exp(-(x @ self.W.value + self.b.value)))
        return self.a


@wrong("local-derivative-missing")
class DenseReluNoMask(Dense):
    def forward(self, x):
        self.x = x
        return np.maximum(0, x @ self.W.value + self.b.value)


@wrong("local-derivative-at-wrong-point")
class DenseTanhAtZ(Dense):
    def forward(self, x):
        self.x = x
        self.z = x @ self.W.value + self.b.value
        return np.tanh(self.z)

    def backward(self, grad):
        return super().backward(grad * (1 - self.z**2))


@wrong("local-derivative-at-wrong-point")
class DenseSigmoidPrimeOfA(Dense):
    def s(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, x):
        self.x = x
        self.a = self.s(x @ self.W.value + self.b.value)
        return self.a

    def backward(self, grad):
        return super().backward(grad * self.s(self.a) * (1 - self.s(self.a)))


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


@wrong("jacobian-term-missing", shape=(4, 3))
class ForgetsSkip(mn.Layer):
    def __init__(self):
        self.inner = mn.Linear(3, 3)

    def forward(self, x):
        return x + self.inner.forward(x)

    def backward(self, grad):
        return self.inner.backward(grad)


class DenseSigmoid(mn.Layer):
    """sigmoid(x W + b)."""

    def __init__(self):
        self.W, self.b = mn.Parameter(np.ones((3, 4))), mn.Parameter(np.zeros(4))


@wrong("output-used-for-input")
class DenseSigmoidOutput(DenseSigmoid):
    def forward(self, x):
        self.a = 1 / (1 + np.exp(-(x @ self.W.value + self.b.value)))
        return self.a

    def backward(self, grad):
        dz = grad * self.a * (1 - self.a)
        self.W.grad = self.a.T @ dz
        self.b.grad = dz.sum(axis=0)
        return dz @ self.W.value.T


@wrong("local-derivative-squared")
class DenseSigmoidTwice(DenseSigmoid):
    def forward(self, x):
        self.x = x
        self.a = 1 / (1 + np.exp(-(x @ self.W.value + self.b.value)))
        return self.a

    def backward(self, grad):
        dz = grad * (self.a * (1 - self.a)) ** 2
        self.W.grad, self.b.grad = self.x.T @ dz, dz.sum(axis=0)
        return dz @ self.W.value.T


@wrong("local-derivative-missing")
class NoBiasTanh(Product):
    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.W.value)

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


@wrong("local-derivative-at-wrong-point")
class NoBiasTanhWrongPoint(Product):
    def forward(self, x):
        self.x, self.z = x, x @ self.W.value
        return np.tanh(self.z)

    def backward(self, grad):
        dz = grad * (1 - self.z**2)
        self.W.grad = self.x.T @ dz
        return dz @ self.W.value.T


@wrong("local-derivative-missing")
class Linear2WithGelu(mn.Layer):
    def __init__(self):
        self.linear = mn.Linear(3, 4)

    def forward(self, x):
        z = self.linear.forward(x)
        return z / (1 + np.exp(-1.702 * z))

    def backward(self, grad):
        return self.linear.backward(grad)


@wrong("local-derivative-at-wrong-point")
class TwoParts(mn.Layer):
    def __init__(self):
        self.linear = mn.Linear(3, 4)

    def forward(self, x):
        self.a = np.tanh(self.linear.forward(x))
        return self.a

    def backward(self, grad):
        return self.linear.backward(grad * (1 - np.tanh(self.a) ** 2))


@wrong("parameter-gradient-missing")
class ForgetsInner(mn.Layer):
    def __init__(self):
        self.inner, self.gain = mn.Linear(3, 3), mn.Parameter(np.ones(3))

    def forward(self, x):
        self.h = self.inner.forward(x)
        return self.h * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.h).sum(axis=0)
        return (grad * self.gain.value) @ self.inner.weight.value.T


@wrong("upstream-modified")
class InPlaceChain:
    def __init__(self):
        self.W, self.dW = np.ones((3, 4)), np.zeros((3, 4))

    def forward(self, x):
        self.x, self.a = x, np.tanh(x @ self.W)
        return self.a

    def backward(self, grad):
        np.multiply(grad, 1 - self.a**2, out=grad)
        self.dW[:] = self.x.T @ grad
        return grad @ self.W.T
