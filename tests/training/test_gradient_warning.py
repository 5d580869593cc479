"""A fit warns once of a custom layer whose backward is wrong, and of no other."""

import warnings

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check import check_layer

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(40, 4)), rng.integers(0, 3, 40)


def fit(*layers, x=X, **options):
    trainer = mn.Trainer(
        [*layers, mn.Softmax()], mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=0, **options
    )
    trainer.fit(x, Y, epochs=1, progress=False)
    return trainer


def scale(factor):
    """A new class each time: a class is examined once in a process."""

    class Scale(mn.Layer):
        def __init__(self):
            self.gain = mn.Parameter(np.linspace(0.5, 1.5, 4))

        def forward(self, x):
            self.x = x
            return x * self.gain.value

        def backward(self, grad):
            self.gain.grad = factor * (grad * self.x).sum(axis=0)
            return grad * self.gain.value

    return Scale


def test_one_warning_for_each_class():
    wrong = scale(0.5)
    with pytest.warns(UserWarning, match=r"Scale.backward: gain.grad is not") as caught:
        fit(wrong(), wrong(), mn.Linear(4, 3))
    assert len(caught) == 1
    assert "mn.check_layer(Scale(...), (5, 4))" in str(caught[0].message)
    fit(wrong(), mn.Linear(4, 3))  # a warning would be an error


def test_the_advice_finds_the_mistake():
    with pytest.warns(UserWarning, match="check_layer"):
        trainer = fit(scale(0.5)(), mn.Linear(4, 3))
    report = check_layer(trainer.network.layers[0], (5, 4))
    assert report.mistakes[0].code == "constant-factor"


def test_it_can_be_turned_off():
    wrong = scale(2.0)
    fit(wrong(), mn.Linear(4, 3), check=False)
    with pytest.raises(TypeError, match="Trainer: check"):
        fit(wrong(), mn.Linear(4, 3), check="no")
    with pytest.warns(UserWarning, match=r"Scale.backward"):
        fit(wrong(), mn.Linear(4, 3))


class WrongTanh(mn.Activation):
    def forward(self, z):
        self.a = np.tanh(z)
        return self.a

    def backward(self, grad):
        return grad * (1 - self.a)


def test_a_layer_in_an_inner_network_is_tested_too():
    inner = mn.Network([mn.Linear(4, 4), WrongTanh()])
    with pytest.warns(UserWarning, match=r"WrongTanh.backward: dL/dx .*WrongTanh\(\.\.\.\)"):
        fit(inner, mn.Linear(4, 3))


class Relu(mn.Layer):
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, grad):
        return grad * self.on


class Dropout(mn.Layer):
    def forward(self, x):
        self.mask = (self.random.random(x.shape) < 0.5) * 2.0 if self.training else 1.0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class GlobalDropout(Dropout):
    def forward(self, x):
        self.mask = (np.random.random(x.shape) < 0.5) * 2.0  # noqa: NPY002
        return x * self.mask


class Normalized(mn.Layer):
    def __init__(self):
        self.mean = mn.Parameter(np.zeros(4), trainable=False)

    def forward(self, x):
        if not self.training:
            return x - self.mean.value
        self.mean.value = 0.9 * self.mean.value + 0.1 * x.mean(axis=0)
        self.s = np.sqrt(x.var(axis=0) + 1e-5)
        self.h = (x - x.mean(axis=0)) / self.s
        return self.h

    def backward(self, grad):
        return (grad - grad.mean(axis=0) - self.h * (grad * self.h).mean(axis=0)) / self.s


class InFloat32(mn.Layer):
    def forward(self, x):
        self.t = np.tanh(x.astype(np.float32))
        return self.t

    def backward(self, grad):
        return grad * (1 - self.t**2)


class Skip(mn.Layer):
    def __init__(self):
        self.net = mn.Network([mn.Linear(4, 4), mn.Tanh()])

    def forward(self, x):
        return x + self.net.forward(x)

    def backward(self, grad):
        return grad + self.net.backward(grad)


class Maximum(mn.Layer):
    def forward(self, x):
        self.is_largest = x == x.max(axis=1, keepdims=True)
        return x * self.is_largest

    def backward(self, grad):
        return grad * self.is_largest


RIGHT = [Relu, Dropout, GlobalDropout, Normalized, InFloat32, Skip, Maximum, scale(1.0)]


@pytest.mark.parametrize("cls", RIGHT)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_right_layer_gives_no_warning_and_trains_as_without_the_test(cls, dtype):
    trained = []
    state = np.random.get_state()  # noqa: NPY002
    for check in (True, False):
        np.random.set_state(state)  # noqa: NPY002
        network = mn.Network([mn.Linear(4, 4), cls(), mn.Linear(4, 3)], seed=0, dtype=dtype)
        trained.append(fit(network, check=check).network.flat_values)
    assert np.array_equal(*trained)


def test_what_cannot_be_tested_is_left_alone():
    class Fussy(mn.Layer):
        def forward(self, x):
            if x.dtype == np.float64:
                raise ValueError("float32 only")
            return x * 1

        def backward(self, grad):
            return grad * 2

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(Fussy(), mn.Linear(4, 3))
