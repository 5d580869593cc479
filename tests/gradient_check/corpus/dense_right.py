"""Right layers in many styles, unusual ones among them: none of them may be accused."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
from doctor_corpus import right

import minnet as mn

SHARED = np.random.default_rng(5)


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


@right(shape=(5, 4, 3))
class SequenceDense(mn.Layer):
    def __init__(self):
        self.W, self.b = mn.Parameter(np.ones((3, 7))), mn.Parameter(np.zeros(7))

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value

    def backward(self, grad):
        self.W.grad = np.tensordot(self.x, grad, axes=((0, 1), (0, 1)))
        self.b.grad = grad.sum(axis=(0, 1))
        return grad @ self.W.value.T


@right()
class Nested(mn.Layer):
    def __init__(self):
        self.inner, self.act = mn.Linear(3, 7), mn.Tanh()

    def forward(self, x):
        return self.act.forward(self.inner.forward(x))

    def backward(self, grad):
        return self.inner.backward(self.act.backward(grad))


@right()
class Step(mn.Activation):
    def forward(self, z):
        return (z > 0).astype(float)

    def backward(self, grad):
        return np.zeros_like(grad)


@right()
class IntegerStep(mn.Activation):
    def forward(self, z):
        return np.where(z > 0, 1, 0)

    def backward(self, grad):
        return 0 * grad


@right()
class Constant(mn.Layer):
    def forward(self, x):
        return np.ones_like(x)

    def backward(self, grad):
        return np.zeros_like(grad)


@right()
class DeadRelu(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))

    def forward(self, x):
        self.alive = x + self.b.value - 50 > 0
        return np.where(self.alive, x + self.b.value - 50, 0)

    def backward(self, grad):
        self.b.grad = (grad * self.alive).sum(0)
        return grad * self.alive


@right()
class Abs(mn.Activation):
    def forward(self, z):
        self.s = np.sign(z)
        return np.abs(z)

    def backward(self, grad):
        return grad * self.s


@right()
class Exponential(mn.Activation):
    def forward(self, z):
        self.a = np.exp(z)
        return self.a

    def backward(self, grad):
        return grad * self.a


@right(shape=np.random.default_rng(3).uniform(0.05, 4, size=(5, 3)))
class Logarithm(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.log(z)

    def backward(self, grad):
        return grad / self.z


@right(shape=np.array([[0.0, 1.0, -1.0], [2.0, 0.0, 0.0], [1.0, -2.0, 0.5], [0.0, 0.0, 0.0]]))
class ReluOnKinks(mn.Activation):
    def forward(self, z):
        self.alive = z > 0
        return z * self.alive

    def backward(self, grad):
        return grad * self.alive


@right()
class SoftmaxLoop(mn.Activation):
    def forward(self, z):
        self.a = np.array([np.exp(r - r.max()) / np.exp(r - r.max()).sum() for r in z])
        return self.a

    def backward(self, grad):
        jac = [np.diag(a) - np.outer(a, a) for a in self.a]
        return np.array([j @ g for j, g in zip(jac, grad, strict=True)])


@right(shape=(4, 3, 2, 2))
class ChannelSoftmax(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=1, keepdims=True))


@right()
class LogSoftmax(mn.Activation):
    def forward(self, z):
        z = z - z.max(axis=1, keepdims=True)
        self.y = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return self.y

    def backward(self, grad):
        return grad - np.exp(self.y) * grad.sum(axis=1, keepdims=True)


class DropoutBase(mn.Layer):
    def draw(self, shape):
        return self.random.random(shape)

    def forward(self, x):
        self.mask = (self.draw(x.shape) > 0.3) / 0.7 if self.training else 1.0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


@right()
class DropoutSupplied(DropoutBase):
    pass


@right()
class DropoutOwn(DropoutBase):
    def __init__(self):
        self.rng = np.random.default_rng(3)

    def draw(self, shape):
        return self.rng.random(shape)


@right()
class DropoutGlobal(DropoutBase):
    def draw(self, shape):
        return np.random.rand(*shape)


@right()
class DropoutFresh(DropoutBase):
    def draw(self, shape):
        return np.random.default_rng().random(shape)


@right()
class DropoutModule(DropoutBase):
    def draw(self, shape):
        return SHARED.random(shape)


@right()
class DropoutClassic(mn.Layer):
    def forward(self, x):
        self.factor = self.random.random(x.shape) > 0.4 if self.training else 0.6
        return x * self.factor

    def backward(self, grad):
        return grad * self.factor


@right()
class PlainDropout:
    def __init__(self):
        self.mask = None

    def forward(self, x, train_flg=True):
        if train_flg:
            self.mask = np.random.rand(*x.shape) > 0.5
            return x * self.mask
        return x * 0.5

    def backward(self, dout):
        return dout * self.mask


@right()
class NoiseLayer(mn.Layer):
    def forward(self, x):
        return x + 0.1 * self.random.normal(size=x.shape) if self.training else x.copy()

    def backward(self, grad):
        return grad.copy()


@right()
class BatchNormBare(mn.Layer):
    def __init__(self):
        self.gamma, self.beta = mn.Parameter(np.ones(3)), mn.Parameter(np.zeros(3))

    def forward(self, x):
        self.inv = 1 / np.sqrt(x.var(axis=0) + 1e-5)
        self.xhat = (x - x.mean(axis=0)) * self.inv
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, grad):
        self.gamma.grad = np.sum(grad * self.xhat, axis=0)
        self.beta.grad = np.sum(grad, axis=0)
        q = grad * self.gamma.value
        return self.inv * (q - q.mean(0) - self.xhat * np.mean(q * self.xhat, axis=0))


@right()
class BatchNormUnbiased:
    def __init__(self):
        self.gamma, self.beta = np.ones(3), np.zeros(3)
        self.dgamma = self.dbeta = None
        self.running_mean, self.running_var = np.zeros(3), np.ones(3)
        self.training = True

    def forward(self, x):
        if len(x) < 2 and self.training:
            raise ValueError("batch norm needs at least two samples")
        if self.training:
            mu, var = x.mean(0), x.var(0, ddof=1)
            self.running_mean = 0.9 * self.running_mean + 0.1 * mu
            self.running_var = 0.9 * self.running_var + 0.1 * var
        else:
            mu, var = self.running_mean, self.running_var
        self.inv = 1 / np.sqrt(var + 1e-5)
        self.xhat = (x - mu) * self.inv
        return self.gamma * self.xhat + self.beta

    def backward(self, g):
        self.dgamma, self.dbeta = (g * self.xhat).sum(0), g.sum(0)
        q = g * self.gamma
        if not self.training:
            return q * self.inv
        m = len(q)
        return self.inv * (q - q.mean(0) - self.xhat * (q * self.xhat).sum(0) / (m - 1))


@right()
class CenterOnly(mn.Layer):
    def forward(self, x):
        return x - x.mean(axis=0)

    def backward(self, grad):
        return grad - grad.mean(axis=0)


@right(shape=(5, 7))
class RMSNorm(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.ones(7))

    def forward(self, x):
        self.r = np.sqrt((x**2).mean(-1, keepdims=True) + 1e-8)
        self.xhat = x / self.r
        return self.xhat * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.xhat).sum(0)
        q = grad * self.gain.value
        return (q - self.xhat * (q * self.xhat).mean(-1, keepdims=True)) / self.r


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


@right(shape=(4, 3, 4, 4))
class Flatten(mn.Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad):
        return grad.reshape(self.shape)


@right(shape=(3, 2, 4, 4))
class MaxPool(mn.Layer):
    def forward(self, x):
        m, c, h, w = x.shape
        self.blocks = x.reshape(m, c, h // 2, 2, w // 2, 2)
        y = self.blocks.max(axis=(3, 5))
        self.where = self.blocks == y[:, :, :, None, :, None]
        return y

    def backward(self, grad):
        spread = grad[:, :, :, None, :, None] * self.where
        m, c, h, _, w, _ = spread.shape
        return spread.reshape(m, c, 2 * h, 2 * w)


@right()
class PReLU(mn.Layer):
    def __init__(self):
        self.slope = mn.Parameter(np.array([0.25]))

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope.value * x)

    def backward(self, grad):
        self.slope.grad = np.array([(grad * self.x * (self.x <= 0)).sum()])
        return grad * np.where(self.x > 0, 1, self.slope.value)


@right(parameters={"theta": "slope_of_theta"})
class Named:
    def __init__(self):
        self.theta, self.slope_of_theta = np.array([2.0, 1.0, 3.0]), None

    def forward(self, x):
        self.x = x
        return x * self.theta

    def backward(self, g):
        self.slope_of_theta = (g * self.x).sum(0)
        return g * self.theta


@right()
class PopsItsCache(mn.Layer):
    def __init__(self):
        self.stack = []

    def forward(self, x):
        self.stack.append(np.tanh(x))
        return self.stack[-1]

    def backward(self, grad):
        return grad * (1 - self.stack.pop() ** 2)


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
