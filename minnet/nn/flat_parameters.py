"""All trainable parameters of a network side by side in one vector.

This is the one place that knows how parameters get there: who belongs to whom, what is drawn,
in which order, and whether a student has bound something anew since.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.nn.layer import Found, Layer, find
from minnet.nn.parameter import Parameter
from minnet.utils.types import Array


@dataclass
class Packing:
    """Two flat vectors, and where each of the parameters in them hangs."""

    root: weakref.ref[Layer] | None
    found: list[Found]
    values: Array
    gradients: Array
    homes: list[tuple[Array | None, bool]]  # of each entry: a Parameter's array, and if it trains

    @classmethod
    def empty(cls, dtype: np.dtype[Any]) -> Packing:
        """Nothing packed yet."""
        return cls(None, [], np.empty(0, dtype), np.empty(0, dtype), [])

    def is_current(self, dtype: np.dtype[Any]) -> bool:
        """True if a new look finds the same layers and Parameters in the same places.

        Also their arrays must still be ours (another network may have taken a Parameter), and
        what was frozen since must be frozen.
        """
        root = None if self.root is None else self.root()
        if root is None or self.values.dtype != dtype:
            return False
        now = find(root)
        return len(now) == len(self.found) and all(
            new.item is old.item and new.name == old.name and _at_home(new.item, home)
            for new, old, home in zip(now, self.found, self.homes, strict=True)
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
    packing = Packing(
        weakref.ref(network), found, np.empty(total, dtype), np.zeros(total, dtype), []
    )
    _move(trainable, packing)
    for parameter in parameters:
        if not parameter.trainable:
            parameter.move(np.empty(parameter.shape, dtype), np.zeros(parameter.shape, dtype))
    packing.homes = _homes(found)
    _name_and_own(network, found)
    _share_with_nested(found, packing)
    return packing


def release(before: Packing, now: Packing) -> None:
    """What was packed before and is no longer found has been taken out: it is free."""
    root = None if before.root is None else before.root()
    kept = {id(found.item) for found in now.found}
    for _, item in before.found:
        if root is not None and id(item) not in kept and owner_of(item) is root:
            if isinstance(item, Parameter):
                item._owner = None
            else:
                item._minnet.owner = None


def _homes(found: list[Found]) -> list[tuple[Array | None, bool]]:
    """Where each Parameter lives now; None for a layer."""
    return [
        (f.item._value, f.item.trainable) if isinstance(f.item, Parameter) else (None, False)
        for f in found
    ]


def _at_home(item: Layer | Parameter, home: tuple[Array | None, bool]) -> bool:
    """True for every layer, and for a Parameter that has neither moved nor been frozen."""
    if isinstance(item, Parameter):
        return item._value is home[0] and item.trainable == home[1]
    return True


def owner_of(item: Layer | Parameter) -> Layer | None:
    """The network that a layer or Parameter belongs to, if it still exists."""
    owner = item._minnet.owner if isinstance(item, Layer) else item._owner
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
                f"{_written(place, _holders(network, found))}: expected a {kind} that is free, "
                f"got {item!r}, which already "
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
    holders = _holders(network, found)
    for name, item in found:
        if isinstance(item, Layer):
            if owner_of(item) is not network:  # new here: it takes the network's mode
                item._minnet.training = network.training
            item._minnet.owner = owner
        else:
            item._owner = owner
            item.name = _place(name, holders)


def _holders(network: Layer, found: list[Found]) -> dict[str, Layer]:
    """The layers by the path at which they stand, the network itself at the empty one."""
    return {"": network, **{f.name: f.item for f in found if isinstance(f.item, Layer)}}


def _place(path: str, holders: dict[str, Layer]) -> str:
    """A Parameter's place for messages: `layers[1].inner[0] Linear.weight`."""
    parts = path.split(".")
    cut = max(i for i in range(len(parts)) if ".".join(parts[:i]) in holders)
    holder = ".".join(parts[:cut])
    attribute = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in parts[cut:])
    return f"{_written(holder, holders)} {type(holders[holder]).__name__}{attribute}".strip()


def _written(path: str, holders: dict[str, Layer]) -> str:
    """`1.inner.0` as one writes it in code: `layers[1].inner[0]`."""
    code = at = ""
    for part in filter(None, path.split(".")):
        in_network = "layers" in getattr(holders.get(at), "_transparent", ())
        index = f".layers[{part}]" if in_network else f"[{part}]"
        code += index if part.isdigit() else f".{part}"
        at = f"{at}.{part}" if at else part
    return code.lstrip(".")


def _share_with_nested(found: list[Found], packing: Packing) -> None:
    """A nested network's vectors are the part of ours that holds its parameters."""
    for _, item in found:
        if isinstance(item, Layer) and isinstance(getattr(item, "_packed", None), Packing):
            inner = [p for p in item.parameters().values() if p.trainable]
            size = sum(p.size for p in inner)
            start = _position(inner[0], packing.values) if inner else 0
            part = slice(start, start + size)
            inside = find(item)
            item._packed = Packing(
                weakref.ref(item),
                inside,
                packing.values[part],
                packing.gradients[part],
                _homes(inside),
            )
            item._dtype = packing.values.dtype


def _position(parameter: Parameter, values: Array) -> int:
    """Where a Parameter's part begins in the flat vector."""
    offset = parameter.value.__array_interface__["data"][0] - values.__array_interface__["data"][0]
    return int(offset // values.itemsize)
