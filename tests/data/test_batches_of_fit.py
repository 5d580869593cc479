"""Batches: each row once, in the order asked for, the last batch smaller."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.data.batches import Batches


def rows_of(data, order):
    """All batches of an epoch, copied, because the arrays are used again."""
    return [(batch[0].copy(), batch[1].copy()) for batch in data.epoch(order)]


@given(st.integers(1, 30), st.integers(1, 40), st.booleans(), st.integers(0, 100))
def test_each_row_once(m, batch_size, shuffle, seed):
    x = np.arange(2.0 * m).reshape(m, 2)
    y = np.arange(m)
    data = Batches(x, y, batch_size)
    order = np.random.default_rng(seed).permutation(m) if shuffle else None
    batches = rows_of(data, order)
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
    batches = rows_of(Batches(x, y, 3), order)
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
    batches = rows_of(Batches(x, np.arange(6)[::-1], 4), np.array([5, 4, 3, 2, 1, 0]))
    assert np.array_equal(np.concatenate([part for part, _ in batches]), x[::-1])
