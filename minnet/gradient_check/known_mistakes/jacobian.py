"""Functions whose outputs depend on several inputs: softmax and the like.

The student's whole linear map is measured by sending one unit cotangent after the other through
the backward; what it lacks compared with the true one has a shape that tells the mistake.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match
from minnet.gradient_check.known_mistakes.local_derivative import elementwise
from minnet.utils.types import Array

LARGEST_MAP = 120


def diagonal_only(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """dy_i/dx_i alone."""
    if name != "input" or point.y.shape != point.x.shape or elementwise(point) is not None:
        return
    jac = point.jacobian(name)
    own = jac.matrix[jac.columns, np.arange(len(jac.columns))]
    yield own * point.g.ravel()[jac.columns], ""


def student_map(point: EvaluationPoint) -> Array | None:
    """The student's backward as a matrix (inputs, outputs), one unit cotangent per column."""
    if "map" not in point.notes:
        point.notes["map"] = _measure_map(point)
    return point.notes["map"]  # type: ignore[no-any-return]


def _measure_map(point: EvaluationPoint) -> Array | None:
    size = point.y.size
    if size > LARGEST_MAP or not point.jacobian("input").complete:
        return None
    columns = []
    for position in range(size):
        unit = np.zeros(size)
        unit[position] = 1
        found = point.harness.run(
            point.x, unit.reshape(point.y.shape), training=point.training, stream=point.stream
        ).dx
        if np.shape(found) != point.x.shape:
            return None
        columns.append(np.asarray(found, dtype=np.float64).ravel())
    result: Array = np.array(columns).T
    return result


class TermMissing:
    """The difference of the two maps is, sample by sample, of rank one or diagonal."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """A coupled function of the input that keeps the samples apart."""
        return (
            name == "input"
            and point.fits(name)
            and point.y.shape == point.x.shape
            and point.x[0].size > 2
            and not point.mixes
            and elementwise(point) is None
        )

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:  # noqa: ARG002
        """Rank one: the coupling; diagonal: the own term."""
        found = student_map(point)
        if found is None or np.abs(found).max() == 0:
            return None
        true = point.jacobian("input").matrix.T
        size, m = point.x[0].size, point.m
        lacking = (true - found).reshape(m, size, m, size)
        blocks = np.array([lacking[i, :, i, :] for i in range(m)])
        apart = lacking.copy()
        for i in range(m):
            apart[i, :, i, :] = 0
        scale = np.abs(blocks).max()
        limit = point.precision.match
        if scale == 0 or np.abs(apart).max() > limit * scale:
            return None
        diagonal = blocks * np.eye(size)
        residual = float(np.abs(blocks - diagonal).max() / scale)
        if residual < limit:
            sentence = "lacks a term of the diagonal, dy_i/dx_i."
            return Match("jacobian-term-missing", sentence, residual)
        seconds = [np.linalg.svd(block, compute_uv=False) for block in blocks]
        residual = float(max(s[1] / max(s[0], 1e-300) for s in seconds))
        if residual < limit:
            sentence = "lacks the coupling term: what is missing has rank one in every sample."
            return Match("jacobian-term-missing", sentence, residual)
        return None


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
