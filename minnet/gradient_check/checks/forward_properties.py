"""Checks of forward: samples do not mix, normalization uses the right axis, nothing is cut off."""

from __future__ import annotations

import re

import numpy as np

from minnet.gradient_check.check_state import CheckState, number
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array

_WITHIN_A_SAMPLE = re.compile(
    r"layer_?norm|soft_?max|instance|group_?norm|rms_?norm", re.IGNORECASE
)


def check_samples(state: CheckState, point: EvaluationPoint) -> None:
    """A batch gives the same as its samples one by one, unless samples are mixed on purpose."""
    if point.mixes:
        softmax = _softmax_axes(point.y, 1e-5 if state.precision.single else 1e-9)
        if 0 in softmax:
            text = (
                f"the outputs sum to 1 over axis {softmax}, which holds the samples; each row of "
                f"classes should."
            )
            evidence = f"sum over axis {softmax}: 1."
            state.wrong("samples apart", "wrong-axis", "forward", text, evidence)
        else:
            _check_mixing(state, point)
    elif not state.random and state.inputs.kind != "indices":
        _one_by_one(state, point)


def _softmax_axes(y: Array, tolerance: float) -> tuple[int, ...]:
    """Axes over which positive outputs (or their exponentials) sum to 1; within rows first."""
    for array in (y, np.exp(np.minimum(y, 50.0))):
        if not (array >= 0).all() or array.size < 4 or array.max() > 1 + tolerance:
            continue
        for axes in [(k,) for k in range(y.ndim - 1, -1, -1)] + [tuple(range(y.ndim))]:
            count = int(np.prod([y.shape[a] for a in axes]))
            if count > 1 and np.abs(array.sum(axis=axes) - 1).max() < tolerance:
                return axes
    return ()


def _check_mixing(state: CheckState, point: EvaluationPoint) -> None:
    """Legitimate if declared, in batch statistics, and where backward is exactly right."""
    name, check = state.harness.layer.name, "samples apart"
    if getattr(state.harness.layer.cls, "mixes_samples", False):
        state.right(check, "It mixes samples, as mixes_samples = True declares.")
    elif _WITHIN_A_SAMPLE.search(name) and "batch" not in name.lower():
        text = f"{name} normalizes over the samples; it should work within one sample."
        evidence = "the outputs of a sample depend on the other samples."
        state.wrong(check, "wrong-axis", "forward", text, evidence)
    elif _batch_statistics(state, point):
        state.skipped(check, "Normalizes over the batch, feature by feature.")
    elif all(map(point.is_right, point.names)) and not state.report.mistakes:
        state.remark(
            check,
            "The output of a sample depends on the other samples of its batch; backward is right "
            f"for that. If it is meant, declare it: mixes_samples = True in class {name}.",
        )
    else:
        text = "the output of a sample depends on the other samples of its batch."
        evidence = "dy_i/dx_j is not zero for two samples i and j."
        state.wrong(check, "mixes-samples", "forward", text, evidence)


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
    elif mismatch(alone, point.m * point.y) < state.precision.structure:
        text = f"the output is divided by the number of samples, {point.m}."
        evidence = f"one by one it is {point.m} times as large."
        state.wrong("samples apart", "divided-by-batch", "forward", text, evidence)
    else:
        text = "a sample gives a different output alone than in a batch."
        evidence = f"relative difference {number(apart)}."
        state.wrong("samples apart", "mixes-samples", "forward", text, evidence)


def check_truncation(state: CheckState, point: EvaluationPoint) -> bool:
    """Outputs that move in steps while backward pretends they are smooth: cut to integers."""
    dx, y = point.run.dx, np.asarray(point.run.y)
    if not point.differentiable or not isinstance(dx, np.ndarray) or not np.any(dx):
        return False
    if not np.abs(point.jacobian("input").matrix).max(initial=0.0) <= 1e-9:
        return False
    whole = y.ndim == 0 or y.dtype.kind in "iub" or (y == np.round(y)).all()
    generator, moves = state.generator(21), False
    for size in (0.9, 3.0, 10.0):
        x = point.x + size * generator.normal(size=point.x.shape)
        other = point.harness.run(x, stream=state.stream)
        moves |= other.error is None and mismatch(other.y, y) > 1e-9
    if not moves or not (whole or point.harness.weights):
        return False
    text = (
        "the output changes only in jumps, but backward returns a slope: numbers are truncated to "
        "integers on the way."
    )
    evidence = f"type of the output {y.dtype}; dy/dx is 0."
    state.wrong("whole numbers", "integer-arithmetic", "forward", text, evidence)
    return True


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
