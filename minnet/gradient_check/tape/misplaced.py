"""A value that goes into a wrong line and is right, but for something else.

With the true gradient in its place the line is right: the mistake is where the value was made.
"""

from __future__ import annotations

from minnet.gradient_check.tape.analysis import Analysis, Meaning
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import Relation, gradient_of, relations
from minnet.gradient_check.tape.runs import Finding, Run, entering, made_right
from minnet.utils.types import Array


def misplaced(analysis: Analysis, run: Run, outputs: Run) -> Finding | None:
    """A value that goes into a wrong line and is right, but for something else."""
    for source in entering(run):
        upstream = source is analysis.trace.upstream
        made_here = source.compute is not None and source.line and source.phase == "backward"
        if source.index not in analysis.follows or not (upstream or made_here):
            continue
        meaning = analysis.meanings.get(source.index)
        for of, true in analysis.wholes(source.value.shape):
            if analysis.equal(source.value, true):
                continue
            if made_right(analysis, run, outputs, {source.index: true}) is None:
                continue
            if meaning is not None and not meaning.missing and source.kind in ("moves", "leaf"):
                sentence = f"starts from {gradient_of(meaning.of)}; it should start from "
                relation = Relation(
                    "local-derivative-missing", sentence + gradient_of(of), of, true
                )
                return Finding(run, outputs[-1], relation)
            relation = _relation(analysis, source, meaning, of, true)
            return _earlier(analysis, Finding([source], source, relation))
    return None


def _relation(
    analysis: Analysis, source: Operation, meaning: Meaning | None, of: Operation, true: Array
) -> Relation:
    """What a value is that should be dL/d(of)."""
    whole = meaning is not None and not meaning.missing
    if meaning is not None and whole and analysis.depends(of, meaning.of):
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
    return Relation("wrong-operand", sentence, of, true)


def _earlier(analysis: Analysis, finding: Finding) -> Finding:
    """Of a sum that lacks a part, the line that adds most of them up."""
    value = finding.value
    best, waiting, seen = (_terms(value), value), [value], set()
    while waiting:
        for source in waiting.pop().inputs:
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
