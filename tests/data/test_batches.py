"""Batches: every row exactly once, x and y together, and errors at the call."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.data import batches


def rows_of(m):
    rows = np.arange(m, dtype=np.float64)
    return np.column_stack([rows, -rows]), np.arange(m)


@given(
    m=st.integers(1, 50),
    size=st.integers(1, 60),
    seed=st.none() | st.integers(0, 99),
    shuffle=st.booleans(),
)
def test_each_row_comes_exactly_once_with_its_target(m, size, seed, shuffle):
    parts = list(batches(*rows_of(m), size, seed=seed, shuffle=shuffle))
    assert len(parts) == -(-m // size)
    assert all(len(x) == len(y) == size for x, y in parts[:-1])
    x, y = (np.concatenate(side) for side in zip(*parts, strict=True))
    assert np.array_equal(x[:, 0], y)
    assert np.array_equal(x[:, 1], -y)
    assert sorted(y) == list(range(m))
    if not shuffle:
        assert np.array_equal(y, np.arange(m))


def test_the_seed_fixes_the_order():
    def order(seed):
        return [row for _, y in batches(*rows_of(60), 7, seed=seed) for row in y]

    assert order(0) == order(0)
    assert order(0) != order(1)
    assert order(0) != sorted(order(0))
    assert order(None) != order(None)


def test_shuffles_unless_told_otherwise():
    assert next(batches(*rows_of(100), 100, 0))[1].tolist() != list(range(100))


@pytest.mark.parametrize("shuffle", [False, True])
def test_batches_are_copies_of_the_same_type(shuffle):
    x, y = np.ones((6, 2, 3), dtype=np.float32), np.eye(6, dtype=np.int8)
    for x_batch, y_batch in batches(x, y, 4, seed=0, shuffle=shuffle):
        assert x_batch.dtype == np.float32
        assert y_batch.dtype == np.int8
        assert x_batch.shape[1:] == (2, 3)
        x_batch[:] = 0
        y_batch[:] = 9
    assert np.all(x == 1)
    assert np.array_equal(y, np.eye(6))


def test_global_random_state_is_untouched():
    np.random.seed(977)  # noqa: NPY002
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002
    list(batches(*rows_of(10), 3))
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


GOOD = {"x": np.ones((6, 2)), "y": np.zeros(6), "batch_size": 2}
BAD = [
    ({"x": np.ones(6)}, ValueError, r"x: expected an array of shape \(m, features\)"),
    ({"x": np.ones((5, 2))}, ValueError, "x and y: expected the same number of rows, got 5 and 6"),
    ({"x": np.ones((0, 2)), "y": []}, ValueError, "x: expected data"),
    ({"x": [[np.nan]] * 6}, ValueError, r"x: expected finite numbers, got x\[0, 0\] = nan"),
    ({"y": ["a"] * 6}, TypeError, "y: expected an array of numbers"),
    *[({"batch_size": v}, ValueError, "batch_size: expected") for v in (0, -1, 2.5, np.inf)],
    *[({"batch_size": v}, TypeError, "batch_size: expected") for v in ("2", None, True)],
    ({"seed": -1}, ValueError, "seed: expected"),
    ({"seed": 0.5}, ValueError, "seed: expected"),
    ({"shuffle": "no"}, TypeError, "shuffle: expected True or False"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_bad_input_is_refused_at_the_call(change, error, message):
    with pytest.raises(error, match=f"^batches: {message}"):
        batches(**{**GOOD, **change})
