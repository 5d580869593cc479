"""What a user or a layer holds never changes: no array is written to that somebody else has.

The mistake would be silent: a prediction that the next training step overwrites, or a layer called
twice in one step that finds the second call's numbers where it kept the first's.
"""

import copy

import numpy as np
import pytest
from numeric import numerical_gradient

import minnet as mn

LOSSES = [
    (mn.Sigmoid, mn.BinaryCrossEntropy),
    (mn.Softmax, mn.CategoricalCrossEntropy),
    (mn.Identity, mn.MeanSquaredError),
    (mn.Tanh, mn.MeanSquaredError),
    (mn.Linear, mn.MeanSquaredError),
]


def trainer_with(ending=mn.Sigmoid, loss=mn.BinaryCrossEntropy, **options):
    outputs = 2
    last = mn.Linear(outputs, outputs) if ending is mn.Linear else ending()
    hidden = [mn.Linear(3, 4), mn.Tanh(), mn.Network([mn.Linear(4, 4), mn.ReLU()])]
    layers = [*hidden, mn.Sigmoid(), mn.Linear(4, outputs), last]
    network = mn.Network(layers, seed=0, dtype="float64")
    return mn.Trainer(network, loss(), mn.SGD(0.1), seed=0, **options)


def data(rows=7):
    generator = np.random.default_rng(rows)
    return generator.normal(size=(rows, 3)), np.eye(2)[generator.integers(0, 2, rows)]


@pytest.mark.parametrize(("ending", "loss"), LOSSES)
@pytest.mark.parametrize("fuse", [True, False])
def test_what_a_user_holds_never_changes(ending, loss, fuse):
    trainer = trainer_with(ending, loss, fuse=fuse)
    network, (x, y) = trainer.network, data()
    trainer.step(x, y)  # the arrays are made: now they could be given away
    held = [
        x,
        y,
        network.forward(x),
        network.forward_to_logits(x),
        network.predict(x),
        trainer.predict(x),
        *network.activations(x),
    ]
    network.forward(x)
    held.append(network.backward(y))
    own = mn.MeanSquaredError()
    own.forward(network.forward(x), y)
    held.append(own.backward())
    held += [p.value.copy() for p in copy.deepcopy(network).parameters().values()]
    kept = [array.copy() for array in held]
    for _ in range(3):
        trainer.step(-x, y[::-1])
    trainer.fit(-x, y, epochs=2, batch_size=3, progress=False)
    trainer.evaluate(-x, y)
    network.predict(-x, batch_size=2)
    network.backward(network.forward(-x))
    for array, before in zip(held, kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_a_prediction_is_never_the_input_itself():
    class Pass(mn.Layer):
        def forward(self, x):
            return x

    x = np.ones((2, 3))
    assert not np.shares_memory(mn.Network([Pass()], dtype="float64").predict(x), x)


def test_what_a_callback_predicts_stays():
    class KeepPredictions(mn.Callback):
        def __init__(self):
            self.held = []

        def on_step_end(self, trainer, loss):
            array = trainer.network.forward(data()[0])
            self.held.append((array, array.copy()))

    callback, trainer = KeepPredictions(), trainer_with()
    trainer.fit(*data(), epochs=3, batch_size=2, callbacks=[callback], progress=False)
    assert len(callback.held) == 12
    for array, before in callback.held:
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("rows", [1, 5, 6, 7, 12, 13])
def test_a_smaller_last_batch_is_right(rows):
    by_fit, by_hand = trainer_with(), trainer_with()
    x, y = data(rows)
    for epochs in (1, 2):
        by_fit.fit(x, y, epochs=epochs, batch_size=6, shuffle=False, progress=False)
        for _ in range(epochs):
            for start in range(0, rows, 6):
                by_hand.step(x[start : start + 6].copy(), y[start : start + 6].copy())
    np.testing.assert_array_equal(by_fit.network.flat_values, by_hand.network.flat_values)


class Twice(mn.Layer):
    """y = f(f(x)) + x with one built-in f, whose first call is made again in backward."""

    def __init__(self, inner):
        self.inner = inner

    def forward(self, x):
        self.x = x
        self.first = self.inner.forward(x)
        self.second = self.inner.forward(self.first)
        assert not np.shares_memory(self.first, self.second)
        return self.second + self.first

    def backward(self, grad):
        below = self.inner.backward(grad) + grad
        kept = {name: p.grad.copy() for name, p in self.inner.parameters().items()}
        self.inner.forward(self.x)
        for parameter in self.inner.parameters().values():
            parameter.grad = np.zeros(parameter.shape)
        dx = self.inner.backward(below)
        for name, parameter in self.inner.parameters().items():
            parameter.grad += kept[name]
        return dx


class LinearTwice(mn.Linear):
    """A student's subclass: y = (x W + b) W + b."""

    def forward(self, x):
        self.start = x
        self.middle = super().forward(x)
        return super().forward(self.middle)

    def backward(self, grad):
        below = super().backward(grad)
        weight, bias = self.weight.grad.copy(), self.bias.grad.copy()
        super().forward(self.start)
        dx = super().backward(below)
        self.weight.grad += weight
        self.bias.grad += bias
        return dx


class TanhTwice(mn.Tanh):
    """A student's subclass: a = tanh(tanh(z))."""

    def forward(self, z):
        self.first = super().forward(z)
        self.second = super().forward(self.first)
        return self.second

    def backward(self, grad):
        return grad * (1 - self.second**2) * (1 - self.first**2)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Twice(mn.Linear(3, 3)),
        lambda: Twice(mn.Tanh()),
        lambda: Twice(mn.ReLU()),
        lambda: Twice(mn.Sigmoid()),
        lambda: Twice(mn.Softmax()),
        lambda: Twice(mn.Network([mn.Linear(3, 3), mn.Tanh()])),
        lambda: LinearTwice(3, 3),
        TanhTwice,
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_a_built_in_layer_called_twice_in_one_step_is_right(make, nested):
    part = mn.Network([make()]) if nested else make()
    network = mn.Network([mn.Linear(3, 3), part, mn.Linear(3, 2)], seed=0, dtype="float64")
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1))
    x, y = data()

    def loss():
        return trainer.evaluate(x, y)["loss"]

    for _ in range(2):
        expected = numerical_gradient(loss, network.flat_values)
        before = network.flat_values.copy()
        trainer.step(x, y)
        np.testing.assert_allclose(network.flat_values, before - 0.1 * expected, atol=1e-9)


def test_an_input_is_never_written_to():
    for ending, loss in LOSSES:
        trainer, (x, y) = trainer_with(ending, loss), data()
        x.flags.writeable = y.flags.writeable = False
        trainer.step(x, y)
        trainer.fit(x, y, epochs=1, batch_size=3, shuffle=False, progress=False)
        trainer.network.forward(x)
        trainer.network.backward(y)


def test_a_custom_layer_may_keep_what_it_is_given_until_its_backward():
    class Keep(mn.Layer):
        def forward(self, x):
            self.x, self.copy = x, x.copy()
            return np.sin(x)

        def backward(self, grad):
            np.testing.assert_array_equal(self.x, self.copy)
            return grad * np.cos(self.x)

    layers = [mn.Linear(3, 4), Keep(), mn.Tanh(), Keep(), mn.Linear(4, 2), Keep(), mn.Sigmoid()]
    network = mn.Network(layers, seed=0, dtype="float64")
    trainer, (x, y) = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.0)), data()
    expected = numerical_gradient(
        lambda: float(((network.forward(x) - y) ** 2).sum()) / 14, network.flat_values
    )
    for _ in range(3):
        trainer.step(x, y)
        np.testing.assert_allclose(network.flat_gradients, expected, atol=1e-9)
