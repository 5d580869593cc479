"""What a wrong line is right with: another operand, a factor more, a sum over other axes.

Nothing is guessed: the operations of the line are computed again with the other value, and what
comes out is compared with the true gradients.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from minnet.gradient_check.tape.analysis import Analysis
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import Relation, gradient_of, line_of, name_of, named
from minnet.gradient_check.tape.runs import Finding, Run, entering, made_right
from minnet.utils.types import Array

PRODUCTS = ("multiply", "matmul", "dot", "einsum", "tensordot", "transpose", "getitem", "swapaxes")
_FORMS = (
    ("1 - {} ** 2", lambda w: 1 - w * w),
    ("{0} * (1 - {0})", lambda w: w * (1 - w)),
    ("np.sign({})", np.sign),
    ("{} > 0", lambda w: (w > 0).astype(float)),
)


def substituted(analysis: Analysis, name: str, run: Run, outputs: Run) -> Finding | None:
    """The line with the first substitution that makes it right, or all that is made of it."""
    last = analysis.trace.found.get(name)
    lines = [o for o in analysis.operations if o.line == run[-1].line]
    if not analysis.trace.is_loss:
        whole = _with_locals(analysis, run)
        found = _swapped(analysis, run, whole, outputs) or _summed(analysis, run, whole, outputs)
        found = found or _multiplied(analysis, run, outputs)
        if found is not None or last is None:
            return found
    if last is None:
        return None
    rest, run = analysis.operations, lines if analysis.trace.is_loss else run
    once = len(lines) == len(run)
    found = _swapped(analysis, run, rest, [last]) if once else None
    found = found or _summed(analysis, lines, rest, [last], once)
    leaf = analysis.trace.leaves[name]
    return found if found and found.relation and found.relation.of is leaf else None


def _with_locals(analysis: Analysis, run: Run) -> Run:
    """The operations of a line, and those before it that compute the local derivatives in it."""
    found = {o.index: o for o in run}
    waiting = list(run)
    while waiting:
        for source in waiting.pop().inputs:
            local = analysis.trace.is_loss or source.index not in analysis.follows
            made_here = source.compute is not None and source.phase == "backward"
            if local and made_here and source.index not in found:
                found[source.index] = source
                waiting.append(source)
    return [found[index] for index in sorted(found)]


def _locals(analysis: Analysis, run: Run, whole: Run) -> list[Operation]:
    """Arrays that do not depend on g: what the line uses first, then what that is made of."""
    found = {s.index: s for s in [*entering(run), *reversed(whole), *entering(whole)]}
    loss = analysis.trace.is_loss
    return [
        o
        for o in found.values()
        if o.value.ndim
        and o.value.dtype.kind in "fb"
        and (analysis.is_of_forward(o) if loss else o.index not in analysis.follows)
    ]


def _others(
    analysis: Analysis, operand: Operation, user: Operation
) -> Iterator[tuple[Operation, Array, str]]:
    """Values of forward that may belong in its place; itself transposed; forms of them."""
    value = operand.value
    if value.dtype.kind == "f" and value.ndim > 1:
        yield operand, np.swapaxes(value, -1, -2), "{}.T"
    there = analysis.source_of(operand)
    known = [o for o in analysis.of_forward.values() if o.text()]
    known.sort(key=lambda o: o is not there)
    same = [o for o in known if o.value.shape == value.shape]
    for other in same:
        if other.value.dtype == value.dtype and not np.array_equal(other.value, value):
            yield other, other.value, "{}"
    for other in known if user.name != "getitem" else ():
        if other.value.ndim == value.ndim > 1 and other.value.shape != value.shape:
            yield other, other.value, "{}"
            yield other, np.swapaxes(other.value, -1, -2), "{}.T"
    for other, (text, form) in itertools.product(same[:24], _FORMS):
        made = form(other.value) if other.value.dtype.kind == "f" else other.value
        if made.std() > 0 and (value.dtype.kind == "f" or ">" in text):
            yield other, made, text


def _swapped(analysis: Analysis, run: Run, whole: Run, outputs: Run) -> Finding | None:
    """One value is used where another belongs."""
    around = _with_locals(analysis, run)
    for operand in _locals(analysis, run, around):
        user = next((o for o in around if operand in o.inputs), operand)
        for other, belongs, form in _others(analysis, operand, user):
            found = made_right(analysis, whole, outputs, {operand.index: belongs})
            if found is None:
                continue
            code, there = _code(analysis, around, operand, other, form), analysis.source_of(operand)
            belong = f"`{form.format(name_of(other))}`{line_of(other)}"
            if there.phase == "backward":
                user, sentence = operand, f"should be {belong}"
            elif code == "wrong-index" and (named(there) == named(other)):
                sentence = f"takes {named(there)} of the wrong step"
            else:
                sentence = f"uses `{name_of(there)}`{line_of(there)} where {belong} belongs"
            sentence = f"{sentence}: with that it is {gradient_of(found.of)}"
            relation = Relation(code, sentence, found.of, operand.value)
            return Finding(run if user in run else [user], user, relation)
    return None


def _code(analysis: Analysis, whole: Run, operand: Operation, other: Operation, form: str) -> str:
    """The name of an exchange of two values."""
    there = analysis.source_of(operand)
    users = [o.name for o in whole if operand in o.inputs]
    if there is analysis.source_of(other) and form == "{}.T":
        return "transposed"
    if form != "{}":  # f(z) in the place of f'(z)
        own = there is analysis.source_of(other)
        return "local-derivative-missing" if own else "wrong-operand"
    if there.line and (there.code, there.offset) == (other.code, other.offset):
        return "wrong-index"  # the same instruction of forward, at another step
    products = all(name in PRODUCTS for name in users)
    if products and there.value.tobytes() == analysis.trace.output.value.tobytes():
        return "output-used-for-input"
    one_step = other.inputs == [there] or there.inputs == [other]
    related = analysis.depends(there, other) or analysis.depends(other, there)
    at_wrong_point = one_step if products else related
    return "local-derivative-at-wrong-point" if at_wrong_point else "wrong-operand"


def _summed(
    analysis: Analysis, run: Run, whole: Run, outputs: Run, single: bool = True
) -> Finding | None:
    """A mean in the place of a sum, or another axis, in one reduction or in all of the line."""
    around = _with_locals(analysis, run)
    smaller = [o for o in around if o.inputs and o.value.size < o.inputs[0].value.size]
    kinds = [[o for o in smaller if o.name == name] for name in ("sum", "mean", "getitem")]
    alone = [[o] for kind in kinds for o in kind] if single else []
    for chosen in [*alone, *(kind for kind in kinds[:2] if len(kind) > 1)]:
        for text, code, functions in _other_sums(chosen):
            found = made_right(analysis, whole, outputs, {}, functions)
            if found is not None:
                first = chosen[0]
                sentence = f"should be {text}: with that the result is {gradient_of(found.of)}"
                return Finding(chosen, first, Relation(code, sentence, found.of, first.value))
    return None


def _other_sums(chosen: Run) -> Iterator[tuple[str, str, dict[int, Any]]]:
    count = chosen[0].inputs[0].value.ndim
    if chosen[0].name == "getitem":
        for axes in itertools.combinations(range(count), count - chosen[0].value.ndim):
            function = _reduction("sum", axes, False)
            text = f"the sum over axis {axes[0] if len(axes) == 1 else axes}"
            yield text, "one-sample-only", {o.index: function for o in chosen}
        return
    size = max(o.inputs[0].value.size / max(o.value.size, 1) for o in chosen)
    is_sum = chosen[0].name == "sum"
    factor = 1 / size if is_sum else size
    scaled = {o.index: lambda *a, o=o: o.compute(*a) * factor for o in chosen}
    yield f"a {'mean' if is_sum else 'sum'}", "sum-for-mean", scaled
    for length in range(1, min(count, 4)):
        for axes in itertools.combinations(range(count), length):
            function = _reduction(chosen[0].name, axes, chosen[0].value.ndim == count)
            shown = axes[0] if len(axes) == 1 else axes
            yield f"taken over axis {shown}", "wrong-axis", {o.index: function for o in chosen}


def _reduction(name: str, axes: tuple[int, ...], keepdims: bool) -> Any:
    return lambda a, *_: getattr(np, name)(a, axis=axes, keepdims=keepdims)


def _multiplied(analysis: Analysis, run: Run, outputs: Run) -> Finding | None:
    """What goes into a line lacks a factor, or a transpose, before a sum or a matrix product."""
    for source in entering(run):
        if source.index not in analysis.follows or not source.value.ndim:
            continue
        turned = source.value.swapaxes(-1, -2) if source.value.ndim > 1 else source.value
        found = made_right(analysis, run, outputs, {source.index: turned})
        if found is not None and not found.missing:
            sentence = f"is {gradient_of(found.of)} if {named(source)} is transposed (.T) first"
            return Finding(run, outputs[-1], Relation("transposed", sentence, found.of, turned))
        for other in analysis.of_forward.values():
            try:
                product = source.value * other.value
            except ValueError:
                continue
            if product.shape != source.value.shape:
                continue
            found = made_right(analysis, run, outputs, {source.index: product})
            if found is not None and not found.missing:
                sentence = f"is {gradient_of(found.of)} if {named(source)} is multiplied by "
                relation = Relation(
                    "local-derivative-missing", f"{sentence}{named(other)} first", other, product
                )
                return Finding(run, outputs[-1], relation)
    return None
