"""Softmax: values, the axis of the classes, and that samples are never mixed."""

import numpy as np
import pytest
from numeric import check_layer_gradients

import minnet as mn


def test_values():
    z = np.array([[-1.0, 0.0, 2.0]])
    np.testing.assert_allclose(mn.Softmax().forward(z), np.exp(z) / np.exp(z).sum())


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
def test_gradient_of_softmax_along_an_axis(axis):
    generator = np.random.default_rng(3)
    layer = mn.Softmax(axis)
    check_layer_gradients(layer, generator.normal(size=(2, 3, 4)), generator)
    a = layer.forward(generator.normal(size=(2, 3, 4)))
    np.testing.assert_allclose(a.sum(axis=axis), 1)


def test_softmax_of_a_constant_cotangent_is_exactly_0():
    layer = mn.Softmax()
    layer.forward(np.array([[40.0, 0.0, -3.0]]))
    assert not layer.backward(np.full((1, 3), 0.3)).any()


@pytest.mark.parametrize(
    ("axis", "error"), [(0, ValueError), ("last", TypeError), (1.5, ValueError), (True, TypeError)]
)
def test_bad_axis(axis, error):
    with pytest.raises(error, match=r"Softmax: axis: expected .*got"):
        mn.Softmax(axis)


@pytest.mark.parametrize("axis", [2, 5, -2])
def test_softmax_never_mixes_samples(axis):
    with pytest.raises(ValueError, match=r"axis: expected .* shape \(3, 2\), got"):
        mn.Softmax(axis).forward(np.ones((3, 2)))
