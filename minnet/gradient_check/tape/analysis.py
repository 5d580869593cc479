"""Which values of backward are true gradients, and in which line the first wrong one is made."""

from __future__ import annotations

import ast
import inspect
import textwrap
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


@dataclass
class Analysis:
    """A trace, with true gradients.

    point: where. trace: what was recorded. adjoints: of every value of forward.
    """

    point: EvaluationPoint
    trace: Trace
    adjoints: Adjoints
    tolerance: float
    _pool: dict[int, tuple[Array, list[Meaning]]] = field(default_factory=dict)

    @cached_property
    def operations(self) -> list[Operation]:
        """What backward computed."""
        return [o for o in self.trace.tape.operations if o.phase == "backward"]

    @cached_property
    def follows(self) -> set[int]:
        """Values that depend on the upstream gradient; of a loss, all that backward computes."""
        if self.trace.is_loss:
            return {o.index for o in self.operations if o.compute is not None}
        found = {self.trace.upstream.index}
        for operation in self.operations:
            if any(source.index in found for source in operation.inputs):
                found.add(operation.index)
        return found

    @cached_property
    def meanings(self) -> dict[int, Meaning]:
        """What is a true gradient, or a part of one, among the values that follow g."""
        found = {self.trace.upstream.index: Meaning(self.trace.output)}
        for operation in self.operations:
            if operation.index in self.follows and operation.index not in found:
                meaning = self.meaning_of(operation)
                if meaning is not None:
                    found[operation.index] = meaning
        return found

    def meaning_of(self, operation: Operation) -> Meaning | None:
        """Compare one value with all true gradients of its size, whole ones first."""
        value = operation.value
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

    def candidates(self, size: int) -> tuple[Array, list[Meaning]]:
        """All true gradients of this many numbers, and their partial sums, as rows."""
        if size not in self._pool:
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
                        left = (p for k, p in enumerate(parts) if k not in chosen)
                        meanings.append(Meaning(operation, tuple(left)))
            self._pool[size] = np.array(rows), meanings
        return self._pool[size]

    def is_right(self, operation: Operation) -> bool:
        """A true gradient or a part of one; or one with its numbers at other places."""
        if operation.index in self.meanings:
            return True
        carried = operation.kind == "moves" and operation.name != "pad"
        return carried and all(
            source.index not in self.follows or self.is_right(source) for source in operation.inputs
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


def suspect_operations(analysis: Analysis, name: str, others: list[str]) -> list[list[Operation]]:
    """Wrong values behind a wrong gradient by line, the most suspicious line first.

    What it has in common with other wrong gradients comes first; among it, what was made of right
    values alone; then in the order of execution.
    """
    region = {o.index: o for o in analysis.region(name)}
    chosen = region
    for other in others:
        common = {o.index for o in analysis.region(other)} & set(chosen)
        chosen = {index: chosen[index] for index in common} if common else chosen
    lines: dict[int, list[Operation]] = {}
    for index in sorted(chosen):
        if chosen[index].line:
            lines.setdefault(chosen[index].line, []).append(chosen[index])

    def rank(line: int) -> tuple[bool, int]:
        own = {o.index for o in lines[line]}
        before = [
            s
            for o in lines[line]
            for s in o.inputs
            if s.index in analysis.follows and s.index not in own
        ]
        return any(not analysis.is_right(s) for s in before), min(own)

    return [lines[line] for line in sorted(lines, key=rank)]


def return_line(cls: Any) -> int:
    """The line of the last return of backward; 0 if it is not known."""
    try:
        source, first = inspect.getsourcelines(inspect.unwrap(cls.backward))
        tree = ast.parse(textwrap.dedent("".join(source)))
    except (OSError, TypeError, SyntaxError):
        return 0
    found = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return first + max(found) - 1 if found else 0
