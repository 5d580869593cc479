"""Where weights and their gradients are found, and what is not taken for a weight."""

import numpy as np
import pytest

from minnet.gradient_check.weights import find_weights


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
