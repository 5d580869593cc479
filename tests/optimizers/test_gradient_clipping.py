"""Clipping bounds a gradient in place and leaves a small one alone, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.optimizers.gradient_clipping import GradientClipping


@given(size=st.integers(1, 50), bound=st.floats(1e-3, 1e3), seed=st.integers(0, 999))
def test_the_norm_is_bounded_and_the_direction_kept(size, bound, seed):
    g = np.random.default_rng(seed).normal(size=size)
    before = g.copy()
    GradientClipping(clip_norm=bound)(g)
    length = np.linalg.norm(before)
    assert np.linalg.norm(g) <= bound
    if length + 1e-6 <= bound:
        np.testing.assert_array_equal(g, before)
    else:
        np.testing.assert_allclose(g, before * bound / (length + 1e-6), rtol=1e-12)


@given(size=st.integers(1, 50), bound=st.floats(1e-3, 1e3), seed=st.integers(0, 999))
def test_each_entry_is_bounded(size, bound, seed):
    g = np.random.default_rng(seed).normal(size=size)
    expected = np.clip(g, -bound, bound)
    GradientClipping(clip_value=bound)(g)
    np.testing.assert_array_equal(g, expected)


def test_entries_first_then_the_norm():
    g = np.array([100.0, 1.0])
    GradientClipping(clip_norm=1.0, clip_value=1.0)(g)
    np.testing.assert_allclose(g, np.full(2, np.sqrt(0.5)), rtol=1e-5)


def test_without_bounds_nothing_happens_and_float32_does_not_overflow():
    g = np.full(4, 1e30, np.float32)
    GradientClipping()(g)
    assert (g == np.float32(1e30)).all()
    GradientClipping(clip_norm=1.0)(g)
    np.testing.assert_allclose(g, 0.5, rtol=1e-6)


@pytest.mark.parametrize("bad", [0, -1, np.nan, np.inf, "1", True])
@pytest.mark.parametrize("name", ["clip_norm", "clip_value"])
def test_bounds_are_finite_and_above_0(name, bad):
    with pytest.raises((TypeError, ValueError), match=f"Trainer: {name}: expected .* > 0"):
        GradientClipping(**{name: bad})


@pytest.mark.parametrize("size", [1e-300, 1e10, 1e153, 1e160, 1e200, 1e307])
@pytest.mark.parametrize("bound", [1.0, 1e-3, 1e305])
def test_a_gradient_whose_squares_overflow_is_clipped_like_any_other(size, bound):
    g = np.array([3.0, 4.0]) * size
    expected = np.array([3.0, 4.0]) * min(size, bound / 5)
    GradientClipping(clip_norm=bound)(g)
    np.testing.assert_allclose(g, expected, rtol=1e-5 if size > 1 else 1e-300)


def test_a_huge_float32_gradient_is_clipped():
    g = np.full(10_000, 3e38, np.float32)
    GradientClipping(clip_norm=1.0)(g)
    np.testing.assert_allclose(g, 0.01, rtol=1e-6)
