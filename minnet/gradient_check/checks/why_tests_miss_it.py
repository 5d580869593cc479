"""Why nobody has seen the mistake: the sizes, the weights or the cotangent with which it hides."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import Exam
from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array


def why_unseen(exam: Exam, scene: Scene, name: str) -> str:
    """One sentence (with a space before it), or nothing."""
    if not scene.fits(name):
        return _by_size(exam, scene, name)
    if not np.isfinite(scene.at(name)).all() or not scene.differentiable:
        return ""
    return _by_ones(scene, name) or _by_first_weights(exam, scene, name)


def _by_size(exam: Exam, scene: Scene, name: str) -> str:
    """With which batch size the wrong shape happens to fit."""
    wanted = scene.value(name).shape
    if np.size(scene.student(name)) == 1:
        return ""
    for size in sorted({n for n in wanted if n > 1} - {scene.m}):
        run = exam.bench.run(exam.domain.draw(size, exam.generator(9)), _ones, stream=exam.stream)
        if run.error is None and np.shape(run.gradient(name)) == wanted:
            return f" With {size} samples the shapes happen to agree."
    return ""


def _ones(y: Array) -> Array:
    return np.ones(np.shape(y))


def _by_ones(scene: Scene, name: str) -> str:
    """A gradient of ones, with which many a test is written."""
    run = scene.backward(np.ones(scene.y.shape))
    true = scene.jacobian(name).transpose_times(np.ones(scene.y.size))
    if run.error is None and _agree(scene, name, run.gradient(name), true):
        return " For a gradient of ones it is right, so that a test with ones does not see it."
    return ""


def _by_first_weights(exam: Exam, scene: Scene, name: str) -> str:
    """Gains of one and biases of zero, as the constructor makes them."""
    first = exam.bench.first_values
    if not first or not all(np.ptp(v) == 0 and np.all((v == 0) | (v == 1)) for v in first.values()):
        return ""
    kept, exam.bench.values = exam.bench.values, first
    try:
        run = exam.bench.run(scene.x, scene.g, training=scene.training, stream=scene.stream)
        if run.error is not None or np.shape(run.y) != scene.y.shape:
            return ""
        other = Scene(
            exam.bench, scene.x, scene.g, run, scene.precision, scene.training, scene.stream,
            seed=scene.seed,
        )  # fmt: skip
        right = _agree(other, name, run.gradient(name), other.true(name))
    finally:
        exam.bench.values = kept
    return " With gains of one and biases of zero, as it is made, it is right." if right else ""


def _agree(scene: Scene, name: str, found: Any, true: Array) -> bool:
    """Equal, and not merely zero both."""
    if not isinstance(found, np.ndarray) or found.shape != scene.value(name).shape:
        return False
    return mismatch(scene.at(name, found), true) < scene.precision.tolerance and bool(
        np.abs(true).max(initial=0.0) > scene.noise
    )
