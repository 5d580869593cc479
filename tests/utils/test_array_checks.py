"""Checks of arrays: what passes is not copied, errors have four parts and name the position."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minnet.utils import array_checks

BIG = array_checks._PIECE


def message(kind, check, *arguments, **options):
    """The text of the error, which has a place, what was expected, and what came."""
    with pytest.raises(kind) as caught:
        check("fit", *arguments, **options)
    text = str(caught.value)
    assert text.startswith("fit: ")
    assert "expected" in text
    assert "got" in text
    assert text.endswith((".", "?"))
    return text


@given(
    hnp.arrays(
        st.sampled_from(["bool", "int8", "uint16", "int64", "float16", "float32", "float64"]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    )
)
def test_arrays_of_numbers_pass_as_they_are(array):
    assert array_checks.numeric_array("fit", "x", array) is array
    if array.size:
        np.testing.assert_array_equal(array_checks.numeric_array("fit", "x", array.tolist()), array)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("abc", "a string"),
        ([["1", "2"]], "np.asarray(x, dtype=float)"),
        ([[1, None]], "object"),
        (None, "object"),
        ([[1.0], [1.0, 2.0]], "cannot turn into one"),
        ([1j], "complex128"),
        (np.array(["2020-01-01"], "M8[D]"), "datetime64"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "x.filled(0)"),
        (np.array([(1.0, 2.0)], dtype=[("a", float), ("b", float)]), "array of numbers"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(value, part):
    assert part in message(TypeError, array_checks.numeric_array, "x", value)


@given(
    st.lists(st.integers(0, 4), min_size=0, max_size=3),
    st.sampled_from([math.nan, math.inf, -math.inf]),
)
def test_the_first_bad_entry_is_named_by_its_position(position, bad):
    array = np.ones([5] * len(position))
    array[tuple(position)] = bad
    entry = f"x[{', '.join(map(str, position))}]" if position else "x"
    assert f"got {entry} = {bad}" in message(ValueError, array_checks.finite, "x", array)


@pytest.mark.parametrize("columns", [1, 3])
def test_large_arrays_are_checked_to_the_last_row(columns):
    rows = BIG // columns + 5
    array = np.ones((rows, columns), np.float32)
    array_checks.finite("fit", "x", array)
    array[-1, -1] = np.nan
    expected = f"x[{rows - 1}, {columns - 1}] = nan"
    assert expected in message(ValueError, array_checks.finite, "x", array)


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 0), (2, 2)])
def test_finite_numbers_pass_in_every_shape(shape):
    for dtype in ("float32", "float64", "int64", "bool"):
        array_checks.finite("fit", "x", np.ones(shape, dtype), dtype=np.dtype("float32"))


def test_numbers_that_overflow_in_the_dtype_are_refused():
    f4, limit = np.dtype("float32"), float(np.finfo("float32").max)
    array_checks.finite("fit", "x", np.array([[limit, -limit]]), dtype=f4)
    for bad in (1e39, -1e300):
        text = message(ValueError, array_checks.finite, "x", np.array([[0.0, bad]]), dtype=f4)
        assert f"fit into float32, got x[0, 1] = {bad:g}" in text
        assert "Standardizer" in text
        array_checks.finite("fit", "x", np.array([[bad]]), dtype=np.dtype("float64"))
    for bad in (math.nan, math.inf):
        text = message(ValueError, array_checks.finite, "x", np.array([0.0, bad]), dtype=f4)
        assert f"finite numbers, got x[1] = {bad}" in text


def test_lengths_and_emptiness():
    array_checks.same_length("fit", "x", np.ones((2, 3)), "y", np.ones(2))
    text = message(ValueError, array_checks.same_length, "x", np.ones((2, 3)), "y", np.ones(5))
    assert "x and y: expected the same number of rows, got 2 and 5" in text
    array_checks.not_empty("fit", "x", np.ones(()))
    for shape in ((0,), (0, 3), (3, 0)):
        assert str(shape) in message(ValueError, array_checks.not_empty, "x", np.ones(shape))


@pytest.mark.parametrize(
    ("value", "kind", "part"),
    [
        (1.0, ValueError, "()"),
        ([1.0, 2.0], ValueError, "x.reshape(-1, 1)"),
        (np.ones((0, 2)), ValueError, "empty"),
        (np.ones((2, 0)), ValueError, "empty"),
        ([[1.0, math.nan]], ValueError, "x[0, 1] = nan"),
        ([["a"]], TypeError, "array of numbers"),
    ],
)
def test_bad_samples_are_refused(value, kind, part):
    assert part in message(kind, array_checks.samples, "x", value)


def test_samples_that_pass_are_not_copied_and_cannot_be_written_into():
    for array in (np.ones((1, 1)), np.zeros((2, 3, 4), "uint8")):
        samples = array_checks.samples("fit", "x", array)
        assert np.shares_memory(samples, array)
        assert not samples.flags.writeable
        assert array.flags.writeable
