"""Python values as JSON, with the arrays kept separately; and back.

None, True, False, strings, whole numbers, finite floats and lists are written as in JSON.
Everything else is an object with one word that says what it is:

    {"float": "nan"}                    a float that JSON does not have
    {"tuple": [...]}                    {"dict": [[key, value], ...]}
    {"array": "training/optimizer.state.mean"}      an array in the file, by its name
    {"scalar": ["float32", 0.5]}        a NumPy number
    {"generator": ["PCG64", {...}]}     a NumPy Generator and the state of its stream
    {"numbers": "training/history"}     a long list of floats or of whole numbers, as an array
    {"rows": [[names], [column, ...]]}  a long list of dicts with the same names
    {"layer": ...}, {"initializer": ...}, {"parameter": ...}      by functions that are passed in
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from minnet.saving.errors import DamagedFile, checked
from minnet.saving.file_format import AXES, TYPES
from minnet.saving.generator_state import STREAMS, new_stream
from minnet.utils.checks import describe
from minnet.utils.types import Array

_DEEPEST = 64
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_]+")
_MOST = 2**22  # values in one description
_LONG = 1000  # lists from this length on are kept as arrays, if all entries are of one kind
_LARGEST_KEY = 2**60  # larger ones could be chosen so that all of them have one hash
_LARGEST_BITS = 10_000  # Python reads no decimal number of more than 4,300 digits
_LONGEST_NAME = 1000
_SCALARS = {dtype.name: dtype.type for dtype in map(np.dtype, TYPES)}

Describe = Callable[["Encoder", str, Any, int], "dict[str, Any] | None"]
MakeLayer = Callable[[str, list[Any], dict[str, Any]], Any]


class Encoder:
    """Encodes values; collects their arrays, each named after its place.

    Args:
        folder: where the arrays are put in the file.
        describe: (encoder, place, value, depth) -> JSON for other values, or None.
        advice: the end of an error message.

    Attributes:
        arrays: those found so far, by their name in the file. classes: for `describe`.
    """

    def __init__(self, folder: str, describe: Describe | None = None, advice: str = "") -> None:
        self.arrays: dict[str, Array] = {}
        self.classes: dict[str, type] = {}
        self.advice = advice
        self._folder, self._describe, self._count = folder, describe, 0

    def encode(self, place: str, value: Any, depth: int = 0) -> Any:
        """A value as JSON; `place` names it in the error.

        Raises:
            TypeError: no file can hold this value.
        """
        if depth > _DEEPEST:
            raise TypeError(f"{place}: expected a value nested less deeply (in itself?).")
        self._count += 1
        if self._count > _MOST:
            raise TypeError(f"{place}: expected fewer values in lists and dicts. Use arrays.")
        if type(value) is int and value.bit_length() > _LARGEST_BITS:
            raise TypeError(
                f"{place}: expected a number of at most 3,000 digits, got a longer one."
            )
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is list and len(value) >= _LONG:
            long = self._long_list(place, value, depth)
            if long is not None:
                return long
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if type(value) in (list, tuple):
            items = [self.encode(f"{place}[{i}]", v, depth + 1) for i, v in enumerate(value)]
            return items if type(value) is list else {"tuple": items}
        if type(value) is dict:
            return {"dict": [self._pair(place, k, v, depth + 1) for k, v in value.items()]}
        return self._special(place, value, depth + 1)

    def _pair(self, place: str, key: Any, value: Any, depth: int) -> list[Any]:
        if not _is_key(key):
            raise TypeError(
                f"{place}: expected strings or whole numbers below 2**60 as keys, got "
                f"{describe(key)}."
            )
        return [key, self.encode(f"{place}[{key!r}]", value, depth)]

    def _long_list(self, place: str, values: list[Any], depth: int) -> dict[str, Any] | None:
        """A list of numbers or of similar dicts as arrays; None for other lists."""
        kinds = {type(value) for value in values}
        if kinds == {float}:
            return {"numbers": self._keep(place, np.array(values, "f8"))}
        if kinds == {int} and min(values) >= -(2**63) and max(values) < 2**63:
            return {"numbers": self._keep(place, np.array(values, "i8"))}
        if kinds != {dict} or not values[0]:
            return None
        names = list(values[0])
        if any(type(name) is not str for name in names) or any(list(v) != names for v in values):
            return None
        columns = [[value[name] for value in values] for name in names]
        named = zip(names, columns, strict=True)
        return {"rows": [names, [self.encode(f"{place}[{n!r}]", c, depth + 1) for n, c in named]]}

    def _special(self, place: str, value: Any, depth: int) -> dict[str, Any]:
        """Arrays, NumPy numbers, generators, and what `describe` knows; an error for all else."""
        if (
            type(value) is np.ndarray
            and value.dtype.newbyteorder("<").str in TYPES
            and value.ndim <= AXES
        ):
            return {"array": self._keep(place, value)}
        if isinstance(value, np.generic) and value.dtype.name in _SCALARS:
            return {"scalar": [value.dtype.name, self.encode(place, value.item())]}
        if isinstance(value, np.str_):
            return {"scalar": ["str", str(value)]}
        if type(value) is np.random.Generator:
            name = type(value.bit_generator).__name__
            if name in STREAMS:
                state = self.encode(place, value.bit_generator.state, depth)
                return {"generator": [name, state]}
        described = None if self._describe is None else self._describe(self, place, value, depth)
        if described is None:
            raise self.refusal(place, describe(value))
        return described

    def refusal(self, place: str, got: str) -> TypeError:
        """The error for a value that no file can hold."""
        return TypeError(
            f"{place}: expected numbers, strings, arrays, layers, named initializers or lists of "
            f"these, which is what a file can hold, got {got}.{self.advice}"
        )

    def _keep(self, place: str, array: Array) -> str:
        """Keep an array; `save: optimizer['mean']` makes it the member `optimizer.mean`."""
        base = _NOT_IN_A_NAME.sub(".", place.partition(": ")[2] or place)[:_LONGEST_NAME]
        base = base.strip(".") or "array"
        name, count = f"{self._folder}/{base}", 1
        while name in self.arrays:
            count += 1
            name = f"{self._folder}/{base}-{count}"
        self.arrays[name] = array
        return name


class Decoder:
    """Decodes what an Encoder has encoded.

    Args:
        arrays: the arrays that a description may refer to, each once.
        others: kind -> function of its JSON, for what `describe` of the Encoder has written.
        make: (class name, args, kwargs) -> layer; None: a description with a layer is refused.

    Attributes:
        used: the names of the arrays that have been referred to.
    """

    def __init__(
        self,
        arrays: dict[str, Array],
        others: Mapping[str, Callable[[Any], Any]] | None = None,
        make: MakeLayer | None = None,
    ) -> None:
        self._arrays, self._others, self._make_layer = arrays, others or {}, make
        self.used: set[str] = set()

    def decode(self, value: Any, depth: int = 0) -> Any:
        """The value that was encoded. Raises DamagedFile: no Encoder has written it."""
        if depth > 3 * _DEEPEST:
            raise DamagedFile("its description is nested too deeply.")
        if type(value) is list:
            return [self.decode(item, depth + 1) for item in value]
        if type(value) is not dict:
            _require(type(value) is not float or math.isfinite(value), "a number that is too large")
            return value
        if set(value) == {"layer", "args", "kwargs"}:
            return self._layer(value, depth + 1)
        _require(len(value) == 1, "an entry that is not understood")
        ((kind, content),) = value.items()
        if kind in self._others:
            return self._others[kind](content)
        _require(kind in _KINDS, f"an entry of the unknown kind {kind[:40]!r}")
        return getattr(self, f"_{kind}")(content, depth + 1)

    def _float(self, content: Any, _depth: int) -> float:
        _require(content in ("nan", "inf", "-inf"), "a float that is not understood")
        return float(content)

    def _tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.decode(checked(content, list), depth))

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for pair in checked(content, list):
            key, value = _pair_of(pair)
            _require(_is_key(key), "a dict that is not understood")
            _require(key not in result, "a key twice")
            result[key] = self.decode(value, depth)
        return result

    def _array(self, content: Any, _depth: int) -> Array:
        if checked(content, str) not in self._arrays or content in self.used:
            raise DamagedFile(
                f"its description refers to the array {str(content)[:80]!r}, which the file does "
                f"not have."
            )
        self.used.add(content)
        return self._arrays[content]

    def _numbers(self, content: Any, depth: int) -> list[Any]:
        numbers = self._array(content, depth)
        known = numbers.ndim == 1 and str(numbers.dtype) in ("float64", "int64")
        _require(known, "a list of numbers that is not understood")
        return numbers.tolist()

    def _rows(self, content: Any, depth: int) -> list[dict[str, Any]]:
        names, columns = _pair_of(content)
        keys = [checked(name, str) for name in checked(names, list)]
        lists = [checked(self.decode(c, depth), list) for c in checked(columns, list)]
        known = keys and len(set(keys)) == len(lists) and len({len(c) for c in lists}) == 1
        _require(known, "a table that is not understood")
        return [dict(zip(keys, row, strict=True)) for row in zip(*lists, strict=True)]

    def _scalar(self, content: Any, depth: int) -> Any:
        kind, value = _pair_of(content)
        if kind == "str":
            return np.str_(checked(value, str))
        _require(type(kind) is str and kind in _SCALARS, "a number of an unknown type")
        value = self.decode(value, depth)
        is_number = type(value) in (bool, int, float)
        _require(is_number, f"{value!r:.80} where a number was expected")
        try:
            result = _SCALARS[kind](value)
        except OverflowError:
            raise DamagedFile(f"its description has a number too large for {kind}.") from None
        fits = result.item() == value or math.isnan(value)
        _require(fits, f"a number that does not fit its type {kind}")
        return result

    def _generator(self, content: Any, depth: int) -> np.random.Generator:
        # A network is never given one.
        _require(self._make_layer is None, "a random stream where there can be none")
        kind, state = _pair_of(content)
        return np.random.Generator(new_stream(checked(kind, str), self.decode(state, depth)))

    def _layer(self, value: dict[str, Any], depth: int) -> Any:
        if self._make_layer is None:
            raise DamagedFile("its description has a layer where there can be none.")
        args = [self.decode(v, depth) for v in checked(value["args"], list)]
        kwargs = {k: self.decode(v, depth) for k, v in checked(value["kwargs"], dict).items()}
        return self._make_layer(checked(value["layer"], str), args, kwargs)


_KINDS = frozenset({"float", "tuple", "dict", "array", "numbers", "rows", "scalar", "generator"})


def _is_key(key: Any) -> bool:
    """True for what can be the key of a dict in a file."""
    return type(key) is str or (type(key) is int and abs(key) <= _LARGEST_KEY)


def _pair_of(content: Any) -> tuple[Any, Any]:
    """A list of two."""
    _require(len(checked(content, list)) == 2, "an entry that is not understood")
    return content[0], content[1]


def _require(condition: Any, what: str) -> None:
    if not condition:
        raise DamagedFile(f"its description has {what}.")
