"""Splits data into training and test rows: accuracy on training rows says nothing about new data.

The test rows represent new data, so no row may be in both parts, and with few rows no class may be
missing from a part by chance.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minnet.data.checks import pair
from minnet.utils import array_checks, checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.types import Array

_NOT_GIVEN: Any = object()


@explained
def train_test_split(
    x: ArrayLike,
    y: ArrayLike = _NOT_GIVEN,
    *more: Any,
    test_fraction: float = _NOT_GIVEN,
    seed: int | None = _NOT_GIVEN,
    stratify: bool = False,
    shuffle: bool = True,
) -> tuple[Array, ...]:
    """Shuffle the rows and split them: each row goes to exactly one part.

    The test part has t = test_fraction * m rows, rounded to the nearest whole number (at least 1,
    at most m - 1). With `stratify`, a class of n_c rows has floor(n_c t / m) of them or one more,
    one more for the largest remainders (of equal ones the earlier class). A class that would be
    missing in one part gets one row in it, at the cost of a class with too many.

    Args:
        x: features, shape (m, ...) with at least two dimensions, finite.
        y: targets, shape (m,) or (m, k), finite. For `stratify` equal targets are one class.
        more: further arrays of m rows, for example sample weights, split alike. After the arrays
            `test_fraction`, `seed` and `stratify` may stand without their names.
        test_fraction: share of the test rows, above 0 and below 1.
        seed: a whole number >= 0, or None for a different split at each call.
        stratify: keep the shares of the classes in both parts.
        shuffle: False keeps the order, and the last rows are the test rows (a time series, which
            is to be predicted from its past). It needs no seed.

    Returns:
        (x_train, x_test, y_train, y_test, ...): new arrays with the dtypes of those given.

    Raises:
        TypeError, ValueError: an argument is not as above; fewer than two rows; for `stratify` a
            class with one row, or a part with fewer rows than there are classes.

    >>> import minnet as mn
    >>> x, y = np.arange(20.0).reshape(10, 2), np.array([0, 1] * 5)
    >>> x_train, x_test, y_train, y_test = mn.data.train_test_split(x, y, 0.4, 0, stratify=True)
    >>> x_train.shape, sorted(y_test.tolist())
    ((6, 2), [0, 0, 1, 1])
    >>> mn.data.train_test_split(x, y, test_fraction=0.3, shuffle=False)[1].tolist()
    [[14.0, 15.0], [16.0, 17.0], [18.0, 19.0]]
    """
    place = "train_test_split"
    more, options = _options(more, test_fraction=test_fraction, seed=seed, stratify=stratify)
    arrays = [array_checks.samples(place, "x", x)]
    for name, array in {"y": y, **{f"more[{i}]": array for i, array in enumerate(more)}}.items():
        if array is not _NOT_GIVEN:
            arrays.append(pair(place, x, array, name)[1])
    shuffle = checks.boolean(place, "shuffle", shuffle)
    fraction, generator, stratify = _checked_options(place, shuffle, **options)
    if stratify and (len(arrays) < 2 or not shuffle):
        raise ValueError(
            f"{place}: stratify: expected False without y or with shuffle=False, got True. Give "
            f"the labels as second array, or leave stratify out."
        )
    rows = len(arrays[0])
    if rows < 2:
        raise ValueError(
            f"{place}: x: expected at least 2 rows, one for each part, got {rows}. Give more rows."
        )
    tests = min(max(round(fraction * rows), 1), rows - 1)
    if not shuffle:
        return tuple(part for a in arrays for part in (a[:-tests].copy(), a[-tests:].copy()))
    order = generator.permutation(rows)
    in_test = _stratified(arrays[1][order], tests) if stratify else np.arange(rows) < tests
    return tuple(array[part] for array in arrays for part in (order[~in_test], order[in_test]))


def _options(given: tuple[Any, ...], **options: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The further arrays; and the options, of which some may stand behind the arrays."""
    is_option = [
        a is None or isinstance(a, (str, numbers.Number, np.bool_)) or getattr(a, "ndim", 1) == 0
        for a in given
    ]
    arrays = is_option.index(True) if True in is_option else len(given)
    unnamed = given[arrays:]
    if len(unnamed) > len(options):
        raise TypeError(
            f"train_test_split: expected arrays, test_fraction, seed and stratify, got "
            f"{checks.describe(unnamed[-1])}, too. Write its name: shuffle=False."
        )
    for name, value in zip(options, unnamed, strict=False):
        if options[name] is not _NOT_GIVEN and options[name] is not False:
            raise TypeError(
                f"train_test_split: {name}: expected one value, got two, {checks.describe(value)} "
                f"and {checks.describe(options[name])}. Leave one out."
            )
        options[name] = value
    return given[:arrays], options


def _checked_options(
    place: str, shuffle: bool, test_fraction: Any, seed: Any, stratify: Any
) -> tuple[float, np.random.Generator, bool]:
    """The share of the test rows, the generator that shuffles, and whether classes are kept."""
    for name, value, example in (("test_fraction", test_fraction, 0.25), ("seed", seed, 0)):
        if value is _NOT_GIVEN and (shuffle or name != "seed"):
            raise TypeError(
                f"{place}: {name}: expected a number, got none. Write {name}={example}."
            )
    limits: dict[str, Any] = {"minimum": 0, "maximum": 1, "above": True, "below": True}
    share = checks.number(place, "test_fraction", test_fraction, **limits)
    given_seed = checks.seed(place, None if seed is _NOT_GIVEN else seed)
    return share, np.random.default_rng(given_seed), checks.boolean(place, "stratify", stratify)


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
