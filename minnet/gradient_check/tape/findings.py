"""Finds the line in which a wrong gradient goes wrong, and what is right up to there.

The first wrong value is not always made in the wrong line: what went into it may be right for
something else (a part of a gradient, one step too early). This is told by putting the true gradient
in its place: if the wrong value then becomes a true gradient, what went in was the mistake.
"""

from __future__ import annotations

from minnet.gradient_check.tape.analysis import Analysis, Meaning
from minnet.gradient_check.tape.losses import in_a_loss
from minnet.gradient_check.tape.operands import inside_the_line
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import Relation, gradient_of, relations
from minnet.gradient_check.tape.runs import Finding, becomes_right, executions, is_cause, outputs_of
from minnet.utils.types import Array


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
        return in_a_loss(analysis, region)
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
        if not on_the_way or is_cause(analysis, value, relation):
            return inside_the_line(analysis, finding, region)
        later.append(finding)
    return later[0]


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
    if meaning is not None and not meaning.missing and analysis.between(meaning.of, of):
        sentence = f"is {gradient_of(meaning.of)} already; after it the derivative comes again"
        return Relation("local-derivative-squared", sentence, of, true)
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
