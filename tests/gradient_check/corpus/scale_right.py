"""Gains, slopes and other parameters that act elementwise, without a mistake."""

import numpy as np
from corpus.cases import right

import minnet as mn


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
class PositiveWidth(mn.Layer):
    def __init__(self):
        self.width = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return x * np.sqrt(self.width.value)

    def backward(self, grad):
        root = np.sqrt(self.width.value)
        self.width.grad = (grad * self.x).sum(axis=0) / (2 * root)
        return grad * root


@right()
class Polynomial(mn.Layer):
    def __init__(self, degree=3):
        self.c = mn.Parameter(np.ones(degree + 1))

    def forward(self, x):
        self.powers = np.stack([x**k for k in range(len(self.c.value))])
        return np.tensordot(self.c.value, self.powers, axes=1)

    def backward(self, grad):
        self.c.grad = np.array([(grad * p).sum() for p in self.powers])
        d = sum(k * self.c.value[k] * self.powers[k - 1] for k in range(1, len(self.c.value)))
        return grad * d
