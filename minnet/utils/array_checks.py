"""Argument checks for arrays: numbers, finite, not empty, of equal length.

A check returns a NumPy array, or raises an error with four parts: the place, what was expected,
what it got, and the next step.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.utils.types import Array

# Entries checked at a time: keeps the temporary memory of a check small.
_PIECE = 1 << 15


def numeric_array(place: str, name: str, value: ArrayLike) -> Array:
    """`value` as an array of bools, integers or floats; refuses strings, objects, masks, complex.

    An array is not copied. Whether the numbers are finite is checked by `finite`, because that
    costs a pass over the data.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{place}: {name}: expected an array without a mask, got a masked array. "
            f"Drop or fill the masked entries first, for example {name}.filled(0)."
        )
    try:
        array = value if isinstance(value, np.ndarray) else _as_array(value)
    except (ValueError, TypeError, Warning) as error:  # ragged lists
        raise TypeError(
            f"{place}: {name}: expected an array of numbers, got {type(value).__name__} "
            f"that NumPy cannot turn into one ({error}). Give each row the same length."
        ) from error
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{place}: {name}: expected an array of numbers, got one of type {array.dtype} "
            f"(a string or an object somewhere?). Convert it first: "
            f"np.asarray({name}, dtype=float)."
        )
    return array


def _as_array(value: ArrayLike) -> Array:
    """`np.asarray`; old versions of NumPy only warn about ragged lists."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return np.asarray(value)


def finite(place: str, name: str, array: Array, *, dtype: np.dtype[Any] | None = None) -> None:
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
        if not good.all():
            first, *rest = (int(i) for i in np.argwhere(~good)[0])
            position = (first + start, *rest) if array.ndim else ()
            raise ValueError(_not_finite(place, name, array[position], position, dtype))


def _not_finite(
    place: str,
    name: str,
    value: Any,
    position: tuple[int, ...],
    dtype: np.dtype[Any] | None,
) -> str:
    """The error message for one bad entry."""
    where = f"{name}[{', '.join(map(str, position))}]" if position else name
    if math.isfinite(value):
        return (
            f"{place}: {name}: expected numbers that fit into {dtype}, got {where} = {value:g}. "
            f'Scale the data (mn.data.Standardizer) or use dtype="float64".'
        )
    return (
        f"{place}: {name}: expected finite numbers, got {where} = {value}. "
        f"Remove the row or fill the gap before training."
    )


def not_empty(place: str, name: str, array: Array) -> None:
    """Refuse an array without entries."""
    if array.size == 0:
        raise ValueError(
            f"{place}: {name}: expected data, got an empty array {array.shape}. "
            f"Look for a filter that drops all rows, or an empty file."
        )


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
