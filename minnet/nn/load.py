"""`mn.load`: makes a network again from its file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from minnet.nn import activations, layers, network_file, shared_parameters
from minnet.nn.flat_parameters import at_most
from minnet.nn.layer import Layer
from minnet.nn.layer_encoding import decoder
from minnet.nn.network import Network
from minnet.nn.network_file import NetworkFile
from minnet.saving.encoding import MakeLayer
from minnet.saving.errors import InvalidFile, reading
from minnet.utils import checks
from minnet.utils.checks import describe, items

Classes = dict[str, type[Layer]]

BUILT_IN: Classes = {
    f"minnet.{name}": getattr(module, name)
    for module in (activations, layers)
    for name in module.__all__
} | {"minnet.Network": Network}
"""The classes that a file may name; all others are passed by the caller."""


def load(
    path: str | os.PathLike[str],
    layers: Iterable[type[Layer]] = (),
) -> Network:
    """The network that `network.save(path)` wrote.

    Nothing in a file is ever imported or executed: it can name the layers of minnet and those
    whose classes are passed, and their constructors are called with numbers, strings and arrays.

    Args:
        path: of the file; also one that a Trainer wrote.
        layers: the classes of the custom layers in it: `layers=[Scale]`.

    Returns:
        A new network, in evaluation mode, with the same layers, values, dtype and seed.

    Raises:
        CheckpointError: something is wrong with the file. TypeError, ValueError: with an argument.

    >>> import pathlib, tempfile, numpy as np, minnet as mn
    >>> network = mn.Network([mn.Linear(2, 3), mn.Tanh(), mn.Linear(3, 1)], seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     network.save(pathlib.Path(folder) / "network.minnet")
    ...     again = mn.load(pathlib.Path(folder) / "network.minnet")
    >>> x = np.ones((1, 2))
    >>> bool((again.predict(x) == network.predict(x)).all())
    True
    """
    place = checks.path("load", path)
    classes = _classes(layers)
    with reading(place):
        return _build(network_file.read(place), classes)


def _classes(custom: Iterable[type[Layer]]) -> Classes:
    """The classes by their names in a file."""
    given = None if isinstance(custom, type) else items(custom)
    if given is None:
        raise TypeError(
            f"load: layers: expected a list of classes, got {describe(custom)}. "
            f"Write layers=[Scale]."
        )
    classes = dict(BUILT_IN)
    for cls in given:
        if not isinstance(cls, type) or not issubclass(cls, Layer):
            raise TypeError(
                f"load: layers: expected classes of layers, got {describe(cls)}. Write the class "
                f"itself, layers=[Scale], not an object or its name."
            )
        if classes.setdefault(cls.__name__, cls) is not cls:
            raise ValueError(
                f"load: layers: expected classes of different names, got two of the name "
                f"{cls.__name__}. Rename one."
            )
    return classes


def _build(file: NetworkFile, classes: Classes) -> Network:
    """The network of a file whose digest and shapes have been checked."""
    spec = file.description.get("network")
    if spec is None:
        raise InvalidFile(
            "it holds values only. Build the network and read them into it: "
            "network.load_values(path)."
        )
    values = file.values
    tied = shared_parameters.places(file.description)
    numbers = [values[name] for name in (*values, *tied.values())]  # shared ones are made twice
    make = _factory(classes, sum(value.size for value in numbers))
    arguments = decoder(file.other_arrays(), make)
    network = arguments.decode(spec)
    if not isinstance(network, Network):
        raise InvalidFile("its description does not describe a network.")
    if file.description["kind"] == "network":
        network_file.check_used(file, arguments.used)
    shared_parameters.share(network, tied)
    network.dtype = file.description["dtype"]
    parameters = network_file.named_parameters(network)
    network_file.check_same_parameters(values, parameters)
    network_file.freeze(network, parameters, file.description["frozen"])
    network_file.assign(values, parameters)
    return network


def _factory(classes: Classes, size: int) -> MakeLayer:
    """Calls constructors; a network with more parameters than the file is not built."""

    def make(kind: str, args: list[Any], kwargs: dict[str, Any]) -> Layer:
        cls = classes.get(kind)
        if cls is None and kind.startswith("minnet."):
            raise InvalidFile(f"it has a layer {kind[:80]!r}, which this minnet does not know.")
        if cls is None:
            raise InvalidFile(
                f"it has a custom layer {kind[:80]!r}: pass its class, "
                f"mn.load(path, layers=[{kind[:80]}])."
            )
        try:
            with at_most(size):
                layer = cls(*args, **kwargs)
        except InvalidFile:
            raise
        except Exception as error:
            name = kind.removeprefix("minnet.")
            raise InvalidFile(
                f"its layer {name} cannot be created: {type(error).__name__}: {error}"
            ) from error
        if not isinstance(layer, Layer):
            raise InvalidFile(f"{kind} is not a layer.")
        return layer

    return make
