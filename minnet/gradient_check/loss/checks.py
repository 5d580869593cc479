"""Checks that only losses need: what the value depends on, and that targets stay in their pairs."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.checks.repeated_calls import (
    RepeatedCalls,
    compare_calls,
    say_accumulates,
)
from minnet.gradient_check.known_mistakes.base import reproduces
from minnet.gradient_check.loss.evaluation_point import LossPoint
from minnet.gradient_check.loss.harness import LossHarness, number_of, run_loss
from minnet.utils.types import Array

Pair = tuple[Array, Array]


def check_depends(state: CheckState, points: list[LossPoint]) -> bool:
    """Whether the value depends on the prediction at all; else forward is wrong."""
    for point in points:
        others = [point.value_at(other.prediction, point.target) for other in points]
        if np.abs(point.derivative).max(initial=0.0) > point.noise or np.ptp(others) > 0:
            return True
    text = "the value does not depend on the prediction: it is the same for all of them."
    evidence = f"the value is {points[0].value_here:.6g} for {len(points)} random predictions."
    advice = "Look at which of the two arguments forward computes with."
    state.wrong("gradient", "not-used", "forward", text, evidence, advice=advice)
    return False


def check_direction(state: CheckState, points: list[LossPoint]) -> None:
    """A loss falls on the way to its target; one without its minus rises, wherever one starts.

    Only where targets are classes or probabilities, or where the difference alone counts.
    """
    if not all(_comparable(point) for point in points):
        return
    rises = []
    for point in points:
        y = np.asarray(point.one_hot)
        ways = [y - point.prediction]
        if len(np.unique(y)) == 2:
            several = point.prediction[0].size > 1
            ways.append(y - y.mean(axis=-1 if several else None, keepdims=True))
        rises += [float(np.vdot(point.derivative, way)) > point.noise for way in ways]
    if all(rises) and not _is_linear(points[0], points[1].prediction):
        text = (
            "the value rises on the way from the prediction to the target, so that at a = y it is "
            "larger than elsewhere: training would move away from the targets."
        )
        evidence = f"{len(rises)} of {len(rises)} slopes toward the target are positive."
        advice = "Put the minus before the whole sum, in forward and in backward."
        state.wrong("direction", "sign-flipped", "forward", text, evidence, advice=advice)


def _is_linear(point: LossPoint, other: Array) -> bool:
    """The score of a critic, say: it has no minimum at all."""
    ends = point.value_here + point.value_at(other)
    return abs(2 * point.value_at((point.prediction + other) / 2) - ends) <= 1e-9 * abs(ends)


def _comparable(point: LossPoint) -> bool:
    """Targets of the predictions' kind, on which the value depends."""
    a, y = point.prediction, point.one_hot
    if y is None or y.shape != a.shape or not np.isfinite(y).all():
        return False
    here, moved = point.value_here, point.value_at(a + 0.7, y + 0.7)
    if abs(here - moved) > 1e-9 * max(1.0, abs(here)):
        classes = set(np.unique(y)) <= {0.0, 1.0} or set(np.unique(y)) <= {-1.0, 1.0}
        shares = y.min() >= 0 and a.min() >= 0 and max(y.max(), a.max()) <= 1
        if not (classes or shares):
            return False
    others = [point.value_at(a, np.roll(point.target, k, axis=0)) for k in (1, 2)]
    return any(value != here for value in others)


def check_pairs(state: CheckState, point: LossPoint) -> None:
    """A loss that pairs every prediction with every target does not depend on their order."""
    a, y, exact = point.prediction, point.target, 1e-6 if point.precision.single else 1e-12
    if point.run.failed_in == "forward" or a.size != point.m or point.m < 3 or y.size != a.size:
        return
    here = point.value_at(a, y)
    moved = point.value_at(a + 0.01 * np.arange(point.m).reshape(a.shape), y)
    if not (np.ptp(a) > 0 and np.ptp(y) > 0 and abs(moved - here) > 10 * exact * abs(here)):
        return
    for way in (a, a[::-1]):
        values = [point.value_at(way, np.roll(y, k, axis=0)) for k in range(point.m)]
        if not np.ptp(values) <= exact * max(1.0, abs(values[0])):
            return
    text = (
        "exchanging the targets of two samples changes nothing: every prediction meets every "
        "target."
    )
    shapes = f"prediction {a.shape}, target {y.shape}."
    state.wrong("pairs", "loss-broadcasts", "forward", text, shapes)


def check_softmax(state: CheckState, point: LossPoint) -> None:
    """A softmax inside the loss runs over the classes of one sample: read from the derivative.

    That of -sum(y ln p) is p sum(y) - y, with the sum over whatever the softmax runs over.
    """
    a, y = point.prediction, point.one_hot
    if not point.real or y is None or a.ndim != 2 or min(a.shape) < 2:
        return
    for axis, words in ((0, "axis 0, the samples"), (None, "the whole array")):
        e = np.exp(a - a.max())
        p = e / e.sum(axis=axis, keepdims=True)
        slope = p * y.sum(axis=axis, keepdims=True) - y
        if reproduces(point, slope, point.derivative, scaled=True):
            text = f"its softmax runs over {words}; each row of classes should sum to 1."
            evidence = "the derivative of the value is exactly that of such a softmax."
            state.wrong("softmax", "wrong-axis", "forward", text, evidence)
            return


def check_whole_targets(state: CheckState, point: LossPoint) -> bool:
    """Nothing is cut off where the same targets come as integers; whether that is so."""
    y, run = point.target, point.run
    if y.dtype.kind != "f" or not (y == np.round(y)).all() or run.error is not None:
        return True
    whole = run_loss(point.harness.layer, point.prediction, y.astype(np.int64))
    if whole.error is not None:
        return True
    exact = 1e-4 if point.precision.single else 1e-9
    one, other, cut = np.asarray(whole.dx), np.asarray(run.dx), ""
    if abs(number_of(whole.y) - point.value_here) > exact * max(1.0, abs(point.value_here)):
        cut, where = "value", "forward"
    elif one.shape == other.shape and np.isfinite(other).all():
        largest = max(np.abs(other).max(initial=0.0), np.abs(point.derivative).max(initial=0.0))
        if np.abs(one - other).max(initial=0.0) > exact * largest:
            cut, where = "gradient", "backward"
    if cut:
        text = f"{state.harness.layer.name}: with whole numbers as targets the {cut} is cut off."
        evidence = "the same targets as floats and as integers."
        state.wrong("whole numbers", "integer-arithmetic", where, text, evidence)
    return not cut


def check_repeats(state: CheckState, first: Pair, second: Pair) -> None:
    """A second step, a second backward, and two forwards before one backward."""
    one, two = ((LossHarness(state.harness.layer, y), a) for a, y in (first, second))
    calls = RepeatedCalls(state, one, two)
    if not calls.usable or not calls.names:
        return
    if compare_calls(state, calls) and _compare_values(state, calls):
        state.right("repeats", "Each backward belongs to its own forward, also a second time.")


def _compare_values(state: CheckState, calls: RepeatedCalls) -> bool:
    """The value after other calls on the same object equals that of a new object."""
    before = len(state.report.mistakes)
    one, two = number_of(calls.first.y), number_of(calls.second.y)
    for with_backward, when in ((True, "after another step"), (False, "after forward, forward")):
        run = calls.on(calls.on(None, 0, with_backward).obj, 1)
        value = number_of(run.y)
        if abs(value - (one + two)) <= 1e-12 * abs(one + two) and abs(one) > 1e-9:
            say_accumulates(state, "forward", "the second value is the sum of both", 0.0)
            return False
        if run.error is not None:
            text = f"{when} it raises {type(run.error).__name__}: {run.error}."
            state.wrong("repeats", "stale-cache", run.failed_in, text, when)
        elif not abs(value - two) <= 1e-9 * max(1.0, abs(two)):
            text = f"the value {when} is not that of a new object."
            evidence = f"{value:.6g} instead of {two:.6g}."
            state.wrong("repeats", "stale-cache", "forward", text, evidence)
    return len(state.report.mistakes) == before
