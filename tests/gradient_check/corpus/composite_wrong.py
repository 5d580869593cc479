"""A fourth collection of wrong layers and losses, in the manner of several courses."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from doctor_corpus import wrong, wrong_loss

import minnet as mn


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


@wrong("upstream-modified")
class ActivationReLU:
    def forward(self, inputs):
        self.inputs = inputs
        return np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues
        self.dinputs[self.inputs <= 0] = 0
        return self.dinputs


@wrong("not-linear-in-upstream")
class ActivationReLUWrongTest:
    def forward(self, inputs):
        self.inputs = inputs
        return np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[dvalues <= 0] = 0
        return self.dinputs


@wrong("upstream-ignored")
class HeavisideOnly(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.maximum(0, z)

    def backward(self, grad):
        return (self.z > 0).astype(float)


@wrong("jacobian-diagonal-only")
class SoftmaxAsSigmoid:
    def forward(self, inputs):
        e = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output

    def backward(self, dvalues):
        out = np.empty_like(dvalues)
        for i, (p, g) in enumerate(zip(self.output, dvalues, strict=True)):
            out[i] = np.diag(np.diag(np.diagflat(p) - np.outer(p, p))) @ g
        return out


@wrong("jacobian-term-missing")
class SoftmaxDiagflat(SoftmaxAsSigmoid):
    def backward(self, dvalues):
        return np.array([np.diagflat(p) @ g for p, g in zip(self.output, dvalues, strict=True)])


@wrong("one-sample-only")
class SoftmaxLastRow(SoftmaxAsSigmoid):
    def backward(self, dvalues):
        out = np.zeros_like(dvalues)
        for p, g in zip(self.output, dvalues, strict=True):
            row = (np.diagflat(p) - np.outer(p, p)) @ g
        out[-1] = row
        return out


@wrong("wrong-axis")
class SoftmaxNoAxis:
    def forward(self, x):
        e = np.exp(x - np.max(x))
        self.y = e / np.sum(e)
        return self.y

    def backward(self, dout):
        return self.y * (dout - np.sum(dout * self.y))


@wrong("mixes-samples")
class StandardizeEverything(mn.Layer):
    def forward(self, x):
        self.s = x.std() + 1e-8
        self.h = (x - x.mean()) / self.s
        return self.h

    def backward(self, grad):
        return (grad - grad.mean() - self.h * (grad * self.h).mean()) / self.s


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


@wrong("one-sample-only", shape=(4, 2, 5, 5))
class LoopConv(mn.Layer):
    def __init__(self):
        self.w = mn.Parameter(np.random.default_rng(0).normal(size=(3, 2, 2, 2)))

    def forward(self, x):
        self.x, (m, _, h, w) = x, x.shape
        y = np.zeros((m, 3, h - 1, w - 1))
        for i in range(h - 1):
            for j in range(w - 1):
                patch = x[:, :, i : i + 2, j : j + 2]
                y[:, :, i, j] = np.tensordot(patch, self.w.value, axes=([1, 2, 3], [1, 2, 3]))
        return y

    def backward(self, grad):
        dx = np.zeros_like(self.x)
        for n in range(len(grad)):
            dw = np.zeros(self.w.shape)
            for i in range(grad.shape[2]):
                for j in range(grad.shape[3]):
                    for c in range(3):
                        dw[c] += grad[n, c, i, j] * self.x[n, :, i : i + 2, j : j + 2]
                        dx[n, :, i : i + 2, j : j + 2] += grad[n, c, i, j] * self.w.value[c]
            self.w.grad = dw
        return dx


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


@wrong("mean-term-missing")
class NormByComputationalGraph(mn.Layer):
    def __init__(self):
        self.gamma, self.beta = mn.Parameter(np.ones(3)), mn.Parameter(np.zeros(3))

    def forward(self, x):
        self.xc = x - x.mean(axis=0)
        self.var = (self.xc**2).mean(axis=0)
        self.std = np.sqrt(self.var + 10e-7)
        self.xn = self.xc / self.std
        return self.gamma.value * self.xn + self.beta.value

    def backward(self, dout):
        m = len(dout)
        self.beta.grad, self.gamma.grad = dout.sum(axis=0), (self.xn * dout).sum(axis=0)
        dxn = self.gamma.value * dout
        dxc = dxn / self.std
        dstd = -(dxn * self.xc / self.std**2).sum(axis=0)
        dxc += (2.0 / m) * self.xc * 0.5 * dstd / self.std
        return dxc


@wrong("scale-missing")
class NormForgetsGamma(NormByComputationalGraph):
    def backward(self, dout):
        self.beta.grad, self.gamma.grad = dout.sum(axis=0), (self.xn * dout).sum(axis=0)
        m, dxn = len(dout), dout
        return (m * dxn - dxn.sum(0) - self.xn * (dxn * self.xn).sum(0)) / (m * self.std)


@wrong("sum-for-mean")
class NormForgetsDivision(NormByComputationalGraph):
    def backward(self, dout):
        self.beta.grad, self.gamma.grad = dout.sum(axis=0), (self.xn * dout).sum(axis=0)
        dxc = self.gamma.value * dout / self.std
        dstd = -(self.gamma.value * dout * self.xc / self.std**2).sum(axis=0)
        dxc += self.xc * dstd / self.std / len(dout)
        return dxc - dxc.sum(axis=0)


@wrong("train-eval-confused")
class BookDropout(mn.Layer):
    def __init__(self, rate=0.5):
        self.rate = rate

    def forward(self, x):
        self.binary_mask = np.random.binomial(1, 1 - self.rate, size=x.shape)
        return x * self.binary_mask / (1 - self.rate)

    def backward(self, grad):
        return grad * self.binary_mask / (1 - self.rate)


@wrong("mask-scale-missing")
class BookDropoutBack(mn.Layer):
    def forward(self, x):
        self.m = np.random.binomial(1, 0.75, size=x.shape) if self.training else np.ones(x.shape)
        return x * self.m / 0.75 if self.training else x

    def backward(self, grad):
        return grad * self.m


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


@wrong("dtype-changed")
class Float32Gradient(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = np.float32(self.x.T @ grad)
        return grad @ self.W.value.T


@wrong("integer-arithmetic")
class RoundedGradient(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return 9 * (x + self.b.value)

    def backward(self, grad):
        total = [0, 0, 0]
        for row in grad:
            for j, g in enumerate(row):
                total[j] += int(9 * g)
        self.b.grad = np.array(total, dtype=float)
        return 9 * grad


@wrong("raises")
class IndexBeyond(mn.Layer):
    def forward(self, x):
        return np.stack([x[:, j] * x[:, j + 1] for j in range(x.shape[1])], axis=1)

    def backward(self, grad):
        return grad


@wrong_loss("not-divided-by-batch")
class LossCategorical:
    def forward(self, y_pred, y_true):
        clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        self.p, self.t = clipped, y_true
        return -np.mean(np.log(np.sum(clipped * y_true, axis=1)))

    def backward(self):
        return -self.t / self.p


@wrong_loss("fused-gradient-on-probabilities")
class LossCategoricalFused(LossCategorical):
    def backward(self):
        return (self.p - self.t) / len(self.p)


@wrong_loss("loss-term-missing")
class LossBinary:
    def forward(self, y_pred, y_true):
        self.p, self.t = y_pred, y_true
        e = 1e-12
        terms = y_true * np.log(y_pred + e) + (1 - y_true) * np.log(1 - y_pred + e)
        return -np.mean(terms)

    def backward(self):
        return -(self.t / (self.p + 1e-12)) / self.p.size


@wrong_loss("divided-by-outputs")
class LossMeanSquared:
    def forward(self, y_pred, y_true):
        self.d = y_true - y_pred
        return np.mean(self.d**2)

    def backward(self):
        return -2 * self.d / len(self.d)


@wrong_loss("sign-flipped")
class LossAbsolute:
    def forward(self, y_pred, y_true):
        self.d = y_true - y_pred
        return np.mean(np.abs(self.d))

    def backward(self):
        return np.sign(self.d) / self.d.size


@wrong_loss("raises")
class LossNeedsOneHot:
    def forward(self, y_pred, y_true):
        return -np.log(y_pred[y_true]).sum().item() / self.count

    def backward(self):
        return 0


@wrong_loss("stale-cache")
class LossKeepsTarget(mn.Loss):
    def __init__(self):
        self.history = []

    def forward(self, prediction, target):
        self.history.append((prediction, target))
        return ((prediction - target) ** 2).mean()

    def backward(self):
        a, y = self.history[0]
        return 2 * (a - y) / a.size
