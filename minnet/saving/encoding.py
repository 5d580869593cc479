"""Values of Python as JSON, arrays beside it: what a description consists of, both ways.

None, True, False, strings, whole numbers, finite floats and lists are written as JSON has them.
Everything else is an object with one word that says what it is:

    {"float": "nan"}                    a float that JSON does not have
    {"tuple": [...]}                    {"dict": [[key, value], ...]}
    {"array": "training/optimizer.state.mean"}      a member of the file
    {"scalar": ["float32", 0.5]}        a NumPy number
    {"initializer": ["normal", 0, 1]}   one of mn.initializers, with its numbers
    {"generator": ["PCG64", {...}]}     a NumPy Generator and where its stream stands
    {"layer": "minnet.Linear", "args": [...], "kwargs": {...}}
    {"layer": "Scale", ...}             a class of the user's own
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.nn import initializers
from minnet.nn.config import MAKERS, PLAIN, Unsavable, initializer_name, is_layer
from minnet.nn.layer import Layer
from minnet.saving.arrays import TYPES
from minnet.saving.errors import Flaw
from minnet.utils.checks import describe, is_built_in
from minnet.utils.types import Array

_DEEPEST = 64
_NO_NAME = re.compile(r"[^A-Za-z0-9_]+")
_PREFIX = "minnet."
_STREAMS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
_SCALARS = {dtype.name: dtype.type for dtype in map(np.dtype, TYPES)}


class Writer:
    """Encodes values; collects the arrays that it meets, each named after its place."""

    def __init__(self, folder: str, advice: str = "") -> None:
        self.arrays: dict[str, Array] = {}
        self._folder, self._advice = folder, advice
        self._classes: dict[str, type] = {}

    def encode(self, place: str, value: Any, depth: int = 0) -> Any:
        """A value as JSON; `place` names it in the error.

        Raises:
            TypeError: no file can hold this value.
        """
        if depth > _DEEPEST:
            raise TypeError(f"{place}: expected a value nested less deeply (in itself?).")
        if type(value) in PLAIN:
            if type(value) is float and not math.isfinite(value):
                return {"float": repr(value)}
            return value
        if type(value) in (list, tuple):
            items = [self.encode(f"{place}[{i}]", v, depth + 1) for i, v in enumerate(value)]
            return items if type(value) is list else {"tuple": items}
        if type(value) is dict:
            return {"dict": [self._pair(place, k, v, depth + 1) for k, v in value.items()]}
        if is_layer(value):
            return self.layer(place, value, depth + 1)
        return self._from_numpy(place, value, depth + 1)

    def _pair(self, place: str, key: Any, value: Any, depth: int) -> list[Any]:
        if type(key) not in (str, int):
            raise TypeError(f"{place}: expected strings or whole numbers as keys, got {key!r}.")
        return [key, self.encode(f"{place}[{key!r}]", value, depth)]

    def _from_numpy(self, place: str, value: Any, depth: int) -> dict[str, Any]:
        """Arrays, numbers, initializers, generators; the error for all else."""
        if type(value) is np.ndarray and value.dtype.newbyteorder("<").str in TYPES:
            return {"array": self._keep(place, value)}
        if isinstance(value, np.generic) and value.dtype.name in _SCALARS:
            return {"scalar": [value.dtype.name, self.encode(place, value.item())]}
        if isinstance(value, np.str_):
            return {"scalar": ["str", str(value)]}
        named = initializer_name(value)
        if named is not None:
            return {"initializer": [named[0], *named[1]]}
        if type(value) is np.random.Generator:
            name = type(value.bit_generator).__name__
            if name in _STREAMS:
                state = self.encode(place, value.bit_generator.state, depth)
                return {"generator": [name, state]}
        came = repr(value) if isinstance(value, Unsavable) else describe(value)
        kind = f" ({value.kind})" if isinstance(value, Unsavable) else ""
        raise TypeError(
            f"{place}: expected numbers, strings, arrays, layers, named initializers or lists of "
            f"these, which is what a file can hold, got {came}{kind}.{self._advice}"
        )

    def _keep(self, place: str, array: Array) -> str:
        """Take an array; `save: optimizer['mean']` makes it the member `optimizer.mean`."""
        base = _NO_NAME.sub(".", place.partition(": ")[2] or place).strip(".") or "array"
        name, count = f"{self._folder}/{base}", 1
        while name in self.arrays:
            count += 1
            name = f"{self._folder}/{base}-{count}"
        self.arrays[name] = array
        return name

    def layer(self, place: str, layer: Layer, depth: int = 0) -> dict[str, Any]:
        """A layer as its class and the arguments of its constructor."""
        name = type(layer).__name__
        kind = f"{_PREFIX}{name}" if is_built_in(layer) else name
        if self._classes.setdefault(kind, type(layer)) is not type(layer):
            raise TypeError(
                f"{place}: expected one class {name}, got two different classes of this name. "
                f"Rename one.{self._advice}"
            )
        args, kwargs = layer._constructor()
        names = _names(layer, args)
        where = f"{place} {name}" if name not in place else place
        return {
            "layer": kind,
            "args": [
                self.encode(f"{where}: {n}", v, depth) for n, v in zip(names, args, strict=True)
            ],
            "kwargs": {n: self.encode(f"{where}: {n}", v, depth) for n, v in kwargs.items()},
        }


def _names(layer: Layer, args: tuple[Any, ...]) -> list[str]:
    """What the constructor calls its positional arguments."""
    known: list[str] = []
    for name, parameter in list(inspect.signature(type(layer).__init__).parameters.items())[1:]:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            known += [f"{name}[{i}]" for i in range(len(args))]
        known.append(name)
    return [known[i] if i < len(known) else f"argument {i}" for i in range(len(args))]


class Reader:
    """Decodes what a Writer has encoded.

    Args:
        arrays: the members that a description may refer to, each once.
        make: (kind, args, kwargs) -> layer; None where there can be no layer.
    """

    def __init__(
        self,
        arrays: dict[str, Array],
        make: Callable[[str, list[Any], dict[str, Any]], Layer] | None = None,
    ) -> None:
        self._arrays, self._make = arrays, make
        self.used: set[str] = set()

    def decode(self, value: Any, depth: int = 0) -> Any:
        """The value that was encoded.

        Raises:
            Flaw: it was encoded by somebody else.
        """
        if depth > 3 * _DEEPEST:
            raise Flaw("its description is nested too deeply.")
        if type(value) is list:
            return [self.decode(item, depth + 1) for item in value]
        if type(value) is not dict:
            if type(value) is float and not math.isfinite(value):
                raise Flaw("its description has a number that is too large.")
            return value
        if set(value) == {"layer", "args", "kwargs"}:
            return self._layer(value, depth + 1)
        if len(value) != 1:
            raise Flaw("its description has an entry that is not understood.")
        ((kind, content),) = value.items()
        decoder = getattr(self, f"_{kind}", None) if kind in _KINDS else None
        if decoder is None:
            raise Flaw(f"its description has an entry of the unknown kind {kind[:40]!r}.")
        return decoder(content, depth + 1)

    def _float(self, content: Any, _depth: int) -> float:
        if content not in ("nan", "inf", "-inf"):
            raise Flaw("its description has a float that is not understood.")
        return float(content)

    def _tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.decode(checked(content, list), depth))

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for pair in checked(content, list):
            if len(checked(pair, list)) != 2 or type(pair[0]) not in (str, int):
                raise Flaw("its description has a dict that is not understood.")
            if pair[0] in result:
                raise Flaw("its description has a key twice.")
            result[pair[0]] = self.decode(pair[1], depth)
        return result

    def _array(self, content: Any, _depth: int) -> Array:
        if checked(content, str) not in self._arrays or content in self.used:
            raise Flaw(f"its description refers to an array {str(content)[:80]!r} that it has not.")
        self.used.add(content)
        return self._arrays[content]

    def _scalar(self, content: Any, depth: int) -> Any:
        kind, value = _pair_of(content)
        if kind == "str":
            return np.str_(checked(value, str))
        if kind not in _SCALARS:
            raise Flaw("its description has a number of an unknown type.")
        value = self.decode(value, depth)
        if type(value) not in (bool, int, float):
            raise Flaw("its description has a number that is none.")
        try:
            result = _SCALARS[kind](value)
        except OverflowError:
            raise Flaw(f"its description has a number too large for {kind}.") from None
        if result.item() != value and not math.isnan(value):
            raise Flaw(f"its description has a number that does not fit its type {kind}.")
        return result

    def _initializer(self, content: Any, _depth: int) -> Any:
        name, *numbers = checked(content, list) or [""]
        if checked(name, str) in MAKERS and numbers:
            return MAKERS[name](*numbers)
        if name not in initializers.INITIALIZERS or numbers:
            raise Flaw("its description has an unknown initializer.")
        return initializers.INITIALIZERS[name]

    def _generator(self, content: Any, depth: int) -> np.random.Generator:
        kind, state = _pair_of(content)
        if kind not in _STREAMS:
            raise Flaw("its description has a random stream of an unknown kind.")
        stream = getattr(np.random, kind)(0)
        stream.state = self.decode(state, depth)
        return np.random.Generator(stream)

    def _layer(self, value: dict[str, Any], depth: int) -> Layer:
        if self._make is None:
            raise Flaw("its description has a layer where there can be none.")
        kind = checked(value["layer"], str)
        args = [self.decode(v, depth) for v in checked(value["args"], list)]
        kwargs = {k: self.decode(v, depth) for k, v in checked(value["kwargs"], dict).items()}
        return self._make(kind, args, kwargs)


_KINDS = frozenset({"float", "tuple", "dict", "array", "scalar", "initializer", "generator"})


def checked(value: Any, kind: type) -> Any:
    """`value` if it is exactly of this type.

    Raises:
        Flaw: it is not.
    """
    if type(value) is not kind:
        raise Flaw(f"its description has a {type(value).__name__} where a {kind.__name__} belongs.")
    return value


def _pair_of(content: Any) -> tuple[str, Any]:
    """A list of a word and something."""
    if len(checked(content, list)) != 2:
        raise Flaw("its description has an entry that is not understood.")
    return checked(content[0], str), content[1]
