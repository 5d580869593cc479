"""What a forward should be like: sample by sample, normalised along the right axis, finite."""

from __future__ import annotations

import re

import numpy as np

from minnet.gradient_check.check_state import Exam, number
from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.input_domain import cotangent
from minnet.utils.types import Array

_WITHIN_A_SAMPLE = re.compile(
    r"layer_?norm|soft_?max|instance|group_?norm|rms_?norm", re.IGNORECASE
)
_NEAR_LARGEST = 1e290


def check_samples(exam: Exam, scene: Scene) -> None:
    """Batched equals one by one, where samples are not mixed on purpose."""
    y = scene.y
    softmax = _softmax_axes(y, 1e-5 if exam.precision.single else 1e-9)
    if softmax is not None and 0 in softmax and scene.mixes:
        exam.wrong(
            "samples apart",
            "wrong-axis",
            "forward",
            f"the outputs sum to 1 over axis {softmax}, which holds the samples; each row "
            f"of classes should.",
            f"sum over axis {softmax}: 1.",
        )
        return
    if scene.mixes:
        _judge_mixing(exam, scene)
        return
    if exam.random or exam.domain.kind == "indices":
        return
    _one_by_one(exam, scene)


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


def _judge_mixing(exam: Exam, scene: Scene) -> None:
    """Statistics of a batch are legitimate where they are kept per feature, or stored."""
    name = exam.bench.subject.name
    if _WITHIN_A_SAMPLE.search(name) and "batch" not in name.lower():
        exam.wrong(
            "samples apart",
            "wrong-axis",
            "forward",
            f"{name} normalizes over the samples; it should work within one sample.",
            "the outputs of a sample depend on the other samples.",
        )
    elif not _batch_statistics(exam, scene):
        exam.wrong(
            "samples apart",
            "mixes-samples",
            "forward",
            "the output of a sample depends on the other samples of its batch.",
            "dy_i/dx_j is not zero for two samples i and j.",
        )
    else:
        exam.skipped("samples apart", "Normalizes over the batch, feature by feature.")


def _batch_statistics(exam: Exam, scene: Scene) -> bool:
    """A batch normalization: a row added to all samples changes nothing; or there is a mode."""
    row = exam.generator(20).normal(size=scene.x.shape[1:])
    if scene.x.ndim > 2:
        row = np.broadcast_to(row[..., :1, :1] if scene.x.ndim > 3 else row, scene.x.shape[1:])
        row = row if scene.x.ndim < 4 else np.broadcast_to(row[:, :1, :1], scene.x.shape[1:])
    try:
        moved = exam.bench.forward(scene.x + row, None, True, exam.stream)
    except Exception:
        return False
    if mismatch(scene.y, moved) < 1e-6:
        return True
    together = exam.bench.run(scene.x, training=False, stream=exam.stream)
    last = exam.bench.run(scene.x[-1:], training=False, stream=exam.stream)
    if together.error is not None or last.error is not None:
        return False
    return mismatch(together.y[-1:], last.y) < 1e-9


def _one_by_one(exam: Exam, scene: Scene) -> None:
    rows = []
    for sample in range(scene.m):
        run = exam.bench.run(scene.x[sample : sample + 1], stream=exam.stream)
        if run.error is not None or np.shape(run.y) != (1, *scene.y.shape[1:]):
            return
        rows.append(np.asarray(run.y, dtype=np.float64)[0])
    alone = np.array(rows)
    apart = mismatch(alone, scene.y)
    if apart <= (1e-4 if exam.precision.single else 1e-9) or not np.isfinite(alone).all():
        exam.right("samples apart", "A batch gives what its samples give one by one.")
        return
    if mismatch(alone, scene.m * scene.y) < exam.precision.structure:
        exam.wrong(
            "samples apart",
            "divided-by-batch",
            "forward",
            f"the output is divided by the number of samples, {scene.m}.",
            f"one by one it is {scene.m} times as large.",
        )
        return
    exam.wrong(
        "samples apart",
        "mixes-samples",
        "forward",
        "a sample gives another output alone than in its batch.",
        f"relative difference {number(apart)}.",
    )


def check_truncation(exam: Exam, scene: Scene) -> bool:
    """Outputs that move in steps while backward pretends they are smooth: cut to integers."""
    if not scene.differentiable or "input" not in scene.names:
        return False
    flat = np.abs(scene.jacobian("input").matrix).max(initial=0.0) <= 1e-9
    if not flat or not isinstance(scene.run.dx, np.ndarray) or not np.any(scene.run.dx):
        return False
    generator = exam.generator(21)
    moves = []
    for size in (0.9, 3.0, 10.0):
        other = exam.bench.run(
            scene.x + size * generator.normal(size=scene.x.shape), stream=exam.stream
        )
        moves.append(other.error is None and mismatch(other.y, scene.y) > 1e-9)
    if not any(moves):
        return False
    kind = np.asarray(scene.run.y).dtype
    whole = bool((scene.y == np.round(scene.y)).all())
    if kind.kind in "iub" or whole or len(scene.bench.weights):
        exam.wrong(
            "whole numbers",
            "integer-arithmetic",
            "forward",
            "the output moves in jumps only, but backward gives a slope: numbers are cut to "
            "whole numbers on the way.",
            f"type of the output {kind}; dy/dx is 0.",
        )
        return True
    return False


def check_extremes(exam: Exam) -> None:
    """Finite at +-1000, forward and backward."""
    patterns = exam.domain.extremes(exam.batch)
    if exam.domain.kind == "positive":
        patterns = [("by rows", exam.domain.extremes(exam.batch)[0][1])]
    before = len(exam.report.mistakes)
    for name, x in patterns:
        _extreme(exam, name, x)
        if len(exam.report.mistakes) > before:
            return
    if patterns:
        exam.right("finite", "No NaN or inf at +-1000, forward and backward.")


def _extreme(exam: Exam, name: str, x: Array) -> None:
    run = exam.bench.run(
        x, lambda y: cotangent(np.shape(y), exam.generator(22)), stream=exam.stream
    )
    if not isinstance(run.y, (np.ndarray, np.generic)) or run.failed_in == "forward":
        return
    y = np.asarray(run.y)
    if not _acceptable(exam, x, y, "forward"):
        kind = "NaN" if np.isnan(y.astype(float)).any() else "inf"
        exam.wrong(
            "finite",
            "not-finite",
            "forward",
            f"at +-1000 ({name}) the output holds {kind}.",
            f"{int((~np.isfinite(y)).sum())} of {y.size} entries.",
        )
        return
    if run.error is not None or not np.isfinite(y).all():
        return
    for where in ["input", *run.grads]:
        found = run.gradient(where)
        if not isinstance(found, np.ndarray) or found.dtype.kind != "f" or where in exam.blocked:
            continue
        if not _acceptable(exam, x, found, where):
            exam.wrong(
                "finite",
                "not-finite",
                where,
                f"at +-1000 ({name}) the gradient of `{where}` is not finite, although the "
                f"output is.",
                f"{int((~np.isfinite(found)).sum())} entries.",
            )


def _acceptable(exam: Exam, x: Array, found: Array, where: str) -> bool:
    """Finite; or infinite where the values just below were near the largest float."""
    if found.dtype.kind not in "f" or np.isfinite(found).all():
        return True
    if np.isnan(found).any():
        return False
    low, high, last = 0.0, 1.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2
        value = _value(exam, middle * x, where)
        if value is not None and np.isfinite(value).all():
            low, last = middle, float(np.abs(value).max(initial=0.0))
        else:
            high = middle
    single = exam.precision.single or found.dtype.itemsize < 8
    return last > (1e30 if single else _NEAR_LARGEST)


def _value(exam: Exam, x: Array, where: str) -> Array | None:
    g = None if where == "forward" else lambda y: cotangent(np.shape(y), exam.generator(22))
    run = exam.bench.run(x, g, stream=exam.stream)
    found = run.y if where == "forward" else run.gradient(where)
    return found if isinstance(found, np.ndarray) and run.error is None else None
