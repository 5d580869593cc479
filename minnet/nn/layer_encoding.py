"""Layers and initializers in a file: how they are written as JSON, and made again.

`minnet.saving` knows numbers, text and arrays only. What a network adds to these is here:

    {"layer": "minnet.Linear", "args": [...], "kwargs": {...}}
    {"layer": "Scale", ...}             a custom layer, whose class `mn.load` is given
    {"initializer": ["normal", 0, 1]}   one of mn.initializers, with its numbers
    {"parameter": [4, 3]}               a Parameter of this shape, whose values the file has
"""

from __future__ import annotations

import inspect
from typing import Any

from minnet.nn import initializers
from minnet.nn.config import MAKERS, Unsavable, initializer_name
from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.nn.search import is_layer
from minnet.saving.encoding import Decoder, Encoder, MakeLayer
from minnet.saving.errors import InvalidFile, checked
from minnet.utils.checks import is_built_in
from minnet.utils.types import Array


def encoder(folder: str, advice: str = "") -> Encoder:
    """An Encoder that also knows layers and initializers."""
    return Encoder(folder, _describe, advice)


def decoder(arrays: dict[str, Array], make: MakeLayer | None = None) -> Decoder:
    """A Decoder that also knows initializers, and layers if it is told how to make one."""
    return Decoder(arrays, {"initializer": _initializer, "parameter": _parameter}, make)


def _describe(encoder: Encoder, place: str, value: Any, depth: int) -> dict[str, Any] | None:
    """A layer or an initializer as JSON; None for everything else."""
    if is_layer(value):
        return _layer(encoder, place, value, depth)
    if isinstance(value, Unsavable):
        raise encoder.refusal(place, f"{value!r} ({value.kind})")
    if isinstance(value, Parameter):
        return {"parameter": list(value.shape)}
    named = initializer_name(value)
    return None if named is None else {"initializer": [named[0], *named[1]]}


def _layer(encoder: Encoder, place: str, layer: Layer, depth: int) -> dict[str, Any]:
    """A layer as its class and the arguments of its constructor."""
    name = type(layer).__name__
    kind = f"minnet.{name}" if is_built_in(layer) else name
    if encoder.classes.setdefault(kind, type(layer)) is not type(layer):
        raise TypeError(
            f"{place}: expected one class {name}, got two different classes of this name. "
            f"Rename one.{encoder.advice}"
        )
    args, kwargs = layer._constructor()
    where = f"{place} {name}" if name not in place else place
    named = zip(_positional_names(layer, args), args, strict=True)
    return {
        "layer": kind,
        "args": [encoder.encode(f"{where}: {n}", v, depth) for n, v in named],
        "kwargs": {n: encoder.encode(f"{where}: {n}", v, depth) for n, v in kwargs.items()},
    }


def _positional_names(layer: Layer, args: tuple[Any, ...]) -> list[str]:
    """The names of the constructor's positional arguments."""
    known: list[str] = []
    for name, parameter in list(inspect.signature(type(layer).__init__).parameters.items())[1:]:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            known += [f"{name}[{i}]" for i in range(len(args))]
        known.append(name)
    return [known[i] if i < len(known) else f"argument {i}" for i in range(len(args))]


def _parameter(content: Any) -> Parameter:
    """A Parameter to be filled."""
    return Parameter(shape=tuple(checked(n, int) for n in checked(content, list)))


def _initializer(content: Any) -> initializers.Initializer:
    """The initializer with this name, and these numbers if it takes any."""
    name, *numbers = checked(content, list) or [""]
    if checked(name, str) in MAKERS and numbers:
        return MAKERS[name](*numbers)
    if name not in initializers.INITIALIZERS or numbers:
        raise InvalidFile("its description has an unknown initializer.")
    return initializers.INITIALIZERS[name]
