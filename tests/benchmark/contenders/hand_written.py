"""The floor: what one writes by hand in NumPy for one network, every buffer made beforehand.

No classes, no checks, no errors that teach. It is written as a person who knows NumPy writes it:
`out=` wherever an array would be allocated, in-place operators, all parameters in one vector. It
knows none of minnet's finer tricks (which of two functions NumPy calls faster, updates by blocks).
"""

from __future__ import annotations

import numpy as np

from ..workloads import Workload
from . import Plain
from .hand_written_parts import Conv, Linear, Part, Pool, ReLU, Tanh, flattened


class HandWritten(Plain):
    """Forward, loss, backward and update of the network of one workload."""

    name = "NumPy by hand"

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        start = workload.start()
        self.values = np.concatenate([a.reshape(-1) for a in start])
        self.gradients, self.scratch = np.zeros_like(self.values), np.empty_like(self.values)
        self.mean, self.square = np.zeros_like(self.values), np.zeros_like(self.values)
        self.steps = 0
        self.parts = list(self._parts(start))
        self.rows = np.arange(workload.batch)
        self.update = self._sgd if workload.optimizer == "SGD" else self._adam

    def _parts(self, start: list[np.ndarray]) -> list[Part]:
        """The layers, each with its buffers and its part of the two vectors."""
        views, at = [], 0
        for array in start:
            part = slice(at, at + array.size)
            views.append([v[part].reshape(array.shape) for v in (self.values, self.gradients)])
            at += array.size
        parts: list[Part] = []
        shape = (self.workload.batch, *self.workload.shape)
        for kind, *numbers in self.workload.parts:
            if kind == "flatten":
                shape = flattened(shape)
                continue
            if kind in ("linear", "conv"):
                (w, dw), (b, db) = views.pop(0), views.pop(0)
                make = Linear if kind == "linear" else Conv
                part = make(shape, w, b, dw, db)
            else:
                part = (
                    Pool(shape, *numbers)
                    if kind == "pool"
                    else {"relu": ReLU, "tanh": Tanh}[kind](shape)
                )
            part.first = not parts
            parts.append(part)
            shape = part.y.shape
        return parts

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """One training step; the loss as a float."""
        a = x
        for part in self.parts:
            a = part.forward(a)
        a -= a.max(axis=1, keepdims=True)
        np.exp(a, out=a)
        a /= a.sum(axis=1, keepdims=True)
        rows = self.rows
        loss = -float(np.log(a[rows, y]).mean())
        a[rows, y] -= 1
        a /= len(a)
        for part in reversed(self.parts):
            a = part.backward(a)
        self.update()
        return loss

    def _sgd(self) -> None:
        np.multiply(self.gradients, self.workload.rate, out=self.scratch)
        self.values -= self.scratch

    def _adam(self) -> None:
        self.steps += 1
        g, m, v, s = self.gradients, self.mean, self.square, self.scratch
        m *= 0.9
        np.multiply(g, 0.1, out=s)
        m += s
        v *= 0.999
        np.multiply(g, g, out=s)
        s *= 0.001
        v += s
        np.sqrt(v, out=s)
        s /= np.sqrt(1 - 0.999**self.steps)
        s += 1e-8
        np.divide(m, s, out=s)
        s *= self.workload.rate / (1 - 0.9**self.steps)
        self.values -= s

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:
        """Shuffled epochs; the rows of a batch are gathered into buffers."""
        generator, batch = np.random.default_rng(0), self.workload.batch
        part_x, part_y = np.empty((batch, *x.shape[1:]), x.dtype), np.empty(batch, y.dtype)
        for _ in range(self.workload.epochs):
            for rows in self.batches(len(x), generator):
                np.take(x, rows, axis=0, out=part_x, mode="clip")
                np.take(y, rows, out=part_y, mode="clip")
                self.step(part_x, part_y)
