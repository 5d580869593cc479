"""Numerical derivatives: Jacobians, kinks, steep functions, and the comparison of arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.gradient_check.finite_differences import jacobian, mismatch, refined, sample_columns


@given(seed=st.integers(0, 1000), rows=st.integers(1, 4), columns=st.integers(1, 4))
def test_the_jacobian_of_a_matrix_product_is_the_matrix(seed, rows, columns):
    generator = np.random.default_rng(seed)
    a, v = generator.normal(size=(rows, columns)), generator.normal(size=columns)
    found = jacobian(lambda x: np.tanh(a @ x), v, np.tanh(a @ v), np.arange(columns))
    expected = (1 - np.tanh(a @ v) ** 2)[:, None] * a
    np.testing.assert_allclose(found.matrix, expected, atol=1e-9)
    assert found.complete
    assert not found.kinked.any()


def test_a_kink_is_seen_by_its_two_slopes():
    v = np.array([1.0, 0.0, 2e-6, -1.0])
    found = jacobian(lambda x: np.maximum(x, 0), v, np.maximum(v, 0), np.arange(4))
    assert found.kinked.tolist() == [False, True, True, False]


def test_a_steep_function_is_measured_again_with_other_steps():
    value, doubt = refined(lambda x: 1 / x, np.array([0.003]), np.array([1.0]), 0)
    assert value == pytest.approx(-1 / 0.003**2, rel=1e-7)
    assert doubt < 1e-6 / 0.003**2


def test_large_arrays_are_sampled():
    generator = np.random.default_rng(0)
    assert sample_columns(10, generator, 150).tolist() == list(range(10))
    few = sample_columns(1000, generator, 150)
    assert len(set(few)) == len(few) == 48


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0),
        ([0.0], [0.0], 0),
        ([1.0, 2.0], [1.0, 2.2], 0.2 / 2.2),
        ([1.0], [1.0, 2.0], np.inf),
        ([np.nan], [np.nan], np.inf),
    ],
)
def test_mismatch(one, other, expected):
    assert mismatch(np.array(one), np.array(other)) == pytest.approx(expected)
