"""Finds the Parameters and layers of a layer: its attributes, and what is in lists and dicts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from minnet.nn.parameter import Parameter

_CONTAINERS = (list, tuple, dict)
_SETS = (set, frozenset)


def may_hold(value: object) -> bool:
    """True for what `find` searches or finds; False for numbers, and for tuples of numbers."""
    if isinstance(value, tuple):
        return any(map(may_hold, value))
    return isinstance(value, (Parameter, *_CONTAINERS)) or is_layer(value)


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


def find(
    layer: Any,
    containers: list[Collection[Any]] | None = None,
    tied: list[Found] | None = None,
) -> list[Found]:
    """Every Parameter and Layer in `layer`, depth first, in the order of definition.

    Lists and dicts that were searched are added to `containers`, dicts by their `values()`.
    A Parameter that layers share is found once; its other places are added to `tied`.
    """
    result: list[Found] = []
    seen = {id(layer): "the layer itself"}

    def search(container: Any, name: str, code: str, holder: tuple[str, type]) -> None:
        hidden: tuple[str, ...] = ()
        if is_layer(container):
            container, hidden = vars(container), container._transparent
        elif containers is not None and not isinstance(container, tuple):
            containers.append(container.values() if isinstance(container, dict) else container)
        for key, value in (
            container.items() if isinstance(container, dict) else enumerate(container)
        ):
            layer, parameter = is_layer(value), isinstance(value, Parameter)
            if not (layer or parameter or isinstance(value, _CONTAINERS + _SETS)):
                continue
            inner = name if key in hidden else f"{name}.{key}" if name else str(key)
            index = str(key).isdigit()
            place = f"{code}[{key}]" if index else f"{code}.{key}" if code else str(key)
            if isinstance(value, _SETS):
                _refuse_set(place, value)
            elif parameter and id(value) in seen:
                if tied is not None:
                    tied.append(Found(inner, value, place, holder))
            elif layer and id(value) in seen:
                raise ValueError(_used_twice(value, seen[id(value)], place))
            else:
                if layer or parameter:
                    seen[id(value)] = place
                    result.append(Found(inner, value, place, holder))
                if not parameter:
                    search(value, inner, place, (place, type(value)) if layer else holder)

    search(layer, "", "", ("", type(layer)))
    return result


def layers_of(layer: Any) -> Iterator[Any]:
    """The layer itself and all of its inner layers."""
    yield layer
    yield from (found.item for found in find(layer) if is_layer(found.item))


def _refuse_set(place: str, value: Any) -> None:
    """A set has no order, so the parameters in it would have no place in the flat vector."""
    if any(isinstance(item, Parameter) or is_layer(item) for item in value):
        raise TypeError(
            f"{place}: expected a list, got a {type(value).__name__}, which has no order."
        )


def _used_twice(layer: Any, first: str, second: str) -> str:
    return (
        f"{second}: expected a layer that is used once, got the same layer as at {first}: "
        f"{layer!r}. Make a second one, or copy it with copy.deepcopy; two layers may share a "
        f"Parameter."
    )
