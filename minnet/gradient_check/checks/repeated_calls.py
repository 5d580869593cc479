"""Calls one object several times: finds sums that are never reset and values of another forward."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, number, what
from minnet.gradient_check.checks.gradients import is_numeric, say_not_finite
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.harness import CallRecord, Harness
from minnet.utils.types import Array

Batch = tuple[Harness, Array]


class RepeatedCalls:
    """Two batches, each with the harness that runs it, and what a new object gives for each."""

    state: CheckState
    batches: tuple[Batch, Batch]
    first: CallRecord
    second: CallRecord

    def __init__(self, state: CheckState, first: Batch, second: Batch) -> None:
        self.state, self.batches = state, (first, second)
        self.first, self.second = self.on(None, 0), self.on(None, 1)
        self.usable: bool = self.first.error is None and self.second.error is None

    def on(self, obj: Any, which: int, backward: bool = True) -> CallRecord:
        """Forward (and backward) of one of the batches, on an object that was used before."""
        harness, x = self.batches[which]
        g = self.state.cotangent(14 + which) if backward else None
        return harness.run(x, g, obj=obj, stream=self.state.stream)

    def backward_twice(self) -> CallRecord:
        """The second of two backwards after one forward of the first batch."""
        run = self.on(None, 0)
        return self.batches[0][0].backward_again(run, self.state.cotangent(14)(np.asarray(run.y)))

    @property
    def names(self) -> list[str]:
        """What has a gradient that can be compared."""
        found = [] if self.state.inputs.kind == "indices" else ["input"]
        found += [w.name for w in self.state.harness.weights]
        return [n for n in found if n not in self.state.blocked and self._comparable(n)]

    def _comparable(self, name: str) -> bool:
        """An array of finite numbers, also where it is new: NaN differs from itself."""
        grads = (self.first.gradient(name), self.second.gradient(name))
        arrays = [g for g in grads if is_numeric(g)]
        for array in arrays:
            if np.isnan(array).any():
                say_not_finite(self.state, name, array)
        finite = all(np.isfinite(array).all() for array in arrays)
        return isinstance(grads[1], np.ndarray) and finite

    def depends_on_past(self, later: CallRecord) -> bool:
        """True if forward itself depends on the past (statistics in use): then backward may."""
        return not mismatch(later.y, self.second.y) <= 1e-9


def check_repeats(state: CheckState) -> None:
    """forward, backward, forward, backward; and forward, forward, backward."""
    x1, x2 = (state.inputs.draw(state.batch, state.generator(part)) for part in (12, 13))
    calls = RepeatedCalls(state, (state.harness, x1), (state.harness, x2))
    if not calls.usable or not compare_calls(state, calls):
        return
    before = len(state.report.mistakes)
    _compare_smaller_batch(state, x1)
    if len(state.report.mistakes) == before:
        state.right("repeats", "Each backward belongs to its own forward, also a second time.")


def compare_calls(state: CheckState, calls: RepeatedCalls) -> bool:
    """Compare what a used object gives with what a new one gives; True if nothing is wrong."""
    before = len(state.report.mistakes)
    once = calls.on(calls.on(None, 0).obj, 1)
    twice = calls.backward_twice()
    for name in calls.names:
        _compare_second_step(state, calls, name, once)
        _compare_second_backward(state, calls, name, twice)
    if once.error is not None:
        text = f"in the second step it raises {type(once.error).__name__}: {once.error}."
        evidence = "forward, backward, forward, backward."
        state.wrong("repeats", "raises", once.failed_in, text, evidence)
    if len(state.report.mistakes) == before:
        later = calls.on(calls.on(None, 0, backward=False).obj, 1)
        _compare_last(state, calls, later, "after forward(x1), forward(x2)")
    return len(state.report.mistakes) == before


def _compare_second_step(
    state: CheckState, calls: RepeatedCalls, name: str, once: CallRecord
) -> None:
    """Another batch after a whole first step."""
    fresh, found = calls.second.gradient(name), once.gradient(name)
    apart = mismatch(found, fresh)
    if once.error is not None or apart <= 1e-9 or calls.depends_on_past(once):
        return
    try:
        residual = mismatch(found, np.asarray(calls.first.gradient(name), dtype=float) + fresh)
    except ValueError:
        residual = np.inf
    if residual < _same_sum(state):
        say_accumulates(state, name, "the second step gives the sum of both steps", residual)
    else:
        _say_stale(state, name, "after another step on the same object", apart)


def _compare_second_backward(
    state: CheckState, calls: RepeatedCalls, name: str, twice: CallRecord
) -> None:
    """A second backward after one forward gives what the first one gave."""
    first, second = calls.first.gradient(name), twice.gradient(name)
    if twice.error is not None or not is_numeric(first) or not is_numeric(second):
        return
    doubled = mismatch(second, 2 * np.asarray(first, dtype=np.float64))
    if np.any(first) and doubled < _same_sum(state):
        say_accumulates(state, name, "a second backward gives twice the first", doubled)
    elif not (state.random or mismatch(first, second) <= 1e-9) and np.isfinite(second).all():
        state.remark(
            "repeats",
            f"A second backward after the same forward gives another {what(name)[4:]}: backward "
            f"changes what forward has stored. Work on a copy.",
        )


def _same_sum(state: CheckState) -> float:
    """Below this relative difference two sums are the same."""
    return 1e-5 if state.precision.single else 1e-9


def _compare_smaller_batch(state: CheckState, x1: Array) -> None:
    """A smaller batch after a larger one, as at the end of an epoch."""
    size = state.batch - 1 if state.batch > 2 else state.batch
    x2 = state.inputs.draw(size, state.generator(13))
    calls = RepeatedCalls(state, (state.harness, x1), (state.harness, x2))
    if not calls.usable:
        return
    later = calls.on(calls.on(None, 0).obj, 1)
    when = "with a smaller batch after a larger one"
    _compare_last(state, calls, later, when)
    if later.error is not None:
        code = "stale-cache" if later.failed_in == "backward" else "raises"
        text = f"{when} it raises {type(later.error).__name__}: {later.error}."
        evidence = f"batches of {len(x1)} and {len(x2)}."
        state.wrong("repeats", code, later.failed_in, text, evidence)


def _compare_last(state: CheckState, calls: RepeatedCalls, later: CallRecord, when: str) -> None:
    """The gradients of the second batch are those that a new object gives."""
    if later.error is not None or calls.depends_on_past(later):
        return
    for name in calls.names:
        apart = mismatch(later.gradient(name), calls.second.gradient(name))
        if not apart <= 1e-9:
            _say_stale(state, name, when, apart)


def say_accumulates(state: CheckState, name: str, when: str, residual: float) -> None:
    """A sum over calls that is never reset to zero."""
    sentence = "a sum" if name == "forward" else f"{what(name)} is a sum that"
    text = f"{sentence} is never reset: {when}."
    evidence = f"relative residual {number(residual)}."
    state.wrong("repeats", "gradient-accumulates", name, text, evidence)


def _say_stale(state: CheckState, name: str, when: str, apart: float) -> None:
    text = (
        f"{what(name)} is not that of the last forward {when}: it uses stored values of another "
        f"one."
    )
    evidence = f"relative difference from a new object {number(apart)}."
    state.wrong("repeats", "stale-cache", name, text, evidence)
