"""The normal distribution, against mpmath with 40 digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import relative_error

from minnet.nn.normal_distribution import normal_distribution

mpmath.mp.dps = 40


@given(st.floats(-37.5, 10) | st.floats(-37.5, -30) | st.floats(-1, 1))
def test_normal_distribution_keeps_its_digits_in_the_tail(z):
    below, density = normal_distribution(np.array([z]))
    assert relative_error(float(below[0]), mpmath.ncdf(mpmath.mpf(z))) <= 1.5e-15
    assert relative_error(float(density[0]), mpmath.npdf(mpmath.mpf(z))) <= 1.5e-15


def test_on_a_fine_grid():
    z = np.linspace(-37.5, 9, 2001)
    below, density = normal_distribution(z)
    for got, true in ((below, mpmath.ncdf), (density, mpmath.npdf)):
        errors = [relative_error(float(a), true(float(b))) for a, b in zip(got, z, strict=True)]
        assert max(errors) <= 1e-15


def test_far_out():
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for dtype in (np.float32, np.float64):
            z = np.array([-1000.0, -1e30, 1000.0, 1e30], dtype)
            below, density = normal_distribution(z)
            assert below.tolist() == [0.0, 0.0, 1.0, 1.0]
            assert not density.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_and_shapes(dtype):
    z = np.linspace(-5, 5, 24).reshape(2, 3, 4).astype(dtype)
    kept = z.copy()
    for result in normal_distribution(z):
        assert result.dtype == dtype
        assert result.shape == z.shape
    assert np.array_equal(z, kept)
    assert normal_distribution(np.arange(3))[0].dtype == np.float64
    assert normal_distribution(np.zeros((0, 3)))[0].shape == (0, 3)
    assert normal_distribution(np.array(0.0))[0] == 0.5


def test_single_precision_is_exact_to_a_few_of_its_own_units():
    z = np.linspace(-12, 6, 2001).astype(np.float32)
    below, _ = normal_distribution(z)
    true = np.array([float(mpmath.ncdf(float(v))) for v in z])
    assert (np.abs(below - true) <= 6e-7 * true).all()


def test_nan_stays_nan():
    z = np.array([np.nan, 1.0])
    assert np.isnan(normal_distribution(z)[0]).tolist() == [True, False]
