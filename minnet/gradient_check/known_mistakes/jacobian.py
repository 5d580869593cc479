"""Functions whose outputs depend on one input each, or on all inputs of a sample."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match
from minnet.utils.types import Array


def elementwise(point: EvaluationPoint) -> Array | None:
    """f'(x) at the measured entries, if every output depends on its own input alone."""
    if not point.differentiable or point.y.shape != point.x.shape:
        return None
    if "elementwise" not in point.notes:
        jac = point.jacobian("input")
        own = jac.matrix[jac.columns, np.arange(len(jac.columns))]
        rest = jac.matrix.copy()
        rest[jac.columns, np.arange(len(jac.columns))] = 0
        limit = 1e-6 * np.abs(own).max(initial=0.0) + 1e-8
        alone = np.abs(rest).max(initial=0.0) <= limit
        point.notes["elementwise"] = own if alone else None
    return point.notes["elementwise"]  # type: ignore[no-any-return]


def diagonal_only(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """dy_i/dx_i alone."""
    if name != "input" or point.y.shape != point.x.shape or elementwise(point) is not None:
        return
    jac = point.jacobian(name)
    own = jac.matrix[jac.columns, np.arange(len(jac.columns))]
    yield own * point.g.ravel()[jac.columns], ""


class MixesBackward:
    """Two backwards whose cotangents differ in sample 0 only differ in other samples, too."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """The input's gradient where forward keeps the samples apart."""
        return name == "input" and point.fits(name) and point.m > 1 and not point.mixes

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """How much of the change falls on the wrong samples."""
        if point.y.ndim == 0 or point.y.shape[0] != point.m:
            return None
        g = point.g.copy()
        g[0] = 1.9 * g[0] + 0.1
        other = point.backward(g).dx
        if np.shape(other) != point.x.shape:
            return None
        change = np.abs(np.asarray(other, dtype=np.float64) - np.asarray(point.student(name)))
        total = change.max(initial=0.0)
        if total == 0 or change[1:].max(initial=0.0) <= 1e-6 * total:
            return None
        share = float(change[1:].max() / total)
        if coupled_within(point):
            sentence = "sums over axis 0, the samples; forward couples the numbers of one sample."
            return Match("wrong-axis", sentence, 0.0)
        sentence = (
            f"of a sample depends on other samples' gradients (share {share:.2g}), although "
            f"forward keeps the samples apart."
        )
        return Match("mixes-samples", sentence, 0.0)


def coupled_within(point: EvaluationPoint) -> bool:
    """Whether each output depends on several inputs of its own sample, in the same shape."""
    return (
        point.y.shape == point.x.shape and elementwise(point) is None and not point.harness.weights
    ) or (point.y.shape == point.x.shape and elementwise(point) is None and _normalizes(point))


def _normalizes(point: EvaluationPoint) -> bool:
    """A constant added to a sample, or a factor, changes nothing: softmax, normalizations."""
    y = point.y
    for other in (point.x + 0.5, point.x * 1.5):
        try:
            moved = point.harness.forward(other, None, point.training, point.stream)
        except Exception:
            return False
        if mismatch(y, moved) < 1e-4:
            return True
    return False
