"""Argument checks for single values, with their error messages.

A check returns the value as a plain `float`, `int` or `bool`, or raises an error with four parts:
the place, what was expected, what it got, and the next step. `TypeError` means a wrong type,
`ValueError` a wrong value.
"""

from __future__ import annotations

import contextlib
import math
import numbers
import os
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from minnet.utils.foreign_names import meant

T = TypeVar("T")


def is_built_in(part: object) -> bool:
    """True for an object of one of minnet's own classes, False for one of a custom subclass."""
    return type(part).__module__.partition(".")[0] == __name__.partition(".")[0]


def short(value: object) -> str:
    """The repr of a value, cut if it is long."""
    try:
        text = repr(value)
    except Exception:  # a class of the user's may have a broken __repr__
        text = f"<{type(value).__name__} whose repr fails>"
    return text if len(text) <= 60 else text[:57] + "..."


def describe(value: object) -> str:
    """A value in a few words: `an array of shape (3, 4) and type float64`, or `'abc' (str)`."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype}"
    return f"{short(value)} ({type(value).__name__})"


LARGEST = 2**31 - 1
"""Sizes and counts above this are a mistake, and would end in an error of NumPy's."""


def instance(place: str, value: object, kind: type[T], hint: str, arguments: str = "") -> T:
    """`value` if it is an object of `kind`; if it is the class itself, the error says to call it.

    >>> instance("Trainer: loss", int, int, hint="")
    Traceback (most recent call last):
    ...
    TypeError: Trainer: loss: expected an int, got the class int. Make an object of it: int().
    """
    if isinstance(value, kind):
        return value
    expected = f"{'an' if kind.__name__[0] in 'AEIOUaeiou' else 'a'} {kind.__name__}"
    if isinstance(value, type) and issubclass(value, kind):
        raise TypeError(
            f"{place}: expected {expected}, got the class {value.__name__}. "
            f"Make an object of it: {value.__name__}({arguments})."
        )
    raise TypeError(f"{place}: expected {expected}, got {describe(value)}. {meant(value, hint)}")


def one_number(place: str, value: object, hint: str, *, kinds: str = "biuf") -> float:
    """What a loss or a metric returned, as a float; `kinds` are NumPy's letters for its type.

    >>> one_number("the metric mine", np.array([0.5]), hint="")
    0.5
    """
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in kinds:
        raise TypeError(
            f"{place}: expected one number for all samples, got {describe(value)}. {hint}"
        )
    return float(array.reshape(()))


def whole_number(
    place: str,
    name: str,
    value: object,
    *,
    minimum: int = 1,
    maximum: int | None = None,
    unlimited: bool = False,
) -> int:
    """`value` as an int; refuses bool, fractions and values outside [minimum, maximum].

    Unless `unlimited`, the largest value is 2**31 - 1.

    >>> whole_number("Linear", "in_features", 3)
    3
    >>> whole_number("Linear", "in_features", 0)
    Traceback (most recent call last):
    ...
    ValueError: Linear: in_features: expected a whole number >= 1, got 0 (int)....
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
    given: Any = value if is_number else 0.5
    whole = isinstance(given, numbers.Integral) or float(given).is_integer()
    result = int(given) if whole else minimum
    if maximum is None and not unlimited and result > LARGEST:
        maximum = LARGEST
    if whole and minimum <= result and (maximum is None or result <= maximum):
        return result
    example = max(minimum, 1) if maximum is None else min(max(minimum, 1), maximum)
    raise (ValueError if is_number else TypeError)(
        f"{place}: {name}: expected a whole number >= {minimum}"
        f"{'' if maximum is None else f' and <= {maximum}'}, got {describe(value)}. "
        f"Write for example {name}={example}."
    )


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
    """`value` as a float in [minimum, maximum]; `above`/`below` exclude the bound itself.

    >>> number("SGD", "learning_rate", -1, minimum=0)
    Traceback (most recent call last):
    ...
    ValueError: SGD: learning_rate: expected a finite number >= 0, got -1 (int)....
    """
    try:
        if type(value) is np.ndarray and value.ndim == 0:  # not a masked one, which would be 0
            value = value.item()
        is_number = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
        result = float(value) if is_number else math.nan  # type: ignore[arg-type]
    except OverflowError:  # a whole number of more than 308 digits
        result = math.inf
    high_enough = result > minimum if above else result >= minimum
    low_enough = result < maximum if below else result <= maximum
    if math.isfinite(result) and high_enough and low_enough:
        return result
    limits = [f"{'>' if above else '>='} {minimum:g}"] if minimum > -math.inf else []
    limits += [f"{'<' if below else '<='} {maximum:g}"] if maximum < math.inf else []
    wanted = " ".join(["a finite number", " and ".join(limits)]).strip()
    example = 0.01 if minimum <= 0.01 <= maximum else minimum + 1
    raise (ValueError if is_number else TypeError)(
        f"{place}: {name}: expected {wanted}, got {describe(value)}. "
        f"Write for example {name}={example:g}."
    )


def items(value: Any) -> list[Any] | None:
    """The items of a list or another collection; None for anything else (an array of no axis, 3).

    >>> items((1, 2)), items(3)
    ([1, 2], None)
    """
    try:
        return list(value)
    except Exception:  # a class of the user's may raise anything
        return None


def listed(value: Any) -> list[Any] | None:
    """The items of a list, a tuple or an array; None for anything else, also a text or a set.

    >>> listed((1, 2)), listed("ab")
    ([1, 2], None)
    """
    return items(value) if isinstance(value, (list, tuple, np.ndarray)) else None


def text(place: str, name: str, value: object) -> str:
    """`value` if it is a string.

    >>> text("plot.history", "title", 3)
    Traceback (most recent call last):
    ...
    TypeError: plot.history: title: expected a text, got 3 (int). Write title="..." or str(...).
    """
    if not isinstance(value, str):
        raise TypeError(
            f'{place}: {name}: expected a text, got {describe(value)}. Write {name}="..." or '
            f"str(...)."
        )
    return value


def path(place: str, value: object, name: str = "path") -> Path:
    """A string or another path as a Path; bytes, and an empty path, are refused."""
    given: object = None
    if isinstance(value, (str, os.PathLike)):
        with contextlib.suppress(Exception):  # a class of the user's may have a broken __fspath__
            given = os.fspath(value)
    if not isinstance(given, str) or not given:
        raise TypeError(
            f'{place}: {name}: expected a path such as "results/run-1", got {describe(value)}.'
        )
    return Path(given)


def boolean(place: str, name: str, value: object) -> bool:
    """`value` as True or False; numbers and strings are refused, also 0 and 1."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(
            f"{place}: {name}: expected True or False, got {describe(value)}. "
            f"Write {name}=True or {name}=False."
        )
    return bool(value)


def seed(place: str, value: object, name: str = "seed") -> int | None:
    """A seed: None (different random numbers in each run) or a whole number >= 0."""
    if value is None:
        return None
    return whole_number(place, name, value, minimum=0, unlimited=True)
