"""Several calls on one object: sums that are never reset, values of another forward."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, number, what
from minnet.gradient_check.checks.gradients import say_not_finite
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.input_domain import cotangent
from minnet.utils.types import Array


class RepeatedCalls:
    """Two batches, their cotangents, and what a fresh object says to each."""

    def __init__(self, state: CheckState, second_size: int | None = None) -> None:
        self.state = state
        self.x1 = state.inputs.draw(state.batch, state.generator(12))
        self.x2 = state.inputs.draw(second_size or state.batch, state.generator(13))
        self.first = self._fresh(self.x1, 14)
        self.second = self._fresh(self.x2, 15)
        self.usable = self.first.error is None and self.second.error is None

    def _fresh(self, x: Array, part: int) -> CallRecord:
        return self.state.harness.run(x, self.g(part), stream=self.state.stream)

    def g(self, part: int) -> Any:
        """The cotangent for an output, the same each time."""
        return lambda y: cotangent(np.shape(y), self.state.generator(part))

    @property
    def names(self) -> list[str]:
        """What has a gradient that can be compared."""
        found = [] if self.state.inputs.kind == "indices" else ["input"]
        found += [w.name for w in self.state.harness.weights]
        return [n for n in found if n not in self.state.blocked and self._comparable(n)]

    def _comparable(self, name: str) -> bool:
        """An array of finite numbers, also where it is new: NaN is no sign of a past."""
        grads = (self.first.gradient(name), self.second.gradient(name))
        arrays = [g for g in grads if isinstance(g, np.ndarray) and g.dtype.kind in "biuf"]
        for array in arrays:
            if np.isnan(array).any():
                say_not_finite(self.state, name, array)
        finite = all(np.isfinite(array).all() for array in arrays)
        return isinstance(grads[1], np.ndarray) and finite

    def on(self, obj: Any, x: Array, part: int | None) -> CallRecord:
        """Forward (and backward) on an object that has a past."""
        g = None if part is None else self.g(part)
        return self.state.harness.run(x, g, obj=obj, stream=self.state.stream)


def check_repeats(state: CheckState) -> None:
    """forward, backward, forward, backward; and forward, forward, backward."""
    before = len(state.report.mistakes)
    calls = RepeatedCalls(state)
    if not calls.usable:
        return
    _again(state, calls)
    if len(state.report.mistakes) == before:
        _interleaved(state, calls)
    if len(state.report.mistakes) == before:
        _other_size(state)
    if len(state.report.mistakes) == before:
        state.right("repeats", "Each backward answers its own forward, also a second time.")


def _again(state: CheckState, calls: RepeatedCalls) -> None:
    """Another batch after a whole first step; and a second backward after the same forward."""
    run = calls.on(None, calls.x1, 14)
    twice = state.harness.backward_again(run, calls.g(14)(np.asarray(run.y)))
    later = calls.on(run.obj, calls.x2, 15)
    fresh_run = calls.on(None, calls.x1, 14)
    once = calls.on(fresh_run.obj, calls.x2, 15)
    _compare(state, calls, once, twice)
    if later.error is not None and once.error is None:
        return
    if once.error is not None:
        state.wrong(
            "repeats",
            "raises",
            once.failed_in,
            f"in the second step it raises {type(once.error).__name__}: {once.error}.",
            "forward, backward, forward, backward.",
        )


def _compare(state: CheckState, calls: RepeatedCalls, once: CallRecord, twice: CallRecord) -> None:
    for name in calls.names:
        fresh, first = calls.second.gradient(name), calls.first.gradient(name)
        found = once.gradient(name)
        if (
            once.error is None
            and not mismatch(found, fresh) <= 1e-9
            and not _moving_state(calls, once)
        ):
            total = _sum(first, fresh)
            residual = mismatch(found, total) if total is not None else np.inf
            if residual < _same_sum(state):
                _accumulates(state, name, "the second step gives the sum of both steps", residual)
            else:
                _stale(state, name, "after another step on the same object", mismatch(found, fresh))
        second = twice.gradient(name)
        doubled = (
            mismatch(second, 2 * np.asarray(first, dtype=np.float64))
            if (twice.error is None and isinstance(second, np.ndarray) and np.any(first))
            else np.inf
        )
        if doubled < _same_sum(state):
            _accumulates(state, name, "a second backward gives twice the first", doubled)


def _same_sum(state: CheckState) -> float:
    """Below this relative difference two sums are the same."""
    return 1e-5 if state.precision.single else 1e-9


def _sum(one: Any, other: Any) -> Array | None:
    try:
        return np.asarray(np.asarray(one, dtype=np.float64) + other)
    except ValueError:
        return None


def _moving_state(calls: RepeatedCalls, later: CallRecord) -> bool:
    """True if the forward itself depends on the past (statistics in use): then backward may."""
    return not mismatch(later.y, calls.second.y) <= 1e-9


def _interleaved(state: CheckState, calls: RepeatedCalls) -> None:
    """forward(x1), forward(x2), backward: the gradient must be that of x2."""
    run = calls.on(None, calls.x1, None)
    later = calls.on(run.obj, calls.x2, 15)
    if later.error is not None or _moving_state(calls, later):
        return
    for name in calls.names:
        apart = mismatch(later.gradient(name), calls.second.gradient(name))
        if not apart <= 1e-9:
            _stale(state, name, "after forward(x1), forward(x2)", apart)


def _other_size(state: CheckState) -> None:
    """A smaller batch after a larger one, as at the end of an epoch."""
    calls = RepeatedCalls(state, state.batch - 1 if state.batch > 2 else state.batch)
    if not calls.usable:
        return
    run = calls.on(None, calls.x1, 14)
    later = calls.on(run.obj, calls.x2, 15)
    if later.error is not None:
        state.wrong(
            "repeats",
            "stale-cache" if later.failed_in == "backward" else "raises",
            later.failed_in,
            f"with a smaller batch after a larger one it raises "
            f"{type(later.error).__name__}: {later.error}.",
            f"batches of {len(calls.x1)} and {len(calls.x2)}.",
        )
        return
    if mismatch(later.y, calls.second.y) > 1e-9:
        return
    for name in calls.names:
        apart = mismatch(later.gradient(name), calls.second.gradient(name))
        if not apart <= 1e-9:
            _stale(state, name, "with a smaller batch after a larger one", apart)


def _accumulates(state: CheckState, name: str, when: str, residual: float) -> None:
    state.wrong(
        "repeats",
        "gradient-accumulates",
        name,
        f"{what(name)} is a sum that is never reset: {when}.",
        f"relative residual {number(residual)}.",
    )


def _stale(state: CheckState, name: str, when: str, apart: float) -> None:
    state.wrong(
        "repeats",
        "stale-cache",
        name,
        f"{what(name)} is not that of the last forward {when}: it uses stored values of "
        f"another one.",
        f"relative difference from a fresh object {number(apart)}.",
    )
