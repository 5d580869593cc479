"""An optimizer's memory belongs to Parameters: which part of its vectors is whose.

The vectors of an optimizer are as long as the network's flat vectors, so that a step is a few
operations on whole vectors. If a layer is frozen, unfrozen, added or moved, the flat vectors
change; here the memory of each Parameter is then moved to its new place, or kept for later.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from minnet.utils.types import Array

Vectors = dict[str, Array]


class ParameterMemory:
    """The Parameters of an optimizer's vectors, and the memory of those that do not train now.

    Attributes:
        parameters: those of the vectors, in order. missed: the steps of the optimizer in which each
            had no part. resting: Parameters that do not train now: their own steps, their memory.
    """

    def __init__(self) -> None:
        self.parameters: Sequence[Any] = ()
        self.missed: list[int] = []
        self.resting: dict[Any, tuple[int, Vectors]] = {}
        self._copied = False

    def move(self, optimizer: Any, parameters: Sequence[Any]) -> bool:
        """Move the memory to where these Parameters have it; False: it is there already.

        Raises:
            ValueError: a Parameter is new, and the optimizer keeps vectors outside of `state`.
        """
        same = len(parameters) == len(self.parameters) and all(
            new is old for new, old in zip(parameters, self.parameters, strict=True)
        )
        if same or not optimizer.steps or self._is_copy(parameters):
            self.start(parameters, [0] * len(parameters) if not same else self.missed)
            return not same
        vectors = self._vectors(optimizer)
        memory = {**self.resting, **self._by_parameter(optimizer.steps, vectors)}
        new = [p for p in parameters if p not in memory]
        _check_known(optimizer, vectors, new)
        for p in new:
            memory[p] = (0, {name: np.zeros(p.size, v.dtype) for name, v in vectors.items()})
        present = [memory.pop(p) for p in parameters]
        for name, vector in vectors.items():
            parts = [own[name] for _, own in present if name in own]
            _set(optimizer, name, np.concatenate([vector[:0], *parts]))
        self.start(parameters, [optimizer.steps - steps for steps, _ in present])
        self.resting = memory
        return True

    def start(self, parameters: Sequence[Any], missed: list[int]) -> None:
        """The vectors are made of these Parameters."""
        self.parameters, self.missed, self._copied = parameters, missed, False

    def state(self, steps: int, named: dict[str, Any]) -> dict[str, Any]:
        """For a checkpoint: the Parameters that did not train in every step; mostly none."""
        known = dict(self.resting)
        ages = zip(self.parameters, self.missed, strict=True)
        known |= {p: (steps - missed, {}) for p, missed in ages if missed}
        return {
            name: {"steps": known[p][0], "memory": known[p][1]}
            for name, p in named.items()
            if p in known
        }

    def restore(
        self, steps: int, named: dict[str, Any], trained: Sequence[Any], state: dict[str, Any]
    ) -> None:
        """Take back what `state` returned."""
        known = {named[name]: (own["steps"], own["memory"]) for name, own in state.items()}
        self.start(trained, [steps - known[p][0] if p in known else 0 for p in trained])
        self.resting = {p: known[p] for p in known if not p.trainable}

    def blocks(self, size: int, longest: int) -> list[tuple[slice, int]]:
        """Slices of the vectors, each with the steps that all of its Parameters missed."""
        runs = itertools.groupby(
            zip(self.parameters, self.missed, strict=True), key=lambda pair: pair[1]
        )
        lengths = [(sum(p.size for p, _ in run), missed) for missed, run in runs]
        if sum(length for length, _ in lengths) != size:  # vectors that belong to no network
            lengths = [(size, 0)]
        result, start = [], 0
        for length, missed in lengths:
            stop = start + length
            result += [
                (slice(first, min(first + longest, stop)), missed)
                for first in range(start, stop, longest)
            ]
            start = stop
        return result

    def _is_copy(self, parameters: Sequence[Any]) -> bool:
        """True for a copied optimizer with another network of the same shapes."""
        here = {id(p) for p in self.parameters}
        return (
            self._copied
            and [p.shape for p in parameters] == [p.shape for p in self.parameters]
            and not any(id(p) in here for p in parameters)
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_copied": True}

    def _vectors(self, optimizer: Any) -> Vectors:
        """The memory in `state`, and the attributes of a custom one that are as long."""
        total = sum(p.size for p in self.parameters)
        found = {**optimizer.state, **vars(optimizer)}
        return {
            name: value
            for name, value in found.items()
            if type(value) is np.ndarray and value.shape == (total,)
        }

    def _by_parameter(self, steps: int, vectors: Vectors) -> dict[Any, tuple[int, Vectors]]:
        """Each Parameter's own steps, and its part of each vector."""
        ends = list(itertools.accumulate(p.size for p in self.parameters))
        return {
            p: (
                steps - missed,
                {name: vector[end - p.size : end].copy() for name, vector in vectors.items()},
            )
            for p, missed, end in zip(self.parameters, self.missed, ends, strict=True)
        }


def _check_known(optimizer: Any, vectors: Vectors, new: list[Any]) -> None:
    """Where the memory of a custom `step` starts is not known: a new Parameter cannot have one."""
    own = [name for name in vectors if name not in optimizer.state]
    if own and new:
        kind = type(optimizer).__name__
        raise ValueError(
            f"{kind}: expected to train the same Parameters as before, got {new[0].name}, which is "
            f"new, and {own[0]}, a vector for those before. Name it in memory = ({own[0]!r},) and "
            f"write update, so that it starts at zero for what is trained now; or give the Trainer "
            f"a new {kind}."
        )


def _set(optimizer: Any, name: str, vector: Array) -> None:
    where = optimizer.state if name in optimizer.state else vars(optimizer)
    where[name] = vector
