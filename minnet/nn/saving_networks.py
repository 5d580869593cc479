"""A network's three verbs about files."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.nn import network_file as c
from minnet.nn.layer import Layer
from minnet.saving.encoding import Writer
from minnet.saving.errors import checked_path, reading

_ADVICE = " Or save the numbers alone: save_values(path), and load_values(path) into a new network."


class Savable(Layer):
    """What `Network` can do with files; `mn.load` is the way back."""

    _dtype: np.dtype[Any]
    refresh: Callable[[], bool]
    """Look for parameters that were bound anew."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write layers and values to one file, which `mn.load(path)` makes a network of again.

        Of each layer the arguments of its constructor are saved, as they were when it was made;
        also of a student's own, without extra code. Numbers, strings, arrays, layers, named
        initializers and lists of these can be saved. The earlier file is replaced whole or not
        at all.

        Raises:
            TypeError: an argument that no file can hold, by its name; `save_values` always works.
            ValueError: a value that is NaN or inf. OSError: with the path; nothing has changed.
        """
        place = checked_path("save", path)
        self.refresh()
        file = c.new("network", self, self._dtype)
        describe_network(file, self, _ADVICE)
        c.write(place, file)

    def save_values(self, path: str | os.PathLike[str]) -> None:
        """Write the values of all Parameters alone, for `load_values`.

        Raises:
            ValueError: a value that is NaN or inf. OSError: with the path; nothing has changed.
        """
        place = checked_path("save_values", path)
        self.refresh()
        c.write(place, c.new("values", self, self._dtype))

    def load_values(self, path: str | os.PathLike[str]) -> None:
        """Read the values of all Parameters from a file of any kind, cast to this network's dtype.

        Raises:
            CheckpointError: whatever is wrong with the file, or names and shapes that differ from
                those of this network. Nothing has changed then.
        """
        place = checked_path("load_values", path)
        self.refresh()
        parameters = c.named_parameters(self)
        with reading(place):
            values = c.read(place).values
            c.fit_together(values, parameters)
            values = c.cast(values, self._dtype)
        c.put(values, parameters)


def describe_network(file: c.Contents, network: Layer, advice: str = "") -> None:
    """Add how the network is made again."""
    writer = Writer("arguments", advice)
    file.description["network"] = writer.layer("save", network)
    file.members.update(writer.arrays)
