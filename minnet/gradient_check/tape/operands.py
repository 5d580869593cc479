"""What is wrong inside a line: an operand, a factor, a term, or a value of another line."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.tape.analysis import Analysis
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import Relation, gradient_of, named, relations
from minnet.gradient_check.tape.runs import Finding, becomes_right, executions, is_cause, outputs_of

_OF_LOCALS = ("mask-missing", "local-derivative-at-wrong-point")


def inside_the_line(analysis: Analysis, finding: Finding, region: dict[int, Operation]) -> Finding:
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
    if relation is not None and relation.code not in _OF_LOCALS:
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
        if of.index not in analysis.made and is_cause(analysis, value, should):
            return Finding(finding.run, value, should)
    return finding


def _is_true_mask(analysis: Analysis, mask: Operation) -> bool:
    """Whether some true gradient is zero exactly where a mask is."""
    if mask.value.dtype.kind != "b":
        return False
    return any(
        np.array_equal(true != 0, mask.value) for _, true in analysis.wholes(mask.value.shape)
    )
