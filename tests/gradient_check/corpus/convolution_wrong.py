"""Convolution, pooling and flattening, each layer with one mistake."""

import numpy as np
from corpus.cases import wrong

import minnet as mn


class Conv(mn.Layer):
    def __init__(self):
        self.weight = mn.Parameter(np.random.default_rng(2).normal(size=(4, 2, 3, 3)))
        self.bias = mn.Parameter(np.zeros(4))

    def windows(self, x):
        return np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))

    def forward(self, x):
        self.x = x
        y = np.einsum("mcijhw,ochw->moij", self.windows(x), self.weight.value)
        return y + self.bias.value[:, None, None]

    def backward(self, grad):
        self.weight.grad = np.einsum("moij,mcijhw->ochw", grad, self.windows(self.x))
        self.bias.grad = grad.sum(axis=(0, 2, 3))
        return self.dx(grad)

    def dx(self, grad):
        padded = np.pad(grad, ((0, 0), (0, 0), (2, 2), (2, 2)))
        flipped = self.weight.value[:, :, ::-1, ::-1]
        return np.einsum("moijhw,ochw->mcij", self.windows(padded), flipped)


@wrong("not-summed-over-batch", shape=(3, 2, 6, 5))
class ConvBias(Conv):
    def backward(self, grad):
        dx = super().backward(grad)
        self.bias.grad = grad.sum(axis=(2, 3))
        return dx


@wrong("unknown", shape=(3, 2, 6, 5))
class ConvNotFlipped(Conv):
    def dx(self, grad):
        padded = np.pad(grad, ((0, 0), (0, 0), (2, 2), (2, 2)))
        return np.einsum("moijhw,ochw->mcij", self.windows(padded), self.weight.value)


@wrong("wrong-shape", shape=(4, 3, 2, 2))
class FlattenForgets(mn.Layer):
    def forward(self, x):
        return x.reshape(len(x), -1)

    def backward(self, grad):
        return grad


class AveragePool(mn.Layer):
    """The mean of each block of 2 x 2."""

    def forward(self, x):
        m, c, h, w = x.shape
        return x.reshape(m, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5))


@wrong("constant-factor", shape=(3, 2, 4, 4))
class AveragePoolUndivided(AveragePool):
    def backward(self, grad):
        return grad.repeat(2, axis=2).repeat(2, axis=3)


@wrong("integer-arithmetic", shape=(3, 2, 4, 4))
class PoolFloorDivides(AveragePool):
    def backward(self, grad):
        return (grad // 4).repeat(2, axis=2).repeat(2, axis=3)


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


@wrong("transposed", shape=(4, 2, 6))
class Conv1dKernel:
    def __init__(self):
        self.w, self.dw = np.random.default_rng(0).normal(size=(3, 2, 3)), None

    def windows(self, x):
        return np.lib.stride_tricks.sliding_window_view(x, 3, axis=2)

    def forward(self, x):
        self.x = x
        return np.einsum("mctk,ock->mot", self.windows(x), self.w)

    def backward(self, g):
        self.dw = np.einsum("mot,mctk->cok", g, self.windows(self.x))
        padded = np.pad(g, ((0, 0), (0, 0), (2, 2)))
        return np.einsum("motk,ock->mct", self.windows(padded), self.w[:, :, ::-1])


@wrong("wrong-index", shape=(3, 2, 6))
class PaddingCutAtOneEnd(mn.Layer):
    def forward(self, x):
        self.p = np.pad(x, ((0, 0), (0, 0), (1, 1)))
        return self.p[:, :, 2:] - self.p[:, :, :-2]

    def backward(self, grad):
        dp = np.zeros(self.p.shape)
        dp[:, :, 2:] += grad
        dp[:, :, :-2] -= grad
        return dp[:, :, 2:]
