"""Absolute and squared error and R squared against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from minnet import metrics

SIZES, SEEDS = st.integers(2, 60), st.integers(0, 10_000)


def same(ours, theirs):
    assert type(ours) is float
    assert ours == pytest.approx(float(theirs), rel=1e-12, abs=1e-12)


@given(SIZES, st.integers(1, 3), SEEDS)
def test_regression(m, outputs, seed):
    generator = np.random.default_rng(seed)
    a, y = generator.normal(size=(m, outputs)), generator.normal(size=(m, outputs)) * 3 + 5
    same(metrics.mean_absolute_error(a, y), reference.mean_absolute_error(y, a))
    same(metrics.root_mean_squared_error(a, y), reference.root_mean_squared_error(y, a))
    same(metrics.r_squared(a, y), reference.r2_score(y, a))
    if outputs == 1:
        assert metrics.mae(a, y[:, 0]) == metrics.mae(a[:, 0], y) == metrics.mae(a, y)


def test_a_constant_target_has_no_variance():
    y = np.full((4, 1), 0.1)
    for a in (y, y + 1):
        same(metrics.r_squared(a, y), reference.r2_score(y, a))
    assert metrics.r_squared(y, y) == 1
    assert metrics.r_squared(y + 1, y) == 0
    two = np.hstack([y, np.arange(4.0)[:, None]])
    same(metrics.r_squared(two + 0.5, two), reference.r2_score(two, two + 0.5))


def test_a_constant_target_whose_mean_is_rounded_is_constant():
    y = np.full(3, 0.1)
    assert y.mean() != 0.1
    assert metrics.r_squared(y, y) == 1
    assert metrics.r_squared(y + 1, y) == 0


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_squares_neither_overflow_nor_underflow(size):
    a, y = np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0])
    assert metrics.r_squared(a * size, y * size) == pytest.approx(metrics.r_squared(a, y))
    assert metrics.rmse(a * size, y * size) == pytest.approx(metrics.rmse(a, y) * size)


def test_numbers_that_overflow_when_squared_give_no_warning():
    far = [1.7e308, 1.0], [-1.7e308, 1.0]
    assert metrics.mae(*far) == np.inf
    assert metrics.rmse(*far) == np.inf
    assert metrics.r_squared(*far) == pytest.approx(-7)
    assert metrics.r_squared([1e300, 1.0], [1.0, 2.0]) == -np.inf


def test_names_of_other_libraries_are_explained():
    with pytest.raises(TypeError, match=r"y_pred.*Did you mean prediction"):
        metrics.rmse(y_pred=[1.0], y_true=[1.0])
