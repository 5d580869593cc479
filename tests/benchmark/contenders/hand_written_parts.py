"""The layers of the loop that is written by hand, each for one batch size and with its buffers."""

from __future__ import annotations

import math

import numpy as np


def flattened(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a batch whose samples are rows."""
    return (shape[0], math.prod(shape[1:]))


class Part:
    """A layer: `forward` and `backward` return buffers; the first layer needs no dL/dx."""

    first = False
    y: np.ndarray

    def forward(self, x: np.ndarray) -> np.ndarray:
        """The output."""
        raise NotImplementedError

    def backward(self, g: np.ndarray) -> np.ndarray:
        """dL/dx, and the gradients of the weights."""
        raise NotImplementedError


class Linear(Part):
    """y = x W + b."""

    def __init__(self, shape, w, b, dw, db):  # type: ignore[no-untyped-def]
        self.w, self.b, self.dw, self.db = w, b, dw, db
        rows = flattened(shape)
        self.y, self.dx = np.empty((rows[0], w.shape[1]), w.dtype), np.empty(rows, w.dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """One product and the bias."""
        self.shape = x.shape
        self.x = x.reshape(self.dx.shape)
        np.matmul(self.x, self.w, out=self.y)
        self.y += self.b
        return self.y

    def backward(self, g: np.ndarray) -> np.ndarray:
        """Two products and a sum."""
        np.matmul(self.x.T, g, out=self.dw)
        g.sum(axis=0, out=self.db)
        if self.first:
            return g
        np.matmul(g, self.w.T, out=self.dx)
        return self.dx.reshape(self.shape)


class Tanh(Part):
    """a = tanh(z), in place."""

    def __init__(self, shape):  # type: ignore[no-untyped-def]
        self.y = np.empty(shape, np.float32)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """a."""
        self.a = np.tanh(x, out=x)
        return self.a

    def backward(self, g: np.ndarray) -> np.ndarray:
        """G (1 - a^2)."""
        np.multiply(self.a, self.a, out=self.y)
        np.subtract(1, self.y, out=self.y)
        self.y *= g
        return self.y


class ReLU(Part):
    """a = max(z, 0), in place."""

    def __init__(self, shape):  # type: ignore[no-untyped-def]
        self.y, self.mask = np.empty(shape, np.float32), np.empty(shape, bool)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """a."""
        self.a = np.maximum(x, 0, out=x)
        return self.a

    def backward(self, g: np.ndarray) -> np.ndarray:
        """G where a > 0."""
        np.greater(self.a, 0, out=self.mask)
        g *= self.mask
        return g


class Conv(Part):
    """One matrix product over columns that lie channel first, gathered by slices."""

    def __init__(self, shape, w, b, dw, db):  # type: ignore[no-untyped-def]
        self.w, self.b, self.dw, self.db = w.reshape(len(w), -1), b, dw.reshape(len(w), -1), db
        m, planes, height, width = shape
        k = self.k = w.shape[2]
        h, v = height - k + 1, width - k + 1
        self.columns = np.empty((planes, k, k, m, h, v), w.dtype)
        self.product = np.empty((len(w), m * h * v), w.dtype)
        self.y = np.empty((m, len(w), h, v), w.dtype)
        self.g, self.dx = np.empty_like(self.product), np.empty(shape, w.dtype)
        self.dx_planes = self.dx.swapaxes(0, 1)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """k * k copies, one product, and the images put back in order."""
        h, w = self.y.shape[2:]
        planes = x.swapaxes(0, 1)
        for i in range(self.k):
            for j in range(self.k):
                self.columns[:, i, j] = planes[:, :, i : i + h, j : j + w]
        rows = self.columns.reshape(self.w.shape[1], -1)
        np.matmul(self.w, rows, out=self.product)
        self.product += self.b[:, None]
        m, out = self.y.shape[:2]
        self.y[...] = self.product.reshape(out, m, h, w).swapaxes(0, 1)
        return self.y

    def backward(self, g: np.ndarray) -> np.ndarray:
        """Two products; each cell of a column is added to the pixel it came from."""
        m, out, h, w = g.shape
        self.g.reshape(out, m, h, w)[...] = g.swapaxes(0, 1)
        rows = self.columns.reshape(self.w.shape[1], -1)
        np.matmul(self.g, rows.T, out=self.dw)
        self.g.sum(axis=1, out=self.db)
        if self.first:
            return g
        np.matmul(self.w.T, self.g, out=rows)
        self.dx[...] = 0
        for i in range(self.k):
            for j in range(self.k):
                self.dx_planes[:, :, i : i + h, j : j + w] += self.columns[:, i, j]
        return self.dx


class Pool(Part):
    """The maximum of windows that do not overlap."""

    def __init__(self, shape, size):  # type: ignore[no-untyped-def]
        self.size = size
        m, c, h, w = shape
        self.y = np.empty((m, c, h // size, w // size), np.float32)
        self.dx = np.empty(shape, np.float32)
        self.taken = np.empty(self.y.shape, bool)
        self.free = np.empty(self.y.shape, bool)
        self.part = np.empty_like(self.y)

    def _cells(self, array: np.ndarray) -> list[np.ndarray]:
        """For each place in a window, that place of all windows."""
        n, (h, w) = self.size, self.y.shape[2:]
        return [array[..., i : h * n : n, j : w * n : n] for i in range(n) for j in range(n)]

    def forward(self, x: np.ndarray) -> np.ndarray:
        """The largest."""
        self.x = x
        first, *others = self._cells(x)
        self.y[...] = first
        for cell in others:
            np.maximum(self.y, cell, out=self.y)
        return self.y

    def backward(self, g: np.ndarray) -> np.ndarray:
        """The gradient goes to the first of the largest."""
        self.dx[...] = 0
        self.free[...] = True
        for cell, below in zip(self._cells(self.x), self._cells(self.dx), strict=True):
            np.equal(cell, self.y, out=self.taken)
            self.taken &= self.free
            np.multiply(g, self.taken, out=self.part)
            below[...] = self.part
            self.free ^= self.taken
        return self.dx
