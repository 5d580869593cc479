"""Which values of backward are true gradients, or parts of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.tape.adjoints import Adjoints, Part, partial_sums
from minnet.gradient_check.tape.operations import Operation, TraceLostError
from minnet.gradient_check.tape.run import Trace, trace
from minnet.utils.types import Array


class Meaning(NamedTuple):
    """What a value of backward is: dL/d(of), or only the sum of some of its parts."""

    of: Operation
    missing: tuple[Part, ...] = ()
    looped: bool = False  # one part of several that come from one line


def replay(
    run: Iterable[Operation],
    values: dict[int, Array],
    functions: dict[int, Callable[..., Any]] | None = None,
) -> dict[int, Array]:
    """The values of some operations with other values for what goes in, or other functions."""
    known, functions = dict(values), functions or {}
    for operation in run:
        compute = functions.get(operation.index, operation.compute)
        if compute is None or operation.index in known:
            continue
        if operation.index in functions or any(s.index in known for s in operation.inputs):
            arguments = [known.get(source.index, source.value) for source in operation.inputs]
            known[operation.index] = np.asarray(compute(*arguments))
    return known


@dataclass
class Analysis:
    """A trace with the true gradient of every value of forward."""

    point: EvaluationPoint
    trace: Trace
    adjoints: Adjoints
    tolerance: float
    notes: dict[Any, Any] = field(default_factory=dict)
    _pool: dict[tuple[int, bool], tuple[Array, list[Meaning]]] = field(default_factory=dict)

    @cached_property
    def operations(self) -> list[Operation]:
        """What backward computed."""
        return [o for o in self.trace.tape.operations if o.phase == "backward"]

    @cached_property
    def follows(self) -> set[int]:
        """Values that depend on the upstream gradient; of a loss, all that backward computes."""
        found = {self.trace.upstream.index}
        if self.trace.is_loss:
            found |= {leaf.index for leaf in self.trace.leaves.values()}
        for operation in self.trace.tape.operations if self.trace.is_loss else self.operations:
            if any(source.index in found for source in operation.inputs):
                found.add(operation.index)
        return found

    @cached_property
    def meanings(self) -> dict[int, Meaning]:
        """What is a true gradient, or a part of one, among the values that follow g."""
        found = {self.trace.upstream.index: Meaning(self.trace.output)}
        for operation in self.operations:
            if operation.index in self.follows and operation.index not in found:
                meaning = self.meaning_of_value(operation.value)
                if meaning is not None:
                    found[operation.index] = meaning
        return found

    @cached_property
    def users(self) -> dict[int, list[Operation]]:
        """By value, the operations of backward that it goes into."""
        found: dict[int, list[Operation]] = {}
        for operation in self.operations:
            for source in operation.inputs:
                found.setdefault(source.index, []).append(operation)
        return found

    @cached_property
    def made(self) -> set[int]:
        """The values of forward whose true gradient backward has computed."""
        own = (m for k, m in self.meanings.items() if k != self.trace.upstream.index)
        made = {meaning.of.index for meaning in own if not meaning.missing}
        for name, leaf in self.trace.leaves.items():
            last = self.trace.found.get(name)
            if last is None or self.meanings.get(last.index) != Meaning(leaf):
                made.discard(leaf.index)  # computed, but not what was set in the end
        return made

    @cached_property
    def of_forward(self) -> dict[bytes, Operation]:
        """The different arrays that forward had, by their numbers."""
        return {
            o.value.tobytes(): o
            for o in reversed(self.trace.tape.operations)
            if o.phase == "forward" and o.value.ndim and o.value.dtype.kind in "fb"
        }

    def is_of_forward(self, operation: Operation) -> bool:
        """Whether forward had the same numbers."""
        return operation.phase == "forward" or operation.value.tobytes() in self.of_forward

    def source_of(self, operation: Operation) -> Operation:
        """What forward computed, not a copy of it."""
        return self.of_forward.get(operation.value.tobytes(), operation)

    def depends(self, last: Operation, first: Operation) -> bool:
        """Whether a value of forward was computed from an earlier one."""
        waiting, seen = [last], {last.index}
        while waiting:
            for source in waiting.pop().inputs:
                if source is first:
                    return True
                if source.index > first.index and source.index not in seen:
                    seen.add(source.index)
                    waiting.append(source)
        return False

    def equal(self, one: Array, other: Array) -> bool:
        """The same numbers, to the digits that were measured."""
        scale = np.abs(other).max(initial=0.0)
        return bool(
            one.shape == other.shape
            and np.abs(one - other).max(initial=0.0) <= self.tolerance * scale
        )

    def wholes(self, shape: tuple[int, ...]) -> list[tuple[Operation, Array]]:
        """All true gradients of this shape."""
        found = ((self.adjoints.operations[k], true) for k, true in self.adjoints.of.items())
        return [(of, true) for of, true in found if true.shape == shape and np.any(true)]

    def meaning_of_value(self, value: Array) -> Meaning | None:
        """Compare numbers with all true gradients of this size, whole ones first."""
        if value.dtype.kind != "f" or not np.abs(value).max(initial=0.0) > 0:
            return None
        table, meanings = self.candidates(value.size)
        if not len(table):
            return None
        apart = np.abs(table - value.ravel()).max(axis=1)
        close = np.flatnonzero(apart <= self.tolerance * np.abs(value).max())
        if not len(close):
            return None
        return min(
            (meanings[k] for k in close),
            key=lambda m: (len(m.missing), m.of.value.shape != value.shape),
        )

    @cached_property
    def _paths(self) -> list[tuple[Operation, Array, Part]]:
        return list(self.adjoints.paths())

    def candidates(self, size: int, paths: bool = False) -> tuple[Array, list[Meaning]]:
        """All true gradients of this many numbers, and their partial sums, as rows.

        paths: also those that lack a way through a value in between.
        """
        if (size, paths) not in self._pool:
            rows: list[Array] = []
            meanings: list[Meaning] = []
            for index, gradient in self.adjoints.of.items():
                if gradient.size != size or not np.any(gradient):
                    continue
                operation = self.adjoints.operations[index]
                rows.append(gradient.ravel())
                meanings.append(Meaning(operation))
                parts = self.adjoints.parts.get(index, [])
                for chosen, total in partial_sums(parts) if len(parts) > 1 else []:
                    if np.any(total):
                        rows.append(total.ravel())
                        left = tuple(p for k, p in enumerate(parts) if k not in chosen)
                        sources = {(part.user.code, part.user.offset) for part in parts}
                        looped = len(sources) == len(chosen) == 1
                        meanings.append(Meaning(operation, left, looped))
            for operation, gradient, part in self._paths if paths else []:
                if gradient.size == size and np.abs(gradient).max() > self.tolerance:
                    rows.append(gradient.ravel())
                    meanings.append(Meaning(operation, (part,)))
            self._pool[size, paths] = np.array(rows), meanings
        return self._pool[size, paths]

    def is_right(self, operation: Operation) -> bool:
        """A true gradient or a part of one; or one with its numbers at other places."""
        if operation.index in self.meanings:
            return True
        size = sum(source.value.size for source in operation.inputs)
        return (
            operation.kind == "moves"
            and operation.value.size <= size
            and all(
                source.index not in self.follows or self.is_right(source)
                for source in operation.inputs
            )
        )

    def region(self, name: str) -> list[Operation]:
        """The values behind a wrong gradient that are no true gradients, in order."""
        last = self.trace.found.get(name)
        if last is None:
            return []
        follows = self.follows
        if last.index not in follows:
            follows = {o.index for o in self.operations if o.compute is not None}
        seen: dict[int, Operation] = {}
        waiting = [last]
        while waiting:
            operation = waiting.pop()
            if operation.index in seen or operation.index not in follows:
                continue
            if operation is not last and self.is_right(operation):
                continue
            seen[operation.index] = operation
            waiting += operation.inputs
        return [seen[index] for index in sorted(seen)]


def analyse(point: EvaluationPoint) -> Analysis | None:
    """The analysis at this point, computed once; None where the trace is lost."""
    if "tape" not in point.notes:
        try:
            point.notes["tape"] = _analysed(point)
        except Exception:  # a check must not depend on what cannot be traced
            point.notes["tape"] = None
    return point.notes["tape"]  # type: ignore[no-any-return]


def _analysed(point: EvaluationPoint) -> Analysis:
    made = trace(point)
    adjoints = Adjoints(made.output, np.broadcast_to(point.g, made.output.value.shape))
    tolerance = 2e-3 if point.precision.single else 1e-6
    for name, leaf in made.leaves.items():
        true = point.true(name)
        found = adjoints.of.get(leaf.index, np.zeros(leaf.value.shape)).ravel()
        smooth = ~point.jacobian(name).kinked
        apart = np.abs(found[point.jacobian(name).columns] - true)[smooth].max(initial=0.0)
        if not apart <= 10 * tolerance * np.abs(true).max(initial=0.0) + point.noise:
            raise TraceLostError(f"{name}: not what was measured")
    return Analysis(point, made, adjoints, 10 * tolerance)
