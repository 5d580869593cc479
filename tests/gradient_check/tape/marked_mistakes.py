"""Wrong backwards whose line is known: the line to change ends in the mark `#!`.

Layers of several steps, in which no hypothesis about the gradient as a whole tells the mistake.
"""

# ruff: noqa: N806 - the letters of the equations

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

import minnet as mn


@dataclass(frozen=True)
class Marked:
    """A wrong class, what it is given, and the lines to change."""

    cls: type
    given: Any
    lines: frozenset[int]


MARKED: list[Marked] = []


def marked(*given: Any) -> Any:
    """Register a class: with a shape (a layer), or with a prediction and a target (a loss)."""

    def register(cls: type) -> type:
        source, first = inspect.getsourcelines(cls)
        lines = frozenset(first + k for k, line in enumerate(source) if "#!" in line)
        MARKED.append(Marked(cls, given, lines))
        return cls

    return register


def draws(*shapes: tuple[int, ...]) -> list[Any]:
    generator = np.random.default_rng(3)
    return [generator.normal(size=shape) for shape in shapes]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def weight(*shape):
    return mn.Parameter(shape=shape, initializer="glorot_uniform")


@marked((3, 2, 6, 5))
class ConvolutionPatchShifted(mn.Layer):
    def __init__(self):
        self.K = weight(3, 2, 2, 3)

    def forward(self, x):
        self.x = x
        m, _, h, w = x.shape
        out = np.zeros((m, 3, h - 1, w - 2))
        for i in range(2):
            for j in range(3):
                part = x[:, :, i : i + h - 1, j : j + w - 2]
                out += np.einsum("nchw,oc->nohw", part, self.K.value[:, :, i, j])
        return out

    def backward(self, grad):
        h, w = grad.shape[2:]
        dK = np.zeros(self.K.shape)
        dx = np.zeros(self.x.shape)
        for i in range(2):
            for j in range(3):
                part = self.x[:, :, :h, j : j + w]  #!
                dK[:, :, i, j] = np.einsum("nchw,nohw->oc", part, grad)
                dx[:, :, i : i + h, j : j + w] += np.einsum(
                    "nohw,oc->nchw", grad, self.K.value[:, :, i, j]
                )
        self.K.grad = dK
        return dx


@marked((2, 3, 5, 5))
class ConvolutionPaddingNotCut(mn.Layer):
    def __init__(self):
        self.K = weight(2, 3, 3, 3)

    def forward(self, x):
        self.p = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        w = np.lib.stride_tricks.sliding_window_view(self.p, (3, 3), axis=(2, 3))
        self.w = w
        return np.einsum("nchwij,ocij->nohw", w, self.K.value)

    def backward(self, grad):
        self.K.grad = np.einsum("nchwij,nohw->ocij", self.w, grad)
        dp = np.zeros_like(self.p)
        for i in range(3):
            for j in range(3):
                dp[:, :, i : i + 5, j : j + 5] += np.einsum(
                    "nohw,oc->nchw", grad, self.K.value[:, :, i, j]
                )
        return dp[:, :, :-2, :-2]  #!


@marked((3, 2, 4, 6))
class MaxPoolTies(mn.Layer):
    def forward(self, x):
        m, c, h, w = x.shape
        self.blocks = x.reshape(m, c, h // 2, 2, w // 2, 2)
        self.top = self.blocks.max(axis=(3, 5), keepdims=True)
        return self.top[:, :, :, 0, :, 0]

    def backward(self, grad):
        m, c, h, w = grad.shape
        mask = self.blocks == self.top
        spread = mask * grad.reshape(m, c, w, 1, h, 1).swapaxes(2, 4)  #!
        return spread.reshape(m, c, 2 * h, 2 * w)


@marked((4, 5, 3))
class MeanOverTime(mn.Layer):
    def forward(self, x):
        self.x = x
        self.s = np.tanh(x)
        return self.s.mean(axis=1)

    def backward(self, grad):
        ds = np.repeat(grad[:, None], self.x.shape[1], axis=1)  #!
        return ds * (1 - self.s**2)


@marked((3, 5, 2))
class GruUpdateGate(mn.Layer):
    def __init__(self):
        self.W, self.U = weight(3, 2, 4), weight(3, 4, 4)

    def forward(self, x):
        W, U = self.W.value, self.U.value
        h = np.zeros((len(x), 4))
        self.x, self.steps = x, []
        outputs = []
        for t in range(x.shape[1]):
            z = sigmoid(x[:, t] @ W[0] + h @ U[0])
            r = sigmoid(x[:, t] @ W[1] + h @ U[1])
            c = np.tanh(x[:, t] @ W[2] + r * (h @ U[2]))
            self.steps.append((h, z, r, c))
            h = (1 - z) * h + z * c
            outputs.append(h)
        return np.stack(outputs, axis=1)

    def backward(self, grad):
        W, U = self.W.value, self.U.value
        dW, dU, dx = np.zeros(W.shape), np.zeros(U.shape), np.zeros(self.x.shape)
        dh = np.zeros((len(grad), 4))
        for t in reversed(range(grad.shape[1])):
            h, z, r, c = self.steps[t]
            dh = dh + grad[:, t]
            dz = dh * (c + h) * z * (1 - z)  #!
            dc = dh * z * (1 - c**2)
            dr = dc * (h @ U[2]) * r * (1 - r)
            dx[:, t] = dz @ W[0].T + dr @ W[1].T + dc @ W[2].T
            for k, d in enumerate((dz, dr, dc)):
                dW[k] += self.x[:, t].T @ d
            dU[0] += h.T @ dz
            dU[1] += h.T @ dr
            dU[2] += h.T @ (dc * r)
            dh = dh * (1 - z) + dz @ U[0].T + dr @ U[1].T + (dc * r) @ U[2].T
        self.W.grad, self.U.grad = dW, dU
        return dx


@marked((4, 3, 2))
class LstmCellPathMissing(mn.Layer):
    def __init__(self):
        self.W, self.b = weight(5, 12), mn.Parameter(np.zeros(12))

    def forward(self, x):
        h = c = np.zeros((len(x), 3))
        self.cache = []
        for t in range(x.shape[1]):
            v = np.concatenate([x[:, t], h], axis=1)
            i, f, g, o = np.split(v @ self.W.value + self.b.value, 4, axis=1)
            i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
            new = f * c + i * g
            self.cache.append((v, i, f, g, o, c, new))
            c = new
            h = o * np.tanh(c)
        return h

    def backward(self, grad):
        self.W.grad, self.b.grad = np.zeros((5, 12)), np.zeros(12)
        dx = np.zeros((len(grad), len(self.cache), 2))
        dh, dc = grad, np.zeros_like(grad)
        for t in reversed(range(len(self.cache))):
            v, i, f, g, o, before, c = self.cache[t]
            dc = dh * o * (1 - np.tanh(c) ** 2)  #!
            do = dh * np.tanh(c)
            di, df, dg = dc * g, dc * before, dc * i
            da = np.concatenate(
                [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], axis=1
            )
            self.W.grad += v.T @ da
            self.b.grad += da.sum(axis=0)
            dv = da @ self.W.value.T
            dx[:, t], dh = dv[:, :2], dv[:, 2:]
            dc = dc * f
        return dx


@marked((3, 4, 2))
class RnnOutputBias(mn.Layer):
    def __init__(self):
        self.Wx, self.Wh, self.Wy = weight(2, 3), weight(3, 3), weight(3, 2)

    def forward(self, x):
        self.x, self.h = x, [np.zeros((len(x), 3))]
        y = np.empty((len(x), x.shape[1], 2))
        for t in range(x.shape[1]):
            self.h.append(np.tanh(x[:, t] @ self.Wx.value + self.h[-1] @ self.Wh.value))
            y[:, t] = self.h[-1] @ self.Wy.value
        return y

    def backward(self, grad):
        dx, later = np.zeros(self.x.shape), np.zeros_like(self.h[0])
        dWx, dWh, dWy = (np.zeros(p.shape) for p in (self.Wx, self.Wh, self.Wy))
        for t in range(grad.shape[1] - 1, -1, -1):
            dWy += self.h[t + 1].T @ grad[:, t]
            da = (grad[:, t] @ self.Wy.value.T + later) * (1 - self.h[t + 1] ** 2)
            dWx += self.x[:, t].T @ da
            dWh += self.h[t + 1].T @ da  #!
            dx[:, t] = da @ self.Wx.value.T
            later = da @ self.Wh.value.T
        self.Wx.grad, self.Wh.grad, self.Wy.grad = dWx, dWh, dWy
        return dx


@marked((2, 4, 3))
class AttentionKeysUntransposed(mn.Layer):
    def __init__(self):
        self.Q, self.K, self.V = weight(3, 3), weight(3, 3), weight(3, 3)

    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = x @ self.Q.value, x @ self.K.value, x @ self.V.value
        self.a = softmax(self.q @ self.k.transpose(0, 2, 1) / np.sqrt(3))
        return self.a @ self.v

    def backward(self, grad):
        dv = self.a.transpose(0, 2, 1) @ grad
        da = grad @ self.v.transpose(0, 2, 1)
        ds = self.a * (da - (da * self.a).sum(-1, keepdims=True)) / np.sqrt(3)
        dq = ds @ self.k
        dk = ds @ self.q  #!
        x = self.x.reshape(-1, 3)
        self.Q.grad = x.T @ dq.reshape(-1, 3)
        self.K.grad = x.T @ dk.reshape(-1, 3)
        self.V.grad = x.T @ dv.reshape(-1, 3)
        return dq @ self.Q.value.T + dk @ self.K.value.T + dv @ self.V.value.T


@marked((2, 4, 3))
class AttentionValuesPathMissing(mn.Layer):
    def __init__(self):
        self.P = weight(3, 3)

    def forward(self, x):
        self.x, self.p = x, x @ self.P.value
        self.a = softmax(np.einsum("ntd,nsd->nts", x, self.p))
        return np.einsum("nts,nsd->ntd", self.a, x)

    def backward(self, grad):
        da = np.einsum("ntd,nsd->nts", grad, self.x)
        ds = self.a * (da - (da * self.a).sum(axis=2, keepdims=True))
        dp = np.einsum("nts,ntd->nsd", ds, self.x)
        self.P.grad = np.einsum("nsd,nse->de", self.x, dp)
        dx = np.einsum("nts,nsd->ntd", ds, self.p) + dp @ self.P.value.T  #!
        return dx  #!


@marked(np.array([[1, 2, 1], [0, 3, 3], [2, 2, 4], [0, 1, 4]]))
class EmbeddingOverwrites(mn.Layer):
    takes_indices = True

    def __init__(self):
        self.table = weight(5, 3)

    def forward(self, words):
        self.words = words
        return self.table.value[words].sum(axis=1)

    def backward(self, grad):
        d = np.zeros(self.table.shape)
        for n, row in enumerate(self.words):
            for word in row:
                d[word] = grad[n]  #!
        self.table.grad = d
        return np.zeros(self.words.shape)


@marked((6, 4))
class BatchNormStepByStep(mn.Layer):
    def __init__(self):
        self.gamma, self.beta = mn.Parameter(np.ones(4)), mn.Parameter(np.zeros(4))

    def forward(self, x):
        self.centered = x - x.mean(axis=0)
        self.var = (self.centered**2).mean(axis=0)
        self.inv = (self.var + 1e-5) ** -0.5
        self.xhat = self.centered * self.inv
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, grad):
        m = len(grad)
        self.beta.grad = grad.sum(axis=0)
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        dxhat = grad * self.gamma.value
        dinv = (dxhat * self.centered).sum(axis=0)
        dvar = -0.5 * dinv * (self.var + 1e-5) ** -0.5  #!
        dcentered = dxhat * self.inv + 2 * self.centered * dvar / m
        return dcentered - dcentered.mean(axis=0)


@marked((3, 4, 5))
class LayerNormResidual(mn.Layer):
    def __init__(self):
        self.gamma, self.W = mn.Parameter(np.ones(5)), weight(5, 5)

    def forward(self, x):
        self.x = x
        self.sd = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        self.xhat = (x - x.mean(axis=-1, keepdims=True)) / self.sd
        self.n = self.xhat * self.gamma.value
        self.h = np.maximum(self.n @ self.W.value, 0)
        return x + self.h

    def backward(self, grad):
        dz = grad * (self.h > 0)
        self.W.grad = np.tensordot(self.n, dz, axes=([0, 1], [0, 1]))
        dn = dz @ self.W.value.T
        self.gamma.grad = (dn * self.xhat).sum(axis=(0, 1))
        q = dn * self.gamma.value
        dx = q - q.mean(-1, keepdims=True) - self.xhat * (q * self.xhat).mean(-1, keepdims=True)
        return grad + dx * self.sd  #!


@marked((5, 4))
class GatedUnitHalves(mn.Layer):
    def __init__(self):
        self.W = weight(4, 6)

    def forward(self, x):
        self.x = x
        z = x @ self.W.value
        self.a, self.s = z[:, :3], sigmoid(z[:, 3:])
        return self.a * self.s

    def backward(self, grad):
        da = grad * self.s
        ds = grad * self.a * self.s * (1 - self.s)
        dz = np.hstack([ds, da])  #!
        self.W.grad = self.x.T @ dz
        return dz @ self.W.value.T


@marked((5, 3))
class TwoLayersTanhOfInput(mn.Layer):
    def __init__(self):
        self.first, self.second = mn.Linear(3, 4), mn.Linear(4, 2)

    def forward(self, x):
        self.z = self.first.forward(x)
        return self.second.forward(np.tanh(self.z))

    def backward(self, grad):
        dh = self.second.backward(grad)
        return self.first.backward(dh * (1 - self.z**2))  #!


@marked((5, 4))
class SoftmaxAttentionPool(mn.Layer):
    def __init__(self):
        self.w = mn.Parameter(np.array([0.5, -0.2, 0.3, 0.9]))

    def forward(self, x):
        self.x = x
        self.p = softmax(x * self.w.value)
        return (self.p * x).sum(axis=1, keepdims=True)

    def backward(self, grad):
        dp = grad * self.x
        ds = self.p * (dp - dp.mean(axis=1, keepdims=True))  #!
        self.w.grad = (ds * self.x).sum(axis=0)
        return ds * self.w.value + grad * self.p


@marked((4, 2, 7))
class ConvolutionTransposed(mn.Layer):
    def __init__(self):
        self.K = weight(2, 3, 2)

    def forward(self, x):
        self.x = x
        out = np.zeros((len(x), 3, 2 * x.shape[2]))
        for u in range(2):
            out[:, :, u::2] = np.einsum("nct,cd->ndt", x, self.K.value[:, :, u])
        return out

    def backward(self, grad):
        dx, dK = np.zeros(self.x.shape), np.zeros(self.K.shape)
        for u in range(2):
            dK[:, :, u] = np.einsum("nct,ndt->cd", self.x, grad[:, :, u::2])
            dx = np.einsum("ndt,cd->nct", grad[:, :, u::2], self.K.value[:, :, u])  #!
        self.K.grad = dK
        return dx


@marked(*draws((6, 3), (6, 3)))
class LogCosh(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return float(np.log(np.cosh(self.d)).sum() / len(self.d))

    def backward(self):
        slope = np.tanh(self.d) ** 2  #!
        return slope / len(self.d)


@marked(*draws((6, 3)), np.array([0, 2, 1, 1, 0, 2]))
class CrossEntropyOfScores(mn.Loss):
    def forward(self, prediction, target):
        self.p, self.y = softmax(prediction), target
        return float(-np.log(self.p[np.arange(len(target)), target]).mean())

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(d)), self.y] -= self.p[np.arange(len(d)), self.y]  #!
        return d / len(d)


@marked(*draws((5, 4), (5, 4)))
class CosineDistance(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.b = prediction, target
        self.na = np.linalg.norm(prediction, axis=1, keepdims=True)
        self.nb = np.linalg.norm(target, axis=1, keepdims=True)
        self.c = (prediction * target).sum(axis=1, keepdims=True) / (self.na * self.nb)
        return float((1 - self.c).mean())

    def backward(self):
        along = self.b / (self.na * self.nb)
        back = self.c * self.a / self.na  #!
        return -(along - back) / len(self.a)


@marked((4, 3))
class QuadraticForm(mn.Layer):
    def __init__(self):
        self.A = weight(3, 3)

    def forward(self, x):
        self.x = x
        return np.einsum("ni,ij,nj->n", x, self.A.value, x)[:, None]

    def backward(self, grad):
        self.A.grad = np.einsum("n,ni,nj->ij", grad[:, 0], self.x, self.x)
        return 2 * grad * (self.x @ self.A.value)  #!


@marked((4, 5))
class RowsOfUnitSum(mn.Layer):
    def forward(self, x):
        self.e = np.exp(x)
        self.s = self.e.sum(axis=1, keepdims=True)
        return self.e / self.s

    def backward(self, grad):
        de = grad / self.s
        ds = -(grad * self.e / self.s).sum(axis=1, keepdims=True)  #!
        de = de + ds
        return de * self.e


@marked((4, 3, 2))
class CumulativeDecay(mn.Layer):
    def __init__(self):
        self.k = mn.Parameter(np.array([0.6, 0.8]))

    def forward(self, x):
        self.s = np.zeros((len(x), x.shape[1] + 1, 2))
        for t in range(x.shape[1]):
            self.s[:, t + 1] = self.k.value * self.s[:, t] + x[:, t]
        return self.s[:, 1:].copy()

    def backward(self, grad):
        dx = np.empty_like(grad)
        ds = np.zeros(grad[:, 0].shape)
        self.k.grad = np.zeros(2)
        for t in reversed(range(grad.shape[1])):
            ds = grad[:, t] + ds
            dx[:, t] = ds
            self.k.grad += (ds * self.s[:, t + 1]).sum(axis=0)  #!
            ds = ds * self.k.value
        return dx
