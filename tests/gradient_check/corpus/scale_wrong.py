"""A third collection of wrong layers and losses: whatever the first two did not think of."""

import numpy as np
from doctor_corpus import wrong, wrong_loss

import minnet as mn

KEPT = None


@wrong("stale-cache")
class ModuleLevelCache(mn.Activation):
    def forward(self, z):
        global KEPT
        if KEPT is None:
            KEPT = z
        return z**2

    def backward(self, grad):
        return 2 * KEPT * grad if KEPT.shape == grad.shape else 2 * grad


@wrong("stale-cache")
class ClassAttributeCache:
    kept = []  # noqa: RUF012

    def forward(self, z):
        self.kept.append(np.exp(z))
        return np.exp(z)

    def backward(self, g):
        return g * self.kept[0]


@wrong("unknown")
class ReturnsZeros(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def backward(self, grad):
        return np.zeros_like(grad)


@wrong("raises")
class NotWritten(mn.Layer):
    def forward(self, x):
        return x * 2


@wrong("jacobian-term-missing", shape=(4, 3))
class ForgetsSkip(mn.Layer):
    def __init__(self):
        self.inner = mn.Linear(3, 3)

    def forward(self, x):
        return x + self.inner.forward(x)

    def backward(self, grad):
        return self.inner.backward(grad)


@wrong("jacobian-term-missing")
class SwishHalf(mn.Activation):
    def forward(self, z):
        self.s = 1 / (1 + np.exp(-z))
        return z * self.s

    def backward(self, grad):
        return grad * self.s


@wrong("local-derivative-missing")
class GainGradientWithoutX(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.ones(3))

    def forward(self, x):
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = grad.sum(axis=0)
        return grad * self.gain.value


@wrong("upstream-ignored")
class BiasOfOnes(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x + self.b.value

    def backward(self, grad):
        self.b.grad = np.ones(3)
        return grad.copy()


@wrong("upstream-added")
class DenseAdds(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 3)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad + self.W.value
        return grad @ self.W.value.T


@wrong("not-linear-in-upstream")
class DenseClipsGradient(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = np.clip(self.x.T @ grad, -1, 1)
        return grad @ self.W.value.T


@wrong("integer-arithmetic", shape=(3, 2, 4, 4))
class PoolFloorDivides(mn.Layer):
    def forward(self, x):
        m, c, h, w = x.shape
        return x.reshape(m, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5))

    def backward(self, grad):
        return (grad // 4).repeat(2, axis=2).repeat(2, axis=3)


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


@wrong("transposed", shape=(6, 6))
class DxTransposed(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        return (2 * self.z * grad).T


@wrong("transposed")
class DxTransposedVisible(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        return (2 * self.z * grad).T


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


@wrong("output-used-for-input")
class DenseSigmoidOutput(mn.Layer):
    def __init__(self):
        self.W, self.b = mn.Parameter(np.ones((3, 4))), mn.Parameter(np.zeros(4))

    def forward(self, x):
        self.a = 1 / (1 + np.exp(-(x @ self.W.value + self.b.value)))
        return self.a

    def backward(self, grad):
        dz = grad * self.a * (1 - self.a)
        self.W.grad = self.a.T @ dz
        self.b.grad = dz.sum(axis=0)
        return dz @ self.W.value.T


@wrong("local-derivative-squared")
class DenseSigmoidTwice(mn.Layer):
    def __init__(self):
        self.W, self.b = mn.Parameter(np.ones((3, 4))), mn.Parameter(np.zeros(4))

    def forward(self, x):
        self.x = x
        self.a = 1 / (1 + np.exp(-(x @ self.W.value + self.b.value)))
        return self.a

    def backward(self, grad):
        dz = grad * (self.a * (1 - self.a)) ** 2
        self.W.grad, self.b.grad = self.x.T @ dz, dz.sum(axis=0)
        return dz @ self.W.value.T


@wrong("local-derivative-missing")
class NoBiasTanh(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.W.value)

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


@wrong("local-derivative-at-wrong-point")
class NoBiasTanhWrongPoint(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x, self.z = x, x @ self.W.value
        return np.tanh(self.z)

    def backward(self, grad):
        dz = grad * (1 - self.z**2)
        self.W.grad = self.x.T @ dz
        return dz @ self.W.value.T


@wrong("local-derivative-missing", shape=(3, 2, 5, 5))
class ConvRelu(mn.Layer):
    def __init__(self):
        self.k, self.b = mn.Parameter(np.ones((4, 2, 3, 3))), mn.Parameter(np.zeros(4))

    def windows(self, x):
        return np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))

    def forward(self, x):
        self.x = x
        z = np.einsum("mcijhw,ochw->moij", self.windows(x), self.k.value)
        return np.maximum(z + self.b.value[:, None, None], 0)

    def backward(self, grad):
        self.k.grad = np.einsum("moij,mcijhw->ochw", grad, self.windows(self.x))
        self.b.grad = grad.sum(axis=(0, 2, 3))
        padded = np.pad(grad, ((0, 0), (0, 0), (2, 2), (2, 2)))
        return np.einsum("moijhw,ochw->mcij", self.windows(padded), self.k.value[:, :, ::-1, ::-1])


@wrong("divided-by-batch", shape=(3, 2, 5, 5))
class ChannelBiasMean(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(2))

    def forward(self, x):
        return x + self.b.value[:, None, None]

    def backward(self, grad):
        self.b.grad = grad.sum(axis=(2, 3)).mean(axis=0)
        return grad.copy()


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


@wrong("variance-term-missing")
class DetailedBatchNorm(mn.Layer):
    def __init__(self):
        self.gamma, self.beta = mn.Parameter(np.ones(3)), mn.Parameter(np.zeros(3))

    def forward(self, x):
        self.xmu = x - x.mean(axis=0)
        self.ivar = 1 / np.sqrt((self.xmu**2).mean(axis=0) + 1e-5)
        self.xhat = self.xmu * self.ivar
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, dout):
        m = len(dout)
        self.beta.grad, self.gamma.grad = dout.sum(0), (dout * self.xhat).sum(0)
        dxhat = dout * self.gamma.value
        dxmu = dxhat * self.ivar
        return dxmu - dxmu.sum(axis=0) / m


@wrong("wrong-axis")
class BatchNormRowMeans(DetailedBatchNorm):
    def backward(self, dout):
        self.beta.grad, self.gamma.grad = dout.sum(0), (dout * self.xhat).sum(0)
        q = dout * self.gamma.value
        mean = q.mean(axis=1, keepdims=True)
        return self.ivar * (q - mean - self.xhat * (q * self.xhat).mean(axis=1, keepdims=True))


@wrong("mask-missing", shape=(5, 6))
class DropoutInDense(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((6, 4)))

    def forward(self, x):
        keep = (self.random.random((len(x), 4)) < 0.5) / 0.5 if self.training else 1.0
        self.x, self.keep = x, keep
        return (x @ self.W.value) * keep

    def backward(self, grad):
        g = grad if self.training else grad * self.keep
        self.W.grad = self.x.T @ g
        return g @ self.W.value.T


@wrong("mask-redrawn")
class SeededDropout:
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def forward(self, x):
        return x * self.rng.binomial(1, 0.5, x.shape)

    def backward(self, grad):
        return grad * self.rng.binomial(1, 0.5, grad.shape)


@wrong("not-finite")
class LogSigmoid(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.log(1 / (1 + np.exp(-z)))

    def backward(self, grad):
        return grad * (1 - 1 / (1 + np.exp(-self.z)))


@wrong("not-finite")
class LogSumExp(mn.Layer):
    def forward(self, x):
        self.e = np.exp(x)
        return np.log(self.e.sum(axis=1, keepdims=True))

    def backward(self, grad):
        return grad * self.e / self.e.sum(axis=1, keepdims=True)


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


@wrong("wrong-shape")
class TupleReturned:
    def __init__(self):
        self.W, self.dW = np.ones((3, 4)), None

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, g):
        self.dW = self.x.T @ g
        return g @ self.W.T, self.dW


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


@wrong("gradient-accumulates")
class NestedAccumulates(mn.Layer):
    def __init__(self):
        self.gain, self.sums = mn.Parameter(np.ones(3)), []

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.sums.append((grad * self.x).sum(0))
        self.gain.grad = sum(self.sums)
        return grad * self.gain.value


@wrong("parameter-gradient-missing")
class GradientOnWrongName(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.dW = self.x.T @ grad
        return grad @ self.W.value.T


@wrong("train-eval-confused")
class SwappedModes(mn.Layer):
    def forward(self, x):
        self.mask = np.ones_like(x)
        if not self.training:
            self.mask = (self.random.random(x.shape) < 0.5) / 0.5
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


@wrong_loss("constant-factor")
class HalfForgotten(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / (2 * len(self.d))

    def backward(self):
        return 2 * self.d / len(self.d)


@wrong_loss("not-divided-by-batch")
class HuberSum(mn.Loss):
    def forward(self, prediction, target):
        self.d = d = prediction - target
        return np.where(np.abs(d) < 1, d**2 / 2, np.abs(d) - 0.5).sum(axis=1).mean()

    def backward(self):
        return np.clip(self.d, -1, 1)


@wrong_loss("unknown")
class HingeAlwaysOn(mn.Loss):
    def forward(self, prediction, target):
        self.y = target
        return np.maximum(0, 1 - target * prediction).sum() / len(target)

    def backward(self):
        return -self.y / len(self.y)


@wrong_loss("keepdims-left")
class ExtraAxis(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / len(self.d)

    def backward(self):
        return (2 * self.d / len(self.d))[None]


@wrong_loss("summed-over-wrong-axis")
class SumsOutputs(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / len(self.d)

    def backward(self):
        return 2 * self.d.sum(axis=1) / len(self.d)


SEEN = {}


@wrong("stale-cache")
class ModuleLevelDict(mn.Activation):
    def forward(self, z):
        SEEN.setdefault("z", z)
        return np.sin(z)

    def backward(self, grad):
        return np.cos(SEEN["z"][: len(grad)]) * grad


@wrong("wrong-shape")
class ParameterAsGradient(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.W
        return grad @ self.W.value.T
