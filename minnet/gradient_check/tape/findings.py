"""Finds the line in which a wrong gradient goes wrong, and what is right up to there.

The first wrong value is not always made in the wrong line: what went into it may be right for
something else (a part of a gradient, one step too early). This is told by putting the true gradient
in its place: if the wrong value then becomes a true gradient, what went in was the mistake.
"""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.tape.analysis import Analysis
from minnet.gradient_check.tape.losses import in_a_loss
from minnet.gradient_check.tape.misplaced import misplaced
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import Relation, gradient_of, named, relations
from minnet.gradient_check.tape.runs import (
    Finding,
    entering,
    executions,
    is_cause,
    outputs_of,
)
from minnet.gradient_check.tape.substitution import PRODUCTS, substituted

_OF_LOCALS = ("mask-missing", "jacobian-term-missing")


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
        return _inside(analysis, name, in_a_loss(analysis, region), region)
    later: list[Finding] = []
    for run in executions(analysis, region):
        outputs = outputs_of(analysis, run, region)
        found = misplaced(analysis, run, outputs)
        if found is not None and found.relation and found.relation.code == "unknown":
            line = next((r for r in executions(analysis, region) if found.value in r), found.run)
            known = substituted(analysis, name, line, [found.value])
            return known or _first(analysis, name, later, region) or found
        if found is not None:
            return found
        hints = [next(relations(analysis, o.value), None) for o in outputs]
        value, relation = next(
            ((o, h) for o, h in zip(outputs, hints, strict=True) if h), (outputs[-1], None)
        )
        finding = Finding(run, value, relation)
        on_the_way = bool(hints) and all(h is not None and h.is_factor for h in hints)
        if not on_the_way or is_cause(analysis, value, relation):
            told = _inside(analysis, name, finding, region)
            is_told = told.relation is not None and told.relation.code != "unknown"
            return told if is_told else _first(analysis, name, later, region) or told
        later.append(finding)
    return _first(analysis, name, later, region) or later[0]


def _first(
    analysis: Analysis, name: str, findings: list[Finding], region: dict[int, Operation]
) -> Finding | None:
    """A line with another operand among those that seemed to be on the way to something right."""
    found = (
        substituted(analysis, name, f.run, outputs_of(analysis, f.run, region)) for f in findings
    )
    return next((f for f in found if f is not None), None)


def _inside(
    analysis: Analysis, name: str, finding: Finding, region: dict[int, Operation]
) -> Finding:
    """More about a wrong line than what its result is: the operand, factor or term in it."""
    relation = finding.relation
    if relation is not None:
        inner = analysis.trace.is_loss and relation.of.compute is not None
        inner = inner and relation.too_much is not None  # of no value that backward aims at
        relation = finding.relation = None if inner else _divided(finding, relation)
    is_told = relation is not None and relation.too_much is None
    if not is_told or (relation is not None and relation.code == "jacobian-diagonal-only"):
        outputs = outputs_of(analysis, finding.run, region)
        known = substituted(analysis, name, finding.run, outputs)
        term = relation is None and not analysis.trace.is_loss
        known = known or (_term(analysis, finding) if term else None)
        if known is not None:
            return known
    if relation is not None and relation.of.index in analysis.made and relation.is_factor:
        target = _target(analysis, finding.value)
        if target is not None:
            sentence = f"should be {gradient_of(target.of)}; it {relation.sentence}"
            finding.relation = target._replace(code=relation.code, sentence=sentence)
    if relation is None or relation.code in _OF_LOCALS:
        made = _local_values(analysis, finding, region)
        if len(made) == 1:
            (value,) = made.values()
            told = (
                relation.sentence
                if relation is not None
                else "is no gradient of a value of forward"
            )
            code = relation.code if relation is not None else "unknown"
            sentence = f"makes {named(finding.value)} wrong: that {told}"
            return Finding([value], value, Relation(code, sentence, value, value.value))
    if relation is None:
        finding.relation = (
            _wrong_places(analysis, name, finding)
            or _unused(analysis, name)
            or _target(analysis, finding.value)
        )
    return finding


def _divided(finding: Finding, relation: Relation) -> Relation:
    """A factor to divide by is one too many where the line multiplies by it."""
    if relation.too_much is None:
        return relation
    numbers = relation.too_much.value.tobytes()
    products = [o for o in finding.run if o.name == "multiply"]
    if any(s.value.tobytes() == numbers for o in products for s in o.inputs):
        factor = relation.sentence.partition(" divided by ")[2]
        sentence = f"is {gradient_of(relation.of)} times {factor}: one factor too many"
        return relation._replace(code="extra-factor", sentence=sentence)
    spread = {o.name for o in (relation.too_much, *relation.too_much.inputs)} & {"std", "var"}
    return relation._replace(code="scale-missing") if spread else relation


def _local_values(
    analysis: Analysis, finding: Finding, region: dict[int, Operation]
) -> dict[int, Operation]:
    """Local derivatives and masks that the line takes from other lines of backward."""
    made: dict[int, Operation] = {}
    for run in executions(analysis, region):
        if run[0].line != finding.line:
            continue
        if any(o.index not in analysis.follows and o.compute is not None for o in run):
            return {}
        for source in entering(run):
            made_here = source.phase == "backward" and source.compute is not None
            if source.index in analysis.follows or not made_here:
                continue
            if not analysis.is_of_forward(source) and not _is_true_mask(analysis, source):
                made[source.line] = source
    return made


def _is_true_mask(analysis: Analysis, mask: Operation) -> bool:
    """Whether some true gradient is zero exactly where a mask is."""
    wholes = analysis.wholes(mask.value.shape) if mask.value.dtype.kind == "b" else []
    return any(np.array_equal(true != 0, mask.value) for _, true in wholes)


def _term(analysis: Analysis, finding: Finding) -> Finding | None:
    """One term of a sum, or one block of what is put together, to which something relates."""
    for operation in reversed(finding.run):
        if operation.index not in analysis.follows or analysis.is_right(operation):
            continue
        users = [u for u in analysis.users.get(operation.index, []) if u in finding.run]
        is_term = any(u.kind == "moves" or u.name in ("add", "subtract") for u in users)
        for relation in relations(analysis, operation.value) if users else []:
            if (is_term and relation.is_factor) or relation.is_sign:
                return Finding(finding.run, operation, _divided(finding, relation))
    return None


def _wrong_places(analysis: Analysis, name: str, finding: Finding) -> Relation | None:
    """The line only takes or puts numbers, and those that go in are right."""
    value = finding.value
    sources = [s for s in value.inputs if s.index in analysis.follows]
    at_the_end = value is analysis.trace.found.get(name) and analysis.point.fits(name)
    if not sources or not (value.kind == "assign" or (value.kind == "moves" and at_the_end)):
        return None
    meaning = analysis.meanings.get(sources[-1].index)
    if meaning is None or meaning.missing:
        return None
    sentence = f"has numbers of {gradient_of(meaning.of)} in the wrong places"
    return Relation("wrong-index", sentence, meaning.of, value.value)


def _unused(analysis: Analysis, name: str) -> Relation | None:
    """A gradient of a product u v is made with v; here nothing is made with it."""
    leaf, last = analysis.trace.leaves.get(name), analysis.trace.found.get(name)
    if leaf is None or last is None or not analysis.point.fits(name):
        return None
    used, waiting = {last.index: last}, [last]
    while waiting:
        for source in waiting.pop().inputs:
            if source.index not in used:
                used[source.index] = source
                waiting.append(source)
    numbers = {o.value.tobytes() for o in used.values()}
    for operation in analysis.trace.tape.operations:
        if operation.phase == "forward" and leaf in operation.inputs and operation.name in PRODUCTS:
            for other in operation.inputs:
                missing = other is not leaf and other.is_differentiable and other.value.ndim
                if missing and other.value.tobytes() not in numbers:
                    true = analysis.adjoints.of[leaf.index]
                    instead = f"`{leaf.name}` itself" if leaf.index in used else "something else"
                    sentence = (
                        f"is made with {instead}; dL/d{leaf.name} is made with {named(other)}"
                    )
                    return Relation("wrong-operand", sentence, leaf, true)
    return None


def _target(analysis: Analysis, value: Operation) -> Relation | None:
    """What a value should be: with that, all that is made of it is right."""
    if value.index not in analysis.follows or not analysis.users.get(value.index):
        return None
    for of, true in analysis.wholes(value.value.shape):
        should = Relation("unknown", f"should be {gradient_of(of)}", of, true)
        if of.index not in analysis.made and is_cause(analysis, value, should):
            return should
    return None
