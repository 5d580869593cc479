"""Finds sizes, weights or upstream gradients for which a test would not see the mistake."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array


def why_unseen(state: CheckState, point: EvaluationPoint, name: str) -> str:
    """One sentence (with a space before it), or nothing."""
    if point.y.ndim == 0:
        return ""  # a loss
    if not point.fits(name):
        return _by_size(state, point, name)
    if not np.isfinite(point.at(name)).all() or not point.differentiable:
        return ""
    return _by_ones(point, name) or _by_first_weights(state, point, name)


def _by_size(state: CheckState, point: EvaluationPoint, name: str) -> str:
    """The batch size with which the wrong shape happens to fit."""
    wanted = point.value(name).shape
    if np.size(point.student(name)) == 1:
        return ""
    for size in sorted({n for n in wanted if n > 1} - {point.m}):
        x = state.inputs.draw(size, state.generator(9))
        run = state.harness.run(x, np.ones_like, stream=state.stream)
        if run.error is None and np.shape(run.gradient(name)) == wanted:
            return f" With {size} samples the shapes happen to agree."
    return ""


def _by_ones(point: EvaluationPoint, name: str) -> str:
    """An upstream gradient of ones, which many tests use."""
    run = point.backward(np.ones(point.y.shape))
    true = point.jacobian(name).transpose_times(np.ones(point.y.size))
    if run.error is None and _agree(point, name, run.gradient(name), true):
        return (
            " For an upstream gradient of ones it happens to be right, so a test that uses ones "
            "does not find the mistake."
        )
    return ""


def _by_first_weights(state: CheckState, point: EvaluationPoint, name: str) -> str:
    """Gains of one and biases of zero, as the constructor makes them."""
    first = state.harness.first_values
    if not first or not all(np.ptp(v) == 0 and np.all((v == 0) | (v == 1)) for v in first.values()):
        return ""
    kept, state.harness.values = state.harness.values, first
    try:
        run = state.harness.run(point.x, point.g, training=point.training, stream=point.stream)
        if run.error is not None or np.shape(run.y) != point.y.shape:
            return ""
        other = replace(point, run=run, jacobians={}, notes={})
        right = _agree(other, name, run.gradient(name), other.true(name))
    finally:
        state.harness.values = kept
    sentence = " With its initial parameters (gains 1, biases 0) it happens to be right."
    return sentence if right else ""


def _agree(point: EvaluationPoint, name: str, found: Any, true: Array) -> bool:
    """Equal, and not merely zero both."""
    if not isinstance(found, np.ndarray) or found.shape != point.value(name).shape:
        return False
    return mismatch(point.at(name, found), true) < point.precision.tolerance and bool(
        np.abs(true).max(initial=0.0) > point.noise
    )
