"""Compares gradients with finite differences, at a point where they exist, and names mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, number, what
from minnet.gradient_check.checks.why_tests_miss_it import why_unseen
from minnet.gradient_check.checks.wrong_entries import describe_difference
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.input_domain import cotangent
from minnet.gradient_check.known_mistakes import diagnose
from minnet.gradient_check.known_mistakes.upstream_gradient import (
    ZERO_FOR_ONES,
    not_a_product,
    sums_to_a_constant,
)
from minnet.gradient_check.tape import explain
from minnet.utils.types import Array

DRAWS = 6


def find_point(state: CheckState, part: int) -> EvaluationPoint:
    """A point without kinks, where no gradient vanishes, if a bounded number of draws finds one."""
    best: tuple[tuple[int, int], EvaluationPoint] | None = None
    for draw in range(DRAWS):
        point = _draw(state, part + draw, draw)
        if point.run.error is not None or not is_numeric(point.run.y):
            return point
        score = (_kinks(point), _vanishing(point))
        if score == (0, 0) or (best is not None and score == best[0] and score[0] == 0):
            return point  # what vanishes twice vanishes for good
        if best is None or score < best[0]:
            best = (score, point)
    return best[1] if best else point


def _draw(state: CheckState, part: int, draw: int) -> EvaluationPoint:
    generator = state.generator(part)
    x = state.inputs.draw(state.batch, generator, first=draw == 0, jitter=draw > 2)
    run = state.harness.run(x, stream=state.stream)
    usable = run.error is None and is_numeric(run.y)
    g = cotangent(np.shape(run.y) if usable else (1,), generator)
    if usable:
        run = state.harness.run(x, g, stream=state.stream)
    return EvaluationPoint(
        harness=state.harness,
        x=x,
        g=g,
        run=run,
        precision=state.precision,
        stream=state.stream,
        differentiable=state.inputs.kind != "indices",
        random=state.random,
        seed=state.seed,
    )


def is_numeric(found: Any) -> bool:
    """Whether this is an array of numbers."""
    return isinstance(found, np.ndarray) and found.dtype.kind in "biuf"


def _kinks(point: EvaluationPoint) -> int:
    """How many measured entries lie on a kink, or are not finite."""
    return sum(
        int(point.jacobian(name).kinked.sum())
        + int((~np.isfinite(point.jacobian(name).matrix)).any())
        + int(is_numeric(point.student(name)) and np.isinf(point.student(name)).any())
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
        if name in state.blocked or not is_numeric(found) or np.isfinite(found).all():
            continue
        if point.fits(name) and not np.isnan(found).any():
            infinite = ~np.isfinite(point.at(name))
            if not np.isfinite(point.true(name)[infinite]).any():
                continue  # the true one is infinite there, too
        spot = point.owner(name) if name == "input" else ""
        say_not_finite(state, name, found, point.x, spot)


def say_not_finite(
    state: CheckState, name: str, found: Array, x: Array | None = None, owner: str = ""
) -> None:
    """A gradient that holds NaN or inf; where x is, the first such place."""
    bad, spot = ~np.isfinite(found), ""
    if owner and x is not None and x.shape == found.shape:
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        spot = f", first at {list(first)}, where {owner} is {x[first]:g}"
    kind = "NaN" if np.isnan(found).any() else "inf"
    text = f"{what(name)} holds {kind} for ordinary inputs{spot}."
    evidence = f"{int(bad.sum())} of {found.size} entries are not finite."
    state.wrong("gradients", "not-finite", name, text, evidence)
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
    if was_set and _is_recurrent(point, name):
        code = "one-sample-only"
        text = (
            "is set, but to zeros: in a loop over time the last step to be written overwrites (=) "
            "the others; with no state before it, its part is zero. Add them up (+=)."
        )
    largest = np.abs(point.true(name)).max()
    evidence = f"after backward it is {held}; the true one is up to {largest:.3g}."
    state.wrong("gradients", code, name, f"the gradient of `{name}` {text}", evidence)


def _is_recurrent(point: EvaluationPoint, weight: str) -> bool:
    """A square weight in a layer of sequences (m, time, features) that carries on a state."""
    shape = point.value(weight).shape
    if not point.differentiable or point.x.ndim != 3 or len(shape) != 2 or shape[0] != shape[1]:
        return False
    jac, x, y = point.jacobian("input"), point.x, point.y
    if not jac.complete or (y.ndim > 2 and y.shape[1] != x.shape[1]):
        return True
    by_step = np.abs(jac.matrix).reshape(len(y), -1, *x.shape).max(axis=(0, 2, 4))
    if y.ndim == 2:
        return bool((by_step.max(axis=0) > 1e-9).sum() > 1)
    steps = by_step.reshape(y.shape[1], -1, x.shape[1]).max(axis=1)
    return bool((steps * (1 - np.eye(len(steps)))).max() > 1e-9)


def check_linearity(state: CheckState, point: EvaluationPoint) -> None:
    """b(0) = 0, b(2g) = 2 b(g), b(-g) = -b(g), exactly; also for a large and a small g."""
    for name in point.names:
        if name in state.blocked or not point.is_right(name):
            continue
        match = next(not_a_product(point, name), None)
        if match is not None:
            text = f"{what(name)} {match.sentence}"
            evidence = f"relative difference {number(match.residual)}."
            state.wrong("linear in g", match.code, name, text, evidence)
            state.blocked.add(name)
    if not state.has("not-linear-in-upstream", "upstream-added", "upstream-ignored"):
        state.right("linear in g", "backward(2g) is twice backward(g), backward(0) is 0.")


def check_gradients(
    state: CheckState, point: EvaluationPoint, advice: Callable[[str], str] = lambda _: ""
) -> None:
    """Every gradient against its reference; what is wrong is compared with the known mistakes.

    advice: the next step for a code, where more is known than for all cases of it.
    """
    right = [name for name in point.names if point.is_right(name)]
    wrong = [name for name in point.names if name not in right and name not in state.blocked]
    if not wrong and right:
        worst = min(max(point.error(name) for name in right), 1.0)
        text = f"{listed(right)}: equal to central differences (to {number(worst)})."
        state.right("gradients", text)
        return
    told: set[int] = set()
    for name in wrong:
        known, match = explain(point, name, wrong), diagnose(point, name)
        place, more = known.place if known is not None else "", why_unseen(state, point, name)
        more += f" (Right: {listed(right)}.)" if right else ""
        entries, error = entries_of(point, name), _error(point, name)
        if match is not None:
            text = f"{what(name)} {match.sentence}{more}"
            residual = f"relative residual of this explanation {number(match.residual)}"
            evidence = f"{residual}; of the gradient itself {error}."
            state.wrong("gradients", match.code, name, text, evidence, place, advice(match.code))
        elif known and known.sentence and (point.fits(name) or known.code != "unknown"):
            text = f"{what(name)} {_verdict(point)}: {known.sentence}{entries}{more}"
            evidence = f"{what(name)} itself: relative difference {error}."
            step = f"{known.advice} {advice('unknown')}".strip()
            if known.cause not in told:
                state.wrong("gradients", known.code, name, text, evidence, place, step)
            told.add(known.cause)
        elif not point.fits(name):
            found, wanted = np.shape(point.student(name)), point.value(name).shape
            owner = point.owner(name)
            text = f"{what(name)} has shape {found}, expected {wanted}, that of {owner}."
            evidence = "no sum, transpose or reshape of it gives the true gradient."
            state.wrong("gradients", "wrong-shape", name, text, evidence, place)
        else:
            text = f"{what(name)} {_verdict(point)}, cause unknown.{entries}{_zero(point, name)}"
            step = f"{_start_with(place)} {advice('unknown')}".strip()
            evidence = f"{_worst(point, name)}; relative difference {error}."
            state.wrong("gradients", "unknown", name, text + more, evidence, place, step)


def _verdict(point: EvaluationPoint) -> str:
    return "is wrong" if point.y.ndim else "is not the derivative of the value"


def _error(point: EvaluationPoint, name: str) -> str:
    error = point.error(name)
    shapes = f"shape {np.shape(point.student(name))} for {point.value(name).shape}"
    return number(error) if np.isfinite(error) else shapes


def listed(names: list[str]) -> str:
    """`input`, `W` and `b`, quoted."""
    *others, last = [f"`{name}`" for name in names] or ["nothing"]
    return f"{', '.join(others)} and {last}" if others else last


def _worst(point: EvaluationPoint, name: str) -> str:
    """The entry that is furthest from the truth."""
    found, true = point.at(name), point.true(name)
    worst = int(np.argmax(np.abs(found - true)))
    entry = np.unravel_index(int(point.jacobian(name).columns[worst]), point.value(name).shape)
    spot = f"{'dx' if name == 'input' else name}[{', '.join(str(int(i)) for i in entry)}]"
    return f"at {spot} the true value is {true[worst]:.6g}, yours {found[worst]:.6g}"


def entries_of(point: EvaluationPoint, name: str) -> str:
    """Where a gradient is right and where not, if every entry was measured."""
    true = point.full_true(name)
    if true is None or not point.fits(name):
        return ""
    found = np.asarray(point.student(name), dtype=np.float64)
    tolerance = 1e-3 if point.precision.single else 1e-5
    return describe_difference(found, true, tolerance, name == "input")


def _start_with(place: str) -> str:
    """The next step where nothing but the line is known."""
    line = place.rpartition(", ")[2]
    return (
        f"Start with {line}: print its value and compare it with the true gradient." if line else ""
    )


def _zero(point: EvaluationPoint, name: str) -> str:
    """What to say about a gradient that is zero everywhere."""
    if np.any(point.at(name)):
        return ""
    reason = ZERO_FOR_ONES if sums_to_a_constant(point, name) else "; the true one is not."
    return f" Yours is zero everywhere{reason}"
