"""All trainable parameters of a network in one flat vector, and their gradients in another.

This file draws the initial values, moves them into the vectors, records which network each layer
or Parameter belongs to, and notices whether something has been replaced since.
"""

from __future__ import annotations

import contextlib
import contextvars
import weakref
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from operator import is_
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.nn.search import Found, find
from minnet.saving.errors import InvalidFile
from minnet.utils import array_checks
from minnet.utils.types import Array

_largest: contextvars.ContextVar[float] = contextvars.ContextVar("largest", default=float("inf"))


@contextlib.contextmanager
def at_most(numbers: int) -> Iterator[None]:
    """Inside `with`: no network with more parameters is made, whatever a file tells to make."""
    token = _largest.set(numbers)
    try:
        yield
    finally:
        _largest.reset(token)


@dataclass
class FlatParameters:
    """Two flat vectors, and the layers and Parameters of which they were made."""

    root: weakref.ref[Layer] | None
    found: list[Found]
    values: Array
    gradients: Array
    slots: list[tuple[Array | None, bool]]  # for each of `found`: a Parameter's array, trainable?
    trained: list[Parameter] = field(default_factory=list)  # those in the vectors, in order
    containers: list[tuple[Collection[Any], list[Any]]] = field(default_factory=list)
    touched: bool = False  # has a layer or Parameter been assigned to since?

    @classmethod
    def empty(cls, dtype: np.dtype[Any]) -> FlatParameters:
        """No parameters yet."""
        return cls(None, [], np.empty(0, dtype), np.empty(0, dtype), [])

    def is_current(self, dtype: np.dtype[Any]) -> bool:
        """True if the network still has the same layers and Parameters in the same places.

        Their arrays must still be parts of these vectors (another network may have taken a
        Parameter), and the same Parameters must be trainable.
        """
        root = None if self.root is None else self.root()
        if root is None or self.values.dtype != dtype:
            return False
        containers: list[Collection[Any]] = []
        now = find(root, containers)
        same = len(now) == len(self.found) and all(
            new.item is old.item and new.name == old.name and all(map(is_, _slot(new.item), slot))
            for new, old, slot in zip(now, self.found, self.slots, strict=True)
        )
        self.touched, self.containers = not same, [(c, list(c)) for c in containers]
        return same

    def seems_current(self) -> bool:
        """A quick `is_current` for single steps: layers and Parameters report that they changed.

        Lists and dicts do not: what they held is compared.
        """
        if self.touched:
            return False
        for now, before in self.containers:
            if len(now) != len(before) or not all(map(is_, now, before)):
                return False
        return True

    def assign_values(self, values: ArrayLike) -> None:
        """Copy checked numbers into place."""
        new = array_checks.numeric_array("Network", "flat_values", values)
        if new.shape != self.values.shape:
            raise ValueError(
                f"Network.flat_values: expected shape {self.values.shape}, got {new.shape}."
            )
        fix = "Keep a copy of flat_values before you change them."
        array_checks.finite("Network", "flat_values", new, dtype=self.values.dtype, fix=fix)
        self.values[...] = new


def flatten(
    network: Layer, dtype: np.dtype[Any], generator: np.random.Generator, seeded: bool
) -> FlatParameters:
    """Find, check, draw and move every Parameter; nothing is changed if a check fails."""
    containers: list[Collection[Any]] = []
    tied: list[Found] = []
    found = find(network, containers, tied)
    parameters = [f.item for f in found if isinstance(f.item, Parameter)]
    if sum(p.size for p in parameters) > _largest.get():
        raise InvalidFile("its description has more parameters than the file.")
    check_not_in_another_network(network, found)
    for parameter in parameters:
        if not parameter._is_fixed() and (seeded or not parameter._is_drawn):
            parameter._draw(generator)
        if seeded:
            parameter._fix()
    trainable = [p for p in parameters if p.trainable]
    total = sum(p.size for p in trainable)
    flat = FlatParameters(
        weakref.ref(network), found, np.empty(total, dtype), np.zeros(total, dtype), [], trainable
    )
    _move(trainable, flat)
    for parameter in parameters:
        if not parameter.trainable:
            parameter._move(np.empty(parameter.shape, dtype), np.zeros(parameter.shape, dtype))
    flat.slots, flat.containers = [_slot(f.item) for f in found], [(c, list(c)) for c in containers]
    _set_owner(network, found, tied)
    _share_with_nested(found, flat)
    return flat


def release(before: FlatParameters, now: FlatParameters) -> None:
    """Layers and Parameters that were removed no longer belong to this network."""
    root = None if before.root is None else before.root()
    kept = {id(found.item) for found in now.found}
    for found in before.found:
        item = found.item
        if root is not None and id(item) not in kept and owner_of(item) is root:
            if isinstance(item, Parameter):
                item._owner = None
            else:
                item._minnet.owner = None


def _slot(item: Layer | Parameter) -> tuple[Array | None, bool]:
    """The array of a Parameter now, and whether it is trainable; None for a layer."""
    return (item._value, item.trainable) if isinstance(item, Parameter) else (None, False)


def owner_of(item: Layer | Parameter) -> Layer | None:
    """The network that a layer or Parameter belongs to, if it still exists."""
    owner = item._minnet.owner if isinstance(item, Layer) else item._owner
    return None if owner is None else owner()


def check_not_in_another_network(network: Layer, found: list[Found]) -> None:
    """A layer in two networks would get two gradients, and be part of two vectors."""
    here = {id(network)} | {id(f.item) for f in found}
    for new in found:
        owner = owner_of(new.item)
        if owner is None or id(owner) in here:
            continue
        if any(other.item is new.item for other in find(owner)):  # and has not been removed
            kind = "Parameter" if isinstance(new.item, Parameter) else "layer"
            raise ValueError(
                f"{new.code}: expected a {kind} that is in no other network, got {new.item!r}, "
                f"which already belongs to one. Copy it with copy.deepcopy, or make a new one."
            )


def _move(trainable: list[Parameter], flat: FlatParameters) -> None:
    """Give each Parameter its part of the flat vectors."""
    start = 0
    for parameter in trainable:
        part = slice(start, start + parameter.size)
        start += parameter.size
        parameter._move(
            flat.values[part].reshape(parameter.shape),
            flat.gradients[part].reshape(parameter.shape),
        )


def _set_owner(network: Layer, found: list[Found], tied: list[Found]) -> None:
    """Record the network in each layer and Parameter, and each Parameter's place, for messages."""
    owner = weakref.ref(network)
    network._minnet.tied = shared = list(dict.fromkeys(place.item for place in tied))
    for new in found:
        item = new.item
        if isinstance(item, Layer):
            item._minnet.tied = shared
            if owner_of(item) is not network:  # new here: it takes the network's mode
                item._minnet.training = network.training
            item._minnet.owner = owner
        else:
            item._owner = owner
            item.name = new.place


def _share_with_nested(found: list[Found], flat: FlatParameters) -> None:
    """The vectors of a nested network are the part of ours that holds its parameters."""
    for nested in (f.item for f in found):
        if isinstance(getattr(nested, "_flat", None), FlatParameters):
            inner = [p for p in nested.parameters().values() if p.trainable]
            size = sum(p.size for p in inner)
            start = _position(inner[0], flat.values) if inner else 0
            part = slice(start, start + size)
            if inner and _position(inner[-1], flat.values) + inner[-1].size != start + size:
                raise ValueError(
                    f"{nested!r}: expected a nested network whose Parameters are its own, got one "
                    f"that shares a Parameter with a layer outside. Put its layers into the outer "
                    f"list."
                )
            found_in_nested = find(nested)
            nested._flat = FlatParameters(
                weakref.ref(nested),
                found_in_nested,
                flat.values[part],
                flat.gradients[part],
                [_slot(f.item) for f in found_in_nested],
                inner,
                touched=True,  # ask the network that holds it
            )
            nested._dtype = flat.values.dtype


def _position(parameter: Parameter, values: Array) -> int:
    """Where a Parameter's part begins in the flat vector."""
    offset = parameter.value.__array_interface__["data"][0] - values.__array_interface__["data"][0]
    return int(offset // values.itemsize)
