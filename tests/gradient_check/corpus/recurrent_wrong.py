"""Layers for sequences, recurrent or step by step, each with one mistake."""

import numpy as np
from corpus.cases import wrong

import minnet as mn


class SequenceShift(mn.Layer):
    """y = x + b at each time step."""

    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x + self.b.value


@wrong("summed-over-wrong-axis", shape=(4, 6, 3))
class StepsNotSummed(SequenceShift):
    def backward(self, grad):
        self.b.grad = grad.sum(axis=0)
        return grad.copy()


@wrong("not-summed-over-batch", shape=(4, 6, 3))
class SequenceBias(SequenceShift):
    def backward(self, grad):
        self.b.grad = grad.sum(axis=1)
        return grad * 1.0


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
