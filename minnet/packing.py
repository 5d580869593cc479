"""All trainable parameters of a network side by side in one vector.

This is the one place that knows how parameters get there: who belongs to whom, what is drawn,
in which order, and whether a student has bound something anew since.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minnet.layer import Found, Layer, find
from minnet.parameter import Parameter

Array = NDArray[Any]


@dataclass
class Packing:
    """Two flat vectors, and where each of the parameters in them hangs."""

    root: weakref.ref[Layer] | None
    found: list[Found]
    values: Array
    gradients: Array

    @classmethod
    def empty(cls, dtype: np.dtype[Any]) -> Packing:
        """Nothing packed yet."""
        return cls(None, [], np.empty(0, dtype), np.empty(0, dtype))

    def is_current(self, dtype: np.dtype[Any]) -> bool:
        """True if a new look finds the same layers and Parameters in the same places."""
        root = None if self.root is None else self.root()
        if root is None or self.values.dtype != dtype:
            return False
        now = find(root)
        return len(now) == len(self.found) and all(
            new.item is old.item and new.name == old.name
            for new, old in zip(now, self.found, strict=True)
        )


def pack(network: Layer, dtype: np.dtype[Any], draw: np.random.Generator, seeded: bool) -> Packing:
    """Find, check, draw and move every Parameter; nothing is changed if a check fails."""
    found = find(network)
    parameters = [f.item for f in found if isinstance(f.item, Parameter)]
    _refuse_what_belongs_elsewhere(network, found)
    for parameter in parameters:
        if not parameter.settled and (seeded or parameter._value is None):
            parameter.draw(draw)
        if seeded:
            parameter.settle()
    trainable = [p for p in parameters if p.trainable]
    total = sum(p.size for p in trainable)
    packing = Packing(weakref.ref(network), found, np.empty(total, dtype), np.zeros(total, dtype))
    _move(trainable, packing)
    for parameter in parameters:
        if not parameter.trainable:
            parameter.move(np.empty(parameter.shape, dtype), np.zeros(parameter.shape, dtype))
    _name_and_own(network, found)
    _share_with_nested(found, packing)
    return packing


def owner_of(item: Layer | Parameter) -> Layer | None:
    """The network that a layer or Parameter belongs to, if it still exists."""
    owner = item._owner if isinstance(item, Parameter) else item._minnet.owner
    return None if owner is None else owner()


def _refuse_what_belongs_elsewhere(network: Layer, found: list[Found]) -> None:
    """A layer in two networks would get two gradients and live in two vectors."""
    inside = {id(network)} | {id(f.item) for f in found}
    for place, item in found:
        owner = owner_of(item)
        if owner is None or id(owner) in inside:
            continue
        if any(other.item is item for other in find(owner)):  # and has not been taken out
            kind = "Parameter" if isinstance(item, Parameter) else "layer"
            raise ValueError(
                f"{_written(place)}: expected a {kind} that is free, got {item!r}, which already "
                f"belongs to another network. Copy it with copy.deepcopy, or build a new one."
            )


def _move(trainable: list[Parameter], packing: Packing) -> None:
    """Give each Parameter its part of the flat vectors."""
    start = 0
    for parameter in trainable:
        part = slice(start, start + parameter.size)
        start += parameter.size
        parameter.move(
            packing.values[part].reshape(parameter.shape),
            packing.gradients[part].reshape(parameter.shape),
        )


def _name_and_own(network: Layer, found: list[Found]) -> None:
    """Each Parameter learns its place for messages, each part the network it belongs to."""
    owner = weakref.ref(network)
    holder: dict[str, str] = {}
    for name, item in found:
        if isinstance(item, Layer):
            if item._minnet.owner is None:  # new here: it takes the network's mode
                item._minnet.training = network.training
            item._minnet.owner = owner
            holder[name] = type(item).__name__
        else:
            item._owner = owner
            parent, _, attribute = name.rpartition(".")
            item.name = f"{_written(parent)} {holder.get(parent, '')}.{attribute}".strip()


def _written(path: str) -> str:
    """`1.inner` as one writes it in code: `layers[1].inner`."""
    return ".".join(f"layers[{part}]" if part.isdigit() else part for part in path.split("."))


def _share_with_nested(found: list[Found], packing: Packing) -> None:
    """A nested network's vectors are the part of ours that holds its parameters."""
    for _, item in found:
        if isinstance(item, Layer) and isinstance(getattr(item, "_packed", None), Packing):
            inner = [p for p in item.parameters().values() if p.trainable]
            size = sum(p.size for p in inner)
            start = _position(inner[0], packing.values) if inner else 0
            part = slice(start, start + size)
            item._packed = Packing(
                weakref.ref(item), find(item), packing.values[part], packing.gradients[part]
            )
            item._dtype = packing.values.dtype


def _position(parameter: Parameter, values: Array) -> int:
    """Where a Parameter's part begins in the flat vector."""
    offset = parameter.value.__array_interface__["data"][0] - values.__array_interface__["data"][0]
    return int(offset // values.itemsize)
