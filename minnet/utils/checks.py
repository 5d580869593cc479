"""The questions asked at every public door, and the sentences that answer a wrong value.

A check returns the value in the form that the code goes on with (a plain `float`, a plain
`int`, a NumPy array), or raises an error with four parts: the place, what was expected, what
came, and the next step. `TypeError` says that the kind is wrong, `ValueError` that the value is.
"""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

# How many entries one look at a large array takes: the scratch memory of a check stays small.
_PIECE = 1 << 15


def is_built_in(part: object) -> bool:
    """Exactly one of minnet's own classes, not a student's subclass of one."""
    return type(part).__module__.partition(".")[0] == __name__.partition(".")[0]


def describe(value: object) -> str:
    """What came, in a few words: `array of shape (3, 4) and type float64`, or `'abc' (str)`."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype}"
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def whole_number(
    place: str, name: str, value: object, *, minimum: int = 1, maximum: int | None = None
) -> int:
    """`value` as an int; refuses bool, fractions and what is out of [minimum, maximum].

    >>> whole_number("Linear", "in_features", 3)
    3
    >>> whole_number("Linear", "in_features", 0)
    Traceback (most recent call last):
    ...
    ValueError: Linear: in_features: expected a whole number >= 1, got 0 (int)....
    """
    wanted = f"a whole number >= {minimum}" + ("" if maximum is None else f" and <= {maximum}")
    example = max(minimum, 1) if maximum is None else min(max(minimum, 1), maximum)
    wrong = (
        f"{place}: {name}: expected {wanted}, got {describe(value)}. "
        f"Write for example {name}={example}."
    )
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(wrong)
    if not isinstance(value, numbers.Integral):
        if not float(value).is_integer():
            raise ValueError(wrong)
        value = float(value)
    result = int(value)
    if result < minimum or (maximum is not None and result > maximum):
        raise ValueError(wrong)
    return result


def number(
    place: str,
    name: str,
    value: object,
    *,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    above: bool = False,
    below: bool = False,
) -> float:
    """`value` as a float in [minimum, maximum]; `above`/`below` leave the bound itself out.

    >>> number("SGD", "learning_rate", -1, minimum=0)
    Traceback (most recent call last):
    ...
    ValueError: SGD: learning_rate: expected a finite number >= 0, got -1 (int)....
    """
    limits = []
    if minimum > -math.inf:
        limits.append(f"{'>' if above else '>='} {minimum:g}")
    if maximum < math.inf:
        limits.append(f"{'<' if below else '<='} {maximum:g}")
    wanted = " ".join(["a finite number", " and ".join(limits)]).strip()
    example = 0.01 if minimum <= 0.01 <= maximum else minimum + 1
    wrong = (
        f"{place}: {name}: expected {wanted}, got {describe(value)}. "
        f"Write for example {name}={example:g}."
    )
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(wrong)
    try:
        result = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        result = math.inf
    too_small = result <= minimum if above else result < minimum
    too_large = result >= maximum if below else result > maximum
    if not math.isfinite(result) or too_small or too_large:
        raise ValueError(wrong)
    return result


def boolean(place: str, name: str, value: object) -> bool:
    """`value` as True or False; numbers and strings are refused, also 0 and 1."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(
            f"{place}: {name}: expected True or False, got {describe(value)}. "
            f"Write {name}=True or {name}=False."
        )
    return bool(value)


def seed(place: str, value: object, name: str = "seed") -> int | None:
    """A seed: None (other numbers in every run) or a whole number >= 0."""
    return None if value is None else whole_number(place, name, value, minimum=0)


def numeric_array(place: str, name: str, value: ArrayLike) -> Array:
    """`value` as an array of bools, integers or floats; refuses strings, objects, masks, complex.

    The array is not copied where it is one already. Whether the numbers are finite is asked
    by `finite`, because it costs a pass over the data.
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
    """`np.asarray`; older versions of NumPy only warn of ragged lists."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return np.asarray(value)


def finite(place: str, name: str, array: Array, *, dtype: np.dtype[Any] | None = None) -> None:
    """Refuse NaN and inf with their position; with `dtype`, also what overflows in that type."""
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
    """The sentence for one bad entry."""
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
    """Refuse an array that holds no number."""
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
    """Input data at the door: numbers, at least one row, at least two dimensions, all finite."""
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
    """A view that cannot be written into: a layer that works in place cannot spoil the data."""
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view
