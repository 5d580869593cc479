"""Checks of forward: samples do not mix, normalization uses the right axis, all is finite."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, number, what
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.harness import CallRecord, Harness
from minnet.gradient_check.input_domain import cotangent
from minnet.utils.types import Array

_WITHIN_A_SAMPLE = re.compile(
    r"layer_?norm|soft_?max|instance|group_?norm|rms_?norm", re.IGNORECASE
)
_NEAR_LARGEST = 1e290


def check_samples(state: CheckState, point: EvaluationPoint) -> None:
    """A batch gives the same as its samples one by one, unless samples are mixed on purpose."""
    y = point.y
    softmax = _softmax_axes(y, 1e-5 if state.precision.single else 1e-9)
    if softmax is not None and 0 in softmax and point.mixes:
        state.wrong(
            "samples apart",
            "wrong-axis",
            "forward",
            f"the outputs sum to 1 over axis {softmax}, which holds the samples; each row "
            f"of classes should.",
            f"sum over axis {softmax}: 1.",
        )
        return
    if point.mixes:
        _check_mixing(state, point)
        return
    if state.random or state.inputs.kind == "indices":
        return
    _one_by_one(state, point)


def _softmax_axes(y: Array, tolerance: float) -> tuple[int, ...] | None:
    """Axes over which positive outputs (or their exponentials) sum to 1; within rows first."""
    for array in (y, np.exp(np.minimum(y, 50.0))):
        if not (array >= 0).all() or array.size < 4 or array.max() > 1 + tolerance:
            continue
        for axes in [(k,) for k in range(y.ndim - 1, -1, -1)] + [tuple(range(y.ndim))]:
            sums = array.sum(axis=axes)
            count = int(np.prod([y.shape[a] for a in axes]))
            if count > 1 and np.abs(sums - 1).max() < tolerance:
                return axes
    return None


def _check_mixing(state: CheckState, point: EvaluationPoint) -> None:
    """Legitimate if declared, in batch statistics, and where backward is exactly right."""
    name = state.harness.layer.name
    if getattr(state.harness.layer.cls, "mixes_samples", False):
        state.right("samples apart", "It mixes samples, as mixes_samples = True declares.")
    elif _WITHIN_A_SAMPLE.search(name) and "batch" not in name.lower():
        state.wrong(
            "samples apart",
            "wrong-axis",
            "forward",
            f"{name} normalizes over the samples; it should work within one sample.",
            "the outputs of a sample depend on the other samples.",
        )
    elif _batch_statistics(state, point):
        state.skipped("samples apart", "Normalizes over the batch, feature by feature.")
    elif all(map(point.is_right, point.names)) and not state.report.mistakes:
        state.remark(
            "samples apart",
            "The output of a sample depends on the other samples of its batch; backward is right "
            f"for that. If it is meant, declare it: mixes_samples = True in class {name}.",
        )
    else:
        state.wrong(
            "samples apart",
            "mixes-samples",
            "forward",
            "the output of a sample depends on the other samples of its batch.",
            "dy_i/dx_j is not zero for two samples i and j.",
        )


def _batch_statistics(state: CheckState, point: EvaluationPoint) -> bool:
    """A batch normalization: a row added to all samples changes nothing; or there is a mode."""
    features = point.x.shape[1:]
    row = state.generator(20).normal(size=features)
    axes = tuple(range(len(features)))
    rows = [row, row.mean(axis=axes[:-1])]  # one number per entry, or per last axis
    rows.append(row.mean(axis=axes[1:], keepdims=True))  # or per channel
    for added in rows[: 3 if len(features) > 1 else 1]:
        moved = state.harness.run(point.x + added, stream=state.stream)
        if moved.error is None and mismatch(point.y, moved.y) < 1e-6:
            return True
    together = state.harness.run(point.x, training=False, stream=state.stream)
    last = state.harness.run(point.x[-1:], training=False, stream=state.stream)
    if together.error is not None or last.error is not None:
        return False
    return mismatch(together.y[-1:], last.y) < 1e-9


def _one_by_one(state: CheckState, point: EvaluationPoint) -> None:
    rows = []
    for sample in range(point.m):
        run = state.harness.run(point.x[sample : sample + 1], stream=state.stream)
        if run.error is not None or np.shape(run.y) != (1, *point.y.shape[1:]):
            return
        rows.append(np.asarray(run.y, dtype=np.float64)[0])
    alone = np.array(rows)
    apart = mismatch(alone, point.y)
    if apart <= (1e-4 if state.precision.single else 1e-9) or not np.isfinite(alone).all():
        state.right("samples apart", "A batch gives what its samples give one by one.")
        return
    if mismatch(alone, point.m * point.y) < state.precision.structure:
        state.wrong(
            "samples apart",
            "divided-by-batch",
            "forward",
            f"the output is divided by the number of samples, {point.m}.",
            f"one by one it is {point.m} times as large.",
        )
        return
    state.wrong(
        "samples apart",
        "mixes-samples",
        "forward",
        "a sample gives a different output alone than in a batch.",
        f"relative difference {number(apart)}.",
    )


def check_truncation(state: CheckState, point: EvaluationPoint) -> bool:
    """Outputs that move in steps while backward pretends they are smooth: cut to integers."""
    if not point.differentiable or "input" not in point.names:
        return False
    flat = np.abs(point.jacobian("input").matrix).max(initial=0.0) <= 1e-9
    if not flat or not isinstance(point.run.dx, np.ndarray) or not np.any(point.run.dx):
        return False
    generator = state.generator(21)
    moves = []
    for size in (0.9, 3.0, 10.0):
        other = state.harness.run(
            point.x + size * generator.normal(size=point.x.shape), stream=state.stream
        )
        moves.append(other.error is None and mismatch(other.y, point.y) > 1e-9)
    if not any(moves):
        return False
    kind = np.asarray(point.run.y).dtype
    whole = bool((point.y == np.round(point.y)).all())
    if kind.kind in "iub" or whole or len(point.harness.weights):
        state.wrong(
            "whole numbers",
            "integer-arithmetic",
            "forward",
            "the output changes only in jumps, but backward returns a slope: numbers are "
            "truncated to integers on the way.",
            f"type of the output {kind}; dy/dx is 0.",
        )
        return True
    return False


def check_scale_of_dropout(state: CheckState) -> None:
    """A dropout without a mode, of which what is kept shows that it is not scaled."""
    if not state.random or state.harness.layer.has_mode:
        return
    x = state.inputs.draw(max(state.batch, 8), state.generator(37))
    y = state.harness.run(x, stream=state.stream).y
    if np.shape(y) == x.shape and (y == 0).any() and ((y == 0) | (y == x)).all():
        state.remark(
            "evaluation",
            "It drops numbers and leaves the others as they are: the scale 1/(1 - rate) is missing "
            "in forward, or in evaluation a mode in which nothing is dropped and all is scaled.",
        )


def check_extremes(state: CheckState) -> None:
    """Finite at +-1000, forward and backward."""
    patterns = state.inputs.extremes(state.batch)
    if state.inputs.kind == "positive":
        patterns = [("by rows", patterns[0][1])]
    check_finite_at(state, state.harness, patterns, state.inputs.kind == "given")


def check_finite_at(
    state: CheckState, harness: Harness, patterns: list[tuple[str, Array]], given: bool = False
) -> None:
    """No NaN, and no inf unless the numbers really become that large, for these inputs.

    given: the caller gave an array; a function that ends beyond it, as arctanh, is left alone.
    """
    if given:
        patterns = [(name, x) for name, x in patterns if _goes_on(state, harness, x)]
    before = len(state.report.mistakes)
    for name, x in patterns:
        _Extreme(state, harness, x).check(name)
        if len(state.report.mistakes) > before:
            return
    if patterns:
        state.right("finite", "No NaN or inf at +-1000, forward and backward.")


def _goes_on(state: CheckState, harness: Harness, x: Array) -> bool:
    """Whether the output is finite well beyond ordinary numbers, on the way to x."""
    ways = [harness.run(share * x, stream=state.stream) for share in (0.005, 0.05)]
    outputs = [_as_array(run.y) for run in ways if run.error is None]
    return len(outputs) == 2 and all(y is not None and np.isfinite(y).all() for y in outputs)


class _Extreme:
    """One large input."""

    def __init__(self, state: CheckState, harness: Harness, x: Array) -> None:
        self.state, self.harness, self.x = state, harness, x

    def check(self, name: str) -> None:
        """The output, then each gradient."""
        run = self._run(self.x)
        y = _as_array(run.y)
        if y is None or run.failed_in == "forward":
            return
        if not self._acceptable(y, "forward"):
            kind = "NaN" if np.isnan(y.astype(float)).any() else "inf"
            self._wrong("forward", f"at +-1000 ({name}) the output holds {kind}.", y)
            return
        overflows = not np.isfinite(y).all()
        if run.error is not None or (overflows and y.ndim > 0):
            return  # of a loss, one number, the gradient must not be NaN even so
        for where in ["input", *run.grads]:
            found = _as_array(run.gradient(where))
            if found is None or where in self.state.blocked:
                continue
            if not self._acceptable(found, where):
                although = "" if overflows else ", although the output is"
                text = f"at +-1000 ({name}) {what(where)} is not finite{although}."
                self._wrong(where, text, found)

    def _wrong(self, where: str, text: str, found: Array) -> None:
        evidence = f"{int((~np.isfinite(found)).sum())} of {found.size} entries."
        self.state.wrong("finite", "not-finite", where, text, evidence)

    def _run(self, x: Array, backward: bool = True) -> CallRecord:
        def upstream(y: Array) -> Array:
            return cotangent(np.shape(y), self.state.generator(22))

        return self.harness.run(x, upstream if backward else None, stream=self.state.stream)

    def _acceptable(self, found: Array, where: str) -> bool:
        """Finite; or infinite where the values just below were near the largest float."""
        if found.dtype.kind not in "f" or np.isfinite(found).all():
            return True
        if np.isnan(found).any():
            return False
        low, high, last = 0.0, 1.0, 0.0
        for _ in range(60):
            middle = (low + high) / 2
            value = self._value(middle * self.x, where)
            if value is not None and np.isfinite(value).all():
                low, last = middle, float(np.abs(value).max(initial=0.0))
            else:
                high = middle
        single = self.state.precision.single or found.dtype.itemsize < 8
        return last > (1e30 if single else _NEAR_LARGEST)

    def _value(self, x: Array, where: str) -> Array | None:
        run = self._run(x, backward=where != "forward")
        found = run.y if where == "forward" else run.gradient(where)
        return _as_array(found) if run.error is None else None


def _as_array(found: Any) -> Array | None:
    """Numbers as an array, also the single number that a loss returns; None for all else."""
    if isinstance(found, (np.ndarray, np.generic, float, int)):
        array = np.asarray(found)
        return array if array.dtype.kind in "biuf" else None
    return None
