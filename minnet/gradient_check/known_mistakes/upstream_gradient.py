"""Mistakes with the upstream gradient: ignored, added, squared, clipped.

A backward is a product: b(0) = 0, b(2g) = 2 b(g), b(-g) = -b(g). These need no numerics.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match
from minnet.utils.types import Array


def answers(point: EvaluationPoint, name: str) -> dict[float, Array | None]:
    """The student's gradient for multiples of g; None where it fails or changes its shape."""
    result: dict[float, Array | None] = {}
    for factor in (0.0, 1.0, 2.0, -1.0, 1000.0, 0.001):
        result[factor] = _array(point.backward(factor * point.g).gradient(name))
    return result


def _array(found: Any) -> Array | None:
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
        return None
    return np.asarray(found, dtype=np.float64)


class NotAProduct:
    """b(0) is not 0, or b(cg) is not c b(g)."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Any array of numbers, of any shape."""
        return _array(point.student(name)) is not None

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """Ignored, added, or not linear; each by exact comparison."""
        b = answers(point, name)
        zero, one = b[0.0], b[1.0]
        if one is None or zero is None or zero.shape != one.shape:
            return None
        if not np.isfinite(one).all():
            return None
        if not np.isfinite(zero).all():
            zero = np.zeros_like(one)  # 0/0: the other multiples tell
        tolerance = max(1e-4 if point.precision.single else 1e-7, point.rounding(name))
        scale = np.abs(one).max(initial=0.0)
        if max(scale, np.abs(zero).max(initial=0.0)) <= point.noise:
            return None  # rounding, not a gradient
        if np.abs(zero).max(initial=0.0) > tolerance * scale:
            return self._not_zero(point, b, zero, one, tolerance)
        if scale == 0:
            return None
        for factor, answer in b.items():
            if factor == 0 or answer is None:
                continue
            residual = mismatch(answer, factor * one)
            if not residual <= tolerance:
                words = {-1.0: "for -g it is not the negative", 2.0: "for 2g it is not twice"}
                word = words.get(factor, f"for {factor:g} g it is not {factor:g} times")
                sentence = f"is not linear in the upstream gradient: {word} that for g."
                return Match("not-linear-in-upstream", sentence, residual)
        return None

    def _not_zero(
        self,
        point: EvaluationPoint,
        b: dict[float, Array | None],
        zero: Array,
        one: Array,
        tolerance: float,
    ) -> Match | None:
        residual = mismatch(zero, one)
        other = _array(point.backward(np.roll(point.g, 1) * 1.7).gradient(_name_of(point, one)))
        if residual <= tolerance and (other is None or mismatch(other, one) <= tolerance):
            sentence = "does not depend on the upstream gradient: it is the same for g = 0."
            return Match("upstream-ignored", sentence, residual)
        two, minus = b[2.0], b[-1.0]
        if two is None or minus is None:
            return None
        affine = max(mismatch(two - zero, 2 * (one - zero)), mismatch(minus - zero, zero - one))
        if affine <= 100 * tolerance:
            sentence = (
                "is a sum of the upstream gradient and something else: for g = 0 it is not 0."
            )
            return Match("upstream-added", sentence, affine)
        sentence = "is not zero where the upstream gradient is zero, and not linear in it."
        return Match("not-linear-in-upstream", sentence, 0.0)


def _name_of(point: EvaluationPoint, one: Array) -> str:
    """The name of the input or weight that this gradient belongs to."""
    for name in point.names:
        found = _array(point.student(name))
        if found is not None and found.shape == one.shape and np.array_equal(found, one):
            return name
    return "input"


class OnesForUpstream:
    """J^T 1: the gradient of the plain sum of the outputs."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Right shape."""
        return point.fits(name)

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """Exactly the Jacobian's column sums."""
        ones = point.jacobian(name).transpose_times(np.ones(point.y.size))
        if sums_to_a_constant(point, name) and self._rounds_to_zero(point, name):
            sentence = f"is zero but for rounding{ZERO_FOR_ONES}"
            return Match("upstream-ignored", sentence, 0.0)
        residual = mismatch(point.at(name), ones)
        if residual < point.precision.match and np.abs(ones).max(initial=0.0) > 0:
            sentence = "is the plain derivative: the upstream gradient is replaced by ones."
            return Match("upstream-ignored", sentence, residual)
        return None

    def _rounds_to_zero(self, point: EvaluationPoint, name: str) -> bool:
        """Computed, and not written down: here or nearby it is about 1e-17."""
        sizes = []
        for factor in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5):
            x = factor * point.x
            run = point.harness.run(x, point.g, training=point.training, stream=point.stream)
            found = _array(run.gradient(name))
            sizes.append(np.inf if found is None else float(np.abs(found).max(initial=0.0)))
        return 0 < max(sizes) <= point.noise


ZERO_FOR_ONES = (
    ", as it is for a gradient of ones: the outputs sum to the same number for any x, so that "
    "the plain derivative vanishes. Use the upstream gradient."
)


def sums_to_a_constant(point: EvaluationPoint, name: str) -> bool:
    """A softmax, say: J^T 1 is zero, J is not."""
    ones = point.jacobian(name).transpose_times(np.ones(point.y.size))
    largest = np.abs(point.jacobian(name).matrix).max(initial=0.0)
    return bool(name == "input" and np.abs(ones).max(initial=0.0) < 1e-5 * largest)
