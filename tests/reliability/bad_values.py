"""The wrong values that every argument of every public call is given.

Each is a function, so that a call gets a fresh one. `BAD` holds what is wrong almost everywhere;
`variants` makes from a right value others that are right too (a list for an array, 3.0 for 3) or
only nearly so (one entry NaN, a row less).
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

Maker = Callable[[], Any]

# How a variant must be answered. "same": as the value that it stands for, or by a clear error;
# "refuse": by a clear error; "any": by a clear error or by whatever result.
Variant = tuple[str, Any]


def _raises(self: object, *arguments: object) -> Any:
    raise RuntimeError("this object raises")


class NoRepr:
    """Its repr raises, and with it every message that shows the value."""

    __repr__ = _raises


class NoArray:
    """Like a tensor that needs a gradient: it cannot be turned into an array."""

    shape = (12, 4)
    dtype = "float32"
    ndim = 2
    requires_grad = True
    __array__ = _raises

    def __len__(self) -> int:
        return 12

    def __repr__(self) -> str:
        return "tensor(..., requires_grad=True)"


class Hostile:
    """Raises whatever it is asked."""

    __bool__ = __len__ = __iter__ = __float__ = __index__ = __int__ = __array__ = _raises
    __eq__ = __lt__ = __getitem__ = __contains__ = __call__ = __fspath__ = _raises  # type: ignore
    __hash__ = object.__hash__


class NoAttribute:
    """Raises for every attribute that it has not, and not an AttributeError."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("this object raises")


class ListThatRaises(list):  # type: ignore[type-arg]
    """A list that cannot be gone through."""

    __iter__ = __len__ = __getitem__ = _raises


def _itself() -> list[Any]:
    result: list[Any] = []
    result.append(result)
    return result


def _deep() -> list[Any]:
    result: list[Any] = []
    for _ in range(5000):
        result = [result]
    return result


def _matrix(value: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.matrix(value)


BAD: dict[str, Maker] = {
    "None": lambda: None,
    "True": lambda: True,
    "NaN": lambda: math.nan,
    "inf": lambda: math.inf,
    "-1": lambda: -1,
    "0": lambda: 0,
    "1": lambda: 1,
    "2.5": lambda: 2.5,
    "10**30": lambda: 10**30,
    "-10**5000": lambda: -(10**5000),
    "5e-324": lambda: 5e-324,
    "1j": lambda: 1j,
    "Decimal('NaN')": lambda: Decimal("NaN"),
    "Fraction(1, 3)": lambda: Fraction(1, 3),
    "np.float32(nan)": lambda: np.float32("nan"),
    "np.datetime64('2020')": lambda: np.datetime64("2020-01-01"),
    "np.ma.masked": lambda: np.ma.masked,
    "'abc'": lambda: "abc",
    "''": lambda: "",
    "a NUL in text": lambda: "a\0b",
    "a lone surrogate": lambda: "a\udc80",
    "a text of 100,000 letters": lambda: "a" * 100_000,
    "b''": lambda: b"",
    "[]": lambda: [],
    "()": lambda: (),
    "{}": lambda: {},
    "{'a': 1}": lambda: {"a": 1},
    "set()": lambda: set(),
    "{1, 2}": lambda: {1, 2},
    "[None]": lambda: [None],
    "['a', 'b']": lambda: ["a", "b"],
    "[1, 'a']": lambda: [1, "a"],
    "[nan]": lambda: [math.nan],
    "[10**30]": lambda: [10**30],
    "[-10**5000]": lambda: [-(10**5000)],
    "[np.ma.masked]": lambda: [np.ma.masked],
    "[object()]": lambda: [object()],
    "[a repr that fails]": lambda: [NoRepr()],
    "[[1], [1, 2]]": lambda: [[1.0], [1.0, 2.0]],
    "a list in itself": _itself,
    "a list 5000 deep": _deep,
    "a list that raises": lambda: ListThatRaises([1, 2]),
    "a generator": lambda: (i for i in range(3)),
    "range(0)": lambda: range(0),
    "int": lambda: int,
    "a class": lambda: NoRepr,
    "a function": lambda: len,
    "a module": lambda: math,
    "object()": lambda: object(),
    "a repr that fails": lambda: NoRepr(),
    "an object that raises": lambda: Hostile(),
    "attributes that raise": lambda: NoAttribute(),
    "a tensor that needs a gradient": lambda: NoArray(),
    "[a tensor that needs a gradient]": lambda: [NoArray()],
    "np.array(3)": lambda: np.array(3),
    "np.array([])": lambda: np.array([]),
    "np.zeros((0, 3))": lambda: np.zeros((0, 3)),
    "np.ones((2, 3, 4, 5))": lambda: np.ones((2, 3, 4, 5)),
    "np.array(nan)": lambda: np.array(math.nan),
    "np.array(['a', 'b'])": lambda: np.array(["a", "b"]),
    "np.array([1j, 2])": lambda: np.array([1j, 2]),
    "np.array of dates": lambda: np.array(["2020-01-01", "2021-01-01"], "datetime64[D]"),
    "np.array of objects": lambda: np.array([object(), None], dtype=object),
    "a record array": lambda: np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
    "a masked array": lambda: np.ma.masked_array([1.0, 2.0], [True, False]),
    "a masked 0-d array": lambda: np.ma.masked_array(3.0, True),
    "np.matrix([[1, 2]])": lambda: _matrix([[1.0, 2.0]]),
    "memoryview": lambda: memoryview(b"abc"),
    "os.environ": lambda: os.environ,
}


# Values in other clothes, and what they stand for.
PLAIN: dict[str, Maker] = {
    "np.matrix([[1, 2]])": lambda: np.array([[1.0, 2.0]]),
    "np.array(3)": lambda: 3,
    "Fraction(1, 3)": lambda: 1 / 3,
}


def variants(value: Any) -> Iterator[tuple[str, str, Maker]]:
    """(name, how it must be answered, maker) of values that stand near to a right one."""
    if isinstance(value, (bool, np.bool_)):
        yield "as np.bool_", "same", lambda: np.bool_(value)
        yield "as int", "refuse", lambda: int(value)
        yield "as text", "refuse", lambda: str(value)
    elif isinstance(value, (int, float)):
        yield "as a float", "same", lambda: float(value)
        yield "as np.float64", "same", lambda: np.float64(value)
        yield "as np.longdouble", "same", lambda: np.longdouble(value)
        yield "as a 0-d array", "same", lambda: np.array(value)
        yield "as a Fraction", "same", lambda: Fraction(value)
        yield "as a list", "refuse", lambda: [value]
        yield "as text", "refuse", lambda: str(value)
        yield "negative", "any", lambda: -value
        if isinstance(value, int):
            yield "as np.int64", "same", lambda: np.int64(value)
        if isinstance(value, int) and 0 <= value < 128:
            yield "as np.uint8", "same", lambda: np.uint8(value)
            yield "and a half", "refuse", lambda: value + 0.5
    elif isinstance(value, str):
        yield "as np.str_", "same", lambda: np.str_(value)
        yield "as bytes", "refuse", value.encode
        yield "in capitals", "any", value.upper
        yield "twice", "any", lambda: value * 2
    elif _is_numeric(value):
        yield from _array_variants(np.array(value))
    elif isinstance(value, (list, tuple)) and value:
        yield "as a list", "same", lambda: list(value)
        yield "as a tuple", "same", lambda: tuple(value)
        yield "the first twice", "any", lambda: [value[0], *value]
        yield "with None", "refuse", lambda: [*value, None]
        yield "without the last", "any", lambda: list(value)[:-1]
    elif isinstance(value, dict) and value:
        first = next(iter(value))
        yield "a None in it", "any", lambda: {**value, first: None}
        yield "a name that is a number", "any", lambda: {**value, 3: value[first]}
        yield "as pairs", "refuse", lambda: list(value.items())
        for name in ("NaN", "'abc'", "[]", "a repr that fails", "a masked array", "{}"):
            yield f"{name} in it", "any", lambda name=name: {**value, first: BAD[name]()}


def _is_numeric(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return True
    if not isinstance(value, (list, tuple)) or not value:
        return False
    numbers = all(isinstance(v, (int, float)) for v in value)
    return numbers or all(isinstance(v, (list, tuple)) and _is_numeric(v) for v in value)


def _array_variants(array: Any) -> Iterator[tuple[str, str, Maker]]:
    """An array in other clothes, which must give the same, and arrays with a fault."""
    whole = array.dtype.kind in "iub"
    yield "as lists", "same", array.tolist
    yield "as objects", "same", lambda: array.astype(object)
    yield "in Fortran order", "same", lambda: np.asfortranarray(array)
    yield "with the other byte order", "same", lambda: array.astype(array.dtype.newbyteorder())
    yield "a view backwards", "same", lambda: array[::-1].copy()[::-1]
    yield "read-only", "same", lambda: _read_only(array)
    yield "nothing masked", "same", lambda: np.ma.masked_array(array)
    yield "the first masked", "refuse", lambda: _first_masked(array)
    yield "masked rows in a list", "refuse", lambda: list(_first_masked(array))
    yield "complex", "refuse", lambda: array.astype(complex)
    yield "text", "any", lambda: array.astype(str)
    yield "a row less", "any", lambda: array[:-1]
    yield "one axis more", "any", lambda: array[..., None]
    yield "flat", "any", lambda: array.ravel() if array.ndim > 1 else array[None]
    yield "without rows", "refuse", lambda: array[:0]
    yield "dates", "refuse", lambda: np.full(array.shape, np.datetime64("2020-01-01"))
    yield "a None in it", "refuse", lambda: _with(array.astype(object), None)
    yield "a text in it", "refuse", lambda: _with(array.astype(object), "x")
    yield "a repr that fails in it", "refuse", lambda: _with(array.astype(object), NoRepr())
    yield "10**5000 in it", "refuse", lambda: _with(array.astype(object), 10**5000)
    yield "NaN in it", "refuse", lambda: _with(array.astype(float), math.nan)
    yield "inf in it", "refuse", lambda: _with(array.astype(float), math.inf)
    yield "1e300 in it", "any", lambda: _with(array.astype(float), 1e300)
    yield "5e-324 in it", "any", lambda: _with(array.astype(float), 5e-324)
    yield "-1 in it", "any", lambda: _with(array, -1)
    if array.ndim == 2:
        yield "as np.matrix", "same", lambda: _matrix(array)
        yield "a column more", "any", lambda: np.hstack([array, array[:, :1]])
        yield "a ragged list", "refuse", lambda: [*array.tolist(), array[0, :-1].tolist()]
    if whole:
        yield "as float64", "same", lambda: array.astype(float)
        yield "as int8", "same", lambda: array.astype(np.int8)
        yield "halves", "any", lambda: array + 0.5
        yield "a huge label", "any", lambda: _with(array.astype(np.int64), 2**62)


def _read_only(array: Any) -> Any:
    result = array.copy()
    result.flags.writeable = False
    return result


def _with(array: Any, entry: Any) -> Any:
    result = array.copy()
    if result.size:
        result.flat[0] = entry
    return result


def _first_masked(array: Any) -> Any:
    mask = np.zeros(array.shape, bool)
    mask.flat[:1] = True
    return np.ma.masked_array(array, mask)
