"""The file of a network: a description, the values of its Parameters, and the checks of both."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from minnet.nn import shared_parameters
from minnet.nn.layer import Layer
from minnet.nn.layer_encoding import encoder
from minnet.nn.parameter import Parameter
from minnet.nn.search import find
from minnet.saving import atomic_write, file_format
from minnet.saving.errors import InvalidFile, checked, reading
from minnet.utils import checks
from minnet.utils.array_checks import finite
from minnet.utils.types import Array

FORMAT = "minnet"
_ADVICE = " Or save the numbers alone: save_values(path), and load_values(path) into a new network."
VERSION = 2
"""Version 2 says which Parameters are not trainable; version 1 left that to the constructors."""

KINDS = ("network", "values", "training")
_VALUES = "values/"


@dataclass
class NetworkFile:
    """The description of a file and its arrays, each under the name of its member."""

    description: dict[str, Any]
    members: dict[str, Array]

    @property
    def values(self) -> dict[str, Array]:
        """The arrays of the Parameters, by the Parameters' names."""
        return {name: self.members[_member(name)] for name in self.description["parameters"]}

    def other_arrays(self) -> dict[str, Array]:
        """All other arrays."""
        return {n: a for n, a in self.members.items() if not n.startswith(_VALUES)}


def _member(parameter: str) -> str:
    """The name of a Parameter's array in the file."""
    return _VALUES + quote(parameter, safe="")


def save(network: Any, path: str | os.PathLike[str]) -> None:
    """Write layers and values to one file, of which `mn.load(path)` makes a network again.

    Of each built-in layer the arguments are saved by which it is made as it computes now; of a
    custom layer those it was made with, without extra code, and a change since is refused.
    Numbers, strings, arrays, layers, named initializers and lists of these can be saved. An
    earlier file is replaced completely or not at all.

    Raises:
        TypeError: an argument that no file can hold, by its name; `save_values` always works.
        ValueError: a value that is NaN or inf. OSError: with the path; nothing has changed.
    """
    place = checks.path("save", path)
    network.refresh()
    file = new("network", network, network.dtype)
    describe_network(file, network, _ADVICE)
    write(place, file)


def save_values(network: Any, path: str | os.PathLike[str]) -> None:
    """Write the values of all Parameters alone, for `load_values`.

    Raises:
        ValueError: a value that is NaN or inf. OSError: with the path; nothing has changed.
    """
    place = checks.path("save_values", path)
    network.refresh()
    write(place, new("values", network, network.dtype))


def load_values(network: Any, path: str | os.PathLike[str]) -> None:
    """Read the values of all Parameters from a file of any kind, cast to this network's dtype.

    Raises:
        CheckpointError: something is wrong with the file, or names and shapes that differ from
            those of this network. Nothing has changed then.
    """
    place = checks.path("load_values", path)
    network.refresh()
    parameters = named_parameters(network)
    with reading(place):
        values = read(place).values
        check_same_parameters(values, parameters)
        values = _cast(values, network.dtype)
    assign(values, parameters)


def describe_network(file: NetworkFile, network: Layer, advice: str = "") -> None:
    """Add to the file how the network is made again, and which layers share a Parameter."""
    arguments = encoder("arguments", advice)
    file.description["network"] = arguments.encode("save", network)
    file.members.update(arguments.arrays)
    tied = shared_parameters.describe(network)
    if tied:
        file.description["tied"] = tied


def new(kind: str, network: Layer, dtype: np.dtype[Any]) -> NetworkFile:
    """A file with the values of this network.

    Raises:
        ValueError: a value that is NaN or inf, or two Parameters of one name.
    """
    parameters = named_parameters(network)
    for name, parameter in parameters.items():
        finite("save", f"the parameter {name}", parameter.value)
    description = {
        "format": FORMAT,
        "version": VERSION,
        "kind": kind,
        "dtype": str(dtype),
        "parameters": list(parameters),
        "frozen": [name for name, p in parameters.items() if not p.trainable],
    }
    return NetworkFile(description, {_member(n): p.value for n, p in parameters.items()})


def named_parameters(network: Layer) -> dict[str, Parameter]:
    """Every Parameter of a network by its name.

    Raises:
        ValueError: two have one name, as those under the keys 1 and "1" of a dict.
    """
    parameters: dict[str, Parameter] = {}
    for name, item, *_ in find(network):
        if not isinstance(item, Parameter):
            continue
        if name in parameters:
            raise ValueError(
                f"save: expected a name for each Parameter, got two of the name {name!r} "
                f"(similar keys of a dict?). Rename one."
            )
        parameters[name] = item
    return parameters


def write(path: Path, file: NetworkFile) -> None:
    """Write the file, atomically. Raises OSError: with the path."""
    members: dict[str, bytes | memoryview]
    members = {file_format.DESCRIPTION: file_format.to_json(file.description)}
    for name, array in file.members.items():
        members[f"{name}.npy"] = file_format.array_to_bytes(array)
    atomic_write.write(path, file_format.to_zip(members))


def read(path: Path) -> NetworkFile:
    """Read a file and check all that can be checked without a network.

    Raises:
        InvalidFile: what is wrong.
    """
    members = file_format.from_zip(atomic_write.read(path, file_format.check_digest))
    if file_format.DESCRIPTION not in members:
        raise InvalidFile("it has no description.")
    description = file_format.from_json(members.pop(file_format.DESCRIPTION))
    _check_version(description)
    for name in members:
        if not name.endswith(".npy"):
            raise InvalidFile(f"it has the member {name!r}, which does not belong there.")
    _check_names(description, members)
    arrays = {n.removesuffix(".npy"): file_format.array_from_bytes(m) for n, m in members.items()}
    file = NetworkFile(description, arrays)
    _check_values(file)
    return file


def _check_version(description: dict[str, Any]) -> None:
    if description.get("format") != FORMAT:
        raise InvalidFile("its description does not belong to a minnet file.")
    version = checked(description.get("version"), int)
    if not 1 <= version <= VERSION:
        raise InvalidFile(
            f"it has version {version} of the format; this minnet reads 1 to {VERSION}. "
            f"A newer minnet may read it."
        )
    if description.get("kind") not in KINDS:
        raise InvalidFile("its description does not say what kind of file it is.")


def _check_names(description: dict[str, Any], members: Iterable[str]) -> None:
    """The parameters in the description are those in the file; asked before arrays are read."""
    names = checked(description.get("parameters"), list)
    expected = [f"{_member(checked(name, str))}.npy" for name in names]
    if expected != [name for name in members if name.startswith(_VALUES)]:
        raise InvalidFile("its description names other parameters than the file has.")


def _check_values(file: NetworkFile) -> None:
    """The description and the file must have the same values."""
    description = file.description
    if description.get("dtype") not in ("float32", "float64"):
        raise InvalidFile("its description does not name a dtype.")
    names = description["parameters"]
    if description["version"] == 1:
        description["frozen"] = None
    else:
        frozen = checked(description.get("frozen"), list)
        known = {checked(name, str) for name in frozen}
        if frozen != [name for name in names if name in known]:
            raise InvalidFile("its description freezes parameters that it does not have.")
    for name, value in file.values.items():
        if str(value.dtype) != description["dtype"]:
            raise InvalidFile(
                f"the parameter {name} is of type {value.dtype}, not {description['dtype']}."
            )
        if not np.isfinite(value).all():
            raise InvalidFile(f"the parameter {name} has numbers that are not finite.")


def check_used(file: NetworkFile, used: Iterable[str]) -> None:
    """Every other array must have been referred to."""
    extra = set(file.other_arrays()) - set(used)
    if extra:
        raise InvalidFile(f"it has the array {sorted(extra)[0]!r}, which does not belong there.")


def check_same_parameters(values: dict[str, Array], parameters: dict[str, Parameter]) -> None:
    """The file and the network must have the same names and shapes.

    Raises:
        InvalidFile: the first difference.
    """
    advice = "Build the network as it was when it was saved."
    for name in {**parameters, **values}:
        if name not in values:
            raise InvalidFile(
                f"it has no parameter {name}, which the network has: it has "
                f"{', '.join(values) or 'none'}. {advice}"
            )
        if name not in parameters:
            raise InvalidFile(
                f"it has a parameter {name}, which the network does not have: it has "
                f"{', '.join(parameters) or 'none'}. {advice}"
            )
        if values[name].shape != parameters[name].shape:
            raise InvalidFile(
                f"its parameter {name} has the shape {values[name].shape}, in the network it has "
                f"{parameters[name].shape}. {advice}"
            )


def freeze(network: Any, parameters: dict[str, Parameter], frozen: list[str] | None) -> None:
    """Freeze the Parameters that the file names; None: version 1, which does not name them."""
    if frozen is None:
        return
    for name, parameter in parameters.items():
        parameter.trainable = name not in frozen
    network.refresh()


def _cast(values: dict[str, Array], dtype: np.dtype[Any]) -> dict[str, Array]:
    """The values converted to a network's dtype.

    Raises:
        InvalidFile: a number that does not fit into it.
    """
    with np.errstate(over="ignore"):
        result = {name: value.astype(dtype) for name, value in values.items()}
    for name, value in result.items():
        if not np.isfinite(value).all():
            raise InvalidFile(f"its parameter {name} has numbers that do not fit into {dtype}.")
    return result


def assign(values: dict[str, Array], parameters: dict[str, Parameter]) -> None:
    """Copy checked values into place; no later seed draws them again."""
    for name, parameter in parameters.items():
        parameter.value[...] = values[name]
        parameter._fix()
