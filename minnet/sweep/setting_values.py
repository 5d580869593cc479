"""Values of settings: as short texts, compared, and as the keys of groups of runs."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Container
from typing import Any

import numpy as np

from minnet.nn.config import initializer_name


def label(value: object) -> str:
    """A setting as a short text: a name for classes and functions, four digits for a float.

    >>> label(dict), label(0.1), label("squared error"), label([8, 4])
    ('dict', '0.1', 'squared error', '[8, 4]')
    >>> label(functools.partial(round, ndigits=2))
    'round(ndigits=2)'
    """
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, functools.partial):
        named = initializer_name(value)
        if named is not None:  # normal(0, 0.01)
            return f"{named[0]}({', '.join(map(label, named[1]))})"
        given = [*map(label, value.args), *(f"{k}={label(v)}" for k, v in value.keywords.items())]
        return f"{label(value.func)}({', '.join(given)})"
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else str(value)


def keys_of(values: list[Any]) -> Callable[[Any], Any]:
    """From each value to its key, no two of which are equal; None where a run has no such setting.

    >>> key = keys_of([1, True, [8, 4]])
    >>> key(1), key(True), key([8, 4])
    (1, 'True', '[8, 4]')
    """
    keys: list[Any] = []
    for value in values:
        try:
            hash(value)
            key = value
        except TypeError:  # it cannot be the key of a dict
            key = label(value)
        keys.append(distinct(label(value), keys) if key in keys else key)
    pairs = list(zip(values, keys, strict=True))
    return lambda value: next((key for known, key in pairs if equal_values(value, known)), None)


def distinct(text: str, taken: Container[Any]) -> str:
    """The text, followed by a number if it is taken already.

    >>> distinct("rate", []), distinct("rate", ["rate"])
    ('rate', 'rate [2]')
    """
    candidates = (text if n == 1 else f"{text} [{n}]" for n in itertools.count(1))
    return next(candidate for candidate in candidates if candidate not in taken)


def equal_values(one: Any, other: Any) -> bool:
    """Equality that also works for arrays, and in which True is not 1."""
    if one is other:
        return True
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return bool(one == other)
