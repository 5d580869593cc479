"""The split: a partition of the rows, the shares of the classes, and errors with a fix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.data import train_test_split

LABELS = st.lists(st.integers(0, 4), min_size=2, max_size=60)
FRACTIONS = st.floats(0.01, 0.99)
SEEDS = st.integers(0, 2**40)


def numbered(y, columns=2):
    """Rows that carry their own number, so that a lost or doubled one is seen."""
    rows = np.arange(len(y), dtype=np.float64)
    return np.column_stack([rows, *[10 * rows] * (columns - 1)])


@given(labels=LABELS, fraction=FRACTIONS, seed=SEEDS)
def test_is_a_partition_with_the_right_sizes(labels, fraction, seed):
    y = np.array(labels)
    x = numbered(y)
    x_train, x_test, y_train, y_test = train_test_split(x, y, fraction, seed)
    rows = np.concatenate([x_train[:, 0], x_test[:, 0]]).astype(int)
    assert sorted(rows) == list(range(len(y)))
    assert len(x_test) == min(max(round(fraction * len(y)), 1), len(y) - 1)
    assert np.array_equal(np.concatenate([y_train, y_test]), y[rows])
    assert np.array_equal(np.concatenate([x_train, x_test])[:, 1], 10 * rows)


@given(sizes=st.lists(st.integers(2, 40), min_size=1, max_size=6), seed=SEEDS, data=st.data())
def test_stratified_is_a_partition_that_keeps_the_shares(sizes, seed, data):
    rows, classes = sum(sizes), len(sizes)
    tests = data.draw(st.integers(classes, rows - classes))
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(classes), sizes))
    x = numbered(y)
    x_train, x_test, y_train, y_test = train_test_split(x, y, tests / rows, seed, stratify=True)
    order = np.concatenate([x_train[:, 0], x_test[:, 0]]).astype(int)
    assert sorted(order) == list(range(rows))
    assert np.array_equal(np.concatenate([y_train, y_test]), y[order])
    assert len(y_test) == tests
    counts = np.bincount(y_test, minlength=classes)
    assert np.all(counts >= 1)
    assert np.all(counts <= np.array(sizes) - 1)
    quota = np.array(sizes) * tests / rows
    if quota.min() >= 1 and (np.array(sizes) - quota).min() >= 1:
        assert np.abs(counts - quota).max() < 1


@pytest.mark.parametrize(
    ("sizes", "tests", "expected"),
    [
        ([50, 50, 50], 45, [15, 15, 15]),
        ([357, 212], 171, [107, 64]),  # quotas 107.29 and 63.71
        ([6, 3, 1 + 1], 3, [1, 1, 1]),  # 1.64 0.82 0.55: each at least one
        ([10, 10, 10], 4, [2, 1, 1]),  # equal remainders: the first class
        ([100, 2, 2], 90, [88, 1, 1]),  # 86.5 1.73 1.73: one of each small class stays
        ([90, 2, 2, 2], 4, [1, 1, 1, 1]),  # 3.75 .08 .08 .08: the large class gives way
        ([2, 6], 6, [1, 5]),  # 1.5 4.5: equal remainders, but the first class has no row to spare
        ([2, 2, 8], 3, [1, 1, 1]),  # .5 .5 2: all the excess is taken from the large class
    ],
)
def test_largest_remainder(sizes, tests, expected):
    y = np.repeat(np.arange(len(sizes)), sizes)
    y_test = train_test_split(numbered(y), y, tests / len(y), 0, stratify=True)[3]
    assert np.bincount(y_test).tolist() == expected


def test_one_hot_targets_are_stratified_by_row():
    labels = np.repeat([0, 1, 2], [6, 12, 18])
    y_test = train_test_split(numbered(labels), np.eye(3)[labels], 1 / 3, 0, stratify=True)[3]
    assert y_test.sum(axis=0).tolist() == [2, 4, 6]


@pytest.mark.parametrize("stratify", [False, True])
def test_the_seed_fixes_the_split(stratify):
    y = np.arange(200) % 2
    x = numbered(y)

    def tests(seed):
        return train_test_split(x, y, 0.3, seed, stratify)[1][:, 0].tolist()

    assert tests(1) == tests(1)
    assert tests(1) != tests(2)
    assert tests(None) != tests(None)
    assert tests(1) != sorted(tests(1))  # shuffled, not only drawn


def test_stratified_rows_depend_on_the_seed_and_classes_are_mixed():
    y = np.repeat([0, 1], 100)
    _, x_test, y_train, y_test = train_test_split(numbered(y), y, 0.5, 0, stratify=True)
    assert set(x_test[:, 0]) != set(range(50)) | set(range(100, 150))
    for labels in (y_train, y_test):
        assert 20 < np.count_nonzero(np.diff(labels)) < 80


def test_every_row_reaches_the_test_side_equally_often():
    y = np.repeat([0, 1], [8, 4])
    for stratify in (False, True):
        seen = np.zeros(12)
        for seed in range(600):
            seen[train_test_split(numbered(y), y, 0.25, seed, stratify)[1][:, 0].astype(int)] += 1
        assert np.abs(seen / 600 - 0.25).max() < 0.08


@pytest.mark.parametrize("kind", ["float32", "float64", "int16", "uint8", "bool"])
def test_types_and_further_dimensions_stay(kind):
    x = np.arange(120).reshape(10, 3, 4).astype(kind)
    y = np.arange(10).astype(kind)
    x_train, x_test, y_train, y_test = train_test_split(x, y, 0.2, 0)
    assert x_train.shape == (8, 3, 4)
    assert x_test.shape == (2, 3, 4)
    assert {part.dtype for part in (x_train, x_test, y_train, y_test)} == {np.dtype(kind)}


def test_results_are_copies_and_inputs_stay():
    x, y = numbered(np.arange(10)), np.arange(10)
    kept = x.copy(), y.copy()
    for part in train_test_split(x, y, 0.5, 0):
        assert not np.shares_memory(part, x)
        assert not np.shares_memory(part, y)
        part[:] = -5
    assert np.array_equal(x, kept[0])
    assert np.array_equal(y, kept[1])


def test_global_random_state_is_untouched():
    np.random.seed(977)  # noqa: NPY002
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002
    train_test_split(numbered(np.arange(10)), np.arange(10), 0.5, 0)
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


GOOD = {"x": np.ones((6, 2)), "y": np.array([0, 1] * 3), "test_fraction": 0.5, "seed": 0}
BAD = [
    ({"x": np.ones(6)}, ValueError, r"x: expected an array of shape \(m, features\)"),
    ({"x": np.ones((5, 2))}, ValueError, "x and y: expected the same number of rows, got 5 and 6"),
    ({"x": np.ones((0, 2)), "y": []}, ValueError, "x: expected data"),
    ({"x": [["a", "b"]] * 6}, TypeError, "x: expected an array of numbers"),
    ({"x": [[1.0, np.nan]] * 6}, ValueError, r"x: expected finite numbers, got x\[0, 1\] = nan"),
    ({"y": ["a", "b"] * 3}, TypeError, "y: expected an array of numbers"),
    ({"y": [0, 1, 0, np.inf, 1, 0]}, ValueError, r"y: expected finite .* y\[3\] = inf"),
    ({"y": 3}, ValueError, "y: expected an array of shape"),
    ({"y": np.ones((6, 0))}, ValueError, "y: expected data"),
    *[({"test_fraction": v}, ValueError, "test_fraction: expected") for v in (0, 1, -0.1, np.nan)],
    ({"test_fraction": "half"}, TypeError, "test_fraction: expected"),
    ({"seed": -1}, ValueError, "seed: expected"),
    ({"seed": "0"}, TypeError, "seed: expected"),
    ({"stratify": 1}, TypeError, "stratify: expected True or False"),
    ({"x": np.ones((1, 2)), "y": [0]}, ValueError, "x: expected at least 2 rows"),
    (
        {"y": [0, 0, 0, 7, 1, 1], "stratify": True},
        ValueError,
        "y: expected .* with a single row, the first 7",
    ),
    (
        {"test_fraction": 0.2, "stratify": True},
        ValueError,
        "test_fraction: expected a row of each of the 2 classes .* got 1 of 6 rows",
    ),
    (
        {"test_fraction": 0.9, "stratify": True},
        ValueError,
        "test_fraction: expected a row of each of the 2 classes .* got 5 of 6 rows",
    ),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_bad_input_is_named(change, error, message):
    with pytest.raises(error, match=f"^train_test_split: {message}"):
        train_test_split(**{**GOOD, **change})


def test_the_order_of_a_time_series_is_kept():
    x, y, w = np.arange(20.0).reshape(10, 2), np.arange(10), np.arange(10) / 10
    parts = train_test_split(x, y, w, 0.3, 0, shuffle=False)
    assert [len(part) for part in parts] == [7, 3] * 3
    for whole, train, test in zip((x, y, w), parts[::2], parts[1::2], strict=True):
        np.testing.assert_array_equal(np.concatenate([train, test]), whole)
    again = train_test_split(x, y, w, test_fraction=0.3, shuffle=False)  # needs no seed
    for one, other in zip(parts, again, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("stratify", [False, True])
def test_any_number_of_arrays_is_split_alike(stratify):
    y = np.arange(12) % 3
    x, more = np.arange(24.0).reshape(12, 2), (np.arange(12), np.arange(12)[:, None] * 2.0)
    expected = train_test_split(x, y, 0.5, 0, stratify)
    parts = train_test_split(x, y, *more, test_fraction=0.5, seed=0, stratify=stratify)
    for one, other in zip(expected, parts[:4], strict=True):
        np.testing.assert_array_equal(one, other)
    for index in (0, 1):
        rows = parts[index][:, 0] / 2
        np.testing.assert_array_equal(parts[4 + index], rows)
        np.testing.assert_array_equal(parts[6 + index][:, 0], rows * 2)
    alone = train_test_split(x, test_fraction=0.5, seed=0)
    assert len(alone) == 2
    assert len(np.unique(np.concatenate(alone)[:, 0])) == 12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, y: train_test_split(x, y, y[:5], 0.5, 0), r"x and more\[0\]: expected the same"),
        (lambda x, y: train_test_split(x, y, 0.5), "seed: expected a number, got none"),
        (lambda x, y: train_test_split(x, y, seed=0), "test_fraction: expected a number, got none"),
        (lambda x, y: train_test_split(x, y, 0.5, test_fraction=0.5, seed=0), "one value, got two"),
        (
            lambda x, y: train_test_split(x, y, 0.5, 0, False, False),
            "Write its name: shuffle=False",
        ),
        (
            lambda x, y: train_test_split(x, y, 0.5, 0, True, shuffle=False),
            "stratify: expected False",
        ),
        (lambda x, y: train_test_split(x, None, 0.5, 0), "y: expected"),
    ],
)
def test_arrays_and_options_that_do_not_fit(call, message):
    with pytest.raises((TypeError, ValueError), match=f"train_test_split: .*{message}"):
        call(np.arange(24.0).reshape(12, 2), np.arange(12) % 2)


def test_numbers_of_numpy_without_axes_may_be_options():
    x, y = np.arange(8.0).reshape(4, 2), np.arange(4)
    plain = train_test_split(x, y, 0.25, 3)
    again = train_test_split(x, y, np.array(0.25), np.int64(3))
    assert all(np.array_equal(one, other) for one, other in zip(plain, again, strict=True))
    with pytest.raises(TypeError, match=r"test_fraction: expected a finite number .*got None"):
        train_test_split(x, y, None, 0.25, 0)
