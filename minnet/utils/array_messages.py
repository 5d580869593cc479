"""Why something is no array of numbers, or has a wrong shape: the error message, with a fix.

What NumPy turns into an array is not always what was meant: the mask of a masked array would be
dropped, a dict would become one object.
"""

from __future__ import annotations

import itertools
import numbers
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from minnet.utils.checks import describe
from minnet.utils.types import Array

_DEEPEST = 64  # the most dimensions of a NumPy array


def not_an_array(code: str, value: Any) -> str:
    """What NumPy would take for something else: masks, sparse matrices, dicts, iterators."""
    if _has_mask(value):
        masked = code if isinstance(value, np.ma.MaskedArray) else f"np.ma.array({code})"
        return (
            f"an array without a mask, got a masked array. Drop or fill the masked entries first, "
            f"for example {masked}.filled(0)."
        )
    got = f"an array of numbers, got {type(value).__name__}"
    if hasattr(value, "toarray"):
        return f"an array of numbers, got a sparse {type(value).__name__}. Give {code}.toarray()."
    if value is None:
        return "an array of numbers, got None. Does the function that made it lack a return?"
    if isinstance(value, dict):
        return f"{got}. Give np.column_stack(list({code}.values()))."
    if isinstance(value, (set, frozenset)):
        return f"{got}, which has no order. Give a list."
    if isinstance(value, Iterator):
        return f"{got}. Give list({code})."
    return ""


def not_convertible(code: str, value: Any, error: Exception) -> str:
    """The message for what raised an error when it was to become an array."""
    kind = type(value)
    tensor = "detach().cpu().float().numpy()"
    if hasattr(kind, "detach"):
        advice = f"Give {code}.{tensor}."
    elif kind in (list, tuple) and any(hasattr(type(item), "detach") for item in value):
        advice = f"Give np.stack([item.{tensor} for item in {code}])."
    elif kind in (list, tuple):
        advice = "Give each row the same length."
    else:
        advice = f"Make a NumPy array of floats of it first (a tensor: {code}.detach().float())."
    return (
        f"an array of numbers, got {kind.__name__}, which NumPy cannot turn into one "
        f"({_text_of(error)}). {advice}"
    )


def not_numeric(place: str, name: str, array: Array, value: Any) -> str:
    """The message for an array that holds anything but numbers: the first such entry, and a fix."""
    got, code = f"{place}: {name}: expected an array of numbers, got ", as_code(name)
    position, entry = next(_wrong_entries(array), ((), None))
    if isinstance(entry, (list, tuple, np.ndarray)):
        return f"{got}rows of different lengths. Give each row the same length."
    if len(position) > 1 and array.shape[1:] != (1,):
        columns = getattr(value, "columns", range(array.shape[-1]))
        return (
            f"{got}{describe(entry)} in column {columns[position[-1]]!r}, row {position[0]}. "
            f"Leave that column out, or turn it into numbers: text by np.unique(column, "
            f"return_inverse=True)[1], dates by the days since the first."
        )
    if isinstance(entry, (str, bytes)):
        flat = code if array.ndim < 2 else f"np.ravel({code})"
        return (
            f"{got}text, {describe(entry)}. Names of classes: names, {code} = "
            f"np.unique({flat}, return_inverse=True)."
        )
    if array.dtype.kind == "O":
        return f"{got}{describe(entry)}. Give a list or an array of numbers."
    advice = {
        **dict.fromkeys("UST", f"Convert it first: np.asarray({code}, dtype=float)."),
        "M": f"Give the time since the first: ({code} - {code}[0]) / np.timedelta64(1, 'D').",
        "m": f"Divide by a unit: {code} / np.timedelta64(1, 'D').",
        "c": f"Give {code}.real, or real and imaginary parts as columns of their own.",
    }.get(array.dtype.kind, "Give a list or an array of numbers.")
    return f"{got}one of type {array.dtype}. {advice}"


def _wrong_entries(array: Array) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Position and value of what is no number; numbers as text in an array of text are none."""
    for position, entry in np.ndenumerate(array):
        text = array.dtype.kind != "O" and isinstance(entry, np.character)
        if text and is_text_of_number(entry.item()):
            continue
        if not (is_number(entry) or is_missing(entry)):
            yield position, entry.item() if text else entry


def is_number(entry: object) -> bool:
    """A real number of Python, NumPy, decimal or fractions; no text, date, array or complex."""
    return isinstance(entry, (numbers.Real, np.bool_, Decimal)) and not isinstance(
        entry, (np.timedelta64, np.ndarray)
    )


def is_missing(entry: object) -> bool:
    """None, or the NA of pandas (known by its name: pandas is not imported here)."""
    return entry is None or type(entry).__name__ == "NAType"


def is_text_of_number(entry: str | bytes) -> bool:
    """True for "3" and "nan", False for "three"."""
    try:
        float(entry)
    except ValueError:
        return False
    return True


def as_code(name: str) -> str:
    """The argument as one would write it: `y` of `validation_data: y`."""
    return name.rpartition(" ")[2]


def _has_mask(value: Any) -> bool:
    """True for a masked array, also in lists; its hidden numbers would be taken for data."""
    level = [value]
    for _ in range(_DEEPEST):
        kinds = set(map(type, level))  # of all items of all lists of this depth
        if any(issubclass(kind, np.ma.MaskedArray) for kind in kinds):
            return True
        if not any(issubclass(kind, (list, tuple)) for kind in kinds):
            return False
        lists = {id(item): item for item in level if isinstance(item, (list, tuple))}
        level = list(itertools.chain.from_iterable(lists.values()))
    raise ValueError(f"lists in lists, more than {_DEEPEST} deep")


def _text_of(error: Exception) -> str:
    try:
        return str(error) or type(error).__name__
    except Exception:  # an error of the user's may have a broken __str__
        return type(error).__name__


def likely_fix(expected: tuple[int, ...], got: tuple[int, ...]) -> str:
    """How to fix it: what the two shapes suggest.

    >>> likely_fix((3,), (5, 3))
    'Summed over the batch it would fit: write .sum(axis=0).'
    """
    if got[1:] == expected and len(got) == len(expected) + 1:
        if got[0] == 1:
            return "The summed axis is still there: leave out keepdims, or write [0]."
        return "Summed over the batch it would fit: write .sum(axis=0)."
    if got == expected[::-1]:
        return "It is transposed: write .T, or swap the two factors of the product."
    if got == ():
        return "It is a single number: sum over the batch only, .sum(axis=0)."
    if expected and got[-len(expected) :] == expected:
        axes = tuple(range(len(got) - len(expected)))
        return f"Summed over the leading axes it would fit: write .sum(axis={axes})."
    return "Each entry needs exactly one number; nothing is broadcast."
