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
from minnet.gradient_check.loss.harness import LossHarness, number_of
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
