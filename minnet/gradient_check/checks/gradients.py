"""Compares gradients with finite differences, at a point where they exist, and names mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, number, what
from minnet.gradient_check.checks.why_tests_miss_it import why_unseen
from minnet.gradient_check.checks.wrong_entries import describe_difference
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.input_domain import cotangent
from minnet.gradient_check.known_mistakes import diagnose
from minnet.gradient_check.known_mistakes.time_steps import is_recurrent
from minnet.gradient_check.known_mistakes.upstream_gradient import (
    ZERO_FOR_ONES,
    NotAProduct,
    sums_to_a_constant,
)
from minnet.gradient_check.tape import Explanation, explain
from minnet.utils.types import Array

DRAWS = 6


def find_point(
    state: CheckState, part: int, training: bool = True, batch: int | None = None
) -> EvaluationPoint:
    """A point without kinks, where no gradient vanishes, if a bounded number of draws finds one."""
    best: tuple[tuple[int, int], EvaluationPoint] | None = None
    for draw in range(DRAWS):
        point = _draw(state, part + draw, training, batch or state.batch, draw)
        if point.run.error is not None or not _is_array(point.run.y):
            return point
        score = (_kinks(point), _vanishing(point))
        if score == (0, 0) or (best is not None and score == best[0] and score[0] == 0):
            return point  # what vanishes twice vanishes for good
        if best is None or score < best[0]:
            best = (score, point)
    return best[1] if best else point


def _draw(state: CheckState, part: int, training: bool, batch: int, draw: int) -> EvaluationPoint:
    generator = state.generator(part)
    x = state.inputs.draw(batch, generator, first=draw == 0, jitter=draw > 2)
    forward = state.harness.run(x, stream=state.stream, training=training)
    shape = np.shape(forward.y) if _is_array(forward.y) else (1,)
    g = cotangent(shape, generator)
    run = forward
    if forward.error is None and _is_array(forward.y):
        run = state.harness.run(x, g, stream=state.stream, training=training)
    return EvaluationPoint(
        harness=state.harness,
        x=x,
        g=g,
        run=run,
        precision=state.precision,
        training=training,
        stream=state.stream,
        differentiable=state.inputs.kind != "indices",
        random=state.random,
        seed=state.seed,
    )


def _is_array(y: Any) -> bool:
    return isinstance(y, np.ndarray) and y.dtype.kind in "biuf"


def _kinks(point: EvaluationPoint) -> int:
    """How many measured entries lie on a kink, or are not finite."""
    return sum(
        int(point.jacobian(name).kinked.sum())
        + int((~np.isfinite(point.jacobian(name).matrix)).any())
        + int(_is_array(point.student(name)) and np.isinf(point.student(name)).any())
        for name in point.names
    )


def _vanishing(point: EvaluationPoint) -> int:
    """How many gradients vanish."""
    return sum(
        bool(np.abs(point.true(name)).max(initial=0.0) <= point.noise) for name in point.names
    )


def check_finite(state: CheckState, point: EvaluationPoint) -> None:
    """NaN and inf first: comparisons with them would be reported as something else."""
    for name in point.names:
        found = point.student(name)
        if name in state.blocked or not _is_array(found) or np.isfinite(found).all():
            continue
        if point.fits(name) and not np.isnan(found).any():
            infinite = ~np.isfinite(point.at(name))
            if not np.isfinite(point.true(name)[infinite]).any():
                continue  # the true one is infinite there, too
        say_not_finite(state, name, found)


def say_not_finite(state: CheckState, name: str, found: Array) -> None:
    """A gradient that holds NaN or inf for ordinary numbers."""
    state.wrong(
        "gradients",
        "not-finite",
        name,
        f"{what(name)} holds {'NaN' if np.isnan(found).any() else 'inf'} for ordinary inputs.",
        f"{int((~np.isfinite(found)).sum())} of {found.size} entries are not finite.",
    )
    state.blocked.add(name)


def check_missing(state: CheckState, point: EvaluationPoint) -> None:
    """Gradients that were never set, although the output depends on the weight."""
    for weight in state.harness.weights:
        if weight.name in state.blocked:
            continue
        found = point.run.grads.get(weight.name)
        zero = isinstance(found, np.ndarray) and not np.any(found)
        if zero and np.asarray(found).dtype.kind in "iu":
            continue  # set, and cut off
        if point.run.was_set.get(weight.name) and found is not None and not zero:
            continue
        if found is not None and np.abs(point.true(weight.name)).max(initial=0.0) <= point.noise:
            continue
        _say_missing(state, point, weight.name, found)
        state.blocked.add(weight.name)


def _say_missing(state: CheckState, point: EvaluationPoint, name: str, found: Any) -> None:
    """Never set; set to None; or set to zeros, one cause of which is a loop over time."""
    code, held = "parameter-gradient-missing", "None" if found is None else "all zeros"
    was_set = point.run.was_set.get(name) and found is not None
    text = "is set, but to zeros." if was_set else "is never set."
    if was_set and is_recurrent(point, name):
        code = "one-sample-only"
        text = (
            "is set, but to zeros: in a loop over time the last step to be written overwrites (=) "
            "the others; with no state before it, its part is zero. Add them up (+=)."
        )
    largest = np.abs(point.true(name)).max()
    evidence = f"after backward it is {held}; the true one is up to {largest:.3g}."
    state.wrong("gradients", code, name, f"the gradient of `{name}` {text}", evidence)


def check_linearity(state: CheckState, point: EvaluationPoint) -> None:
    """b(0) = 0, b(2g) = 2 b(g), b(-g) = -b(g), exactly; also for a large and a small g."""
    probe = NotAProduct()
    for name in point.names:
        if name in state.blocked:
            continue
        match = probe.explain(point, name) if point.is_right(name) else None
        if match is not None:
            state.wrong(
                "linear in g",
                match.code,
                name,
                f"{what(name)} {match.sentence}",
                f"relative difference {number(match.residual)}.",
            )
            state.blocked.add(name)
    if not state.has("not-linear-in-upstream", "upstream-added", "upstream-ignored"):
        state.right("linear in g", "backward(2g) is twice backward(g), backward(0) is 0.")


def check_gradients(state: CheckState, point: EvaluationPoint) -> None:
    """Every gradient against its reference; what is wrong is compared with the known mistakes."""
    right = [name for name in point.names if point.is_right(name)]
    wrong = [name for name in point.names if name not in right and name not in state.blocked]
    if not wrong and right:
        worst = max(point.error(name) for name in right)
        state.right(
            "gradients",
            f"{listed(right)}: equal to central differences (to {number(min(worst, 1.0))}).",
        )
        return
    told: dict[int, str] = {}
    for name in wrong:
        known = explain(point, name, wrong)
        match = diagnose(point, name)
        fits = point.fits(name) or (known is not None and known.code != "unknown")
        if known is not None and known.sentence and match is None and fits:
            if known.cause not in told:
                _say_from_tape(state, point, name, known, right)
                told[known.cause] = name
            continue
        place = known.place if known is not None else ""
        if match is None:
            _unknown(state, point, name, right, place)
            continue
        state.wrong(
            "gradients",
            match.code,
            name,
            f"{what(name)} {match.sentence}{why_unseen(state, point, name)}{_others(right)}",
            f"relative residual of this explanation {number(match.residual)}; of the gradient "
            f"itself {_error(point, name)}.",
            place,
        )


def _say_from_tape(
    state: CheckState, point: EvaluationPoint, name: str, known: Explanation, right: list[str]
) -> None:
    """The sentence about the first wrong line."""
    state.wrong(
        "gradients",
        known.code,
        name,
        f"{what(name)} is wrong: {known.sentence}{entries_of(point, name)}"
        f"{why_unseen(state, point, name)}{_others(right)}",
        f"{what(name)} itself: relative difference {_error(point, name)}.",
        known.place,
        known.advice,
    )


def _error(point: EvaluationPoint, name: str) -> str:
    error = point.error(name)
    shapes = f"shape {np.shape(point.student(name))} for {point.value(name).shape}"
    return number(error) if np.isfinite(error) else shapes


def _others(right: list[str]) -> str:
    return f" (Right: {listed(right)}.)" if right else ""


def listed(names: list[str]) -> str:
    """`input`, `W` and `b`, quoted."""
    quoted = [f"`{name}`" for name in names]
    return (
        quoted[0]
        if len(quoted) == 1
        else ", ".join(quoted[:-1]) + " and " + quoted[-1]
        if quoted
        else "nothing"
    )


def _unknown(
    state: CheckState, point: EvaluationPoint, name: str, right: list[str], place: str
) -> None:
    """Say honestly what is wrong, how far, and where most."""
    value = point.value(name)
    if not point.fits(name):
        shape = np.shape(point.student(name))
        state.wrong(
            "gradients",
            "wrong-shape",
            name,
            f"{what(name)} has shape {shape}, expected {value.shape}, that of "
            f"{'x' if name == 'input' else 'the parameter'}.",
            "no sum, transpose or reshape of it gives the true gradient.",
            place,
        )
        return
    found, true = point.at(name), point.true(name)
    number_ = int(np.argmax(np.abs(found - true)))
    where = np.unravel_index(int(point.jacobian(name).columns[number_]), value.shape)
    spot = f"{'dx' if name == 'input' else name}[{', '.join(str(int(i)) for i in where)}]"
    zero = "" if np.any(found) else _zero(point, name)
    state.wrong(
        "gradients",
        "unknown",
        name,
        f"{what(name)} is wrong, cause unknown.{entries_of(point, name)}{zero}{_others(right)}",
        f"at {spot} the true value is {true[number_]:.6g}, yours {found[number_]:.6g}; relative "
        f"difference {number(point.error(name))}.",
        place,
        advice_for(place),
    )


def entries_of(point: EvaluationPoint, name: str) -> str:
    """Where a gradient is right and where not, if every entry was measured."""
    true = point.full_true(name)
    if true is None or not point.fits(name):
        return ""
    found = np.asarray(point.student(name), dtype=np.float64)
    tolerance = 1e-3 if point.precision.single else 1e-5
    return describe_difference(found, true, tolerance, name == "input")


def advice_for(place: str) -> str:
    """The next step where nothing but the line is known."""
    line = place.rpartition(", ")[2]
    return (
        f"Start with {line}: print its value and compare it with the true gradient." if line else ""
    )


def _zero(point: EvaluationPoint, name: str) -> str:
    """What to say about a gradient that is zero everywhere."""
    reason = ZERO_FOR_ONES if sums_to_a_constant(point, name) else "; the true one is not."
    return f" Yours is zero everywhere{reason}"
