"""Unused parameters, other values of parameters, where initial values come from; mixed samples."""

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check import check_layer


class Dense(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.linspace(-1, 1, 12).reshape(3, 4))
        self.b = mn.Parameter(np.zeros(4))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T


def test_a_parameter_that_neither_method_uses_is_a_remark():
    report = check_layer(Dense, (5, 3))
    assert report.ok
    assert report.remarks == ["forward does not use `b`, backward does not set it."]
    assert "remark: forward does not use `b`" in str(report)
    assert "remark" not in report.text("place")


def test_a_parameter_that_only_backward_uses_is_a_mistake_of_forward():
    class Forgets(Dense):
        def backward(self, grad):
            self.b.grad = grad.sum(axis=0)
            return super().backward(grad)

    (mistake,) = check_layer(Forgets, (5, 3)).mistakes
    assert (mistake.code, mistake.where) == ("not-used", "forward")
    assert "forward does not use `b`" in mistake.message


class Slope(mn.Layer):
    """A gradient that is right for a positive gain only."""

    def __init__(self):
        self.gain = mn.Parameter(np.array([0.5]))

    def forward(self, x):
        self.x = x
        return x * np.abs(self.gain.value)

    def backward(self, grad):
        self.gain.grad = np.array([(grad * self.x).sum()])
        return grad * np.abs(self.gain.value)


@pytest.mark.parametrize("seed", range(4))
def test_both_signs_of_a_parameter_are_tried(seed):
    assert [m.where for m in check_layer(Slope, (5, 3), seed=seed).mistakes] == ["gain"]


def random_dense(draw):
    class Random(Dense):
        def __init__(self):
            super().__init__()
            self.W = draw(self)

        def forward(self, x):
            return super().forward(x) + self.b.value

        def backward(self, grad):
            self.b.grad = grad.sum(axis=0)
            return super().backward(grad)

    return Random


def test_numbers_of_np_random_in_the_constructor_are_a_remark():
    legacy = random_dense(lambda _: mn.Parameter(np.random.randn(3, 4)))  # noqa: NPY002
    new = random_dense(lambda _: mn.Parameter(np.random.default_rng().normal(size=(3, 4))))
    for cls in (legacy, new):
        report = check_layer(cls, (5, 3))
        assert report.ok
        (remark,) = report.remarks
        assert "`W` comes from np.random in __init__" in remark
        assert "self.random" in remark
    own = random_dense(lambda layer: mn.Parameter(layer.random.normal(size=(3, 4))))
    named = random_dense(lambda _: mn.Parameter(shape=(3, 4), initializer="glorot_uniform"))
    for cls in (own, named):
        assert check_layer(cls, (5, 3)).remarks == []


class Rolled(mn.Layer):
    def forward(self, x):
        return 0.7 * x + 0.3 * np.roll(x, 1, axis=0)

    def backward(self, grad):
        return 0.7 * grad + 0.3 * np.roll(grad, -1, axis=0)


def test_mixing_samples_is_a_remark_where_backward_is_right_and_silent_where_declared():
    report = check_layer(Rolled, (5, 3))
    assert report.ok
    assert "mixes_samples = True in class Rolled" in report.remarks[0]
    declared = type("Declared", (Rolled,), {"mixes_samples": True})
    assert check_layer(declared, (5, 3)).remarks == []
    wrong = type("Wrong", (Rolled,), {"backward": lambda self, grad: 0.7 * grad})
    assert "mixes-samples" in [m.code for m in check_layer(wrong, (5, 3)).mistakes]


@pytest.mark.parametrize(("shape", "axes"), [((4, 3, 2), (0, 1)), ((4, 2, 3, 3), (0, 2, 3))])
def test_statistics_over_batch_and_time_are_a_batch_normalization(shape, axes):
    class Norm(mn.Layer):
        def forward(self, x):
            self.s = np.sqrt(x.var(axes, keepdims=True) + 1e-5)
            self.h = (x - x.mean(axes, keepdims=True)) / self.s
            return self.h

        def backward(self, g):
            mean = g.mean(axes, keepdims=True)
            return (g - mean - self.h * (g * self.h).mean(axes, keepdims=True)) / self.s

    report = check_layer(Norm, shape)
    assert report.ok, report
    assert report.remarks == []


class Exponential(mn.Activation):
    def forward(self, z):
        e = np.exp(z)
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=1, keepdims=True))


class Arctanh(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.arctanh(z)

    def backward(self, grad):
        return grad / (1 - self.z**2)


def test_a_given_array_leaves_the_test_at_1000_on():
    given = np.random.default_rng(0).uniform(-0.9, 0.9, size=(5, 3))
    assert [m.code for m in check_layer(Exponential, given).mistakes] == ["not-finite"]
    assert check_layer(Arctanh, given).ok  # it ends at 1


def test_a_report_shows_itself_in_a_notebook():
    report = check_layer(Exponential, (5, 3))
    assert repr(report) == str(report)
    assert "<pre>Exponential: 1 mistake." in report._repr_html_()
    assert "&lt;" not in report._repr_html_() or "<" in str(report)
