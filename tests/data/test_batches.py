"""Batches: every row exactly once, x and y together, and errors at the call."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.data import batches
from minnet.data.batches import Batches


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


# -- the batches of a fit --------------------------------------------------------------------


def copies_of(data, order):
    """All batches of an epoch, copied, because the arrays are used again."""
    return [(batch[0].copy(), batch[1].copy()) for batch in data.epoch(order)]


@given(st.integers(1, 30), st.integers(1, 40), st.booleans(), st.integers(0, 100))
def test_each_row_once(m, batch_size, shuffle, seed):
    x = np.arange(2.0 * m).reshape(m, 2)
    y = np.arange(m)
    data = Batches(x, y, batch_size)
    order = np.random.default_rng(seed).permutation(m) if shuffle else None
    batches = copies_of(data, order)
    assert len(batches) == data.steps == -(-m // batch_size)
    assert [len(part) for part, _ in batches[:-1]] == [batch_size] * (data.steps - 1)
    expected = np.arange(m) if order is None else order
    assert np.array_equal(np.concatenate([part for _, part in batches]), expected)
    assert np.array_equal(np.concatenate([part for part, _ in batches]), x[expected])


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 4, 4)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8"])
def test_any_shape_and_type(shape, dtype):
    x = np.arange(7 * np.prod(shape)).reshape(7, *shape).astype(dtype)
    y = np.arange(14.0).reshape(7, 2)
    order = np.array([6, 0, 3, 1, 5, 2, 4])
    batches = copies_of(Batches(x, y, 3), order)
    assert all(part.dtype == dtype for part, _ in batches)
    assert np.array_equal(np.concatenate([part for part, _ in batches]), x[order])
    assert np.array_equal(np.concatenate([part for _, part in batches]), y[order])


def test_the_data_are_never_changed():
    x, y = np.arange(10.0).reshape(5, 2), np.arange(5)
    before = x.copy(), y.copy()
    data = Batches(x, y, 2)
    for batch in data.epoch(np.array([4, 3, 2, 1, 0])):
        assert not np.shares_memory(batch[0], x)
        assert not np.shares_memory(batch[1], y)
    assert np.array_equal(x, before[0])
    assert np.array_equal(y, before[1])


def test_shuffled_batches_use_the_same_memory_again():
    data = Batches(np.zeros((6, 2)), np.zeros(6), 2)
    first, second, _ = (batch[0] for batch in data.epoch(np.arange(6)))
    assert np.shares_memory(first, second)


def test_without_an_order_nothing_is_copied():
    x = np.zeros((6, 2))
    assert all(np.shares_memory(b[0], x) for b in Batches(x, np.zeros(6), 4).epoch(None))


def test_data_in_any_memory_order():
    x = np.asfortranarray(np.arange(12.0).reshape(6, 2))[::-1]
    batches = copies_of(Batches(x, np.arange(6)[::-1], 4), np.array([5, 4, 3, 2, 1, 0]))
    assert np.array_equal(np.concatenate([part for part, _ in batches]), x[::-1])
