"""A loop that overwrites: one sample, one step of a sequence, or one use of an entry is left."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Known, Match, Prediction
from minnet.utils.types import Array

CODE = "one-sample-only"


def one_sample_only(point: EvaluationPoint, name: str) -> Known:
    """One contribution to the gradient of a weight; one row of that of the input."""
    if point.m < 2:
        return
    if name == "input":
        yield from _one_row(point)
        return
    for predicted, sentence in _contributions(point, name):
        yield Prediction(CODE, sentence, predicted)


def _contributions(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """What is left if all but one contribution is overwritten."""
    steps = point.y.shape[1] if point.y.ndim == 3 else 0
    for step in range(steps):
        g = np.zeros_like(point.g)
        g[:, step] = point.g[:, step]
        sentence = (
            f"holds the part of step {step} of {steps} alone: the loop overwrites (=) what it "
            f"should add up (+=)."
        )
        yield point.jacobian(name).transpose_times(g), sentence
    if not point.differentiable:
        sentence = (
            "keeps only the last contribution where several entries of x use the same entry (use "
            "np.add.at)."
        )
        yield _last_that_counts(point, name), sentence
    rows = point.rows(name)
    if rows is None:
        return
    parts = np.einsum("irc,ir->ic", rows, point.g.reshape(point.m, -1))
    for sample in (point.m - 1, 0, *range(1, point.m - 1)):
        sentence = (
            f"contains only {nth(sample, point.m)}: a loop overwrites (=) where it should add (+=)."
        )
        for factor in (1.0, 1.0 / point.m, -1.0, float(point.m)):
            yield factor * parts[sample], sentence


def _last_that_counts(point: EvaluationPoint, name: str) -> Array:
    """grad[indices] = g overwrites where an index occurs twice; np.add.at would add."""
    single = point.jacobian(name).matrix * point.g.ravel()[:, None]
    places = single.reshape(point.x.size, -1, single.shape[1]).sum(axis=1)
    result = np.zeros(places.shape[1])
    for place in places:
        result = np.where(np.abs(place) > 1e-9, place, result)
    return result


def _one_row(point: EvaluationPoint) -> Iterator[Match]:
    true, found = point.full_true("input"), np.asarray(point.student("input"), dtype=float)
    if true is None:
        return
    for sample in (point.m - 1, 0):
        others = np.delete(found, sample, axis=0)
        alone = not np.any(others) or bool((others == found[sample]).all())
        residual = mismatch(found[sample], true[sample])
        if alone and np.any(true[sample]) and residual < point.precision.match:
            yield Match(CODE, f"is right for {nth(sample, point.m)} alone.", residual)


def nth(sample: int, m: int) -> str:
    """`the last sample`, `the first sample`, `sample 2`."""
    return {0: "the first sample", m - 1: "the last sample"}.get(sample, f"sample {sample}")
