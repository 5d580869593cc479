"""Dense layers with one mistake each, in the various ways in which students write them."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from doctor_corpus import wrong

import minnet as mn


class Dense(mn.Layer):
    """The right one, from which the wrong ones differ in one line."""

    def __init__(self, n_in=3, n_out=7):
        self.W = mn.Parameter(np.random.default_rng(0).normal(size=(n_in, n_out)))
        self.b = mn.Parameter(np.zeros(n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T


@wrong("not-summed-over-batch")
class BiasNotSummed(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad
        return grad @ self.W.value.T


@wrong("not-summed-over-batch")
class OuterNotSummed(Dense):
    def backward(self, grad):
        self.W.grad = np.einsum("ij,ik->ijk", self.x, grad)
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T


@wrong("not-summed-over-batch")
class PlusEqualsUnsummed(Dense):
    def backward(self, grad):
        self.W.grad += self.x.T @ grad
        self.b.grad += grad
        return grad @ self.W.value.T


@wrong("summed-over-wrong-axis")
class BiasWrongAxis(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=1)
        return grad @ self.W.value.T


@wrong("summed-to-scalar")
class BiasScalar(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum()
        return grad @ self.W.value.T


@wrong("summed-to-scalar")
class BiasScalarInPlace(Dense):
    def backward(self, grad):
        self.W.grad[...] = np.dot(self.x.T, grad)
        self.b.grad[...] = np.sum(grad)
        return grad @ self.W.value.T


@wrong("keepdims-left")
class BiasKeepdims(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = np.sum(grad, axis=0, keepdims=True)
        return np.dot(grad, self.W.value.T)


@wrong("transposed")
class WeightTransposed(Dense):
    def backward(self, grad):
        self.W.grad = grad.T @ self.x
        self.b.grad = grad.sum(0)
        return grad @ self.W.value.T


@wrong("transposed", shape=(5, 4))
class SquareTransposed(Dense):
    def __init__(self):
        super().__init__(4, 4)

    def backward(self, grad):
        self.W.grad = grad.T @ self.x
        self.b.grad = grad.sum(0)
        return grad @ self.W.value.T


@wrong("sign-flipped")
class WeightSign(Dense):
    def backward(self, grad):
        self.W.grad = -self.x.T @ grad
        self.b.grad = grad.sum(0)
        return grad @ self.W.value.T


@wrong("divided-by-batch")
class WeightMean(Dense):
    def backward(self, grad):
        m = grad.shape[0]
        self.W.grad = self.x.T @ grad / m
        self.b.grad = grad.mean(axis=0)
        return grad @ self.W.value.T


@wrong("divided-by-batch")
class DxDivided:
    def __init__(self):
        self.weights = 0.1 * np.random.randn(3, 7)
        self.bias = np.zeros((1, 7))

    def forward(self, x):
        self.inputs = x
        return np.dot(x, self.weights) + self.bias

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbias = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T) / len(dvalues)
        return self.dinputs


@wrong("constant-factor")
class Doubled(Dense):
    def backward(self, grad):
        self.W.grad = 2 * self.x.T @ grad
        self.b.grad = grad.sum(0)
        return grad @ self.W.value.T


@wrong("one-sample-only")
class LoopOverwrites(Dense):
    def backward(self, grad):
        dx = np.zeros_like(self.x)
        for i in range(len(grad)):
            self.W.grad = np.outer(self.x[i], grad[i])
            self.b.grad = grad[i]
            dx[i] = self.W.value @ grad[i]
        return dx


@wrong("one-sample-only")
class FirstSampleDict:
    def __init__(self):
        self.params = {"W": np.random.randn(3, 7), "b": np.random.randn(7)}
        self.grads = {}

    def forward(self, x):
        self.cache = x
        return x.dot(self.params["W"]) + self.params["b"]

    def backward(self, dout):
        x = self.cache
        self.grads["W"] = np.outer(x[0], dout[0])
        self.grads["b"] = dout.sum(axis=0)
        return dout.dot(self.params["W"].T)


@wrong("parameter-gradient-missing")
class BiasForgotten(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


@wrong("parameter-gradient-missing")
class GradNone(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T.dot(grad)
        self.b.grad = None
        return grad @ self.W.value.T


@wrong("parameter-gradient-missing")
class PlainDbNone:
    def __init__(self):
        self.W, self.b = np.random.randn(3, 7), np.zeros(7)
        self.dW = self.db = None

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW = self.x.T @ g
        return g @ self.W.T


@wrong("not-a-parameter")
class RawArrays(mn.Layer):
    def __init__(self):
        self.W = np.random.default_rng(1).normal(size=(3, 7))
        self.b = np.zeros(7)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T


@wrong("not-a-parameter")
class RawGain(mn.Layer):
    def __init__(self):
        self.weight = np.ones(3)

    def forward(self, x):
        self.x = x
        return x * self.weight

    def backward(self, grad):
        return grad * self.weight


@wrong("gradient-accumulates")
class PrivateSum(Dense):
    def __init__(self):
        super().__init__()
        self.total = np.zeros((3, 7))

    def backward(self, grad):
        self.total += self.x.T @ grad
        self.W.grad = self.total
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T


@wrong("gradient-accumulates")
class PlainPlusEquals:
    def __init__(self):
        self.W, self.b = np.random.randn(3, 7), np.zeros(7)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW += self.x.T @ g
        self.db += g.sum(0)
        return g @ self.W.T


@wrong("stale-cache")
class CachedOnce(Dense):
    x = None

    def forward(self, x):
        if self.x is None:
            self.x = x
        return x @ self.W.value + self.b.value


@wrong("stale-cache")
class ListOfInputs(Dense):
    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x):
        self.seen.append(x)
        return x @ self.W.value + self.b.value

    def backward(self, grad):
        x = self.seen[0]
        self.W.grad = x.T @ grad
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T


@wrong("parameter-modified")
class StepInside(Dense):
    def backward(self, grad):
        dx = grad @ self.W.value.T
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=0)
        self.W.value -= 0.1 * self.W.grad
        return dx


@wrong("parameter-modified")
class ClipsWeights(Dense):
    def forward(self, x):
        np.clip(self.W.value, -0.5, 0.5, out=self.W.value)
        return super().forward(x)


@wrong("output-used-for-input")
class OutputStored(Dense):
    def forward(self, x):
        y = x @ self.W.value + self.b.value
        self.x = y
        return y


@wrong("raises")
class ForgottenTranspose(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value


@wrong("raises")
class Misspelt(Dense):
    def forward(self, x):
        return x @ self.weights.value


@wrong("returns-none")
class NoReturn(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=0)


@wrong("returns-none")
class ForwardNoReturn(Dense):
    def forward(self, x):
        self.y = x @ self.W.value


@wrong("reserved-name")
class TakesRandom(Dense):
    def __init__(self):
        super().__init__()
        self.random = 42


@wrong("reserved-name")
class TakesTraining(Dense):
    def __init__(self):
        super().__init__()
        self.training = "yes"


@wrong("wrong-shape")
class DxFlat(Dense):
    def backward(self, grad):
        super().backward(grad)
        return (grad @ self.W.value.T).ravel()


@wrong("mixes-samples")
class DxMean(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=0)
        mean = grad.mean(axis=0)
        return np.tile(mean @ self.W.value.T, (len(grad), 1))


@wrong("dtype-changed")
class Float32Out(Dense):
    def forward(self, x):
        return super().forward(x).astype(np.float32)


@wrong("dtype-changed")
class Float32Back(Dense):
    def backward(self, grad):
        return super().backward(grad).astype("float32")


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
