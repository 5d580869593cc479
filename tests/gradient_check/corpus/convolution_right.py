"""Convolution, pooling and flattening without a mistake."""

import numpy as np
from corpus.cases import right

import minnet as mn


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


@right(shape=(4, 2, 7))
class Conv1d:
    def __init__(self):
        r = np.random.default_rng(0)
        self.params = {"w": r.normal(size=(3, 2, 3)), "b": np.zeros(3)}
        self.grads = dict.fromkeys(self.params)

    def forward(self, x):
        self.cols = np.lib.stride_tricks.sliding_window_view(x, 3, axis=2)
        self.shape = x.shape
        y = np.einsum("mctk,ock->mot", self.cols, self.params["w"])
        return y + self.params["b"][:, None]

    def backward(self, g):
        self.grads["w"] = np.einsum("mot,mctk->ock", g, self.cols)
        self.grads["b"] = g.sum(axis=(0, 2))
        dx = np.zeros(self.shape)
        for k in range(3):
            dx[:, :, k : k + g.shape[2]] += np.einsum("mot,oc->mct", g, self.params["w"][:, :, k])
        return dx
