"""Classes in the styles of courses: examined like any other, right and wrong ones."""

# ruff: noqa: N803, N806 - the letters of the courses

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check import check_layer, check_loss

W = np.linspace(-1, 1, 12).reshape(3, 4)


class Cached:
    """forward returns (y, cache), backward (dx, dW, db)."""

    factor = 1.0

    def __init__(self):
        self.W, self.b = W.copy(), np.zeros(4)

    def forward(self, x):
        return x @ self.W + self.b, (x,)

    def backward(self, dout, cache):
        (x,) = cache
        dW = x.T @ dout * self.factor
        return dout @ self.W.T, dW, dout.sum(axis=0)


class CachedInDict(Cached):
    def __init__(self):
        self.params = {"W": W.copy(), "b": np.zeros(4)}

    def forward(self, x):
        return x @ self.params["W"] + self.params["b"], x

    def backward(self, dout, cache):
        grads = {"b": dout.sum(axis=0), "W": cache.T @ dout * self.factor}
        return dout @ self.params["W"].T, grads


class Updates(Cached):
    """backward takes the learning rate and changes the weights itself."""

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, output_error, learning_rate):
        dx = output_error @ self.W.T
        self.W -= learning_rate * self.x.T @ output_error * self.factor
        self.b = self.b - learning_rate * output_error.sum(axis=0)
        return dx


class InputAgain(Cached):
    def forward(self, x):
        return x @ self.W + self.b

    def backward(self, x, grad_output):
        self.dW, self.db = x.T @ grad_output * self.factor, grad_output.sum(axis=0)
        return grad_output @ self.W.T


class DefaultRate(Updates):
    def backward(self, output_error, lr=0.01):
        return super().backward(output_error, lr)


STYLES = [DefaultRate, Cached, CachedInDict, Updates, InputAgain]


@pytest.mark.parametrize("cls", STYLES)
def test_a_style_is_recognized(cls):
    report = check_layer(cls, (5, 3))
    assert report.ok, report
    assert "`input`, `W` and `b`" in str([check.sentence for check in report.checks])


@pytest.mark.parametrize("cls", STYLES)
def test_a_mistake_in_it_is_found(cls):
    wrong = type(cls.__name__, (cls,), {"factor": 3.0})
    (mistake,) = check_layer(wrong, (5, 3)).mistakes
    assert (mistake.code, mistake.where) == ("constant-factor", "W")


class Column:
    def __init__(self):
        self.W, self.b = W.T.copy(), np.zeros((4, 1))

    def forward(self, X):
        self.X = X
        return self.W @ X + self.b

    def backward(self, dZ):
        self.dW, self.db = dZ @ self.X.T, dZ.sum(axis=1, keepdims=True)
        return self.W.T @ dZ


def test_samples_as_columns():
    assert check_layer(Column, (3, 5), samples_axis=-1).ok
    assert check_layer(Column, np.random.default_rng(0).normal(size=(3, 5)), samples_axis=-1).ok
    assert not check_layer(Column, (5, 3)).ok
    with pytest.raises(ValueError, match="samples_axis: expected 0"):
        check_layer(Column, (3, 5), samples_axis=1)


class Product(mn.Layer):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b.sum(axis=1, keepdims=True)

    def backward(self, grad):
        db = (grad * self.a).sum(axis=1, keepdims=True) * np.ones_like(self.b)
        return grad * self.b.sum(axis=1, keepdims=True), db


class WrongProduct(Product):
    def backward(self, grad):
        da, db = super().backward(grad)
        return da, -db


class OneGradient(Product):
    def backward(self, grad):
        return super().backward(grad)[0]


TWO = [
    (5, 3),
    ((5, 3), (5, 4)),
    [np.random.default_rng(0).normal(size=(5, 3)), np.random.default_rng(1).normal(size=(5, 2))],
    np.random.default_rng(0).normal(size=(5, 3)),
]


@pytest.mark.parametrize("given", TWO)
def test_two_inputs_are_examined(given):
    assert check_layer(Product, given).ok
    assert check_layer(WrongProduct, given).mistakes


def test_what_is_not_known_is_said_and_no_mistake():
    report = check_layer(OneGradient, (5, 3))
    assert not report.mistakes
    assert "forward takes 2 inputs, backward returns 1 gradients" in report.note

    class Riddle(Cached):
        def backward(self, dout, cache, riddle):
            return dout

    report = check_layer(Riddle, (5, 3))
    assert not report.mistakes
    assert "backward takes the arguments dout, cache, riddle" in report.note

    class Nameless(Cached):
        def backward(self, dout, cache):
            return (dout @ self.W.T, *[dout.sum(axis=0)] * 3)

    assert "it is not known to which weight" in check_layer(Nameless, (5, 3)).note


class TargetFirst:
    def forward(self, y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2), y_pred - y_true

    def backward(self, cache):
        return 2 * cache / cache.size


def test_a_loss_with_a_cache_and_the_target_first():
    assert check_loss(TargetFirst).ok
    wrong = type("Wrong", (TargetFirst,), {"backward": lambda self, cache: cache / cache.size})
    assert check_loss(wrong).mistakes[0].code == "constant-factor"


def test_a_network_inside_is_judged_in_the_precision_of_the_check():
    class Gate(mn.Layer):
        def __init__(self):
            self.value = mn.Network([mn.Linear(3, 4)], seed=0)
            self.gate = mn.Network([mn.Linear(3, 4), mn.Sigmoid()], seed=1)

        def forward(self, x):
            self.v, self.s = self.value.forward(x), self.gate.forward(x)
            return self.v * self.s

        def backward(self, grad):
            return self.value.backward(grad * self.s) + self.gate.backward(grad * self.v)

    report = check_layer(Gate, (5, 3))
    assert report.ok, report

    class Wrong(Gate):
        def backward(self, grad):
            return self.value.backward(grad * self.s)

    assert {m.where for m in check_layer(Wrong, (5, 3)).mistakes} >= {"input"}
    assert not any(m.code == "dtype-changed" for m in check_layer(Wrong, (5, 3)).mistakes)
