"""Exact questions to a loss: nothing written to, nothing carried over, finite for large logits."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.check_state import CheckState, number
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.loss.evaluation_point import LossRun, back, run_loss
from minnet.utils.types import Array

Pair = tuple[Array, Array]


def check_changes(state: CheckState, run: LossRun) -> None:
    """Prediction and target stay as they were."""
    for what, verb in run.changed:
        state.wrong(
            "no mutation",
            "input-modified",
            verb,
            f"{state.harness.layer.name}.{verb}: it writes into the {what}.",
            f"{what} differs before and after.",
        )
    if not run.changed:
        state.right("no mutation", "Prediction and target stay as they were.")


def check_repeats(state: CheckState, loss: LayerUnderTest, first: Pair, second: Pair) -> None:
    """A second step, a second backward, and two forwards before one backward."""
    one, two = run_loss(loss, *first), run_loss(loss, *second)
    if one.error is not None or two.error is not None or _no_array(one) or _no_array(two):
        return
    if not (finite(state, one) and finite(state, two)):
        return  # NaN differs from itself, and is no sign of a past
    before = len(state.report.mistakes)
    later = run_loss(loss, *second, obj=run_loss(loss, *first).obj)
    twice = run_loss(loss, *first)
    back(twice, *first)
    inner = run_loss(loss, *first, backward=False)
    latest = run_loss(loss, *second, obj=inner.obj)
    _sums(state, one, two, later, twice)
    if len(state.report.mistakes) == before:
        for run, when in ((later, "after another step"), (latest, "after forward, forward")):
            _compare(state, two, run, when)
    if len(state.report.mistakes) == before:
        state.right("repeats", "Each backward answers its own forward, also a second time.")


def finite(state: CheckState, run: LossRun, prediction: Array | None = None) -> bool:
    """Whether the gradient is finite; if not, that is the mistake to mend first."""
    bad = ~np.isfinite(run.gradient)
    if bad.any():
        kind = "NaN" if np.isnan(run.gradient).any() else "inf"
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


def _no_array(run: LossRun) -> bool:
    return not isinstance(run.gradient, np.ndarray) or run.gradient.dtype.kind not in "biuf"


def _sums(state: CheckState, one: LossRun, two: LossRun, later: LossRun, twice: LossRun) -> None:
    """Twice the gradient after two backwards, or the sum over two steps."""
    if one.gradient.shape == two.gradient.shape and not _no_array(later):
        residual = mismatch(later.gradient, one.gradient + two.gradient)
        if residual < 1e-9 and np.any(one.gradient):
            _accumulates(state, "input", "the second step gives the sum of both", residual)
            return
    if twice.error is None and not _no_array(twice) and np.any(one.gradient):
        residual = mismatch(twice.gradient, 2 * one.gradient)
        if residual < 1e-9:
            _accumulates(state, "input", "a second backward gives twice the first", residual)
    summed = one.number + two.number
    if abs(later.number - summed) <= 1e-12 * abs(summed) and abs(one.number) > 1e-9:
        _accumulates(state, "forward", "the second value is the sum of both", 0.0)


def _accumulates(state: CheckState, where: str, when: str, residual: float) -> None:
    state.wrong(
        "repeats",
        "gradient-accumulates",
        where,
        f"a sum is never reset: {when}.",
        f"relative residual {number(residual)}.",
    )


def _compare(state: CheckState, fresh: LossRun, run: LossRun, when: str) -> None:
    if run.error is not None:
        state.wrong(
            "repeats",
            "stale-cache",
            run.failed_in,
            f"{when} it raises {type(run.error).__name__}: {run.error}.",
            when,
        )
        return
    apart = mismatch(run.gradient, fresh.gradient)
    if not apart <= 1e-9:
        state.wrong(
            "repeats",
            "stale-cache",
            "input",
            f"the returned gradient is not that of the last forward {when}.",
            f"relative difference from a fresh object {number(apart)}.",
        )
    elif not abs(run.number - fresh.number) <= 1e-9 * max(1.0, abs(fresh.number)):
        state.wrong(
            "repeats",
            "stale-cache",
            "forward",
            f"the value {when} is not that of a fresh object.",
            f"{run.number:.6g} instead of {fresh.number:.6g}.",
        )


def check_extremes(state: CheckState, loss: LayerUnderTest, pair: Pair) -> None:
    """Logits of +-1000: NaN is a mistake; inf where values just below are no giants is one."""
    a, y = pair
    before = len(state.report.mistakes)
    rows = np.where(np.arange(len(a)) % 2 == 0, 1000.0, -1000.0)
    patterns = [np.broadcast_to(rows.reshape(-1, *[1] * (a.ndim - 1)), a.shape)]
    if a.ndim > 1 and a.shape[1] > 1:
        columns = np.where(np.arange(a.shape[1]) % 2 == 0, 1000.0, -1000.0)
        patterns.append(np.broadcast_to(columns, a.shape))
    for pattern in patterns:
        run = run_loss(loss, pattern, y)
        if run.value is None or run.failed_in == "forward":
            continue
        if not _fine(loss, np.array(pattern), y, run):
            state.wrong(
                "finite",
                "not-finite",
                "forward",
                f"for logits of +-1000 the value is {run.number}.",
                f"value {run.number}.",
            )
            return
        found = run.gradient
        if isinstance(found, np.ndarray) and found.dtype.kind == "f" and np.isnan(found).any():
            state.wrong(
                "finite",
                "not-finite",
                "input",
                "for logits of +-1000 the returned gradient holds NaN.",
                f"{int(np.isnan(found).sum())} of {found.size} entries.",
            )
            return
    if len(state.report.mistakes) == before:
        state.right("finite", "No NaN or inf for logits of +-1000.")


def _fine(loss: LayerUnderTest, a: Array, y: Array, run: LossRun) -> bool:
    value = run.number
    if np.isfinite(value):
        return True
    if np.isnan(value):
        return False
    low, high, last = 0.0, 1.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2
        there = run_loss(loss, middle * a, y, backward=False).number
        low, high, last = (middle, high, abs(there)) if np.isfinite(there) else (low, middle, last)
    return last > 1e290
