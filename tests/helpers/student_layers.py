"""Custom layers as students write them, and a check that a network with them is really trained.

The failure to fear is silent: a copied, nested or changed network that trains nothing. So
`assert_trains` compares what two steps changed with the slope of the loss by central differences.
"""

import dataclasses

import numpy as np
from numeric import numerical_gradient

import minnet as mn

RATE = 0.1


class Scale(mn.Layer):
    """y = gain * x, one gain per feature: the layer of the design, word for word."""

    def __init__(self, features):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class Accumulating(Scale):
    """The same, with the other habit of writing a gradient."""

    def backward(self, grad):
        self.gain.grad += (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class Block(mn.Layer):
    """Layers in an attribute, a list and a dict, and a Parameter of its own behind them."""

    def __init__(self, features):
        self.first = Scale(features)
        self.row = [mn.Tanh(), mn.Linear(features, features)]
        self.named = {"left": Accumulating(features)}
        self.gains = [mn.Parameter(np.full(features, 0.5)), mn.Parameter(np.full(features, 2.0))]

    def chain(self):
        return [self.first, *self.row, self.named["left"]]

    def forward(self, x):
        for layer in self.chain():
            x = layer.forward(x)
        self.x = x
        return x * self.gains[0].value * self.gains[1].value

    def backward(self, grad):
        a, b = self.gains
        a.grad = (grad * self.x * b.value).sum(axis=0)
        b.grad = (grad * self.x * a.value).sum(axis=0)
        grad = grad * a.value * b.value
        for layer in reversed(self.chain()):
            grad = layer.backward(grad)
        return grad


@dataclasses.dataclass
class Shift(mn.Layer):
    """y = x + offset, as a dataclass."""

    features: int
    offset: mn.Parameter = dataclasses.field(default=None, repr=False)

    def __post_init__(self):
        self.offset = mn.Parameter(np.zeros(self.features))

    def forward(self, x):
        return x + self.offset.value

    def backward(self, grad):
        self.offset.grad = grad.sum(axis=0)
        return grad


def batch(network, seed=7, rows=6, features=3):
    """Random inputs and targets of the network's type."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, features)).astype(network.dtype)
    return x, generator.normal(size=network.forward(x).shape).astype(network.dtype)


def slopes(network, x, y):
    """The derivative of 1/(2m) sum (a - y)^2 by every trainable number, by central differences."""
    h = 1e-5 if network.dtype == np.float64 else 1e-2

    def loss():
        return float(((network.forward(x).astype(float) - y) ** 2).sum()) / (2 * len(x))

    trainable = {n: p for n, p in network.parameters().items() if p.trainable}
    return {n: numerical_gradient(loss, p.value, h) for n, p in trainable.items()}


def assert_trains(network, count=None, trainer=None):
    """Two steps of SGD move each parameter by -rate times its slope; the flat vectors agree."""
    x, y = batch(network)
    trainer = trainer or mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(RATE))
    tolerance = 1e-8 if network.dtype == np.float64 else 3e-3
    for _ in range(2):
        network.refresh()
        before = {name: p.value.copy() for name, p in network.parameters().items()}
        expected = slopes(network, x, y)
        assert expected
        assert all(slope.any() for slope in expected.values())
        trainer.step(x, y)
        trainable = {n: p for n, p in network.parameters().items() if p.trainable}
        assert list(trainable) == list(expected)
        for name, parameter in trainable.items():
            moved = before[name] - RATE * expected[name]
            np.testing.assert_allclose(parameter.value, moved, rtol=0, atol=tolerance)
            assert parameter.value.dtype == parameter.grad.dtype == network.dtype
        values = np.concatenate([p.value.ravel() for p in trainable.values()])
        gradients = np.concatenate([p.grad.ravel() for p in trainable.values()])
        np.testing.assert_array_equal(network.flat_values, values)
        np.testing.assert_array_equal(network.flat_gradients, gradients)
        assert network.flat_values.dtype == network.dtype
    if count is not None:
        assert network.flat_values.size == count


def trained_elsewhere(network):
    """What a worker process does: one step, and the network goes home (module level: pickled)."""
    x, y = batch(network)
    mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(RATE)).step(x, y)
    return network
