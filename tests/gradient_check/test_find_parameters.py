"""Where weights and gradients are found, and what is no weight; randomness that stands still."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check.find_parameters import find_weights
from minnet.gradient_check.harness import Harness
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.parameter_recorder import record

MODULE = np.random.default_rng(8)


class Bare:
    def __init__(self, **attributes):
        vars(self).update(attributes)


def names(before, after=None):
    return [w.name for w in find_weights(Bare(**before), Bare(**{**before, **(after or {})}))]


ONE = np.ones(3)


@pytest.mark.parametrize(
    ("value", "grad"),
    [
        ("W", "dW"),
        ("weights", "dweights"),
        ("weight", "grad_weight"),
        ("b", "db"),
        ("bias", "bias_grad"),
        ("biases", "d_biases"),
        ("weights", "dW"),
        ("gamma", "dgamma"),
        ("kernels", "kernels_gradient"),
        ("_W", "_dW"),
        ("Wxh", "dWxh"),
        ("W", "dL_dW"),
    ],
)
def test_partners(value, grad):
    assert names({value: ONE}, {grad: ONE}) == [value]
    assert names({value: ONE, grad: None}) == [value]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"params": {"W": ONE}}, {"grads": {"W": ONE}}, ["W"]),
        ({"params": {"W": ONE}, "grads": {}}, {}, ["W"]),
        ({"parameters": {"W": ONE}}, {"gradients": {"dW": ONE}}, ["W"]),
        ({"params": [ONE, ONE], "grads": [ONE, ONE]}, {}, ["params.0", "params.1"]),
        ({"W": [ONE, ONE]}, {"dW": [ONE, ONE]}, ["W.0", "W.1"]),
    ],
)
def test_dicts_and_lists(before, after, expected):
    assert names(before, after) == expected


@pytest.mark.parametrize(
    "attributes",
    [
        {"running_mean": ONE, "running_var": ONE},
        {"x": ONE, "dx": ONE},
        {"t": 1.0, "dt": 0.1},
        {"n": 3, "dn": 4},
        {"name": "a", "dname": "b"},
    ],
)
def test_what_is_no_weight(attributes):
    assert names(attributes) == []


def test_a_recorded_parameter_keeps_what_does_not_fit():
    parameter = mn.Parameter(np.ones(3))
    record(parameter)
    parameter.grad = np.ones((5, 3))
    assert parameter.outcome()[1].shape == (5, 3)
    parameter.clear()
    assert parameter.outcome()[0] is False
    parameter.grad += np.ones((5, 3))
    assert parameter.outcome()[1].shape == (5, 3)
    parameter.clear()
    parameter.grad[:] = np.ones((4, 3))
    assert parameter.outcome()[1].shape == (4, 3)
    parameter.clear()
    np.add.at(parameter.grad, [0, 0, 2], 1.0)
    assert parameter.outcome() == (True, pytest.approx(np.array([2.0, 0, 1])))
    parameter.clear()
    parameter.grad = None
    assert parameter.outcome() == (True, None)


class Noise:
    def __init__(self):
        self.own = np.random.default_rng(1)
        self.old = np.random.RandomState(2)

    def draws(self, shape):
        return [
            np.random.rand(*shape),
            np.random.default_rng().random(shape),
            np.random.default_rng().random(shape),
            self.own.random(shape),
            self.old.rand(*shape),
            MODULE.random(shape),
        ]

    def forward(self, x):
        return x + np.sum(self.draws(x.shape), axis=0)

    def backward(self, grad):
        return np.array(self.draws(grad.shape))


def test_the_same_stream_before_each_forward_and_never_before_a_backward():
    harness = Harness(LayerUnderTest(Noise))
    x, g = np.zeros((2, 3)), np.ones((2, 3))
    with harness.layer.streams.frozen():
        one, two = harness.run(x, g), harness.run(x, g)
        other = harness.run(x, g, stream=6)
        again = harness.run(x, g, obj=one.obj)
    np.testing.assert_array_equal(one.y, two.y)
    np.testing.assert_array_equal(one.y, again.y)
    assert (one.y != other.y).all()
    drawn = one.dx
    assert len(np.unique(drawn)) == drawn.size  # no source began again in backward
    assert not np.isclose(drawn.sum(axis=0), one.y).any()


def test_generators_outside_are_put_back():
    harness = Harness(LayerUnderTest(Noise))
    before = MODULE.bit_generator.state
    with harness.layer.streams.frozen():
        harness.run(np.zeros((2, 3)))
    assert MODULE.bit_generator.state == before
