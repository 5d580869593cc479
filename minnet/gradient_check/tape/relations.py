"""What a wrong value of backward is, compared with the true gradient that it should be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minnet.gradient_check.tape.analysis import Analysis, Meaning
from minnet.gradient_check.tape.operations import Operation
from minnet.utils.types import Array

Targets = list[tuple[Operation, Array]]


class Relation(NamedTuple):
    """A code, what is said of the value, and the true gradient that it should be."""

    code: str
    sentence: str
    of: Operation
    true: Array
    is_factor: bool = False
    is_sign: bool = False
    too_much: Operation | None = None


def relations(analysis: Analysis, value: Array) -> Iterator[Relation]:
    """Everything that relates these numbers to one true gradient, the simplest first."""
    table, meanings = analysis.candidates(value.size, paths=True)
    exact = analysis.meaning_of_value(value)
    if exact is not None and not exact.missing:
        inner = exact.of.compute is not None  # not x or another weight
        code = "local-derivative-missing" if inner else "wrong-operand"
        yield Relation(code, f"is exactly {gradient_of(exact.of)}", exact.of, value, True)
    rows = [(meaning, table[k]) for k, meaning in enumerate(meanings)]
    for meaning, row in rows:
        if meaning.missing and analysis.equal(value, row.reshape(value.shape)):
            true = analysis.adjoints.of[meaning.of.index]
            yield Relation(_code_of_part(analysis, meaning), part_of(meaning), meaning.of, true)
    targets = [(m.of, row.reshape(m.of.value.shape)) for m, row in rows if not m.missing]
    same = [(of, true) for of, true in targets if true.shape == value.shape]
    yield from _constant(analysis, value, same)
    yield from _masked(analysis, value, same)
    yield from _twice(analysis, value, same)
    yield from _factors(analysis, value, same)
    yield from _signs(analysis, value)
    parts = [(m, row) for m, row in rows if m.missing and m.of.value.shape == value.shape]
    of_parts = [(m.of, row.reshape(value.shape)) for m, row in parts[:20]]
    for kind in (_constant, _factors):  # on the way to a part of a gradient
        for found in kind(analysis, value, of_parts):
            yield found._replace(sentence=found.sentence.replace("dL/d", "a part of dL/d", 1))
    yield from _moved(analysis, value, targets)
    yield from _summed(analysis, value)


def named(operation: Operation) -> str:
    """A value by the student's expression and its line."""
    return f"`{operation.text()}`{line_of(operation)}"


def gradient_of(operation: Operation) -> str:
    """dL/dz by the name that forward gives the value, or dL/d(expression), with the line."""
    name = operation.variable()
    return f"dL/d{name}{line_of(operation)}" if name else f"dL/d({named(operation)})"


def line_of(operation: Operation) -> str:
    """The line in parentheses, where it has one."""
    return f" (line {operation.line})" if operation.line else ""


def part_of(meaning: Meaning) -> str:
    """The sentence for a sum in which parts are missing."""
    if meaning.looped:
        return (
            f"holds {gradient_of(meaning.of)} for one step of the loop alone (line "
            f"{meaning.missing[0].user.line}): the others are overwritten (=), not added (+=)"
        )
    users = {named(part.user): None for part in meaning.missing}
    missing = f"missing is what comes back through {' and through '.join(users)}"
    return f"is only a part of {gradient_of(meaning.of)}: {missing}"


_STATISTICS = {"var": "variance-term-missing", "std": "variance-term-missing"}


def _code_of_part(analysis: Analysis, meaning: Meaning) -> str:
    """The statistics of a normalization have names of their own, and so has one step of a loop."""
    if meaning.looped:
        return "one-sample-only"
    operations = analysis.trace.tape.operations
    subtracted = {s.index for o in operations if o.name == "subtract" for s in o.inputs[1:]}
    names = {
        "mean-term-missing"
        if part.user.name == "mean" and part.user.index in subtracted
        else _STATISTICS.get(part.user.name, "jacobian-term-missing")
        for part in meaning.missing
    }
    if names == {"mean-term-missing", "variance-term-missing"}:
        return "batch-statistics-constant"
    return names.pop() if len(names) == 1 else "jacobian-term-missing"


def _constant(analysis: Analysis, value: Array, targets: Targets) -> Iterator[Relation]:
    for of, true in targets:
        factor = float((value * true).sum() / (true * true).sum())
        if value.size < 2 or abs(factor) < 1e-9 or not analysis.equal(value, factor * true):
            continue
        if abs(factor + 1) < 1e-5:
            sentence = f"has the wrong sign: it is minus {gradient_of(of)}"
            yield Relation("sign-flipped", sentence, of, true, True)
        elif abs(factor - 1) > 1e-4:
            sentence = f"is {factor:.6g} times {gradient_of(of)}"
            yield Relation("constant-factor", sentence, of, true, True)


def _masked(analysis: Analysis, value: Array, targets: Targets) -> Iterator[Relation]:
    """Right but for entries that should be 0, or that are 0."""
    for of, true in targets:
        zero, left = true == 0, (value == 0) & (true != 0)
        if 0 < zero.sum() < zero.size and analysis.equal(np.where(zero, 0, value), true):
            missing = "a mask is missing, or lets too much through"
            sentence = f"is {gradient_of(of)}, but not 0 where that is 0: {missing}"
            yield Relation("mask-missing", sentence, of, true, True)
        elif 0 < left.sum() < left.size / 2 and analysis.equal(np.where(left, true, value), true):
            count = f"{int(left.sum())} of {left.size} entries"
            sentence = f"is {gradient_of(of)}, but 0 in {count} that should not be 0"
            yield Relation("jacobian-term-missing", sentence, of, true)


def _twice(analysis: Analysis, value: Array, targets: Targets) -> Iterator[Relation]:
    """For u = f(v): dL/du times f'(v) times f'(v), so that value * dL/du = dL/dv * dL/dv."""
    for (u, back), (v, true) in itertools.permutations(targets, 2):
        if not analysis.equal(value * back, true * true):
            continue
        used = back != 0
        ratio = true[used] / back[used]
        flat = ratio.size < 2 or np.ptp(ratio) <= 1e-6 * np.abs(ratio).max()
        if not flat and analysis.depends(u, v):
            sentence = f"has the derivative of {named(u)} twice: it is not {gradient_of(v)}"
            yield Relation("local-derivative-squared", sentence, v, true)


FORMS = (
    ("{}", lambda w: w),
    ("(1 - {})", lambda w: 1 - w),
    ("{0} (1 - {0})", lambda w: w * (1 - w)),
    ("(1 - {}^2)", lambda w: 1 - w * w),
    ("{}^2", lambda w: w * w),
    ("exp({})", np.exp),
)
"""Functions of a value that derivatives are made of."""


def _factors(analysis: Analysis, value: Array, targets: Targets) -> Iterator[Relation]:
    """One value of forward is multiplied once too often, or not at all."""
    if not targets:
        return
    if value.shape not in analysis.notes:
        known = list(_forms(analysis, value.shape))
        analysis.notes[value.shape] = known, np.array([form.ravel() for _, _, form in known])
    forms, table = analysis.notes[value.shape]
    found = []
    for of, true in targets:
        used = ((true != 0) | (value != 0)).ravel()
        both = ((true != 0) & (value != 0)).ravel()
        usable = forms and used.sum() >= 3 and (used == both).all()
        if not usable or of is analysis.trace.output:
            continue
        own = table[:, used] / table[:, used][:, :1]
        with np.errstate(all="ignore"):
            ratios = (("lacks", true / value), ("has", value / true))
        for verb, ratio in ratios:
            flat = ratio.ravel()[used]
            apart = np.abs(own - flat / flat[0]).max(axis=1)
            for k in np.flatnonzero(apart <= analysis.tolerance * np.abs(flat / flat[0]).max()):
                off = float(flat[0] / table[k][used][0])
                made = of.index in analysis.made  # it was right there already, and went on
                distance = abs(of.index - forms[k][0].index)
                order = (made, abs(off - 1) > 1e-4, verb, distance)
                if np.ptp(flat) > 1e-6 * np.abs(flat).max():
                    found.append((order, of, true, *forms[k][:2], off))
    for (made, _, verb, _), of, true, operation, text, off in sorted(found, key=lambda f: f[0]):
        yield _factor(made, verb, of, true, f"{text.format(name_of(operation))}", operation, off)


def _factor(
    made: bool, verb: str, of: Operation, true: Array, form: str, factor: Operation, off: float
) -> Relation:
    """What is said about one factor."""
    name = f"`{form}`{line_of(factor)}"
    extra = "" if abs(off - 1) < 1e-4 else f" and by {1 / off if verb == 'has' else off:.4g}"
    if made and verb == "has" and "(1 - " in form:
        sentence = f"is {gradient_of(of)} times {name}{extra}"
        return Relation("jacobian-diagonal-only", sentence, of, true, True)
    verb, too_much = ("multiplied", None) if verb == "lacks" else ("divided", factor)
    sentence = f"becomes {gradient_of(of)} when it is {verb} by {name}{extra}"
    return Relation("local-derivative-missing", sentence, of, true, True, too_much=too_much)


def name_of(operation: Operation) -> str:
    """Its name in forward, or the expression."""
    return operation.variable() or operation.text()


def _forms(analysis: Analysis, shape: tuple[int, ...]) -> Iterator[tuple[Operation, str, Array]]:
    """Values of forward that can be a factor of an array of this shape, and forms of them."""
    seen: set[bytes] = set()
    for operation in analysis.trace.tape.operations:
        value = operation.value
        if operation.phase != "forward" or value.ndim == 0 or value.dtype.kind not in "fb":
            continue
        try:
            spread = np.broadcast_to(value.astype(float), shape)
        except ValueError:
            continue
        key = spread.tobytes()
        if key in seen or len(seen) > 80 or not np.ptp(spread) > 1e-9:
            continue
        seen.add(key)
        for text, form in FORMS:
            made = form(spread)
            if np.isfinite(made).all() and (made != 0).all() and np.ptp(made) > 1e-9:
                yield operation, text, made


def _signs(analysis: Analysis, value: Array) -> Iterator[Relation]:
    """A part enters with the wrong sign."""
    for index, parts in analysis.adjoints.parts.items():
        true = analysis.adjoints.of[index]
        if not 1 < len(parts) < 6 or true.shape != value.shape:
            continue
        for part in parts:
            if np.any(part.gradient) and analysis.equal(value, true - 2 * part.gradient):
                of = analysis.adjoints.operations[index]
                through = f"what comes back through {named(part.user)}"
                sentence = f"is {gradient_of(of)}, but for the sign of {through}"
                yield Relation("sign-flipped", sentence, of, true, is_sign=True)


def _moved(analysis: Analysis, value: Array, targets: Targets) -> Iterator[Relation]:
    """The right numbers at other places: axes exchanged, or all in another order."""
    for of, true in targets:
        if value.ndim != true.ndim or value.ndim > 4:
            continue
        for order in itertools.permutations(range(value.ndim)):
            if order != tuple(range(value.ndim)) and analysis.equal(value.transpose(order), true):
                sentence = f"is {gradient_of(of)} with its axes exchanged (transposed)"
                yield Relation("transposed", sentence, of, true)
        if value.size > 3 and analysis.equal(np.sort(value, axis=None), np.sort(true, axis=None)):
            turned = (k for k in range(value.ndim) if analysis.equal(np.flip(value, k), true))
            axis = next(turned, None)
            where = "in another order" if axis is None else f"in reverse along axis {axis}"
            sentence = f"has the numbers of {gradient_of(of)}, {where}"
            yield Relation("wrong-index", sentence, of, true)


def _summed(analysis: Analysis, value: Array) -> Iterator[Relation]:
    """A sum over some axes is missing."""
    for count in range(1, min(value.ndim, 4) + 1):
        for axes in itertools.combinations(range(value.ndim), count):
            total = value.sum(axis=axes)
            largest = value.max(axis=axes) + value.min(axis=axes)
            if total.size < 2 or total.size == value.size or analysis.equal(largest, total):
                continue  # one term alone, the others zero
            meaning = analysis.meaning_of_value(total)
            if meaning is None or meaning.missing or meaning.of.index in analysis.made:
                continue  # that is right already
            shown = axes[0] if count == 1 else axes
            sentence = f"is {gradient_of(meaning.of)} before the sum over axis {shown}"
            true = analysis.adjoints.of[meaning.of.index]
            yield Relation("summed-over-wrong-axis", sentence, meaning.of, true)
