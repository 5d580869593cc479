"""Splits data into training and test rows: accuracy on training rows says nothing about new data.

The test rows represent new data, so no row may be in both parts, and with few rows no class may be
missing from a part by chance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minnet.data.checks import pair
from minnet.utils import checks
from minnet.utils.types import Array


def train_test_split(
    x: ArrayLike, y: ArrayLike, test_fraction: float, seed: int | None, stratify: bool = False
) -> tuple[Array, Array, Array, Array]:
    """Shuffle the rows and split them: each row goes to exactly one part.

    The test part has t = test_fraction * m rows, rounded to the nearest whole number (at least 1,
    at most m - 1). With `stratify`, a class of n_c rows has floor(n_c t / m) of them or one more,
    one more for the largest remainders (of equal ones the earlier class). A class that would be
    missing in one part gets one row in it, at the cost of a class with too many.

    Args:
        x: features, shape (m, ...) with at least two dimensions, finite.
        y: targets, shape (m,) or (m, k), finite. For `stratify` equal targets are one class.
        test_fraction: share of the test rows, above 0 and below 1.
        seed: a whole number >= 0, or None for a different split at each call.
        stratify: keep the shares of the classes in both parts.

    Returns:
        (x_train, x_test, y_train, y_test): new arrays with the dtypes of x and y, shuffled.

    Raises:
        TypeError, ValueError: an argument is not as above; fewer than two rows; for `stratify` a
            class with one row, or a part with fewer rows than there are classes.

    >>> import minnet as mn
    >>> x, y = np.arange(20.0).reshape(10, 2), np.array([0, 1] * 5)
    >>> x_train, x_test, y_train, y_test = mn.data.train_test_split(x, y, 0.4, 0, stratify=True)
    >>> x_train.shape, sorted(y_test.tolist())
    ((6, 2), [0, 0, 1, 1])
    """
    place = "train_test_split"
    x, y = pair(place, x, y)
    fraction = checks.number(
        place, "test_fraction", test_fraction, minimum=0, maximum=1, above=True, below=True
    )
    generator = np.random.default_rng(checks.seed(place, seed))
    stratify = checks.boolean(place, "stratify", stratify)
    rows = len(x)
    if rows < 2:
        raise ValueError(f"{place}: x: expected at least 2 rows, one for each part, got {rows}.")
    tests = min(max(round(fraction * rows), 1), rows - 1)
    order = generator.permutation(rows)
    in_test = _stratified(y[order], tests) if stratify else np.arange(rows) < tests
    train, test = order[~in_test], order[in_test]
    return x[train], x[test], y[train], y[test]


def _stratified(y: Array, tests: int) -> NDArray[np.bool_]:
    """Which rows of the shuffled y are test rows: the first ones of each class."""
    names, found = np.unique(y.reshape(len(y), -1), axis=0, return_inverse=True)
    found = found.reshape(-1)
    sizes = np.bincount(found)
    _check_strata(names, sizes, tests)
    in_test = np.zeros(len(y), dtype=np.bool_)
    for stratum, count in enumerate(_test_counts(sizes, tests)):
        in_test[np.flatnonzero(found == stratum)[:count]] = True
    return in_test


def _test_counts(sizes: NDArray[np.intp], tests: int) -> NDArray[np.intp]:
    """Largest remainder, with at least 1 and at most size - 1 of each class; exact in integers."""
    total = sizes.sum()
    counts: NDArray[np.intp] = np.clip(sizes * tests // total, 1, sizes - 1)
    while (missing := tests - counts.sum()) != 0:
        lack = sizes * tests - counts * total
        if missing > 0:
            counts[np.argmax(np.where(counts < sizes - 1, lack, lack.min() - 1))] += 1
        else:
            counts[np.argmin(np.where(counts > 1, lack, lack.max() + 1))] -= 1
    return counts


def _check_strata(names: Array, sizes: NDArray[np.intp], tests: int) -> None:
    """Refuse classes that cannot be in both parts."""
    single = np.flatnonzero(sizes == 1)
    if len(single):
        name = names[single[0]].tolist()
        raise ValueError(
            f"train_test_split: y: expected at least 2 rows of each class for stratify=True, got "
            f"{len(single)} of {len(sizes)} classes with a single row, the first "
            f"{name[0] if len(name) == 1 else name}. Drop them, or use stratify=False "
            f"(always for regression, where each target is its own class)."
        )
    smaller = min(tests, int(sizes.sum()) - tests)
    if smaller < len(sizes):
        raise ValueError(
            f"train_test_split: test_fraction: expected a row of each of the {len(sizes)} classes "
            f"in both parts for stratify=True, got {tests} of {sizes.sum()} rows for the test. "
            f"Choose test_fraction closer to 0.5, or use stratify=False."
        )
