"""One run of one line of backward: what it hands on, and what it would be with another input."""

from __future__ import annotations

from dataclasses import dataclass

from minnet.gradient_check.tape.analysis import Analysis, replay
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import Relation
from minnet.utils.types import Array


@dataclass
class Finding:
    """Where a gradient goes wrong: the wrong values of one line, and what is said about them."""

    run: list[Operation]
    value: Operation
    relation: Relation | None = None

    @property
    def line(self) -> int:
        """The line of the student's file."""
        return self.value.line


def executions(analysis: Analysis, region: dict[int, Operation]) -> list[list[Operation]]:
    """The operations of backward, one list for each time that a line of the region ran."""
    runs: list[list[Operation]] = []
    backward = any(o.phase == "backward" for o in region.values())
    for operation in analysis.operations if backward else region.values():
        if runs and runs[-1][-1].line == operation.line:
            runs[-1].append(operation)
        else:
            runs.append([operation])
    return [run for run in runs if any(o.index in region for o in run)]


def outputs_of(
    analysis: Analysis, run: list[Operation], region: dict[int, Operation]
) -> list[Operation]:
    """The wrong values that a line hands on; if it hands on none, the last one in it."""
    inside = [o for o in run if o.index in region]
    return [o for o in inside if leaves(analysis, o, run)] or inside[-1:]


def leaves(analysis: Analysis, operation: Operation, run: list[Operation]) -> bool:
    """Whether a value is used outside the line that made it."""
    own = {o.index for o in run}
    users = analysis.users.get(operation.index, [])
    return not users or any(user.index not in own for user in users)


def becomes_right(
    analysis: Analysis,
    run: list[Operation],
    outputs: list[Operation],
    changed: Operation,
    true: Array,
) -> bool:
    """Whether the wrong values of a line become true gradients when one value that goes in is."""
    try:
        known = replay(run, {changed.index: true})
    except (ValueError, IndexError, TypeError):
        return False
    moved = [known[o.index] for o in outputs if o.index in known]
    meanings = [analysis.meaning_of_value(value) for value in moved]
    made = analysis.made  # what is right elsewhere was not meant here
    return bool(meanings) and all(
        m is not None and not m.missing and m.of.index not in made for m in meanings
    )


def is_cause(analysis: Analysis, value: Operation, relation: Relation | None) -> bool:
    """Whether all that is made of a value is right once it is the gradient that it should be."""
    users = analysis.users.get(value.index, [])
    if relation is None or not users:
        return True
    runs = executions(analysis, {user.index: user for user in users})
    for run in runs:
        if value in run:
            continue
        outputs = [o for o in run if o.index in analysis.follows and leaves(analysis, o, run)]
        wrong = [o for o in outputs if not analysis.is_right(o)]
        if wrong and not becomes_right(analysis, run, wrong, value, relation.true):
            return False
    return True
