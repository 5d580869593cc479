"""Layers for sequences (recurrent, attention, step by step) without a mistake."""

# ruff: noqa: N806 - students draw from np.random, and write dA

import numpy as np
from corpus.cases import right

import minnet as mn


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


@right((4, 5, 3))
class LastState(mn.Layer):
    """A recurrent layer that gives its last state."""

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
            self.b.grad += delta.sum(axis=0)
            dx[:, t], dh = delta @ self.Wx.value.T, delta @ self.Wh.value.T
        return dx


@right((4, 5, 3))
class OneStep(mn.Layer):
    """Uses the first step alone, on purpose."""

    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return x[:, 0] @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x[:, 0].T @ grad
        dx = np.zeros_like(self.x)
        dx[:, 0] = grad @ self.W.value.T
        return dx
