"""Dense layers without minnet's base class, each with one mistake.

Weights and gradients are attributes or dicts, as in several courses and books.
"""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from corpus.cases import wrong


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


class Affine:
    """A plain class with a dict of parameters and one of gradients."""

    def __init__(self, d_in=3, d_out=4):
        rng = np.random.default_rng(12)
        self.parameters = {"kernel": rng.normal(size=(d_out, d_in)), "offset": np.zeros(d_out)}
        self.gradients = {}

    def forward(self, inp):
        self.inp = inp
        return np.einsum("oi,mi->mo", self.parameters["kernel"], inp) + self.parameters["offset"]

    def backward(self, up):
        self.gradients["kernel"] = np.einsum("mo,mi->oi", up, self.inp)
        self.gradients["offset"] = np.einsum("mo->o", up)
        return np.einsum("mo,oi->mi", up, self.parameters["kernel"])


@wrong("transposed")
class AffineTransposed(Affine):
    def backward(self, up):
        dx = super().backward(up)
        self.gradients["kernel"] = np.einsum("mo,mi->io", up, self.inp)
        return dx


@wrong("not-summed-over-batch")
class AffineKeepsSamples(Affine):
    def backward(self, up):
        dx = super().backward(up)
        self.gradients["offset"] = up.copy()
        return dx


@wrong("parameter-gradient-missing")
class AffineForgets(Affine):
    def backward(self, up):
        self.gradients["kernel"] = np.einsum("mo,mi->oi", up, self.inp)
        return np.einsum("mo,oi->mi", up, self.parameters["kernel"])


@wrong("upstream-ignored")
class AffineIgnores(Affine):
    def backward(self, up):
        dx = super().backward(up)
        self.gradients["kernel"] = np.ones_like(up).T @ self.inp
        return dx


@wrong("one-sample-only")
class AffineReturnsInLoop(Affine):
    def backward(self, up):
        self.gradients["offset"] = up.sum(0)
        dx = np.zeros_like(self.inp)
        for n in range(up.shape[0]):
            self.gradients["kernel"] = up[n][:, None] * self.inp[n][None, :]
            dx[n] = up[n] @ self.parameters["kernel"]
        return dx


@wrong("one-sample-only")
class AffineDxLast(Affine):
    def backward(self, up):
        super().backward(up)
        for n in range(up.shape[0]):
            dx = np.zeros_like(self.inp)
            dx[n] = up[n] @ self.parameters["kernel"]
        return dx


@wrong("divided-by-batch")
class AffineMean(Affine):
    def backward(self, up):
        dx = super().backward(up)
        self.gradients["offset"] = np.mean(up, axis=0)
        return dx


@wrong("divided-by-outputs")
class AffineMeanTwice(Affine):
    def backward(self, up):
        dx = super().backward(up)
        self.gradients["kernel"] /= up.size
        return dx


@wrong("sign-flipped")
class AffineSign(Affine):
    def backward(self, up):
        return -super().backward(up)


@wrong("integer-arithmetic")
class WholeWeights:
    def __init__(self):
        self.w = np.array([[1, 2], [0, 1], [3, -1]])
        self.dw = None

    def forward(self, x):
        self.x = x
        return x @ self.w

    def backward(self, g):
        self.dw = self.x.T @ g
        return g @ self.w.T


@wrong("gradient-accumulates")
class SumsInDict(Affine):
    def backward(self, up):
        new = np.einsum("mo,mi->oi", up, self.inp)
        self.gradients["kernel"] = self.gradients.get("kernel", 0) + new
        self.gradients["offset"] = up.sum(0)
        return up @ self.parameters["kernel"]


@wrong("parameter-modified")
class PlainLearns(Affine):
    def backward(self, up):
        dx = super().backward(up)
        self.parameters["offset"] -= 0.01 * self.gradients["offset"]
        return dx


@wrong("raises")
class OnlyForEqualSizes(Affine):
    def backward(self, up):
        dx = super().backward(up)
        self.gradients["kernel"] = up @ self.inp.T
        self.gradients["offset"] = np.dot(up, self.inp).sum(0)
        return dx


@wrong("returns-none")
class StoresDx(Affine):
    def backward(self, up):
        self.dinp = super().backward(up)


class LayerDense:
    """As in a well-known book: everything hangs on the object, also the input's gradient."""

    def __init__(self, n_inputs=3, n_neurons=4):
        self.weights = 0.01 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases
        return self.output

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)
        return self.dinputs


@wrong("summed-over-wrong-axis")
class LayerDenseAxisOne(LayerDense):
    def backward(self, dvalues):
        dx = super().backward(dvalues)
        self.dbiases = np.sum(dvalues, axis=1, keepdims=True)
        return dx


@wrong("summed-to-scalar")
class LayerDenseScalar(LayerDense):
    def backward(self, dvalues):
        dx = super().backward(dvalues)
        self.dbiases = np.sum(dvalues)
        return dx


@wrong("not-summed-over-batch")
class LayerDenseBiases(LayerDense):
    def backward(self, dvalues):
        dx = super().backward(dvalues)
        self.dbiases = dvalues
        return dx


@wrong("divided-by-batch")
class LayerDenseAveraged(LayerDense):
    def backward(self, dvalues):
        dx = super().backward(dvalues)
        self.dweights = self.dweights / dvalues.shape[0]
        self.dbiases = self.dbiases / dvalues.shape[0]
        return dx


@wrong("returns-none")
class LayerDenseSilent(LayerDense):
    def backward(self, dvalues):
        super().backward(dvalues)


@wrong("gradient-accumulates")
class LayerDenseAdds(LayerDense):
    def backward(self, dvalues):
        old = getattr(self, "dweights", 0)
        dx = super().backward(dvalues)
        self.dweights = old + self.dweights
        return dx


@wrong("output-used-for-input")
class LayerDenseOutput(LayerDense):
    def backward(self, dvalues):
        dx = super().backward(dvalues)
        self.dweights = np.dot(self.output.T, dvalues)
        return dx


@wrong("parameter-modified")
class LayerDenseTrainsItself(LayerDense):
    def backward(self, dvalues):
        dx = super().backward(dvalues)
        self.weights -= 0.1 * self.dweights
        self.biases -= 0.1 * self.dbiases
        return dx


@wrong("constant-factor")
class LayerDenseRate(LayerDense):
    def backward(self, dvalues):
        dx = super().backward(dvalues)
        self.dweights *= 0.01
        return dx


class PlainProduct:
    def __init__(self):
        self.W, self.dW = np.ones((3, 7)), None

    def forward(self, x):
        self.x = x
        return x @ self.W


@wrong("dtype-changed")
class HalfGradient(PlainProduct):
    """A gradient in float16."""

    def backward(self, grad):
        self.dW = self.x.T @ grad
        return (grad @ self.W.T).astype(np.float16)


@wrong("dtype-changed")
class HalfGradientOfTheWeight(PlainProduct):
    """The gradient of the weight in float16."""

    def backward(self, grad):
        self.dW = (self.x.T @ grad).astype(np.float16)
        return grad @ self.W.T
