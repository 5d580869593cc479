"""What a file says: its description, the values of a network, and the checks between the two."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from minnet.nn.layer import Layer, find
from minnet.nn.parameter import Parameter
from minnet.saving import arrays
from minnet.saving import atomic_write as disk
from minnet.saving import file_format as archive
from minnet.saving.encoding import checked
from minnet.saving.errors import Flaw
from minnet.saving.text import from_json, to_json
from minnet.utils.array_checks import finite
from minnet.utils.types import Array

FORMAT = "minnet"
VERSION = 2
"""2 says which Parameters do not train. A file of version 1 leaves that to the constructors."""

KINDS = ("network", "values", "training")
_VALUES = "values/"


class Contents:
    """The description of a file and its arrays, each under the name of its member."""

    def __init__(self, description: dict[str, Any], members: dict[str, Array]) -> None:
        self.description, self.members = description, members

    @property
    def values(self) -> dict[str, Array]:
        """The arrays of the Parameters, by the Parameters' names."""
        return {
            name: self.members[_VALUES + quote(name, safe="")]
            for name in self.description["parameters"]
        }

    def beside_the_values(self) -> dict[str, Array]:
        """All other arrays."""
        return {n: a for n, a in self.members.items() if not n.startswith(_VALUES)}


def new(kind: str, network: Layer, dtype: np.dtype[Any]) -> Contents:
    """The contents of a file with the values of this network.

    Raises:
        ValueError: a value that is NaN or inf, or two Parameters of one name.
    """
    parameters = named_parameters(network)
    for name, parameter in parameters.items():
        finite("save", f"the parameter {name}", parameter.value)
    description: dict[str, Any] = {"format": FORMAT, "version": VERSION, "kind": kind}
    description["dtype"] = str(dtype)
    description["parameters"] = list(parameters)
    description["frozen"] = [name for name, p in parameters.items() if not p.trainable]
    return Contents(
        description, {_VALUES + quote(n, safe=""): p.value for n, p in parameters.items()}
    )


def named_parameters(network: Layer) -> dict[str, Parameter]:
    """Every Parameter of a network by its name.

    Raises:
        ValueError: two have one name, as those under the keys 1 and "1" of a dict.
    """
    parameters: dict[str, Parameter] = {}
    for name, item in find(network):
        if not isinstance(item, Parameter):
            continue
        if name in parameters:
            raise ValueError(
                f"save: expected a name for each Parameter, got two of the name {name!r} (keys of "
                f"a dict that read alike?). Rename one."
            )
        parameters[name] = item
    return parameters


def write(path: Path, contents: Contents) -> None:
    """Write the file, atomically.

    Raises:
        OSError: with the path.
    """
    members = {archive.DESCRIPTION: to_json(contents.description)}
    members.update({f"{name}.npy": arrays.to_bytes(a) for name, a in contents.members.items()})
    disk.write(path, archive.seal(members))


def read(path: Path) -> Contents:
    """Read a file and check all that can be checked without a network.

    Raises:
        Flaw: what is wrong.
    """
    members = archive.unseal(disk.read(path))
    if archive.DESCRIPTION not in members:
        raise Flaw("it has no description.")
    description = from_json(members.pop(archive.DESCRIPTION))
    _check_version(description)
    wrong = [name for name in members if not name.endswith(".npy")]
    if wrong:
        raise Flaw(f"it has the member {wrong[0]!r}, which does not belong there.")
    contents = Contents(
        description, {n.removesuffix(".npy"): arrays.to_array(d) for n, d in members.items()}
    )
    _check_values(contents)
    return contents


def _check_version(description: dict[str, Any]) -> None:
    if description.get("format") != FORMAT:
        raise Flaw("its description is not that of a minnet file.")
    version = checked(description.get("version"), int)
    if not 1 <= version <= VERSION:
        raise Flaw(
            f"it has version {version} of the format; this minnet reads 1 to {VERSION}. "
            f"A newer minnet may read it."
        )
    if description.get("kind") not in KINDS:
        raise Flaw("its description does not say what kind of file it is.")


def _check_values(contents: Contents) -> None:
    """The names in the description and the arrays in the file must be the same."""
    description = contents.description
    if description.get("dtype") not in ("float32", "float64"):
        raise Flaw("its description does not name a dtype.")
    names = checked(description.get("parameters"), list)
    expected = [_VALUES + quote(checked(name, str), safe="") for name in names]
    there = [name for name in contents.members if name.startswith(_VALUES)]
    if expected != there:
        raise Flaw("its description names other parameters than the file has.")
    if description["version"] == 1:
        description["frozen"] = None
    else:
        frozen = checked(description.get("frozen"), list)
        if frozen != [name for name in names if name in frozen]:
            raise Flaw("its description freezes parameters that it has not.")
    for name, value in contents.values.items():
        if str(value.dtype) != description["dtype"]:
            raise Flaw(
                f"the parameter {name} is of type {value.dtype}, not {description['dtype']}."
            )
        if not np.isfinite(value).all():
            raise Flaw(f"the parameter {name} has numbers that are not finite.")


def check_used(contents: Contents, used: Iterable[str]) -> None:
    """Every array beside the values must have been referred to."""
    extra = set(contents.beside_the_values()) - set(used)
    if extra:
        raise Flaw(f"it has the array {sorted(extra)[0]!r}, which does not belong there.")


def fit_together(values: dict[str, Array], parameters: dict[str, Parameter]) -> None:
    """The values of a file and the Parameters of a network must have one set of names and shapes.

    Raises:
        Flaw: the first difference.
    """
    for name, parameter in parameters.items():
        if name not in values:
            raise Flaw(
                f"it has no parameter {name}, which the network has: it has "
                f"{', '.join(values) or 'none'}. Build the network as it was when it was saved."
            )
        if values[name].shape != parameter.shape:
            raise Flaw(
                f"its parameter {name} has the shape {values[name].shape}, that of the network "
                f"{parameter.shape}. Build the network as it was when it was saved."
            )
    extra = [name for name in values if name not in parameters]
    if extra:
        raise Flaw(
            f"it has a parameter {extra[0]}, which the network has not: it has "
            f"{', '.join(parameters) or 'none'}. Build the network as it was when it was saved."
        )


def freeze(network: Any, parameters: dict[str, Parameter], frozen: list[str] | None) -> None:
    """Let train what the file says; None: the file is of version 1, which does not say it."""
    if frozen is None:
        return
    for name, parameter in parameters.items():
        parameter.trainable = name not in frozen
    network.refresh()


def cast(values: dict[str, Array], dtype: np.dtype[Any]) -> dict[str, Array]:
    """The values in a network's type.

    Raises:
        Flaw: a number that does not fit into it.
    """
    with np.errstate(over="ignore"):
        result = {name: value.astype(dtype) for name, value in values.items()}
    for name, value in result.items():
        if not np.isfinite(value).all():
            raise Flaw(f"its parameter {name} has numbers that do not fit into {dtype}.")
    return result


def put(values: dict[str, Array], parameters: dict[str, Parameter]) -> None:
    """Copy checked values into place; no later seed draws them again."""
    for name, parameter in parameters.items():
        parameter.value[...] = values[name]
        parameter.settle()
