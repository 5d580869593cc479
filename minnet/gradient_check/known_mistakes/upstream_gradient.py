"""Mistakes with the upstream gradient: ignored, added, squared, clipped.

A backward is a product: b(0) = 0, b(2g) = 2 b(g), b(-g) = -b(g). These need no numerics.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Known, Match, Prediction
from minnet.utils.types import Array

ZERO_FOR_ONES = (
    ", as it is for a gradient of ones: the outputs sum to the same number for any x, so that "
    "the plain derivative vanishes. Use the upstream gradient."
)


def not_a_product(point: EvaluationPoint, name: str) -> Iterator[Match]:
    """b(0) is not 0, or b(cg) is not c b(g); each by exact comparison."""
    factors = (-1.0, 2.0, 1000.0, 0.001)
    one, zero = _answer(point, name, 1.0), _answer(point, name, 0.0)
    if one is None or zero is None or zero.shape != one.shape or not np.isfinite(one).all():
        return
    if not np.isfinite(zero).all():
        zero = np.zeros_like(one)  # 0/0: the other multiples tell
    tolerance = max(1e-4 if point.precision.single else 1e-7, point.rounding(name))
    scale, rest = np.abs(one).max(initial=0.0), np.abs(zero).max(initial=0.0)
    if max(scale, rest) <= point.noise:
        return  # rounding, not a gradient
    if rest > tolerance * scale:
        yield from _not_zero(point, name, one, zero, tolerance)
        return
    for factor in factors:
        answer = _answer(point, name, factor)
        residual = 0.0 if answer is None else mismatch(answer, factor * one)
        if not residual <= tolerance:
            words = {-1.0: "for -g it is not the negative", 2.0: "for 2g it is not twice"}
            word = words.get(factor, f"for {factor:g} g it is not {factor:g} times")
            sentence = f"is not linear in the upstream gradient: {word} that for g."
            yield Match("not-linear-in-upstream", sentence, residual)


def _answer(point: EvaluationPoint, name: str, factor: float) -> Array | None:
    """The student's gradient for a multiple of g; None where it fails."""
    return _array(point.backward(factor * point.g).gradient(name))


def _array(found: Any) -> Array | None:
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
        return None
    return np.asarray(found, dtype=np.float64)


def _not_zero(
    point: EvaluationPoint, name: str, one: Array, zero: Array, tolerance: float
) -> Iterator[Match]:
    """What the gradient is if it is not 0 for g = 0."""
    residual = mismatch(zero, one)
    other = _array(point.backward(np.roll(point.g, 1) * 1.7).gradient(name))
    if residual <= tolerance and (other is None or mismatch(other, one) <= tolerance):
        sentence = "does not depend on the upstream gradient: it is the same for g = 0."
        yield Match("upstream-ignored", sentence, residual)
        return
    two, minus = _answer(point, name, 2.0), _answer(point, name, -1.0)
    if two is None or minus is None:
        return
    affine = max(mismatch(two - zero, 2 * (one - zero)), mismatch(minus - zero, zero - one))
    if affine <= 100 * tolerance:
        sentence = "is a sum of the upstream gradient and something else: for g = 0 it is not 0."
        yield Match("upstream-added", sentence, affine)
    else:
        sentence = "is not zero where the upstream gradient is zero, and not linear in it."
        yield Match("not-linear-in-upstream", sentence)


def ones_for_upstream(point: EvaluationPoint, name: str) -> Known:
    """J^T 1: the gradient of the plain sum of the outputs."""
    if sums_to_a_constant(point, name) and _rounds_to_zero(point, name):
        yield Match("upstream-ignored", f"is zero but for rounding{ZERO_FOR_ONES}")
    ones = point.jacobian(name).transpose_times(np.ones(point.y.size))
    sentence = "is the plain derivative: the upstream gradient is replaced by ones."
    yield Prediction("upstream-ignored", sentence, ones)


def _rounds_to_zero(point: EvaluationPoint, name: str) -> bool:
    """Computed, and not written down: here or nearby it is about 1e-17."""
    sizes = []
    for factor in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5):
        x = factor * point.x
        run = point.harness.run(x, point.g, training=point.training, stream=point.stream)
        found = _array(run.gradient(name))
        sizes.append(np.inf if found is None else float(np.abs(found).max(initial=0.0)))
    return 0 < max(sizes) <= point.noise


def sums_to_a_constant(point: EvaluationPoint, name: str) -> bool:
    """A softmax, say: J^T 1 is zero, J is not."""
    ones = point.jacobian(name).transpose_times(np.ones(point.y.size))
    largest = np.abs(point.jacobian(name).matrix).max(initial=0.0)
    return bool(name == "input" and np.abs(ones).max(initial=0.0) < 1e-5 * largest)
