"""Turns what a user gives into a plain array of numbers, and checks it.

Every public function takes its data through `numeric_array`: lists, DataFrames, tensors, matrices
become a plain NumPy array of bools, integers or floats; what cannot is refused by an error with
four parts: the place, what was expected, what it got, and the next step.
"""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.utils.array_messages import (
    as_code,
    is_missing,
    is_number,
    not_an_array,
    not_convertible,
    not_numeric,
)
from minnet.utils.types import Array

# How many entries are examined at a time: the temporary memory of a check stays small.
_PIECE = 1 << 15


def numeric_array(place: str, name: str, value: ArrayLike) -> Array:
    """`value` as a plain array of bools, integers or floats.

    An array is not copied; a subclass (`np.matrix`) is taken as the plain array that it holds.
    Object arrays of numbers (nullable columns of a DataFrame) become floats or integers, missing
    values NaN. Whether the numbers are finite is asked by `finite`, which needs a pass over them.

    Raises:
        TypeError: a mask, a sparse matrix, text, dates, complex numbers, rows of different
            lengths, and whatever NumPy cannot turn into an array; the message says what to do.

    >>> numeric_array("fit", "x", [[1, 2], [3, 4]]).dtype.kind
    'i'
    >>> numeric_array("fit", "y", ["cat", "dog"])
    Traceback (most recent call last):
    ...
    TypeError: fit: y: expected an array of numbers, got text, 'cat' (str). Names of classes...
    """
    if type(value) is np.ndarray and value.dtype.kind in "biuf":
        return value
    try:
        problem = not_an_array(as_code(name), value)
        array = np.empty(0) if problem else _as_array(value)
    except Exception as error:  # a tensor's `__array__` may raise anything, and so may a list
        problem = not_convertible(as_code(name), value, error)
    if problem:
        raise TypeError(f"{place}: {name}: expected {problem}")
    if array.dtype.kind == "O":
        array = _numbers_from_objects(place, name, array, value)
    if array.dtype.kind not in "biuf":
        raise TypeError(not_numeric(place, name, array, value))
    return array


def float_array(place: str, name: str, value: ArrayLike) -> Array:
    """`value` as an array to compute with: integers and bools become float64, float16 float32.

    >>> float_array("Sigmoid().forward", "z", np.array([0, 1], dtype=np.uint8))
    array([0., 1.])
    """
    array = numeric_array(place, name, value)
    if array.dtype == np.float16:
        return array.astype(np.float32)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _as_array(value: Any) -> Array:
    """`np.asarray`, without subclasses."""
    # Called without arguments: NumPy would warn of an `__array__` that takes none.
    convert = None if isinstance(value, type) else getattr(value, "__array__", None)
    return np.asarray(value if convert is None else convert())


def _numbers_from_objects(place: str, name: str, array: Array, value: Any) -> Array:
    """An object array of numbers as integers or floats; None and NA become NaN."""
    entries = array.ravel().tolist()
    if not all(is_number(entry) or is_missing(entry) for entry in entries):
        raise TypeError(not_numeric(place, name, array, value))
    if entries and all(isinstance(entry, (bool, np.bool_)) for entry in entries):
        return array.astype(bool)
    if entries and all(isinstance(e, Integral) and abs(int(e)) < 2**63 for e in entries):
        return array.astype(np.int64)
    try:
        floats = [math.nan if is_missing(entry) else float(entry) for entry in entries]
    except OverflowError:
        raise ValueError(
            f"{place}: {name}: expected numbers that fit into float64, got a whole number with "
            f"more than 300 digits. Look for the entry, and scale or drop it."
        ) from None
    return np.array(floats, dtype=float).reshape(array.shape)


def finite(
    place: str,
    name: str,
    array: Array,
    *,
    dtype: np.dtype[Any] | None = None,
    fix: str = "Remove the row or fill the gap before training.",
) -> None:
    """Refuse NaN and inf with their position; with `dtype`, also numbers that overflow in it."""
    limit = math.inf
    if dtype is not None and dtype.kind == "f" and array.dtype.itemsize > dtype.itemsize:
        limit = float(np.finfo(dtype).max)
    elif array.dtype.kind != "f":
        return
    entries = array if array.ndim else array.reshape(1)
    rows = max(1, _PIECE // max(1, entries[:1].size))
    for start in range(0, len(entries), rows):
        piece = entries[start : start + rows]
        good = np.isfinite(piece) if limit == math.inf else np.abs(piece) <= limit
        if good.all():
            continue
        first, *rest = (int(i) for i in np.argwhere(~good)[0])
        position = (first + start, *rest) if array.ndim else ()
        where = f"{name}[{', '.join(map(str, position))}]" if position else name
        value, wanted = array[position], "finite numbers"
        if math.isfinite(value):
            wanted = f"numbers that fit into {dtype}"
            fix = 'Scale the data (mn.data.Standardizer) or use dtype="float64".'
        raise ValueError(f"{place}: {name}: expected {wanted}, got {where} = {value:g}. {fix}")


def survives_cast(
    place: str, name: str, array: Array, dtype: np.dtype[Any], most: int = 1024
) -> None:
    """Refuse a column whose values differ, but become equal in `dtype`: seconds since 1970, 1e-50.

    Up to `most` rows are looked at, evenly spaced. Differences of some float64 roundings do not
    count: such a column is constant.

    >>> survives_cast("fit", "x", 1.7e9 + np.arange(60.0)[:, None], np.dtype("float32"))
    Traceback (most recent call last):
    ...
    ValueError: fit: x: expected numbers that differ in float32, too, got column 0, where only ...
    """
    if array.dtype.itemsize <= dtype.itemsize or array.ndim == 0:
        return
    rows = array[:: max(1, len(array) // most)]
    rows = rows.reshape(len(rows), -1)
    together = max(1, _PIECE // (4 * max(1, len(rows))))  # columns
    for first in range(0, rows.shape[1], together):
        ordered = np.sort(rows[:, first : first + together].astype(float), axis=0)
        rounding = 64 * np.finfo(float).eps * np.abs(ordered[1:])
        differ = np.diff(ordered, axis=0) > rounding
        kept = differ & (np.diff(ordered.astype(dtype), axis=0) > 0)
        lost = 2 * kept.sum(axis=0) < differ.sum(axis=0)
        if lost.any():
            i = int(lost.argmax())
            raise ValueError(
                f"{place}: {name}: expected numbers that differ in {dtype}, too, got column "
                f"{first + i}, where only {kept[:, i].sum() + 1} of {differ[:, i].sum() + 1} do. "
                f"Subtract the mean first (mn.data.Standardizer), or use "
                f'mn.Network(..., dtype="float64").'
            )


def not_empty(place: str, name: str, array: Array) -> None:
    """Refuse an array without entries."""
    if array.size == 0:
        raise ValueError(
            f"{place}: {name}: expected data, got an empty array {array.shape}. "
            f"Look for a filter that drops all rows, or an empty file."
        )


def numbers(place: str, name: str, value: ArrayLike) -> Array:
    """`value` as an array of finite numbers, at least one."""
    array = numeric_array(place, name, value)
    not_empty(place, name, array)
    finite(place, name, array)
    return array


def refuse(place: str, name: str, array: Array, wrong: Array, expected: str, fix: str) -> None:
    """Refuse an array with a wrong entry; the error names the first.

    >>> y = np.array([0, 1, 3])
    >>> refuse("fit", "y", y, y > 1, "labels 0 and 1", "Number the classes.")
    Traceback (most recent call last):
    ...
    ValueError: fit: y: expected labels 0 and 1, got y[2] = 3. Number the classes.
    """
    if wrong.any():
        got = first_entry(name, array, wrong)
        raise ValueError(f"{place}: {name}: expected {expected}, got {got}. {fix}")


def first_entry(name: str, array: Array, wrong: Array) -> str:
    """The first wrong entry, as `a[3, 0] = 1.5`; of a column of targets as `y[3] = 1.5`."""
    position = tuple(int(i) for i in np.argwhere(wrong)[0])
    value = array[position]
    if name == "y" and array.shape[1:] == (1,):  # given as (m,) or as (m, 1)
        position = position[:1]
    return f"{name}[{', '.join(map(str, position))}] = {value}"


def rows_sum_to_1(place: str, name: str, array: Array, tolerance: float, fix: str) -> None:
    """Refuse a row of probabilities whose sum is another than 1, or NaN."""
    sums = array.sum(axis=-1, dtype=np.float64)
    wrong = ~(np.abs(sums - 1) <= tolerance)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{place}: {name}: expected rows that sum to 1, got {name}[{row}] = {array[row]} with "
            f"sum {sums[row]:.6g}. {fix}"
        )


def labels(place: str, name: str, array: Array, classes: int, expected: str, fix: str) -> Array:
    """Whole numbers from 0 to classes - 1, as integers; the error names the first that is not."""
    wrong = (array != np.floor(array)) | (array < 0) | (array >= classes)
    refuse(place, name, array, wrong, expected, fix)
    return array.astype(np.intp)


def one_hot_rows(array: Array) -> Array:
    """True for each row that has a single 1 and zeros."""
    return ((array == 0) | (array == 1)).all(axis=1) & (array.sum(axis=1) == 1)


def same_length(place: str, first_name: str, first: Array, second_name: str, second: Array) -> None:
    """Refuse two arrays whose numbers of rows differ."""
    if len(first) != len(second):
        raise ValueError(
            f"{place}: {first_name} and {second_name}: expected the same number of rows, got "
            f"{len(first)} and {len(second)}. Each row of {first_name} needs its own entry "
            f"in {second_name}."
        )


def samples(
    place: str, name: str, value: ArrayLike, *, dtype: np.dtype[Any] | None = None
) -> Array:
    """Input data: finite numbers, at least one row and two dimensions; returned read-only."""
    array = numeric_array(place, name, value)
    if array.ndim < 2:
        raise ValueError(
            f"{place}: {name}: expected an array of shape (m, features), got shape "
            f"{array.shape}. One feature: {name}.reshape(-1, 1); one sample: "
            f"{name}.reshape(1, -1)."
        )
    not_empty(place, name, array)
    finite(place, name, array, dtype=dtype)
    return read_only(array)


def read_only(array: Array) -> Array:
    """A read-only view, so that a layer that works in place cannot change the user's data."""
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view
