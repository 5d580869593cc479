"""Checks of a loss that go beyond the checks of a layer with one output."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.checks.repeated_calls import (
    RepeatedCalls,
    compare_calls,
    say_accumulates,
)
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.loss.evaluation_point import LossPoint
from minnet.gradient_check.loss.harness import LossHarness, number_of
from minnet.gradient_check.loss.inputs import one_hot
from minnet.utils.types import Array

Pair = tuple[Array, Array]


def check_finite_gradient(
    state: CheckState, gradient: Array, prediction: Array | None = None
) -> bool:
    """Whether the gradient is finite; if not, that is the mistake to fix first."""
    bad = ~np.isfinite(gradient)
    if bad.any():
        kind = "NaN" if np.isnan(gradient).any() else "inf"
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        place = ""
        if prediction is not None and prediction.shape == bad.shape:
            place = f", first at {list(first)}, where the prediction is {prediction[first]:g}"
        state.wrong(
            "gradient",
            "not-finite",
            "input",
            f"the returned gradient holds {kind}{place}.",
            f"{int(bad.sum())} of {bad.size} entries.",
        )
    return not bad.any()


def check_direction(state: CheckState, points: list[LossPoint]) -> None:
    """A loss falls on the way to its target; one without its minus rises, wherever one starts.

    Only where targets are classes or probabilities, or where the difference alone counts.
    """
    if not all(_comparable(point) for point in points):
        return
    rises = []
    for point in points:
        y = np.asarray(one_hot(point.prediction, point.target))
        ways = [y - point.prediction]
        if len(np.unique(y)) == 2:
            ways.append(y - y.mean(axis=-1 if point.outputs > 1 else None, keepdims=True))
        rises += [float(np.vdot(point.derivative, way)) > point.noise for way in ways]
    if all(rises) and not _is_linear(points[0], points[1].prediction):
        state.wrong(
            "direction",
            "sign-flipped",
            "forward",
            "the value rises on the way from the prediction to the target, so that at a = y it is "
            "larger than elsewhere: training would move away from the targets.",
            f"{len(rises)} of {len(rises)} slopes toward the target are positive.",
            advice="Put the minus before the whole sum, in forward and in backward.",
        )


def _is_linear(point: LossPoint, other: Array) -> bool:
    """The score of a critic, say: it has no minimum at all."""
    ends = point.value_here + point.value_at(other)
    return abs(2 * point.value_at((point.prediction + other) / 2) - ends) <= 1e-9 * abs(ends)


def _comparable(point: LossPoint) -> bool:
    """Targets of the predictions' kind, on which the value depends."""
    a, y = point.prediction, one_hot(point.prediction, point.target)
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


def check_depends(state: CheckState, points: list[LossPoint]) -> bool:
    """Whether the value depends on the prediction at all; else forward is wrong."""
    for point in points:
        others = [point.value_at(other.prediction, point.target) for other in points]
        if np.abs(point.derivative).max(initial=0.0) > point.noise or np.ptp(others) > 0:
            return True
    state.wrong(
        "gradient",
        "not-used",
        "forward",
        "the value does not depend on the prediction: it is the same for all of them.",
        f"the value is {points[0].value_here:.6g} for {len(points)} random predictions.",
        advice="Look at which of the two arguments forward computes with.",
    )
    return False


def check_repeats(state: CheckState, loss: LayerUnderTest, first: Pair, second: Pair) -> None:
    """A second step, a second backward, and two forwards before one backward."""
    (a1, y1), (a2, y2) = first, second
    calls = RepeatedCalls(state, (LossHarness(loss, y1), a1), (LossHarness(loss, y2), a2))
    if not calls.usable or not calls.names:
        return
    if compare_calls(state, calls) and _compare_values(state, calls):
        state.right("repeats", "Each backward belongs to its own forward, also a second time.")


def _compare_values(state: CheckState, calls: RepeatedCalls) -> bool:
    """The value after other calls on the same object equals that of a new object."""
    before = len(state.report.mistakes)
    one, two = number_of(calls.first.y), number_of(calls.second.y)
    after_a_step = calls.on(calls.on(None, 0).obj, 1)
    after_forward = calls.on(calls.on(None, 0, backward=False).obj, 1)
    later = number_of(after_a_step.y)
    if abs(later - (one + two)) <= 1e-12 * abs(one + two) and abs(one) > 1e-9:
        say_accumulates(state, "forward", "the second value is the sum of both", 0.0)
        return False
    for run, when in (
        (after_a_step, "after another step"),
        (after_forward, "after forward, forward"),
    ):
        _compare_value(state, two, run, when)
    return len(state.report.mistakes) == before


def _compare_value(state: CheckState, wanted: float, run: CallRecord, when: str) -> None:
    value = number_of(run.y)
    if run.error is not None:
        where, text = run.failed_in, f"{when} it raises {type(run.error).__name__}: {run.error}."
        evidence = when
    elif not abs(value - wanted) <= 1e-9 * max(1.0, abs(wanted)):
        where, text = "forward", f"the value {when} is not that of a new object."
        evidence = f"{value:.6g} instead of {wanted:.6g}."
    else:
        return
    state.wrong("repeats", "stale-cache", where, text, evidence)
