"""The parameters of several networks of one shape: a matrix (runs, parameters), and views of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.utils.types import Array


class Stacked(NamedTuple):
    """One Parameter of all runs: values and gradients (runs, ...)."""

    value: Array
    grad: Array


class StackedParameters:
    """All Parameters; `stacked[parameter]`, for one of the first network, is that of all runs.

    Attributes:
        values, gradients: what is trained, the flat vectors of the networks as rows.
        fixed: frozen weights and running means: the Parameters of all runs, their values.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = networks
        self.values = np.stack([network.flat_values for network in networks])
        self.gradients = np.zeros_like(self.values)
        self.fixed: list[tuple[Sequence[Parameter], Array]] = []
        self.trained = (self.values, self.gradients)
        self._of: dict[int, Stacked] = {}
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
                self.fixed.append((same, value))
                self._of[id(first)] = Stacked(value, np.zeros_like(value))

    def __getitem__(self, parameter: Parameter) -> Stacked:
        return self._of[id(parameter)]

    def write(self, run: int) -> None:
        """Copy the numbers of one run into its network."""
        self.networks[run].flat_values[...] = self.values[run]
        for same, value in self.fixed:
            same[run].value[...] = value[run]
