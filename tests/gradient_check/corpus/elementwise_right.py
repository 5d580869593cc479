"""A second collection of right layers: steep, tiny, random, recurrent and other unusual ones."""

# ruff: noqa: NPY002, N806 - students draw from np.random, and write dA

import numpy as np
from doctor_corpus import CASES, Case, right

import minnet as mn

STEEP = {
    "Reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2),
    "FifthPower": (lambda x: x**5, lambda x: 5 * x**4),
    "Wave": (lambda x: np.sin(20 * x), lambda x: 20 * np.cos(20 * x)),
    "Tangent": (np.tan, lambda x: 1 / np.cos(x) ** 2),
    "Huge": (lambda x: 1e6 * x, lambda x: 1e6 + 0 * x),
    "Tiny": (lambda x: 1e-8 * np.sin(x), lambda x: 1e-8 * np.cos(x)),
    "SteepExponential": (lambda x: np.exp(5 * x), lambda x: 5 * np.exp(5 * x)),
    "RootOfSize": (lambda x: np.sqrt(np.abs(x)), lambda x: 0.5 * np.sign(x) / np.sqrt(np.abs(x))),
    "Offset": (lambda x: 1e5 + np.tanh(x), lambda x: 1 - np.tanh(x) ** 2),
    "Bell": (lambda x: np.exp(-(x**2)), lambda x: -2 * x * np.exp(-(x**2))),
    "Swish": (
        lambda x: x / (1 + np.exp(-np.clip(x, -500, 500))),
        lambda x: (lambda s: s + x * s * (1 - s))(1 / (1 + np.exp(-np.clip(x, -500, 500)))),
    ),
    "HardTanh": (lambda x: np.clip(x, -1, 1), lambda x: (np.abs(x) < 1) * 1.0),
    "Rounded": (np.round, lambda x: 0 * x),
    "Sawtooth": (lambda x: x - np.floor(x), lambda x: 1 + 0 * x),
}


def _elementwise(name, f, derivative):
    def forward(self, x):
        self.x = x
        return f(x)

    def backward(self, grad):
        return grad * derivative(self.x)

    return type(name, (mn.Activation,), {"forward": forward, "backward": backward})


for _name, (_f, _derivative) in STEEP.items():
    CASES.append(Case("", _elementwise(_name, _f, _derivative), (5, 3), "layer", {}))


@right()
class Temperature(mn.Activation):
    def forward(self, z):
        z = z / 0.1
        e = np.exp(z - z.max(-1, keepdims=True))
        self.a = e / e.sum(-1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(-1, keepdims=True)) / 0.1


@right()
class ScalarGain(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(1.5)

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = np.sum(grad * self.x)
        return grad * self.gain.value


@right()
class FloatGain:
    def __init__(self):
        self.gain, self.dgain = 1.5, 0.0

    def forward(self, x):
        self.x = x
        return x * self.gain

    def backward(self, grad):
        self.dgain = float(np.sum(grad * self.x))
        return grad * self.gain


@right()
class TimeStep:
    def __init__(self):
        self.t, self.dt, self.n, self.dn = 1.0, 0.1, 3, 2

    def forward(self, x):
        self.a = np.tanh(x * self.t)
        return x + self.dt * self.a

    def backward(self, grad):
        return grad * (1 + self.dt * self.t * (1 - self.a**2))


@right()
class DropConnect(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 7)))

    def forward(self, x):
        self.mask = (self.random.random((3, 7)) < 0.6) / 0.6 if self.training else 1.0
        self.x = x
        return x @ (self.W.value * self.mask)

    def backward(self, grad):
        self.W.grad = (self.x.T @ grad) * self.mask
        return grad @ (self.W.value * self.mask).T


@right(shape=(3, 2, 4, 4))
class ChannelDropout(mn.Layer):
    def forward(self, x):
        keep = np.random.random((*x.shape[:2], 1, 1)) < 0.7
        self.mask = keep / 0.7 if self.training else np.ones(keep.shape)
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


@right()
class RandomFlip(mn.Layer):
    def forward(self, x):
        self.flip = self.training and self.random.random() < 0.5
        return x[:, ::-1].copy() if self.flip else x.copy()

    def backward(self, grad):
        return grad[:, ::-1].copy() if self.flip else grad.copy()


@right()
class StochasticDepth(mn.Layer):
    def __init__(self):
        self.generator = np.random.RandomState(1)

    def forward(self, x):
        self.x, m = x, len(x)
        self.keep = (self.generator.rand(m, 1) < 0.8) / 0.8 if self.training else 1.0
        return x + self.keep * np.sin(x)

    def backward(self, grad):
        return grad * (1 + self.keep * np.cos(self.x))


@right(shape=(4, 6, 3))
class Recurrent:
    def __init__(self, width=5):
        r = np.random.default_rng(0)
        self.Wxh, self.Whh = r.normal(size=(3, width)), 0.5 * r.normal(size=(width, width))
        self.bh = np.zeros(width)

    def forward(self, x):
        self.x, h = x, np.zeros((len(x), len(self.bh)))
        self.hs = [h]
        for t in range(x.shape[1]):
            h = np.tanh(x[:, t] @ self.Wxh + h @ self.Whh + self.bh)
            self.hs.append(h)
        return h

    def backward(self, dh):
        self.dWxh, self.dWhh = np.zeros_like(self.Wxh), np.zeros_like(self.Whh)
        self.dbh, dx = np.zeros_like(self.bh), np.zeros_like(self.x)
        for t in reversed(range(self.x.shape[1])):
            dz = dh * (1 - self.hs[t + 1] ** 2)
            self.dWxh += self.x[:, t].T @ dz
            self.dWhh += self.hs[t].T @ dz
            self.dbh += dz.sum(axis=0)
            dx[:, t], dh = dz @ self.Wxh.T, dz @ self.Whh.T
        return dx


@right(shape=(3, 4, 2))
class SelfAttention(mn.Layer):
    def __init__(self):
        r = np.random.default_rng(3)
        self.q, self.k, self.v = (mn.Parameter(r.normal(size=(2, 2))) for _ in range(3))

    def forward(self, x):
        self.x = x
        self.Q, self.K, self.V = x @ self.q.value, x @ self.k.value, x @ self.v.value
        s = self.Q @ self.K.transpose(0, 2, 1) / np.sqrt(2)
        e = np.exp(s - s.max(-1, keepdims=True))
        self.A = e / e.sum(-1, keepdims=True)
        return self.A @ self.V

    def backward(self, grad):
        dA, dV = grad @ self.V.transpose(0, 2, 1), self.A.transpose(0, 2, 1) @ grad
        dS = self.A * (dA - (dA * self.A).sum(-1, keepdims=True)) / np.sqrt(2)
        dQ, dK = dS @ self.K, dS.transpose(0, 2, 1) @ self.Q
        for p, d in ((self.q, dQ), (self.k, dK), (self.v, dV)):
            p.grad = np.einsum("mti,mtj->ij", self.x, d)
        return dQ @ self.q.value.T + dK @ self.k.value.T + dV @ self.v.value.T


@right()
class ManyWeights:
    def __init__(self):
        r = np.random.default_rng(1)
        self.weights = [r.normal(size=(3, 4)), r.normal(size=(4, 2))]
        self.dweights = [None, None]

    def forward(self, x):
        self.x, self.h = x, np.tanh(x @ self.weights[0])
        return self.h @ self.weights[1]

    def backward(self, g):
        dh = g @ self.weights[1].T * (1 - self.h**2)
        self.dweights = [self.x.T @ dh, self.h.T @ g]
        return dh @ self.weights[0].T


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
class SumFeatures(mn.Layer):
    def forward(self, x):
        self.k = x.shape[1]
        return x.sum(axis=1, keepdims=True)

    def backward(self, grad):
        return np.repeat(grad, self.k, axis=1)


@right()
class SortFeatures(mn.Layer):
    def forward(self, x):
        self.order = np.argsort(x, axis=1)
        return np.take_along_axis(x, self.order, axis=1)

    def backward(self, grad):
        dx = np.empty_like(grad)
        np.put_along_axis(dx, self.order, grad, axis=1)
        return dx


@right()
class Maxout(mn.Layer):
    def __init__(self):
        r = np.random.default_rng(7)
        self.W, self.b = mn.Parameter(r.normal(size=(2, 3, 4))), mn.Parameter(np.zeros((2, 4)))

    def forward(self, x):
        z = np.einsum("mi,kio->mko", x, self.W.value) + self.b.value
        self.x, y = x, z.max(axis=1)
        self.where = z == y[:, None]
        return y

    def backward(self, grad):
        g = grad[:, None] * self.where
        self.W.grad, self.b.grad = np.einsum("mi,mko->kio", self.x, g), g.sum(axis=0)
        return np.einsum("mko,kio->mi", g, self.W.value)


@right(shape=(4, 3, 5))
class SwapAxes(mn.Layer):
    def forward(self, x):
        return x.transpose(0, 2, 1)

    def backward(self, grad):
        return grad.transpose(0, 2, 1)


@right(shape=(6,))
class OnVectors(mn.Layer):
    def forward(self, x):
        self.x = x
        return x**2

    def backward(self, grad):
        return 2 * grad * self.x


@right()
class AliasOfInput(mn.Layer):
    def forward(self, x):
        return x

    def backward(self, grad):
        return grad


@right()
class CumulativeBatchNorm(mn.Layer):
    def __init__(self):
        self.mean, self.var = np.zeros(3), np.ones(3)
        self.seen = 0

    def forward(self, x):
        if self.training:
            mu, var = x.mean(0), x.var(0)
            self.seen += 1
            self.mean = self.mean + (mu - self.mean) / self.seen
            self.var = self.var + (var - self.var) / self.seen
        else:
            mu, var = self.mean, self.var
        self.mode, self.s = self.training, np.sqrt(var + 1e-5)
        self.h = (x - mu) / self.s
        return self.h

    def backward(self, g):
        if not self.mode:
            return g / self.s
        return (g - g.mean(0) - self.h * (g * self.h).mean(0)) / self.s


@right(shape=(5, 4))
class DenseBatchNormRelu(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.random.default_rng(4).normal(size=(4, 3)))

    def forward(self, x):
        z = x @ self.W.value
        self.x, self.s = x, np.sqrt(z.var(axis=0) + 1e-5)
        self.h = (z - z.mean(axis=0)) / self.s
        return np.maximum(self.h, 0)

    def backward(self, grad):
        g = grad * (self.h > 0)
        dz = (g - g.mean(0) - self.h * (g * self.h).mean(0)) / self.s
        self.W.grad = self.x.T @ dz
        return dz @ self.W.value.T


@right(shape=(5, 4))
class StdPlusEpsilon(mn.Layer):
    def forward(self, x):
        self.c = x - x.mean(axis=1, keepdims=True)
        self.s = self.c.std(axis=1, keepdims=True)
        self.h = self.c / (self.s + 1e-3)
        return self.h

    def backward(self, grad):
        n = grad.shape[1]
        t = self.s + 1e-3
        dc = grad / t - (grad * self.c).sum(1, keepdims=True) / t**2 * self.c / (
            n * np.maximum(self.s, 1e-300)
        )
        return dc - dc.mean(axis=1, keepdims=True)


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
class Counter(mn.Layer):
    def __init__(self):
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        self.y = np.arctan(x)
        self.x = x
        return self.y

    def backward(self, grad):
        return grad / (1 + self.x**2)


@right()
class ForgetsItsCache(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.log1p(z**2)

    def backward(self, grad):
        z, self.z = self.z, None
        return grad * 2 * z / (1 + z**2)


@right()
class InnerPlain(mn.Layer):
    def __init__(self):
        self.scale, self.parts = mn.Parameter(np.ones(3)), [mn.Linear(3, 3), mn.Tanh()]

    def forward(self, x):
        self.x = x
        h = x * self.scale.value
        for part in self.parts:
            h = part.forward(h)
        return h + x

    def backward(self, grad):
        g = grad
        for part in reversed(self.parts):
            g = part.backward(g)
        self.scale.grad = (g * self.x).sum(0)
        return g * self.scale.value + grad
