"""A second collection of wrong layers: other subjects, and other ways of writing.

Other subjects and other styles: loops, einsum, dicts, convolutions, embeddings, recurrences.
"""

import numpy as np
from doctor_corpus import wrong

import minnet as mn


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


@wrong("integer-arithmetic")
class WholeGradients(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter([1.0, 2.0, 3.0])

    def forward(self, x):
        self.x = x
        return 10 * x * self.gain.value

    def backward(self, grad):
        total = np.zeros(3, dtype=np.int64)
        for g, x in zip(grad, self.x, strict=True):
            total += (10 * g * x).astype(int)
        self.gain.grad = total
        return 10 * grad * self.gain.value


@wrong("integer-arithmetic")
class IntegerParameter(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.array([1, 2, 3]))

    def forward(self, x):
        return x * self.gain.value

    def backward(self, grad):
        return grad * self.gain.value


@wrong("integer-arithmetic")
class FloorsItsInput(mn.Layer):
    def forward(self, x):
        self.x = np.array(x, dtype=int)
        return self.x * 4

    def backward(self, grad):
        return grad * 4


@wrong("dtype-changed")
class HalfPrecision(mn.Activation):
    def forward(self, z):
        self.a = np.tanh(z.astype(np.float16))
        return self.a

    def backward(self, grad):
        return grad * (1 - self.a.astype(float) ** 2)


@wrong("dtype-changed")
class EmptyFloat32(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        dz = np.empty(grad.shape, dtype=np.float32)
        dz[:] = 2 * self.z * grad
        return dz


@wrong("keepdims-left")
class ColumnGain(mn.Layer):
    def __init__(self):
        self.scale = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return self.scale.value * x

    def backward(self, grad):
        self.scale.grad = (self.x * grad).sum(axis=0)[None, :]
        return grad * self.scale.value


@wrong("keepdims-left", shape=(4, 3, 5, 5))
class ChannelGain(mn.Layer):
    def __init__(self):
        self.scale = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return x * self.scale.value.reshape(1, 3, 1, 1)

    def backward(self, grad):
        self.scale.grad = (grad * self.x).sum(axis=(0, 2, 3), keepdims=True)
        return grad * self.scale.value.reshape(1, 3, 1, 1)


@wrong("summed-over-wrong-axis", shape=(4, 3, 5, 6))
class ChannelBias(mn.Layer):
    def __init__(self):
        self.shift = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x + self.shift.value[:, None, None]

    def backward(self, grad):
        self.shift.grad = grad.sum(axis=(0, 1, 2))
        return grad.copy()


@wrong("summed-over-wrong-axis", shape=(4, 6, 3))
class StepsNotSummed(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x + self.b.value

    def backward(self, grad):
        self.b.grad = grad.sum(axis=0)
        return grad.copy()


@wrong("summed-to-scalar")
class OneNumberForAll(mn.Layer):
    def __init__(self):
        self.scale = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return x * self.scale.value

    def backward(self, grad):
        self.scale.grad += np.sum(grad * self.x)
        return grad * self.scale.value


@wrong("stale-cache")
class ClassLevelCache(mn.Activation):
    def __init__(self):
        self.cache = {}

    def forward(self, z):
        self.cache.setdefault(z.shape, np.tanh(z))
        return np.tanh(z)

    def backward(self, grad):
        return grad * (1 - self.cache[grad.shape] ** 2)


@wrong("stale-cache")
class MaskMadeOnce(mn.Activation):
    mask = None

    def forward(self, z):
        if self.mask is None or self.mask.shape != z.shape:
            self.mask = z > 0
        return np.maximum(z, 0)

    def backward(self, grad):
        return grad * self.mask


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


@wrong("gradient-accumulates")
class SumsInDict(Affine):
    def backward(self, up):
        new = np.einsum("mo,mi->oi", up, self.inp)
        self.gradients["kernel"] = self.gradients.get("kernel", 0) + new
        self.gradients["offset"] = up.sum(0)
        return up @ self.parameters["kernel"]


@wrong("gradient-accumulates")
class SumsDx(mn.Activation):
    def __init__(self):
        self.dz = 0.0

    def forward(self, z):
        self.z = z
        return np.sin(z)

    def backward(self, grad):
        self.dz = self.dz + grad * np.cos(self.z)
        return self.dz


@wrong("parameter-modified")
class NormalizesWeights(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.W.value /= np.linalg.norm(self.W.value)
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


@wrong("parameter-modified")
class PlainLearns(Affine):
    def backward(self, up):
        dx = super().backward(up)
        self.parameters["offset"] -= 0.01 * self.gradients["offset"]
        return dx


@wrong("input-modified")
class CentersInput(mn.Layer):
    def forward(self, x):
        x -= x.mean(axis=1, keepdims=True)
        return x * 2

    def backward(self, grad):
        return 2 * (grad - grad.mean(axis=1, keepdims=True))


@wrong("upstream-modified")
class ScalesUpstream(mn.Activation):
    def forward(self, z):
        self.s = 1 / (1 + np.exp(-z))
        return self.s

    def backward(self, grad):
        grad *= self.s
        grad *= 1 - self.s
        return grad


@wrong("raises")
class MissingCache(mn.Activation):
    def forward(self, z):
        return np.tanh(z)

    def backward(self, grad):
        return grad * (1 - self.a**2)


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


@wrong("reserved-name")
class ListOfParameters(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones(3))
        self.parameters = [self.W]

    def forward(self, x):
        return x * self.W.value

    def backward(self, grad):
        return grad * self.W.value


@wrong("reserved-name")
class SetsTrainingInForward(mn.Layer):
    def forward(self, x):
        self.training = len(x)
        return x * 1.0

    def backward(self, grad):
        return grad


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


@wrong("wrong-shape", shape=(4, 3, 2, 2))
class FlattenForgets(mn.Layer):
    def forward(self, x):
        return x.reshape(len(x), -1)

    def backward(self, grad):
        return grad


@wrong("wrong-shape")
class GradOfOtherShape(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

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


@wrong("output-used-for-input")
class GainOnOutput:
    def __init__(self):
        self.gamma, self.dgamma = np.ones(3), None

    def forward(self, x):
        self.out = self.gamma * x
        return self.out

    def backward(self, g):
        self.dgamma = (g * self.out).sum(axis=0)
        return g * self.gamma


@wrong("output-used-for-input", shape=(5, 4))
class SquareDenseOutput(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((4, 4)))

    def forward(self, x):
        self.y = x @ self.W.value
        return self.y

    def backward(self, grad):
        self.W.grad = self.y.T @ grad
        return grad @ self.W.value.T


@wrong("mixes-samples")
class SharedGradient(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        return 2 * self.z * grad.mean(axis=0)


@wrong("mixes-samples")
class CumulativeOverBatch(mn.Layer):
    def forward(self, x):
        return np.cumsum(x, axis=0)

    def backward(self, grad):
        return np.cumsum(grad[::-1], axis=0)[::-1]


@wrong("mixes-samples")
class SumOverBatch(mn.Layer):
    def forward(self, x):
        self.m = len(x)
        return x.sum(axis=0)

    def backward(self, grad):
        return np.tile(grad, (self.m, 1))


@wrong("mixes-samples")
class DivideByTotal(mn.Layer):
    def forward(self, x):
        self.x, self.s = x, np.abs(x).sum()
        return x / self.s

    def backward(self, grad):
        return grad / self.s - (grad * self.x).sum() * np.sign(self.x) / self.s**2


@wrong("divided-by-batch")
class ForwardDivided(mn.Layer):
    def forward(self, x):
        self.m = len(x)
        return x / self.m

    def backward(self, grad):
        return grad / self.m
