"""ReLU and LeakyReLU: values, kinks, and bad arguments."""

import numpy as np
import pytest

import minnet as mn
from minnet.nn.activations import LeakyReLU


def test_values():
    assert mn.ReLU().forward(np.array([[-1.0, 0.0, 2.0]])).tolist() == [[0.0, 0.0, 2.0]]
    assert LeakyReLU().slope == 0.01


def test_at_the_kink_the_derivative_of_relu_is_0():
    layer = mn.ReLU()
    layer.forward(np.array([[-1.0, 0.0, -0.0, 1.0]]))
    assert layer.backward(np.full((1, 4), 3.0)).tolist() == [[0.0, 0.0, 0.0, 3.0]]


def test_at_the_kink_of_leaky_relu():
    """The derivative there is PyTorch's."""
    layer = LeakyReLU(0.2)
    layer.forward(np.array([[0.0, -0.0]]))
    got = layer.backward(np.ones((1, 2)))
    np.testing.assert_allclose(got, [[0.2, 0.2]], rtol=1e-15)


@pytest.mark.parametrize(
    ("make", "error", "parts"),
    [
        (lambda: LeakyReLU(-0.1), ValueError, ("LeakyReLU: slope", ">= 0", "got -0.1")),
        (lambda: LeakyReLU(float("nan")), ValueError, ("LeakyReLU: slope", "got nan")),
        (lambda: LeakyReLU("0.1"), TypeError, ("LeakyReLU: slope", "got '0.1'")),
    ],
)
def test_bad_arguments(make, error, parts):
    with pytest.raises(error) as info:
        make()
    for part in parts:
        assert part in str(info.value)
