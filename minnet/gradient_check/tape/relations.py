"""What a wrong value of backward is, compared with the true gradient that it should be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minnet.gradient_check.tape.analysis import Analysis, Meaning
from minnet.gradient_check.tape.operations import Operation
from minnet.utils.types import Array


class Relation(NamedTuple):
    """A code, what is said of the value, and the true gradient that it should be."""

    code: str
    sentence: str
    of: Operation
    true: Array
    is_factor: bool = False
    is_sign: bool = False


def relations(analysis: Analysis, value: Array) -> Iterator[Relation]:
    """Everything that relates these numbers to one true gradient, the simplest first."""
    table, meanings = analysis.candidates(value.size, paths=True)
    exact = analysis.meaning_of_value(value)
    if exact is not None and not exact.missing:
        sentence = f"is exactly {gradient_of(exact.of)}"
        inner = exact.of.compute is not None  # not that of x or of another weight
        code = "local-derivative-missing" if inner else "unknown"
        yield Relation(code, sentence, exact.of, value, True)
    whole = [k for k, meaning in enumerate(meanings) if not meaning.missing]
    for k, meaning in enumerate(meanings):
        if meaning.missing and analysis.equal(value, table[k].reshape(value.shape)):
            true = analysis.adjoints.of[meaning.of.index]
            yield Relation(code_of_part(meaning), part_of(meaning), meaning.of, true)
    targets = [(meanings[k].of, table[k].reshape(meanings[k].of.value.shape)) for k in whole]
    same = [(of, true) for of, true in targets if true.shape == value.shape]
    parts = [
        (meaning, table[k].reshape(value.shape))
        for k, meaning in enumerate(meanings)
        if meaning.missing and meaning.of.value.shape == value.shape
    ]
    yield from _constant(analysis, value, same)
    yield from _masked(analysis, value, same)
    yield from _local_derivatives(analysis, value, same)
    yield from _factors(analysis, value, same)
    yield from _signs(analysis, value)
    yield from _of_part(analysis, value, parts)
    yield from _moved(analysis, value, targets)
    yield from _summed(analysis, value)


def named(operation: Operation) -> str:
    """A value by the student's expression and its line."""
    line = f" (line {operation.line})" if operation.line else ""
    return f"`{operation.text()}`{line}"


def gradient_of(operation: Operation) -> str:
    """dL/d(expression), with the line."""
    line = f", line {operation.line}" if operation.line else ""
    return f"dL/d(`{operation.text()}`){line}"


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


_STATISTICS = {
    "mean": "mean-term-missing",
    "var": "variance-term-missing",
    "std": "variance-term-missing",
}


def code_of_part(meaning: Meaning) -> str:
    """The statistics of a normalization have names of their own, and so has one step of a loop."""
    if meaning.looped:
        return "one-sample-only"
    names = {_STATISTICS.get(part.user.name, "jacobian-term-missing") for part in meaning.missing}
    statistics = {"mean-term-missing", "variance-term-missing"}
    if names == statistics:
        return "batch-statistics-constant"
    return names.pop() if len(names) == 1 else "jacobian-term-missing"


def _constant(
    analysis: Analysis, value: Array, targets: list[tuple[Operation, Array]]
) -> Iterator[Relation]:
    for of, true in targets:
        factor = float((value * true).sum() / (true * true).sum())
        if value.size < 2 or abs(factor) < 1e-9 or not analysis.equal(value, factor * true):
            continue
        if abs(factor + 1) < 1e-5:
            yield Relation(
                "sign-flipped", f"has the wrong sign: it is minus {gradient_of(of)}", of, true, True
            )
        elif abs(factor - 1) > 1e-4:
            yield Relation(
                "constant-factor", f"is {factor:.6g} times {gradient_of(of)}", of, true, True
            )


def _of_part(
    analysis: Analysis, value: Array, parts: list[tuple[Meaning, Array]]
) -> Iterator[Relation]:
    """A constant or a factor short of a part of a gradient: on the way to it."""
    targets = [(meaning.of, part) for meaning, part in parts[:20]]
    for found in itertools.chain(
        _constant(analysis, value, targets), _factors(analysis, value, targets)
    ):
        yield found._replace(sentence=found.sentence.replace("dL/d", "a part of dL/d", 1))


def _masked(
    analysis: Analysis, value: Array, targets: list[tuple[Operation, Array]]
) -> Iterator[Relation]:
    for of, true in targets:
        zero = true == 0
        if 0 < zero.sum() < zero.size and analysis.equal(np.where(zero, 0, value), true):
            sentence = (
                f"is {gradient_of(of)} where that is not 0, and not 0 elsewhere: a mask is missing"
            )
            yield Relation("mask-missing", sentence, of, true, True)


def _local_derivatives(
    analysis: Analysis, value: Array, targets: list[tuple[Operation, Array]]
) -> Iterator[Relation]:
    """For u = f(v): dL/du times f'(v) twice, or times f' at another point than v."""
    for (u, back), (v, true) in itertools.product(targets, targets):
        between = analysis.between(v, u)
        used = back != 0
        if not between or not used.any() or np.any(true[~used]):
            continue
        local = np.divide(true, back, out=np.zeros_like(true), where=used)
        flat = np.ptp(local[used]) <= 1e-6 * np.abs(local).max()
        if flat:
            continue
        if analysis.equal(value, true * local):
            sentence = f"has the derivative of {named(u)} twice: it is not {gradient_of(v)}"
            yield Relation("local-derivative-squared", sentence, v, true)
        for point, text in analysis.wrong_points(v, u, local):
            if analysis.equal(value, back * point):
                sentence = f"takes the derivative of {named(u)} at the wrong point: {text}"
                yield Relation("local-derivative-at-wrong-point", sentence, v, true)


_FORMS = (
    ("{}", lambda w: w),
    ("(1 - {})", lambda w: 1 - w),
    ("{0} (1 - {0})", lambda w: w * (1 - w)),
    ("(1 - {}^2)", lambda w: 1 - w * w),
    ("{}^2", lambda w: w * w),
    ("exp({})", np.exp),
)


def _factors(
    analysis: Analysis, value: Array, targets: list[tuple[Operation, Array]]
) -> Iterator[Relation]:
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
        if not forms or used.sum() < 3 or (used != both).any():
            continue
        own = table[:, used] / table[:, used][:, :1]
        for verb, ratio in (("lacks", true / value), ("has", value / true)):
            flat = ratio.ravel()[used]
            apart = np.abs(own - flat / flat[0]).max(axis=1)
            for k in np.flatnonzero(apart <= analysis.tolerance * np.abs(flat / flat[0]).max()):
                operation, text, _ = forms[k]
                off = float(flat[0] / table[k][used][0])
                made = of.index in analysis.made  # it was right there already, and went on
                order = (made, abs(off - 1) > 1e-4, abs(of.index - operation.index))
                if np.ptp(flat) > 1e-6 * np.abs(flat).max():
                    found.append((*order, verb, of, true, operation, text, off))
    for made, *_, verb, of, true, operation, text, factor in sorted(found, key=lambda f: f[:3]):
        name = text.format(f"`{operation.text()}`") + (
            f" (line {operation.line})" if operation.line else ""
        )
        extra = "" if abs(factor - 1) < 1e-4 else f" (and off by {factor:.4g})"
        if made and verb == "has":
            code = "jacobian-diagonal-only" if "(1 - " in text else "unknown"
            sentence = f"is {gradient_of(of)} times {name}{extra}"
            yield Relation(code, sentence, of, true, True)
        elif verb == "lacks":
            sentence = f"lacks the factor {name} to be {gradient_of(of)}{extra}"
            yield Relation("local-derivative-missing", sentence, of, true, True)
        else:
            sentence = f"has the factor {name} too much to be {gradient_of(of)}{extra}"
            yield Relation("unknown", sentence, of, true, True)


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
        for text, form in _FORMS:
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


def _moved(
    analysis: Analysis, value: Array, targets: list[tuple[Operation, Array]]
) -> Iterator[Relation]:
    """The right numbers at other places: axes exchanged, an axis turned round or shifted."""
    for of, true in targets:
        if value.ndim != true.ndim or value.ndim > 4:
            continue
        for order in itertools.permutations(range(value.ndim)):
            if order != tuple(range(value.ndim)) and analysis.equal(value.transpose(order), true):
                sentence = f"is {gradient_of(of)} with its axes exchanged (transposed)"
                yield Relation("transposed", sentence, of, true)
        if value.shape != true.shape:
            continue
        for axis in range(value.ndim):
            if value.shape[axis] > 1 and analysis.equal(np.flip(value, axis), true):
                sentence = f"is {gradient_of(of)} turned round along axis {axis}"
                yield Relation("unknown", sentence, of, true)


def _summed(analysis: Analysis, value: Array) -> Iterator[Relation]:
    """A sum over some axes is missing."""
    for count in range(1, min(value.ndim, 4) + 1):
        for axes in itertools.combinations(range(value.ndim), count):
            total = value.sum(axis=axes)
            largest = value.max(axis=axes) + value.min(axis=axes)
            if total.size < 2 or total.size == value.size or analysis.equal(largest, total):
                continue  # one term alone, the others zero
            meaning = analysis.meaning_of_value(total)
            if meaning is None or meaning.of.index in analysis.made:
                continue  # that is right already
            if not meaning.missing:
                shown = axes[0] if count == 1 else axes
                sentence = f"is {gradient_of(meaning.of)} before the sum over axis {shown}"
                true = analysis.adjoints.of[meaning.of.index]
                yield Relation("summed-over-wrong-axis", sentence, meaning.of, true)
