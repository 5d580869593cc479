"""Saving a network and reading values into one that exists."""

from __future__ import annotations

import os
from typing import Any

from minnet.layer import Layer
from minnet.saving import contents as c
from minnet.saving.errors import CheckpointError, checked_path, reading
from minnet.saving.values import Writer

ADVICE = " Or save the numbers alone: save_values(path), and load_values(path) into a new network."


def save(network: Any, path: str | os.PathLike[str]) -> None:
    """`Network.save`."""
    place = checked_path("save", path)
    network.refresh()
    file = c.new("network", network, network.dtype)
    describe_network(file, network, ADVICE)
    c.write(place, file)


def describe_network(file: c.Contents, network: Layer, advice: str = "") -> None:
    """Add how the network is made again."""
    writer = Writer("arguments", advice)
    file.description["network"] = writer.layer("save", network)
    file.members.update(writer.arrays)


def save_values(network: Any, path: str | os.PathLike[str]) -> None:
    """`Network.save_values`."""
    place = checked_path("save_values", path)
    network.refresh()
    c.write(place, c.new("values", network, network.dtype))


def load_values(network: Any, path: str | os.PathLike[str]) -> None:
    """`Network.load_values`."""
    place = checked_path("load_values", path)
    network.refresh()
    parameters = c.named_parameters(network)
    with reading(place):
        values = c.read(place).values
        c.fit_together(values, parameters)
        values = c.cast(values, network.dtype)
    c.put(values, parameters)


__all__ = ["CheckpointError", "load_values", "save", "save_values"]
