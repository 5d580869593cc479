"""A sixth collection of wrong layers: NaN, whole numbers, sequences, normalizations."""

import numpy as np
from doctor_corpus import wrong

import minnet as mn


@wrong("not-finite")
class NothingToDivideBy(mn.Layer):
    """0/0 in the gradient of a weight, whatever comes."""

    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 7)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad * (grad[:1, :1] * 0 / 0)
        return grad @ self.W.value.T


@wrong("not-finite")
class NotANumber:
    """The logarithm of a negative number in backward."""

    def forward(self, x):
        self.x = x
        return np.log(1 + x**2)

    def backward(self, grad):
        return grad * 2 * self.x * np.exp(-np.log(1 + self.x**2)) + 0 * np.sqrt(self.x)


@wrong("not-finite")
class DropoutWithoutZero(mn.Layer):
    """Divides by the mask, so that what was dropped is 0/0."""

    def __init__(self, rate=0.4):
        self.rate = rate

    def forward(self, x):
        if not self.training:
            return x
        self.x = x
        self.mask = (self.random.random(x.shape) >= self.rate) / (1 - self.rate)
        self.y = x * self.mask
        return self.y

    def backward(self, grad):
        return grad * self.y / self.x if not self.training else grad * self.mask / self.mask


@wrong("not-finite")
class NaNOfTheWrongShape:
    """Not a number, in the wrong shape as well."""

    def __init__(self):
        self.b, self.db = np.zeros(3), None

    def forward(self, x):
        return x + self.b

    def backward(self, grad):
        self.db = grad * (0 * grad / (grad - grad))
        return grad * 1.0


ROWS = np.array([[1.0, 2.0, -1.0], [0.0, 0.0, 0.0], [0.5, -2.0, 1.5], [3.0, 1.0, -0.5]])


@wrong("not-finite", ROWS)
class Normalized(mn.Activation):
    """x / ||x||, which is 0/0 for a row of zeros."""

    def forward(self, z):
        self.norm = np.sqrt((z**2).sum(axis=1, keepdims=True))
        self.y = z / self.norm
        return self.y

    def backward(self, grad):
        return (grad - self.y * (grad * self.y).sum(axis=1, keepdims=True)) / self.norm


@wrong("not-finite", np.array([[0.2, 0.5, 0.3], [0.0, 0.4, 0.6], [0.1, 0.1, 0.8]]))
class Entropy:
    """x ln x, whose value at 0 is 0 and not 0 times minus infinity."""

    def forward(self, x):
        self.x = x
        return x * np.log(x)

    def backward(self, grad):
        return grad * (np.log(self.x) + 1)


@wrong("not-finite", ROWS)
class Length(mn.Activation):
    """|z| forward; backward z/|z| is 0/0 at 0."""

    def forward(self, z):
        self.z = z
        return np.abs(z)

    def backward(self, grad):
        return grad * self.z / np.abs(self.z)


@wrong("not-finite", np.array([[1.0, 4.0, 0.0], [9.0, 2.0, 3.0]]))
class DividesByTheRoot:
    """x / sqrt(x), which is sqrt(x) and 0 at 0."""

    def forward(self, x):
        self.y = x / np.sqrt(x)
        return self.y

    def backward(self, grad):
        return grad / (2 * self.y)


@wrong("not-finite", np.array([[1.0, -4.0, 0.0], [9.0, 2.0, 3.0], [1.0, 0.5, 0.0]]))
class PowerByLogarithm(mn.Layer):
    """x^2 = exp(2 ln |x|), which is right, and its derivative by a quotient, which is not."""

    def __init__(self, features=3):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return self.gain.value * np.exp(2 * np.log(np.abs(x)))

    def backward(self, grad):
        self.gain.grad = (grad * self.x**2).sum(axis=0)
        return 2 * grad * self.gain.value * self.x**2 / self.x


@wrong("dtype-changed")
class HalfGradient:
    """A gradient in float16."""

    def __init__(self):
        self.W, self.dW = np.ones((3, 7)), None

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, grad):
        self.dW = self.x.T @ grad
        return (grad @ self.W.T).astype(np.float16)


@wrong("dtype-changed")
class HalfGradientOfTheWeight:
    """The gradient of the weight in float16."""

    def __init__(self):
        self.W, self.dW = np.ones((3, 7)), None

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, grad):
        self.dW = (self.x.T @ grad).astype(np.float16)
        return grad @ self.W.T


@wrong("output-used-for-input")
class BatchNormGain(mn.Layer):
    """The gradient of gamma with the output for xhat."""

    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))

    def forward(self, x):
        self.inverse = 1 / np.sqrt(x.var(axis=0) + 1e-5)
        self.xhat = (x - x.mean(axis=0)) * self.inverse
        self.y = self.gamma.value * self.xhat + self.beta.value
        return self.y

    def backward(self, grad):
        self.gamma.grad = (grad * self.y).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        q, m = grad * self.gamma.value, len(grad)
        return self.inverse / m * (m * q - q.sum(0) - self.xhat * (q * self.xhat).sum(0))


class RunningNorm(mn.Layer):
    """Batch normalization with running statistics."""

    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))
        self.mean, self.variance = np.zeros(features), np.ones(features)

    def spread(self, x):
        return x.var(axis=0)

    def forward(self, x):
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = x.mean(axis=0), x.var(axis=0)
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.variance = 0.9 * self.variance + 0.1 * self.spread(x)
        self.inverse = 1 / np.sqrt(variance + 1e-5)
        self.xhat = (x - mean) * self.inverse
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        q = grad * self.gamma.value
        if not self.training:
            return q * self.inverse
        return self.inverse * (q - q.mean(0) - self.xhat * (q * self.xhat).mean(0))


@wrong("train-eval-confused")
class RunningDeviation(RunningNorm):
    """The running variance is a standard deviation."""

    def spread(self, x):
        return x.std(axis=0)


@wrong("dtype-changed")
class HalfForward:
    """All in float16."""

    def forward(self, x):
        self.y = np.tanh(x).astype(np.float16)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y.astype(float) ** 2)


@wrong("output-used-for-input", (4, 3, 5, 6))
class BatchNormGainOfImages(mn.Layer):
    """The output for xhat, per channel, and a mean without its 1/n beside it would be a second."""

    def __init__(self, channels=3):
        self.gamma = mn.Parameter(np.ones((1, channels, 1, 1)))
        self.beta = mn.Parameter(np.zeros((1, channels, 1, 1)))

    def forward(self, x):
        mean, variance = (f(x, axis=(0, 2, 3), keepdims=True) for f in (np.mean, np.var))
        self.inverse = 1 / np.sqrt(variance + 1e-5)
        self.xhat = (x - mean) * self.inverse
        self.out = self.gamma.value * self.xhat + self.beta.value
        return self.out

    def backward(self, grad):
        axes = {"axis": (0, 2, 3), "keepdims": True}
        self.gamma.grad = np.sum(grad * self.out, **axes)
        self.beta.grad = np.sum(grad, **axes)
        q = grad * self.gamma.value
        inner = q - q.mean(**axes) - self.xhat * (q * self.xhat).mean(**axes)
        return self.inverse * inner


@wrong("output-used-for-input")
class LayerNormGain(mn.Layer):
    """The output for xhat, row by row."""

    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))

    def forward(self, x):
        self.inverse = 1 / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        self.xhat = (x - x.mean(axis=1, keepdims=True)) * self.inverse
        self.y = self.gamma.value * self.xhat + self.beta.value
        return self.y

    def backward(self, grad):
        self.gamma.grad = (grad * self.y).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        q, along = grad * self.gamma.value, {"axis": 1, "keepdims": True}
        inner = q - q.mean(**along) - self.xhat * (q * self.xhat).mean(**along)
        return self.inverse * inner


@wrong("train-eval-confused")
class DividesByTheVariance(RunningNorm):
    """In evaluation 1/variance for 1/sigma."""

    def forward(self, x):
        if self.training:
            return super().forward(x)
        self.inverse = 1 / (self.variance + 1e-5)
        self.xhat = (x - self.mean) * self.inverse
        return self.gamma.value * self.xhat + self.beta.value


@wrong("integer-arithmetic")
class WholeGradient:
    """Fractions are cut off when they are put into an array of whole numbers."""

    def forward(self, x):
        return 0.1 * x

    def backward(self, grad):
        dx = np.ones(grad.shape, dtype=int)
        dx[...] = 0.1 * grad
        return dx


@wrong("integer-arithmetic")
class TanhCut(mn.Activation):
    """The derivative is between 0 and 1 and becomes 0."""

    def forward(self, z):
        self.y = np.tanh(z)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y**2).astype(int)


@wrong("integer-arithmetic")
class WeightGradientCut(mn.Layer):
    """The gradient of the weights is summed in an array of whole numbers."""

    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 7)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        cut = np.zeros((3, 7), dtype=np.int64)
        for x, g in zip(self.x, grad, strict=True):
            cut[...] = cut + np.outer(x, g)
        self.W.grad = cut
        return grad @ self.W.value.T


@wrong("integer-arithmetic")
class SmallWeightGradientCut:
    """Nothing is left of a gradient below 1."""

    def __init__(self):
        self.gain, self.dgain = np.ones(3), None

    def forward(self, x):
        self.x = x
        return 0.01 * x * self.gain

    def backward(self, grad):
        self.dgain = np.zeros(3, dtype=int)
        for i in range(len(grad)):
            for j in range(3):
                self.dgain[j] += int(0.01 * grad[i, j] * self.x[i, j])
        return 0.01 * grad * self.gain


@wrong("integer-arithmetic")
class SquareCut(mn.Activation):
    """z^2 and 2z, of which only the whole part is taken."""

    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        return grad * np.floor(2 * self.z)


@wrong("unknown")
class LeakyWithoutTheLeak(mn.Activation):
    """The mask of a ReLU for a leaky ReLU: nothing is cut."""

    def forward(self, z):
        self.z = z
        return np.where(z > 0, z, 0.1 * z)

    def backward(self, grad):
        return grad * (self.z > 0)


@wrong("unknown")
class ExponentialWithoutItsTail(mn.Activation):
    """The mask of a ReLU for an exponential linear unit."""

    def forward(self, z):
        self.z = z
        return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))

    def backward(self, grad):
        return grad * (self.z > 0)


class Recurrent:
    """h_t = tanh(x_t Wx + h_{t-1} Wh), all h given out."""

    def __init__(self):
        self.Wx, self.dWx = np.ones((3, 4)), np.zeros((3, 4))
        self.Wh, self.dWh = np.ones((4, 4)), np.zeros((4, 4))

    def forward(self, x):
        self.x, self.h = x, [np.zeros((len(x), 4))]
        for t in range(x.shape[1]):
            self.h.append(np.tanh(x[:, t] @ self.Wx + self.h[-1] @ self.Wh))
        return np.stack(self.h[1:], axis=1)

    def backward(self, grad):
        dx, later = np.zeros(self.x.shape), 0.0
        for t in reversed(range(self.x.shape[1])):
            delta = (grad[:, t] + later) * (1 - self.h[t + 1] ** 2)
            self.note(t, delta)
            dx[:, t], later = delta @ self.Wx.T, delta @ self.Wh.T
        return dx


@wrong("one-sample-only", (5, 6, 3))
class RecurrentOverwrites(Recurrent):
    """= for +=: what is left of Wh is the first step's part, which is zero."""

    def note(self, t, delta):
        self.dWx = self.x[:, t].T @ delta if t == 5 else self.dWx + self.x[:, t].T @ delta
        self.dWh = self.h[t].T @ delta


@wrong("one-sample-only", (5, 6, 3))
class RecurrentOverwritesBoth(Recurrent):
    """= for += everywhere."""

    def note(self, t, delta):
        self.dWx = self.x[:, t].T @ delta
        self.dWh = self.h[t].T @ delta


@wrong("one-sample-only", (5, 6, 3))
class RecurrentOverwritesInputs(Recurrent):
    """= for += for Wx alone."""

    def note(self, t, delta):
        self.dWx = self.x[:, t].T @ delta
        self.dWh = self.dWh * (t < 5) + self.h[t].T @ delta


class StepByStep(mn.Layer):
    """A dense layer for each time step of a sequence."""

    def __init__(self):
        self.W, self.b = mn.Parameter(np.ones((3, 4))), mn.Parameter(np.zeros(4))

    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.W.value + self.b.value)


@wrong("one-sample-only", (5, 6, 3))
class SequenceOverwrites(StepByStep):
    """A loop over time that overwrites."""

    def backward(self, grad):
        dx = np.zeros_like(self.x)
        for t in range(self.x.shape[1]):
            x = self.x[:, t]
            delta = grad[:, t] * (1 - np.tanh(x @ self.W.value + self.b.value) ** 2)
            self.W.grad = x.T @ delta
            self.b.grad = delta.sum(axis=0)
            dx[:, t] = delta @ self.W.value.T
        return dx


@wrong("parameter-gradient-missing")
class FillsNothing:
    """Zeros are made, and left."""

    def __init__(self):
        self.w, self.dw = np.ones(3), np.zeros(3)

    def forward(self, x):
        self.x = x
        return x * self.w

    def backward(self, grad):
        self.dw = np.zeros(3)
        return grad * self.w


@wrong("parameter-gradient-missing")
class NeverSet(FillsNothing):
    """Not a word about it."""

    def backward(self, grad):
        return grad * self.w


@wrong("one-sample-only", (4, 5, 3))
class RecurrentBias(mn.Layer):
    """A recurrent layer that gives its last state, and overwrites the gradient of its bias."""

    def __init__(self):
        self.Wx, self.Wh = mn.Parameter(np.ones((3, 4))), mn.Parameter(np.ones((4, 4)))
        self.b = mn.Parameter(np.zeros(4))

    def forward(self, x):
        self.x, self.h = x, [np.zeros((len(x), 4))]
        for t in range(x.shape[1]):
            z = x[:, t] @ self.Wx.value + self.h[-1] @ self.Wh.value + self.b.value
            self.h.append(np.tanh(z))
        return self.h[-1]

    def backward(self, grad):
        dx, dh = np.zeros_like(self.x), grad
        for t in reversed(range(self.x.shape[1])):
            delta = dh * (1 - self.h[t + 1] ** 2)
            self.Wx.grad += self.x[:, t].T @ delta
            self.Wh.grad += self.h[t].T @ delta
            self.b.grad = delta.sum(axis=0)
            dx[:, t], dh = delta @ self.Wx.value.T, delta @ self.Wh.value.T
        return dx


@wrong("upstream-ignored")
class SoftmaxOfOnes(mn.Activation):
    """The derivative of the plain sum of the outputs, which is always 1."""

    def forward(self, z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        self.a = e / e.sum(axis=-1, keepdims=True)
        return self.a

    def backward(self, grad):
        ones = np.ones_like(grad)
        return self.a * (ones - (self.a * ones).sum(axis=-1, keepdims=True))


@wrong("transposed", (5, 4))
class SquareWeight(mn.Layer):
    """x W, with grad W for grad W^T."""

    def __init__(self):
        self.W = mn.Parameter(np.ones((4, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value


@wrong("transposed", (5, 4))
class SquareWeightOtherWay(mn.Layer):
    """x W^T, with grad W^T for grad W."""

    def __init__(self):
        self.W = mn.Parameter(np.ones((4, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value.T

    def backward(self, grad):
        self.W.grad = grad.T @ self.x
        return grad @ self.W.value.T


class TwoTerms(RunningNorm):
    """Batch normalization whose backward is wrong in two terms."""

    def backward(self, grad):
        super().backward(grad)
        q = grad * self.gamma.value
        if not self.training:
            return q * self.inverse
        return self.inverse * (q + self.terms(q, len(q)))


@wrong("mean-term-missing")
class NoMeanAndWrongSign(TwoTerms):
    """No mean term, and + for -."""

    def terms(self, q, m):
        return self.xhat * (q * self.xhat).mean(0)


@wrong("variance-term-missing")
class NoVarianceAndSum(TwoTerms):
    """No variance term, and a sum for the mean."""

    def terms(self, q, m):
        return -q.sum(0)


@wrong("mean-term-missing")
class NoMeanAndFreedom(TwoTerms):
    """No mean term, and n - 1 for n."""

    def terms(self, q, m):
        return -self.xhat * (q * self.xhat).sum(0) / (m - 1)


@wrong("unknown")
class SoftmaxOfZeros(SoftmaxOfOnes):
    """Zeros."""

    def backward(self, grad):
        return np.zeros_like(grad)


@wrong("dtype-changed")
class HalfAndBack(mn.Activation):
    """float16 on the way, and float64 again."""

    def forward(self, z):
        self.a = np.tanh(z)
        return self.a

    def backward(self, grad):
        return (grad * (1 - self.a**2)).astype(np.float16).astype(np.float64)


@wrong("not-finite", np.array([[1.0, 4.0, 0.0], [9.0, 2.0, 3.0], [2.0, 1.0, 5.0]]))
class LogarithmByQuotient:
    """x ln x / x: not minus infinity at 0, but 0/0."""

    def forward(self, x):
        self.x = x
        return x * np.log(x) / x

    def backward(self, grad):
        return grad / self.x
