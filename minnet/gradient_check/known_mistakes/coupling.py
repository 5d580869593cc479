"""Functions whose outputs depend on one input each, or on all inputs of a sample."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Known, Match, Prediction
from minnet.utils.types import Array


def elementwise(point: EvaluationPoint) -> Array | None:
    """f'(x) at the measured entries, if every output depends on its own input alone."""
    if not point.differentiable or point.y.shape != point.x.shape:
        return None
    if "elementwise" not in point.notes:
        own, rest = own_and_rest(point)
        limit = 1e-6 * np.abs(own).max(initial=0.0) + 1e-8
        point.notes["elementwise"] = own if np.abs(rest).max(initial=0.0) <= limit else None
    return point.notes["elementwise"]  # type: ignore[no-any-return]


def own_and_rest(point: EvaluationPoint) -> tuple[Array, Array]:
    """dy_i/dx_i, and the Jacobian without it."""
    jac = point.jacobian("input")
    number, rest = np.arange(len(jac.columns)), jac.matrix.copy()
    rest[jac.columns, number] = 0
    return jac.matrix[jac.columns, number], rest


def unchanged(point: EvaluationPoint, name: str) -> Known:
    """The upstream gradient itself; where the tape cannot follow, nothing else says so."""
    if name == "input" and point.y.shape == point.x.shape:
        sentence = "lacks a factor of the chain rule: it is the upstream gradient, unchanged."
        yield Prediction("local-derivative-missing", sentence, point.at(name, point.g))


def diagonal_only(point: EvaluationPoint, name: str) -> Known:
    """g times dy_i/dx_i alone."""
    if name != "input" or point.y.shape != point.x.shape or elementwise(point) is not None:
        return
    own, _ = own_and_rest(point)
    sentence = "is the diagonal of the Jacobian times g; the other entries are missing."
    yield Prediction("jacobian-diagonal-only", sentence, own * point.at(name, point.g))


def mixes_samples(point: EvaluationPoint, name: str) -> Known:
    """Two backwards whose g differ in sample 0 only differ in other samples, too."""
    if name != "input" or point.m < 2 or point.mixes or point.y.shape[:1] != (point.m,):
        return
    g = point.g.copy()
    g[0] = 1.9 * g[0] + 0.1
    other = point.backward(g).dx
    if np.shape(other) != point.x.shape:
        return
    change = np.abs(np.asarray(other, dtype=np.float64) - np.asarray(point.student(name)))
    total = change.max(initial=0.0)
    if total == 0 or change[1:].max(initial=0.0) <= 1e-6 * total:
        return
    coupled = point.y.shape == point.x.shape and elementwise(point) is None
    if coupled and (not point.harness.weights or _normalizes(point)):
        sentence = "sums over axis 0, the samples; forward couples the numbers of one sample."
        yield Match("wrong-axis", sentence)
    share = float(change[1:].max() / total)
    sentence = (
        f"of a sample depends on other samples' gradients (share {share:.2g}), although forward "
        f"keeps the samples apart."
    )
    yield Match("mixes-samples", sentence)


def _normalizes(point: EvaluationPoint) -> bool:
    """A constant added to a sample, or a factor, changes nothing: softmax, normalizations."""
    for other in (point.x + 0.5, point.x * 1.5):
        run = point.harness.run(other, training=point.training, stream=point.stream)
        if run.error is None and mismatch(point.y, run.y) < 1e-4:
            return True
    return False
