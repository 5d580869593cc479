"""Finds the Parameters and layers in a layer: in its attributes, also in lists, tuples and dicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minnet.nn.parameter import Parameter

_CONTAINERS = (list, tuple, dict)
_SETS = (set, frozenset)
_NOTHING_INSIDE = frozenset({np.ndarray, int, float, bool, str, type(None)})


def is_layer(value: object) -> bool:
    """True for a Layer; layer.py imports this file, so Layer cannot be imported here."""
    return "_minnet" in getattr(value, "__dict__", ())


class Found(NamedTuple):
    """A Parameter or a Layer that was found in another layer.

    `name` is its key in `parameters()`, `1.row.0`; `code` is the expression for it,
    `layers[1].row[0]`.
    """

    name: str
    item: Any
    code: str
    holder: tuple[str, type]  # code and class of the layer in which it is

    @property
    def place(self) -> str:
        """For messages: `layers[1].inner[0] Linear.weight`."""
        code, cls = self.holder
        return f"{code} {cls.__name__}.{self.code[len(code) :].lstrip('.')}".strip()


def find(layer: Any) -> list[Found]:
    """Every Parameter and Layer in `layer`, depth first, in the order of definition."""
    result: list[Found] = []
    _find(layer, "", "", ("", type(layer)), {id(layer): "the layer itself"}, result)
    return result


def layers_of(layer: Any) -> Iterator[Any]:
    """The layer itself and all of its inner layers."""
    yield layer
    yield from (found.item for found in find(layer) if is_layer(found.item))


def contents(layer: Any) -> list[Any]:
    """What `find` finds, as a list of objects that are the same objects if nothing was replaced.

    With each Parameter its array and whether it is trainable. Every step asks for it, so it is
    faster than `find`: it makes no names.
    """
    result: list[Any] = []
    _add_contents(vars(layer).items(), result)
    return result


def _add_contents(pairs: Iterable[tuple[Any, Any]], result: list[Any]) -> None:
    for key, value in pairs:
        if type(value) in _NOTHING_INSIDE:
            continue
        if isinstance(value, Parameter):
            result += (key, value, vars(value).get("_value"), value.trainable)
        elif isinstance(value, dict):
            _add_contents(value.items(), result)
        elif isinstance(value, (list, tuple)):
            _add_contents(((None, item) for item in value), result)
        elif is_layer(value):
            result += (key, value)
            _add_contents(vars(value).items(), result)
        elif isinstance(value, _SETS):
            _refuse_set(str(key), value)


def _find(
    container: Any,
    name: str,
    code: str,
    holder: tuple[str, type],
    seen: dict[int, str],
    result: list[Found],
) -> None:
    """Search a layer, list, tuple or dict; `seen` refuses what is used twice."""
    hidden: tuple[str, ...] = ()
    if is_layer(container):
        container, hidden = vars(container), container._transparent
    pairs = container.items() if isinstance(container, dict) else enumerate(container)
    for key, value in pairs:
        layer, parameter = is_layer(value), isinstance(value, Parameter)
        if not (layer or parameter or isinstance(value, _CONTAINERS + _SETS)):
            continue
        inner = name if key in hidden else f"{name}.{key}" if name else str(key)
        place = f"{code}[{key}]" if str(key).isdigit() else f"{code}.{key}" if code else str(key)
        if isinstance(value, _SETS):
            _refuse_set(place, value)
            continue
        if layer or parameter:
            if id(value) in seen:
                raise ValueError(_used_twice(value, seen[id(value)], place))
            seen[id(value)] = place
            result.append(Found(inner, value, place, holder))
        if not parameter:
            here = (place, type(value)) if layer else holder
            _find(value, inner, place, here, seen, result)


def _refuse_set(place: str, value: Any) -> None:
    """A set has no order, so the parameters in it would have no place in the flat vector."""
    if any(isinstance(item, Parameter) or is_layer(item) for item in value):
        raise TypeError(
            f"{place}: expected a list, got a {type(value).__name__}, which has no order."
        )


def _used_twice(value: Any, first: str, second: str) -> str:
    kind = "Parameter" if isinstance(value, Parameter) else "layer"
    return (
        f"{second}: expected a {kind} that is used once, got the same {kind} as at {first}: "
        f"{value!r}. Make a second one, or copy it with copy.deepcopy."
    )
