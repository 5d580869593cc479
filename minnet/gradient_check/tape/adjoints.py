"""True gradients of every value of forward, by a reverse sweep over the tape.

No derivative rules: an elementwise operation is differentiated numerically at once; of one that
only moves numbers, labels in place of numbers tell what went where; any other entry by entry.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from minnet.gradient_check.tape.operations import Operation, TraceLostError
from minnet.utils.types import Array

MOST_CALLS = 12000
"""Evaluations of single operations in one sweep; beyond, the trace is given up."""
LABEL = 2.0**40


class Part(NamedTuple):
    """What comes back to a value through one of the operations that used it."""

    user: Operation
    gradient: Array


class Adjoints:
    """dL/dv for every value v behind the output.

    Args:
        output: the operation that made the output. g: the upstream gradient.
    """

    def __init__(self, output: Operation, g: Array) -> None:
        self.parts: dict[int, list[Part]] = {}
        self.operations: dict[int, Operation] = {}
        self._calls = 0
        self._collect(output)
        self.of: dict[int, Array] = self.below(output, np.array(g, dtype=np.float64), self.parts)

    def below(
        self, start: Operation, gradient: Array, parts: dict[int, list[Part]] | None = None
    ) -> dict[int, Array]:
        """What comes back to all values before `start` if this is what comes back to it."""
        found = {start.index: gradient}
        for index in sorted((k for k in self.operations if k <= start.index), reverse=True):
            operation = self.operations[index]
            if operation.compute is None or index not in found:
                continue
            for source, back in self._sent_back(operation, found[index]).items():
                found[source] = found.get(source, 0.0) + back
                if parts is not None:
                    parts.setdefault(source, []).append(Part(operation, back))
        return found

    def paths(self) -> Iterator[tuple[Operation, Array, Part]]:
        """True gradients without what comes back along one of several ways through a value."""
        self._calls = 0
        for index, parts in self.parts.items():
            if len(self.operations) > 40 or self.operations[index].compute is None:
                continue
            for part in parts if 1 < len(parts) < 5 else []:
                for k, back in self.below(self.operations[index], part.gradient).items():
                    if k != index:
                        yield self.operations[k], self.of[k] - back, part

    def _collect(self, output: Operation) -> None:
        waiting = [output]
        while waiting:
            operation = waiting.pop()
            if operation.index not in self.operations:
                self.operations[operation.index] = operation
                waiting += operation.inputs

    def _sent_back(self, operation: Operation, back: Array) -> dict[int, Array]:
        gradients: dict[int, Array] = {}
        for position, source in enumerate(operation.inputs):
            if source.is_differentiable and not (source.compute is None and not source.name):
                found = self._pulled_back(operation, position, back)
                gradients[source.index] = gradients.get(source.index, 0.0) + found
        return gradients

    def _pulled_back(self, operation: Operation, position: int, back: Array) -> Array:
        """J^T times the gradient of the result, for one input."""
        if operation.kind in ("moves", "assign"):
            return _moved(operation, position, back)
        if operation.kind == "elementwise":
            return _elementwise(operation, position, back)
        x = operation.inputs[position].value
        rows = _keeps_rows_apart(operation, position)
        inner = x.shape[1:] if rows else x.shape
        self._calls += 2 * int(np.prod(inner))
        if self._calls > MOST_CALLS:
            raise TraceLostError
        result = np.zeros(x.shape)
        for index in np.ndindex(*inner):
            where = (slice(None), *index) if rows else index
            h = 1e-6 * max(1.0, float(np.abs(x[where]).max(initial=0.0)))
            ahead, behind = (_with(operation, position, _shifted(x, where, s)) for s in (h, -h))
            change = (ahead - behind) * back / (2 * h)
            result[where] = change.reshape(len(x), -1).sum(axis=1) if rows else change.sum()
        return result


def _keeps_rows_apart(operation: Operation, position: int) -> bool:
    """Whether row k of the result depends on row k of this input alone: one step then tells all."""
    x, y = operation.inputs[position].value, operation.value
    if x.ndim < 2 or y.ndim < 1 or len(x) != len(y) or len(x) < 2:
        return False
    for row in (0, len(x) - 1):
        moved = x.copy()
        moved[row] = moved[row] * 1.3 + 0.1
        changed = _with(operation, position, moved) != y
        changed[row] = False
        if changed.any():
            return False
    return True


def _shifted(x: Array, where: tuple[Any, ...], step: float) -> Array:
    moved: Array = x.copy()
    moved[where] += step
    return moved


def _with(operation: Operation, position: int, value: Array) -> Array:
    """The result with another value for one input."""
    values = [source.value for source in operation.inputs]
    values[position] = value
    assert operation.compute is not None
    return np.asarray(operation.compute(*values), dtype=np.float64)


def _elementwise(operation: Operation, position: int, back: Array) -> Array:
    x = operation.inputs[position].value
    h = 1e-6 * np.maximum(1.0, np.abs(x))
    slope = (_with(operation, position, x + h) - _with(operation, position, x - h)) / (2 * h)
    result = slope * back
    while result.ndim > x.ndim:
        result = result.sum(axis=0)
    long = tuple(a for a in range(x.ndim) if x.shape[a] == 1 != result.shape[a])
    return np.asarray(result.sum(axis=long, keepdims=True) if long else result)


def _moved(operation: Operation, position: int, back: Array) -> Array:
    x = operation.inputs[position].value
    labels = LABEL + np.arange(x.size, dtype=np.float64).reshape(x.shape)
    others = [np.zeros(source.value.shape, source.value.dtype) for source in operation.inputs]
    if others[position].dtype.kind != "f":
        return np.zeros(x.shape)
    others = [
        o if o.dtype.kind == "f" else s.value for o, s in zip(others, operation.inputs, strict=True)
    ]
    others[position] = labels
    assert operation.compute is not None
    where = np.asarray(operation.compute(*others), dtype=np.float64)
    came = where >= LABEL
    result = np.zeros(x.size)
    np.add.at(result, (where[came] - LABEL).astype(int), back[came])
    return result.reshape(x.shape)


def partial_sums(parts: list[Part]) -> list[tuple[tuple[int, ...], Array]]:
    """Sums of some, not all, of the parts: all of them for a few parts, else the running ones."""
    count = len(parts)
    if count <= 5:
        chosen = [c for size in range(1, count) for c in itertools.combinations(range(count), size)]
    else:
        chosen = [(k,) for k in range(count)]
        chosen += [tuple(range(k)) for k in range(2, count)]
        chosen += [tuple(range(k, count)) for k in range(1, count - 1)]
    return [(c, np.sum([parts[k].gradient for k in c], axis=0)) for c in chosen]
