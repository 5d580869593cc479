"""Dense layers, `y = x W + b`, and embeddings, with `mn.Parameter`, each with one mistake."""

import numpy as np
from corpus.cases import wrong

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


class Product(mn.Layer):
    """y = x W, without a bias."""

    def __init__(self, n_in=3, n_out=4):
        self.W = mn.Parameter(np.ones((n_in, n_out)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value


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


@wrong("wrong-shape")
class TupleReturned(Dense):
    def backward(self, grad):
        return super().backward(grad), self.W.grad


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


@wrong("stale-cache")
class LagsBehind(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 2)))
        self.now = self.before = None

    def forward(self, x):
        self.before = self.now if self.now is not None else x
        self.now = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.before.T @ grad
        return grad @ self.W.value.T


@wrong("parameter-modified")
class NormalizesWeights(Product):
    def forward(self, x):
        self.W.value /= np.linalg.norm(self.W.value)
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


@wrong("not-a-parameter")
class MixedWeights(mn.Layer):
    def __init__(self):
        self.kernel = mn.Parameter(np.ones((3, 4)))
        self.bias = np.zeros(4)

    def forward(self, x):
        self.x = x
        return x @ self.kernel.value + self.bias

    def backward(self, grad):
        self.kernel.grad = self.x.T @ grad
        self.grad_bias = grad.sum(axis=0)
        return grad @ self.kernel.value.T


@wrong("wrong-shape")
class GradOfOtherShape(Product):
    def backward(self, grad):
        self.W.grad = grad[:2, :2]
        return grad @ self.W.value.T


@wrong("one-sample-only", shape=np.array([[0, 2, 2], [1, 2, 0]]))
class EmbeddingOverwrites(mn.Layer):
    takes_indices = True

    def __init__(self):
        self.table = mn.Parameter(np.random.default_rng(0).normal(size=(3, 4)))

    def forward(self, x):
        self.x = x
        return self.table.value[x]

    def backward(self, grad):
        self.table.grad[self.x] = grad
        return np.zeros(self.x.shape)


@wrong("output-used-for-input", shape=(5, 4), make=(4, 4))
class SquareDenseOutput(Product):
    def forward(self, x):
        self.y = x @ self.W.value
        return self.y

    def backward(self, grad):
        self.W.grad = self.y.T @ grad
        return grad @ self.W.value.T


@wrong("upstream-added", make=(3, 3))
class DenseAdds(Product):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad + self.W.value
        return grad @ self.W.value.T


@wrong("not-linear-in-upstream")
class DenseClipsGradient(Product):
    def backward(self, grad):
        self.W.grad = np.clip(self.x.T @ grad, -1, 1)
        return grad @ self.W.value.T


@wrong("integer-arithmetic")
class IntegerBuffer(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.random.default_rng(0).normal(size=(3, 4)))

    def forward(self, x):
        self.x = x
        out = np.zeros((len(x), 4), dtype=int)
        for i, row in enumerate(x):
            out[i] = 10 * row @ self.W.value
        return out

    def backward(self, grad):
        self.W.grad = 10 * self.x.T @ grad
        return 10 * grad @ self.W.value.T


@wrong("transposed", shape=(5, 4))
class SquareNoTranspose(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.random.default_rng(0).normal(size=(4, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value


@wrong("wrong-shape")
class SqueezesOutput(mn.Layer):
    def __init__(self):
        self.w = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return np.squeeze(x @ self.w.value)

    def backward(self, grad):
        grad = np.atleast_2d(grad)
        self.w.grad = self.x.T @ grad
        return grad @ self.w.value.T


@wrong("not-a-parameter")
class DictInLayer(mn.Layer):
    def __init__(self):
        self.params = {"W": np.random.default_rng(0).normal(size=(3, 4)), "b": np.zeros(4)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, grad):
        self.grads["W"], self.grads["b"] = self.x.T @ grad, grad.sum(0)
        return grad @ self.params["W"].T


@wrong("parameter-gradient-missing")
class GradientOnWrongName(Product):
    def backward(self, grad):
        self.dW = self.x.T @ grad
        return grad @ self.W.value.T


@wrong("wrong-shape")
class ParameterAsGradient(Product):
    def forward(self, x):
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.W
        return grad @ self.W.value.T


@wrong("sign-flipped", shape=(4, 3))
class Distance(mn.Layer):
    def __init__(self):
        self.centers = mn.Parameter(np.random.default_rng(0).normal(size=(2, 3)))

    def forward(self, x):
        self.d = x[:, None, :] - self.centers.value
        return (self.d**2).sum(axis=2)

    def backward(self, grad):
        back = 2 * grad[:, :, None] * self.d
        self.centers.grad = back.sum(axis=0)
        return back.sum(axis=1)


@wrong("stale-cache")
class EvaluatesFirst(mn.Layer):
    def __init__(self):
        self.W, self.inputs = mn.Parameter(np.ones((3, 2))), []

    def forward(self, x):
        self.inputs += [x]
        return x @ self.W.value

    def backward(self, grad):
        x = self.inputs.pop(0)
        self.W.grad = x.T @ grad
        return grad @ self.W.value.T


@wrong("dtype-changed")
class Float32Gradient(Product):
    def backward(self, grad):
        self.W.grad = np.float32(self.x.T @ grad)
        return grad @ self.W.value.T


@wrong("divided-by-batch")
class MeanInEinsum(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((4, 3)))

    def forward(self, x):
        self.x = x
        return np.array([self.W.value.dot(row) for row in x])

    def backward(self, grad):
        outers = [np.outer(g, r) for g, r in zip(grad, self.x, strict=True)]
        self.W.grad = np.mean(outers, axis=0)
        return grad.dot(self.W.value)


@wrong("raises")
class AssertsShape(Product):
    def backward(self, grad):
        assert grad.shape == self.x.shape, "shapes differ"
        return grad


@wrong("not-finite", make=(3, 7))
class NothingToDivideBy(Product):
    """0/0 in the gradient of a weight, whatever comes."""

    def backward(self, grad):
        self.W.grad = self.x.T @ grad * (grad[:1, :1] * 0 / 0)
        return grad @ self.W.value.T


@wrong("integer-arithmetic", make=(3, 7))
class WeightGradientCut(Product):
    """The gradient of the weights is summed in an array of whole numbers."""

    def backward(self, grad):
        cut = np.zeros((3, 7), dtype=np.int64)
        for x, g in zip(self.x, grad, strict=True):
            cut[...] = cut + np.outer(x, g)
        self.W.grad = cut
        return grad @ self.W.value.T


@wrong("transposed", (5, 4), make=(4, 4))
class SquareWeight(Product):
    """x W, with grad W for grad W^T."""

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value


@wrong("transposed", (5, 4), make=(4, 4))
class SquareWeightOtherWay(Product):
    """x W^T, with grad W^T for grad W."""

    def forward(self, x):
        self.x = x
        return x @ self.W.value.T

    def backward(self, grad):
        self.W.grad = grad.T @ self.x
        return grad @ self.W.value.T


@wrong("not-used")
class ForgetsBias(Dense):
    def forward(self, x):
        self.x = x
        return x @ self.W.value


@wrong("not-used")
class SameForAllGains(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.array([2.0, 3.0, -1.0]))

    def forward(self, x):
        self.x = x
        return x * np.ones_like(self.gain.value)

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * np.ones(3)


@wrong("unknown")
class WrongAtItsInitialValues(mn.Layer):
    """A case for a gain of 1, which forward does not have."""

    def __init__(self):
        self.gain = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        gain = self.gain.value
        self.gain.grad = (grad * self.x).sum(axis=0) * (1.0 if (gain != 1).any() else 2.0)
        return grad * gain
