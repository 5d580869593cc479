"""Finds the line in which a wrong gradient goes wrong, and what is right up to there.

The first wrong value is not always made in the wrong line: what went into it may be right for
something else (a part of a gradient, one step too early). This is told by putting the true gradient
in its place: if the wrong value then becomes a true gradient, what went in was the mistake.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minnet.gradient_check.tape.analysis import Analysis, Meaning, replay
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import Relation, gradient_of, named, relations
from minnet.utils.types import Array


@dataclass
class Finding:
    """Where a gradient goes wrong: the wrong values of one line, and what is said about them."""

    run: list[Operation]
    value: Operation
    relation: Relation | None = None
    right: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        """The line of the student's file."""
        return self.value.line


def find(analysis: Analysis, name: str, others: list[str]) -> Finding | None:
    """The mistake behind one wrong gradient; what other wrong gradients share is tried first."""
    key = (name, *sorted(others))
    if key not in analysis.notes:
        try:
            analysis.notes[key] = _find(analysis, name, others)
        except Exception:  # what cannot be explained is reported without an explanation
            analysis.notes[key] = None
    return analysis.notes[key]  # type: ignore[no-any-return]


def _find(analysis: Analysis, name: str, others: list[str]) -> Finding | None:
    region = {o.index: o for o in analysis.region(name)}
    for other in others:
        common = {o.index for o in analysis.region(other)} & set(region)
        region = {index: region[index] for index in common} if common else region
    region = {index: o for index, o in region.items() if o.line}
    if not region:
        return None
    if analysis.trace.is_loss:
        return _of_loss(analysis, region)
    later: list[Finding] = []
    for run in executions(analysis, region):
        outputs = outputs_of(analysis, run, region)
        found = replaced(analysis, run, outputs)
        if found is not None:
            return found
        hints = [next(relations(analysis, o.value), None) for o in outputs]
        value, relation = next(
            ((o, h) for o, h in zip(outputs, hints, strict=True) if h), (outputs[-1], None)
        )
        finding = Finding(run, value, relation)
        on_the_way = bool(hints) and all(h is not None and h.is_factor for h in hints)
        if not on_the_way or _is_cause(analysis, value, relation):
            return _within(analysis, finding, region)
        later.append(finding)
    return later[0]


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
    return [o for o in inside if _leaves(analysis, o, run)] or inside[-1:]


def _leaves(analysis: Analysis, operation: Operation, run: list[Operation]) -> bool:
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


def replaced(analysis: Analysis, run: list[Operation], outputs: list[Operation]) -> Finding | None:
    """A value that goes into a wrong line and is right, but for something else."""
    own = {o.index for o in run}
    entering = {
        s.index: s
        for o in run
        for s in o.inputs
        if s.index in analysis.follows and s.index not in own
    }
    for source in entering.values():
        upstream = source is analysis.trace.upstream
        if not upstream and (source.compute is None or not source.line):
            continue
        if source.phase == "forward":
            continue
        meaning = analysis.meanings.get(source.index)
        for of, true in analysis.wholes(source.value.shape):
            if analysis.equal(source.value, true):
                continue
            if becomes_right(analysis, run, outputs, source, true):
                if meaning is not None and not meaning.missing and source.kind in ("moves", "leaf"):
                    return _step_missing(run, outputs[-1], meaning, of, true)
                relation = _misplaced(analysis, source, meaning, of, true)
                return _earlier(analysis, Finding([source], source, relation))
    return None


def _step_missing(
    run: list[Operation], value: Operation, meaning: Meaning, of: Operation, true: Array
) -> Finding:
    """The line starts from the true gradient of a later value than it should."""
    sentence = f"starts from {gradient_of(meaning.of)}; it should start from {gradient_of(of)}"
    return Finding(run, value, Relation("local-derivative-missing", sentence, of, true))


def _misplaced(
    analysis: Analysis, source: Operation, meaning: Meaning | None, of: Operation, true: Array
) -> Relation:
    """What a value is that should be dL/d(of)."""
    for relation in relations(analysis, source.value):
        if relation.of is of:
            return relation
    if meaning is None:
        return Relation("unknown", f"should be {gradient_of(of)}", of, true)
    if of in meaning.of.inputs:
        sentence = (
            f"is exactly {gradient_of(meaning.of)}, one step too early: for "
            f"{gradient_of(of)} its derivative is missing"
        )
        return Relation("local-derivative-missing", sentence, of, true)
    sentence = f"is {gradient_of(meaning.of)}, where {gradient_of(of)} belongs"
    return Relation("unknown", sentence, of, true)


def _earlier(analysis: Analysis, finding: Finding) -> Finding:
    """Of a sum that lacks a part, the line that adds most of them up."""
    value = finding.value
    best, waiting, seen = (_terms(value), value), [value], set()
    while waiting:
        operation = waiting.pop()
        for source in operation.inputs:
            meaning = analysis.meanings.get(source.index)
            if source.index in seen or source.line == 0 or meaning is None or not meaning.missing:
                continue
            seen.add(source.index)
            waiting.append(source)
            if finding.relation and meaning.of is finding.relation.of:
                best = max(best, (_terms(source), source), key=lambda pair: pair[0])
    finding.value = best[1]
    return finding


def _terms(operation: Operation) -> int:
    """How many terms a line adds up for this value."""
    count, waiting = 1, [operation]
    while waiting:
        current = waiting.pop()
        if current.name in ("add", "subtract") and current.line == operation.line:
            count += 1
            waiting += current.inputs
    return count


def _is_cause(analysis: Analysis, value: Operation, relation: Relation | None) -> bool:
    """Whether all that is made of a value is right once it is the gradient that it should be."""
    users = analysis.users.get(value.index, [])
    if relation is None or not users:
        return True
    runs = executions(analysis, {user.index: user for user in users})
    for run in runs:
        if value in run:
            continue
        outputs = [o for o in run if o.index in analysis.follows and _leaves(analysis, o, run)]
        wrong = [o for o in outputs if not analysis.is_right(o)]
        if wrong and not becomes_right(analysis, run, wrong, value, relation.true):
            return False
    return True


def _within(analysis: Analysis, finding: Finding, region: dict[int, Operation]) -> Finding:
    """A local derivative or a mask that the line takes from another line of backward."""
    relation = finding.relation
    if relation is None or relation.code == "unknown":
        known = _other_operand(analysis, finding, region) or _factor(analysis, finding, region)
        known = known or (_term(analysis, finding) if relation is None else None)
        if known is not None:
            return known
    if relation is not None and relation.of.index in analysis.made and relation.is_factor:
        target = _with_target(analysis, Finding(finding.run, finding.value)).relation
        if target is not None:
            sentence = f"should be {gradient_of(target.of)}; it {relation.sentence}"
            finding.relation = target._replace(code=relation.code, sentence=sentence)
    if relation is not None and relation.code != "mask-missing":
        return finding
    made: dict[int, Operation] = {}
    for run in executions(analysis, region):
        if run[0].line != finding.line:
            continue
        own = {o.index for o in run}
        if any(o.index not in analysis.follows and o.compute is not None for o in run):
            return finding if relation is not None else _with_target(analysis, finding)
        for source in (s for o in run for s in o.inputs):
            apart = source.index not in analysis.follows and source.index not in own
            if not apart or source.phase == "forward" or source.compute is None:
                continue
            if not analysis.is_of_forward(source) and not _is_true_mask(analysis, source):
                made[source.line] = source
    if len(made) != 1:
        return finding if relation is not None else _with_target(analysis, finding)
    (value,) = made.values()
    sentence = f"is wrong: {named(finding.value)}, which is made with it, is no true gradient"
    if relation is not None:
        sentence = f"is wrong: {named(finding.value)} {relation.sentence}"
    code = "unknown" if relation is None else relation.code
    return Finding([value], value, Relation(code, sentence, value, value.value))


def _other_operand(
    analysis: Analysis, finding: Finding, region: dict[int, Operation]
) -> Finding | None:
    """One value is used where another value of forward belongs: with that, the line is right."""
    run = finding.run
    outputs = outputs_of(analysis, run, region)
    own = {o.index for o in run}
    operands = {s.index: s for o in run for s in o.inputs if s.index not in own}
    values = analysis.forward_values
    for operand in operands.values():
        local = operand.index not in analysis.follows and operand.is_differentiable
        if not local or not operand.value.ndim:
            continue
        for other in values.values():
            for belongs, text in ((other.value, "{}"), (other.value.T, "{}.T")):
                if belongs.ndim != operand.value.ndim or np.array_equal(belongs, operand.value):
                    continue
                if becomes_right(analysis, run, outputs, operand, belongs):
                    return _swapped(analysis, finding, operand, other, text)
    return None


def _factor(analysis: Analysis, finding: Finding, region: dict[int, Operation]) -> Finding | None:
    """What goes into a line lacks a factor, before a sum or a product of matrices."""
    run = finding.run
    outputs = outputs_of(analysis, run, region)
    for source in {s.index: s for o in run for s in o.inputs if s not in run}.values():
        if source.index not in analysis.follows or not source.value.ndim:
            continue
        for other in analysis.forward_values.values():
            try:
                product = source.value * other.value
            except ValueError:
                continue
            if product.shape == source.value.shape and becomes_right(
                analysis, run, outputs, source, product
            ):
                sentence = f"is right if {named(source)} is multiplied by {named(other)} first"
                relation = Relation("local-derivative-missing", sentence, other, product)
                return Finding(run, finding.value, relation)
    return None


def _swapped(
    analysis: Analysis, finding: Finding, operand: Operation, other: Operation, text: str
) -> Finding:
    there = analysis.source_of(operand)
    name = text.format(other.text())
    line = f" (line {other.line})" if other.line else ""
    sentence = f"uses {named(there)} where `{name}`{line} belongs"
    products = ("multiply", "matmul", "dot", "einsum", "tensordot", "transpose", "getitem")
    used = [u.name for u in analysis.users.get(operand.index, []) if u in finding.run]
    code = "local-derivative-at-wrong-point"
    if np.array_equal(operand.value, other.value):
        code = "transposed"
    elif analysis.trace.output.value.tobytes() == operand.value.tobytes() and all(
        name in products for name in used
    ):
        code = "output-used-for-input"
    return Finding(finding.run, finding.value, Relation(code, sentence, there, other.value))


def _term(analysis: Analysis, finding: Finding) -> Finding | None:
    """One term of a sum, or one block of what is put together, to which something relates."""
    for operation in reversed(finding.run):
        if operation.index not in analysis.follows or analysis.is_right(operation):
            continue
        users = [u for u in analysis.users.get(operation.index, []) if u in finding.run]
        is_term = any(u.kind == "moves" or u.name in ("add", "subtract") for u in users)
        for relation in relations(analysis, operation.value) if users else []:
            if (is_term and relation.is_factor) or relation.is_sign:
                return Finding(finding.run, operation, relation)
    return None


def _with_target(analysis: Analysis, finding: Finding) -> Finding:
    """What a value should be: with that, all that is made of it is right."""
    value = finding.value
    if value.index not in analysis.follows or not analysis.users.get(value.index):
        return finding
    for of, true in analysis.wholes(value.value.shape):
        should = Relation("unknown", f"should be {gradient_of(of)}", of, true)
        if of.index not in analysis.made and _is_cause(analysis, value, should):
            return Finding(finding.run, value, should)
    return finding


def _is_true_mask(analysis: Analysis, mask: Operation) -> bool:
    """Whether some true gradient is zero exactly where a mask is."""
    if mask.value.dtype.kind != "b":
        return False
    return any(
        np.array_equal(true != 0, mask.value) for _, true in analysis.wholes(mask.value.shape)
    )


def _of_loss(analysis: Analysis, region: dict[int, Operation]) -> Finding:
    """Nothing comes in that is right: from the end, back through what is only scaled or added."""
    runs = executions(analysis, region)
    run = runs[-1]
    while True:
        own = {o.index for o in run}
        outputs = [o for o in run if o.index in region and _leaves(analysis, o, run)]
        value = outputs[-1] if outputs else run[-1]
        entering = {
            s.index: s
            for o in run
            for s in o.inputs
            if s.index in region and s.index not in own and s.is_differentiable and s.value.ndim
        }
        doubts = {s.index: _doubt(analysis, s) for s in entering.values()}
        worst = max(doubts.values(), default=0)
        bad = [s for s in entering.values() if worst and doubts[s.index] == worst]
        earlier = next((r for r in runs if bad and any(o is bad[0] for o in r)), run)
        if len(bad) != 1 or earlier is run or not _is_added(analysis, run, bad[0], value):
            return Finding(run, value, next(relations(analysis, value.value), None))
        run = earlier


def _doubt(analysis: Analysis, operation: Operation) -> int:
    """0: a true gradient or a part of one, but for a constant; 1: but for a factor; 2: neither."""
    if analysis.is_of_forward(operation):
        return 0
    found = [r for r in relations(analysis, operation.value) if r.is_factor]
    return 2 if not found else int(found[0].code not in ("constant-factor", "sign-flipped"))


def _is_added(analysis: Analysis, run: list[Operation], term: Operation, total: Operation) -> bool:
    """Whether a line adds a value, or a multiple of it, to something."""
    change = replay(run, {term.index: 2 * term.value})[total.index] - total.value
    if change.shape != term.value.shape or not np.any(change):
        return False
    factor = float((term.value * change).sum() / (term.value * term.value).sum())
    return analysis.equal(factor * term.value, change)
