"""The elementary functions: identities that hold for every z, and types and shapes.

Their accuracy is tested in tests/properties.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numeric import numerical_gradient

from minnet.nn import functional as functions


def arrays(dtype=np.float64, limit=800, min_dims=1):
    shapes = hnp.array_shapes(min_dims=min_dims, max_dims=3, max_side=5)
    width = 32 if dtype == np.float32 else 64
    return hnp.arrays(dtype, shapes, elements=st.floats(-limit, limit, width=width))


@given(arrays())
def test_the_two_halves_make_one(z):
    p, q = functions.sigmoid_halves(z)
    assert (p >= 0.5).all()
    assert (q <= 0.5).all()
    np.testing.assert_allclose(p + q, 1, rtol=1e-15)


@given(arrays())
def test_sigmoid_of_minus_z_is_the_rest(z):
    p, q = functions.sigmoid_halves(z)
    assert np.array_equal(functions.sigmoid(z), np.where(z < 0, q, p))
    assert np.array_equal(functions.sigmoid(-z), np.where(-z < 0, q, p))
    np.testing.assert_allclose(functions.sigmoid(z) + functions.sigmoid(-z), 1, rtol=1e-15)


@given(arrays())
def test_softplus_differs_by_z_from_its_mirror_image(z):
    difference = functions.softplus(z) - functions.softplus(-z)
    np.testing.assert_allclose(difference, z, rtol=1e-14, atol=1e-14)


def test_known_values():
    z = np.array([-2.0, 0.0, 2.0])
    assert functions.sigmoid(z).round(6).tolist() == [0.119203, 0.5, 0.880797]
    assert functions.softplus(z).round(6).tolist() == [0.126928, 0.693147, 2.126928]


def test_the_derivative_of_softplus_is_sigmoid():
    z = np.random.default_rng(0).normal(size=7) * 3
    c = np.random.default_rng(1).normal(size=7)
    slope = numerical_gradient(lambda: float((c * functions.softplus(z)).sum()), z)
    np.testing.assert_allclose(slope, c * functions.sigmoid(z), rtol=1e-7, atol=1e-9)


@given(arrays(min_dims=2), st.floats(-500, 500))
def test_softmax_is_a_distribution_that_a_constant_does_not_change(z, shift):
    a = functions.softmax(z)
    assert ((a >= 0) & (a <= 1)).all()
    np.testing.assert_allclose(a.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(functions.softmax(z + shift), a, rtol=1e-10, atol=1e-300)


@given(arrays(min_dims=2), st.data())
def test_softmax_along_any_axis(z, data):
    axis = data.draw(st.integers(-z.ndim, z.ndim - 1))
    moved = functions.softmax(np.moveaxis(z, axis, -1))
    np.testing.assert_allclose(functions.softmax(z, axis=axis), np.moveaxis(moved, -1, axis))


def test_softmax_of_two_scores_is_the_sigmoid_of_their_difference():
    z = np.random.default_rng(2).normal(size=(20, 2)) * 5
    expected = functions.sigmoid(z[:, 0] - z[:, 1])
    np.testing.assert_allclose(functions.softmax(z)[:, 0], expected, rtol=1e-14)


@given(arrays(np.float32, limit=100))
@pytest.mark.parametrize("function", [functions.sigmoid, functions.softplus, functions.softmax])
def test_float32_stays_float32_and_inputs_stay(function, z):
    before = z.copy()
    result = function(z)
    assert result.dtype == np.float32
    assert result.shape == z.shape
    assert np.array_equal(z, before)
    assert not np.shares_memory(result, z)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", [functions.sigmoid, functions.softplus, functions.softmax])
def test_far_out_nothing_overflows(function, dtype):
    z = np.array([[-1e30, -1000.0, 0.0, 1000.0, 1e30]], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        result = function(z)
    assert np.isfinite(result).all()
