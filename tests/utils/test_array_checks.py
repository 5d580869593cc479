"""Checks of arrays: what passes is not copied, errors have four parts and name the position."""

import math
import warnings
from decimal import Decimal
from fractions import Fraction

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


def matrix(rows):
    return np.array(rows).view(np.matrix)  # np.matrix(rows) warns


class Holds:
    """As a DataFrame or a tensor: NumPy asks it for its array."""

    def __init__(self, array):
        self.array = array

    def __array__(self):
        return self.array


class Sparse:
    def toarray(self):
        return np.eye(2)


class Raises:
    def __getattr__(self, name):
        raise RuntimeError("nothing works")


class NeedsGradient:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self):
        return self


class NoRepr:
    def __repr__(self):
        raise RuntimeError("broken repr")


class NAType:
    """As the missing value of pandas, which is known by the name of its class."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (matrix([[1.0, 2.0]]), [[1.0, 2.0]]),
        (Holds(matrix([[1, 2]])), [[1, 2]]),
        (Holds(np.array([[1, 2.5]], object)), [[1, 2.5]]),
        ([[1, None]], [[1, math.nan]]),
        (np.array([1, NAType()], object), [1, math.nan]),
        (np.array([True, False], object), [True, False]),
        ([Decimal("0.5"), Fraction(1, 4), 2], [0.5, 0.25, 2.0]),
        ([10**30, 1], [1e30, 1.0]),
        (np.array([np.float32(1), np.int8(2)], object), [1.0, 2.0]),
        (range(3), [0, 1, 2]),
        (memoryview(b"ab"), [97, 98]),
        (np.float32(1.5), 1.5),
        ([], []),
    ],
)
def test_what_holds_numbers_becomes_a_plain_array(value, expected):
    got = array_checks.numeric_array("fit", "x", value)
    assert type(got) is np.ndarray
    assert got.dtype.kind in "biuf"
    np.testing.assert_array_equal(got, expected)


def test_nullable_columns_of_pandas_and_tensors_of_pytorch():
    pd = pytest.importorskip("pandas")
    torch = pytest.importorskip("torch")
    frame = pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": pd.array([True, False])})
    got = array_checks.numeric_array("fit", "x", frame)
    np.testing.assert_array_equal(got, [[1.0, 1.0], [math.nan, 0.0]])
    assert "in column 'b', row 1" in message(
        TypeError, array_checks.numeric_array, "x", pd.DataFrame({"a": [1, 2], "b": [1, "male"]})
    )
    assert array_checks.numeric_array("fit", "x", torch.arange(3)).tolist() == [0, 1, 2]
    for tensor in (torch.ones(2, requires_grad=True), torch.ones(2, dtype=torch.bfloat16)):
        assert "x.detach().cpu().float().numpy()" in message(
            TypeError, array_checks.numeric_array, "x", tensor
        )


@pytest.mark.filterwarnings("error")
def test_conversions_neither_warn_nor_touch_the_filters():
    """`__array__` without arguments: NumPy would warn; and filters belong to the whole process."""
    before = list(warnings.filters)
    array_checks.numeric_array("fit", "x", Holds(np.ones(2)))
    for bad in ([[1.0], [1.0, 2.0]], NeedsGradient(), ["a"]):
        with pytest.raises(TypeError):
            array_checks.numeric_array("fit", "x", bad)
    assert warnings.filters == before


def test_lists_that_contain_themselves_or_are_deep():
    itself: list = []
    itself += [itself, itself]
    deep: list = [1.0]
    for _ in range(5000):
        deep = [deep]
    for bad in (itself, deep):
        message(TypeError, array_checks.numeric_array, "x", bad)


def test_an_object_all_of_whose_attributes_raise():
    text = message(TypeError, array_checks.numeric_array, "x", Raises())
    assert "got Raises, which NumPy cannot turn into one (nothing works)" in text


def test_names_in_advice_are_code():
    """`validation_data: y` is a place; one writes y."""
    text = message(TypeError, array_checks.numeric_array, "validation_data: y", ["cat"])
    assert "names, y = np.unique(y, " in text


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("bool", "f8"), ("uint8", "f8"), ("int64", "f8"), ("f2", "f4"), ("f4", "f4"), ("f8", "f8")],
)
def test_arrays_to_compute_with(dtype, expected):
    given = np.ones((2, 2), dtype)
    got = array_checks.float_array("fit", "x", given)
    assert got.dtype == expected
    assert (got is given) == (dtype == expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(st.integers(0, 2**20), st.integers(2, 200))
def test_columns_with_room_between_their_values_survive(dtype, start, rows):
    x = start + np.arange(float(rows))[:, None]
    array_checks.survives_cast("fit", "x", x, np.dtype(dtype))


@pytest.mark.parametrize("values", [1.7e9 + np.arange(60.0), 1e-50 * np.arange(60.0)])
def test_columns_that_the_cast_makes_equal_are_refused(values):
    f4 = np.dtype("float32")
    x = np.column_stack([np.arange(60.0), values])
    text = message(ValueError, array_checks.survives_cast, "x", x, f4)
    assert "got column 1, where only 1 of 60 do" in text
    array_checks.survives_cast("fit", "x", x, np.dtype("float64"))
    array_checks.survives_cast("fit", "x", x.astype(f4), f4)
    array_checks.survives_cast("fit", "x", np.full((60, 1), 0.1), f4)  # a constant one


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("abc", "got text, 'abc' (str)"),
        ([["1", "2"]], "np.asarray(x, dtype=float)"),
        (None, "got None. Does the function that made it lack a return?"),
        ({"a": [1.0]}, "np.column_stack(list(x.values()))"),
        ({1.0, 2.0}, "got set, which has no order. Give a list"),
        (iter([1.0]), "Give list(x)"),
        ((n for n in [1.0]), "Give list(x)"),
        (NoRepr(), "whose repr fails"),
        ([NoRepr()], "whose repr fails"),
        (object, "got <class 'object'> (type)"),
        (Sparse(), "got a sparse Sparse. Give x.toarray()"),
        (NeedsGradient(), "x.detach().cpu().float().numpy()"),
        ([NeedsGradient()], "np.stack([item.detach().cpu().float().numpy() for item in x])"),
        (["cat", "dog"], "names, x = np.unique(x, return_inverse=True)"),
        ([["cat"], ["dog"]], "names, x = np.unique(np.ravel(x), return_inverse=True)"),
        (["1", "2"], "np.asarray(x, dtype=float)"),
        (np.array([["1", "a"]], object), "'1' (str) in column 0, row 0"),
        (np.array([[1, "a"]], object), "'a' (str) in column 1, row 0"),
        (np.array([[1, np.datetime64("2020-01-01")]], object), "column 1, row 0"),
        (np.array([1], "m8[s]"), "Divide by a unit: x / np.timedelta64(1, 'D')"),
        (np.array([1j, 2], object), "array of numbers"),
        ([np.ma.masked_array([1.0, 2.0], [True, False])], "np.ma.array(x).filled(0)"),
        (([[np.ma.masked]],), "without a mask"),
        (np.ma.masked, "without a mask"),
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
