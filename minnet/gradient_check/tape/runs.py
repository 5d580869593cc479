"""One run of one line of backward: what it hands on, and what it would be with another input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from minnet.gradient_check.tape.analysis import Analysis, Meaning, replay
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import Relation
from minnet.utils.types import Array

Run = list[Operation]


MOST_WORK = 100_000
"""Operations that are computed again for one layer, at most: below a second."""


@dataclass
class Finding:
    """Where a gradient goes wrong: the wrong values of one line, and what is said about them."""

    run: Run
    value: Operation
    relation: Relation | None = None

    @property
    def line(self) -> int:
        """The line of the student's file."""
        return self.value.line


def executions(analysis: Analysis, region: dict[int, Operation]) -> list[Run]:
    """The operations of backward, one list for each time that a line of the region ran."""
    runs: list[Run] = []
    backward = any(o.phase == "backward" for o in region.values())
    for operation in analysis.operations if backward else region.values():
        if runs and runs[-1][-1].line == operation.line:
            runs[-1].append(operation)
        else:
            runs.append([operation])
    return [run for run in runs if any(o.index in region for o in run)]


def outputs_of(analysis: Analysis, run: Run, region: dict[int, Operation]) -> Run:
    """The wrong values that a line hands on; if it hands on none, the last one in it."""
    inside = [o for o in run if o.index in region]
    return [o for o in inside if _leaves(analysis, o, run)] or inside[-1:]


def _leaves(analysis: Analysis, operation: Operation, run: Run) -> bool:
    """Whether a value is used outside the line that made it."""
    own = {o.index for o in run}
    users = analysis.users.get(operation.index, [])
    return not users or any(user.index not in own for user in users)


def entering(run: Run) -> list[Operation]:
    """The values that a line works with, each once."""
    own = {o.index for o in run}
    return list({s.index: s for o in run for s in o.inputs if s.index not in own}.values())


def made_right(
    analysis: Analysis,
    run: Run,
    outputs: Run,
    values: dict[int, Array],
    functions: dict[int, Callable[..., Any]] | None = None,
) -> Meaning | None:
    """What the wrong values of a line become with other values, if all are true gradients then.

    A line that adds up (in a loop) may give a part of one.
    """
    analysis.notes["work"] = analysis.notes.get("work", 0) + len(run)
    if analysis.notes["work"] > MOST_WORK:
        return None
    try:
        known = replay(run, values, functions)
    except (ValueError, IndexError, TypeError):
        return None
    given = {analysis.meanings[s.index].of for s in entering(run) if s.index in analysis.meanings}
    given |= {analysis.trace.output}
    found = None
    for operation in outputs:
        if operation.index not in known:
            continue
        found = analysis.meaning_of_value(known[operation.index])
        adds = operation.name in ("add", "setitem") and not values.keys() & analysis.follows
        same = analysis.equal(known[operation.index], operation.value)
        if found is None or same or (found.missing and not adds):
            return None
        if found.of in given or found.of.index in analysis.made:
            return None  # what goes in, or is right elsewhere, was not meant here
    return found


def is_cause(analysis: Analysis, value: Operation, relation: Relation | None) -> bool:
    """Whether all that is made of a value is right once it is the gradient that it should be."""
    users = analysis.users.get(value.index, [])
    if relation is None or not users:
        return True
    for run in executions(analysis, {user.index: user for user in users}):
        if value in run:
            continue
        outputs = [o for o in run if o.index in analysis.follows and _leaves(analysis, o, run)]
        wrong = [o for o in outputs if not analysis.is_right(o)]
        if wrong and made_right(analysis, run, wrong, {value.index: relation.true}) is None:
            return False
    return True
