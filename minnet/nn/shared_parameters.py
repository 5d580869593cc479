"""Parameters that several layers of a network share (tied weights), in the file of the network.

A file has the values of each Parameter once. Layers are made again one by one, each with Parameters
of its own; the file therefore names the places of a shared Parameter, and the loaded network
puts it there.
"""

from __future__ import annotations

from typing import Any

from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.nn.search import Found, find, layers_of
from minnet.saving.errors import InvalidFile, checked


def describe(network: Layer) -> list[list[str]]:
    """For each further place of a shared Parameter its name there, and the first name."""
    tied: list[Found] = []
    names = {id(f.item): f.name for f in find(network, tied=tied)}
    for place in tied:
        if len(_holders(network, place.item)) < 1 + sum(f.item is place.item for f in tied):
            raise TypeError(
                f"save: expected shared Parameters as attributes of layers, got {place.place}. "
                f"Keep it in an attribute, or save the numbers alone: save_values(path)."
            )
    return [[place.name, names[id(place.item)]] for place in tied]


def places(description: dict[str, Any]) -> dict[str, str]:
    """What `describe` has written, as a dict. Raises InvalidFile: it names no such values."""
    pairs = [checked(pair, list) for pair in checked(description.get("tied", []), list)]
    known = description["parameters"]
    if not all(len(pair) == 2 and type(pair[0]) is str and pair[1] in known for pair in pairs):
        raise InvalidFile("its description shares a parameter that it does not have.")
    return dict(pairs)


def share(network: Any, places: dict[str, str]) -> None:
    """Put the shared Parameters of a new network into their places."""
    parameters = {f.name: f.item for f in find(network) if isinstance(f.item, Parameter)}
    for name, first in places.items():
        if first not in parameters:
            raise InvalidFile(f"it shares a parameter {first}, which its network does not have.")
        for layer, attribute in _holders(network, parameters.get(name)):
            setattr(layer, attribute, parameters[first])
    network.refresh()


def _holders(network: Layer, parameter: Parameter | None) -> list[tuple[Layer, str]]:
    """The layers that have this Parameter as an attribute, with its name there."""
    attributes = ((k, n, v) for k in layers_of(network) for n, v in vars(k).items())
    return [(layer, name) for layer, name, v in attributes if v is parameter is not None]
