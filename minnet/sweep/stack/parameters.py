"""The numbers of a stack: the parameters of all runs, and settings that differ from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.utils.types import Array


class Stacked(NamedTuple):
    """One Parameter of all runs: values and gradients (runs, ...)."""

    value: Array
    grad: Array


class StackedParameters:
    """All Parameters of several networks of one shape.

    Attributes:
        values, gradients: what is trained, matrices (runs, parameters), as the flat vectors of the
            networks one below the other. A Stacked Parameter is a view of its columns.
        fixed: frozen weights and running means, of each place the Parameters of all runs.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = networks
        self.values = np.stack([network.flat_values for network in networks])
        self.gradients = np.zeros_like(self.values)
        self.fixed: list[tuple[list[Parameter], Array]] = []
        self._of: dict[int, Stacked] = {}  # by the identity of the first network's Parameter
        start = 0
        for same in zip(*(n.parameters().values() for n in networks), strict=True):
            first, shape = same[0], (len(networks), *same[0].shape)
            if first.trainable:
                part = slice(start, start + first.size)
                start += first.size
                views = (a[:, part].reshape(shape) for a in (self.values, self.gradients))
                self._of[id(first)] = Stacked(*views)
            else:
                value = np.stack([parameter.value for parameter in same])
                self.fixed.append((list(same), value))
                self._of[id(first)] = Stacked(value, np.zeros_like(value))

    def __getitem__(self, parameter: Parameter) -> Stacked:
        """That of all runs, for one of the first network."""
        return self._of[id(parameter)]

    def of(self, layer: Layer) -> dict[str, Stacked]:
        """The Parameters of a layer of the first network, by name; those that it has."""
        return {name: self[parameter] for name, parameter in layer.parameters().items()}

    def write(self, run: int) -> None:
        """Copy the numbers of one run into its network."""
        self.networks[run].flat_values[...] = self.values[run]
        for same, value in self.fixed:
            same[run].value[...] = value[run]

    def read(self, run: int) -> None:
        """Copy the numbers of one network, which a callback may have changed, into the stack."""
        self.values[run] = self.networks[run].flat_values
        for same, value in self.fixed:
            value[run] = same[run].value

    def arrays(self) -> list[Array]:
        """All arrays that a step changes."""
        return [self.values, *(value for _, value in self.fixed)]


class Column(NDArrayOperatorsMixin):
    """One number for each run, which computes as a Python float does.

    Between such numbers the arithmetic is that of Python, in double precision; in an operation
    with an array they are rounded to its type. So a formula gives the same bits as with one
    float in each run.

    >>> rate = 1 - Column([0.9, 0.99])
    >>> (np.ones((2, 3), np.float32) * rate).dtype.name
    'float32'
    """

    def __init__(self, numbers: Sequence[float], axes: int = 2) -> None:
        self.numbers = np.array(numbers, np.float64).reshape(-1, *[1] * (axes - 1))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        arrays = [x for x in inputs if type(x) is np.ndarray and x.dtype.kind == "f"]
        dtype = arrays[0].dtype if arrays else np.dtype(np.float64)
        numbers = (
            x.numbers.astype(dtype, copy=False) if isinstance(x, Column) else x for x in inputs
        )
        result = getattr(ufunc, method)(*numbers, **options)
        return result if arrays else Column(result, self.numbers.ndim)

    def __bool__(self) -> bool:
        """Runs are only stacked if a setting is 0 in all of them or in none."""
        return bool(self.numbers.any())


def joined(numbers: Sequence[Any], axes: int = 2) -> Any:
    """The number itself if it is the same in all runs, else a Column."""
    first = numbers[0]
    return first if all(n == first for n in numbers) else Column(numbers, axes)
