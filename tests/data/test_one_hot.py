"""One-hot rows: a single 1, where the label says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.data import one_hot


@given(labels=st.lists(st.integers(0, 9), min_size=1, max_size=40), more=st.integers(0, 3))
def test_each_row_has_a_single_one_at_its_label(labels, more):
    for classes in (None, max(labels) + 1 + more):
        rows = one_hot(labels, classes)
        assert rows.shape == (len(labels), classes or max(labels) + 1)
        assert rows.dtype == np.float64
        assert np.all((rows == 0) | (rows == 1))
        assert np.all(rows.sum(axis=1) == 1)
        assert rows.argmax(axis=1).tolist() == labels


@pytest.mark.parametrize("kind", ["int8", "uint8", "int64", "uint64", "float32", "float64", "bool"])
def test_types_of_labels(kind):
    assert one_hot(np.array([0, 1, 1]).astype(kind)).tolist() == [[1, 0], [0, 1], [0, 1]]


BAD = [
    (
        ([0, 3, 1], 3),
        ValueError,
        r"labels: expected whole numbers from 0 to 2, got labels\[1\] = 3",
    ),
    (([0, -1], 3), ValueError, r"labels\[1\] = -1"),
    (([-1, -1],), ValueError, r"labels\[0\] = -1"),
    (([0, 1, 0.5],), ValueError, r"labels\[2\] = 0\.5"),
    (([0, 1, 1.5],), ValueError, r"labels\[2\] = 1\.5"),
    (([0, np.nan],), ValueError, r"labels: expected finite numbers, got labels\[1\] = nan"),
    (([0, 1e300],), ValueError, r"labels\[1\] = 1e\+300"),
    (([0, 123456789],), ValueError, r"labels: expected labels from 0 .*labels\[1\] = 123456789"),
    (
        (np.array([2**64 - 1], dtype=np.uint64), 3),
        ValueError,
        r"labels\[0\] = 18446744073709551615",
    ),
    ((["a", "b"],), TypeError, "labels: expected an array of numbers"),
    (([[0], [1]],), ValueError, r"labels: expected shape \(m,\), got \(2, 1\)"),
    ((3,), ValueError, r"labels: expected shape \(m,\), got \(\)"),
    (([],), ValueError, "labels: expected data"),
    (([0], 0), ValueError, "classes: expected a whole number >= 1"),
    (([0], 2.5), ValueError, "classes: expected"),
    (([0], "2"), TypeError, "classes: expected"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=f"^one_hot: .*{message}|^one_hot: {message}"):
        one_hot(*arguments)


def test_rows_that_no_memory_would_hold_are_refused():
    with pytest.raises(ValueError, match=r"got 100000 rows of 100000. .* the labels themselves"):
        one_hot(np.arange(100_000))
