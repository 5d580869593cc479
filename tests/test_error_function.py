"""erf and the normal distribution, against mpmath with 40 digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import relative_error

from minnet.nn.erf import erf, exp_minus_square, normal_distribution

mpmath.mp.dps = 40

BORDERS = [0.0, 0.46875, np.nextafter(0.46875, 1), 4.0, np.nextafter(4.0, 5), 5.9, 27.0, 1e300]
anywhere = st.floats(-7, 7) | st.floats(-0.5, 0.5) | st.sampled_from([*BORDERS, -0.46875, -4.0])


@given(anywhere)
def test_erf_is_within_1e_15(x):
    got = float(erf(np.array([x]))[0])
    true = mpmath.erf(mpmath.mpf(x))
    assert abs(mpmath.mpf(got) - true) <= 1e-15
    assert relative_error(got, true) <= 1e-15


def test_erf_on_a_fine_grid():
    x = np.linspace(-6.5, 6.5, 4001)
    errors = [
        abs(mpmath.mpf(float(a)) - mpmath.erf(float(b))) for a, b in zip(erf(x), x, strict=True)
    ]
    assert max(errors) <= 4e-16
    assert np.array_equal(erf(x), -erf(-x))


@given(st.floats(-37.5, 10) | st.floats(-1, 1))
def test_normal_distribution_keeps_its_digits_in_the_tail(z):
    below, density = normal_distribution(np.array([z]))
    assert relative_error(float(below[0]), mpmath.ncdf(mpmath.mpf(z))) <= 1.5e-15
    assert relative_error(float(density[0]), mpmath.npdf(mpmath.mpf(z))) <= 1.5e-15


def test_far_out():
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for dtype in (np.float32, np.float64):
            z = np.array([-1000.0, -1e30, 1000.0, 1e30], dtype)
            below, density = normal_distribution(z)
            assert below.tolist() == [0.0, 0.0, 1.0, 1.0]
            assert not density.any()
            assert erf(z).tolist() == [-1.0, -1.0, 1.0, 1.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_and_shapes(dtype):
    z = np.linspace(-5, 5, 24).reshape(2, 3, 4).astype(dtype)
    kept = z.copy()
    for result in (erf(z), *normal_distribution(z), exp_minus_square(z)):
        assert result.dtype == dtype
        assert result.shape == z.shape
    assert np.array_equal(z, kept)
    assert erf(np.arange(3)).dtype == np.float64
    assert erf(np.zeros((0, 3))).shape == (0, 3)


def test_single_precision_is_exact_to_a_few_of_its_own_units():
    z = np.linspace(-12, 6, 2001).astype(np.float32)
    below, _ = normal_distribution(z)
    true = np.array([float(mpmath.ncdf(float(v))) for v in z])
    assert (np.abs(below - true) <= 6e-7 * true).all()


def test_nan_stays_nan():
    z = np.array([np.nan, 1.0])
    assert np.isnan(erf(z)).tolist() == [True, False]
    assert np.isnan(normal_distribution(z)[0]).tolist() == [True, False]
