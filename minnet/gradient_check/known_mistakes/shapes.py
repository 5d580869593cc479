"""Shapes and axes: sums that were forgotten, run over another axis, or kept one; transposes.

Here the student's array is brought to the true gradient: summed, squeezed, transposed, reshaped.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Known, Match, Prediction, shown, sums
from minnet.utils.types import Array


def misshapen(point: EvaluationPoint, name: str) -> Known:
    """The shape differs from that of the parameter (or of x)."""
    found, true = np.asarray(point.student(name), dtype=np.float64), _true(point, name)
    if not np.isfinite(found).all():
        return
    head = f"has shape {found.shape}, {point.owner(name)} {true.shape}. "
    if point.y.ndim == 0 and found.shape == (point.m, point.m) and true.size == point.m:
        yield Match("loss-broadcasts", f"{head}(m, 1) and (m,) were broadcast to (m, m).")
    for known in _repairs(point, name, found, true):
        yield known._replace(sentence=head + known.sentence)
    if found.size == 1 < true.size:
        yield Match("summed-to-scalar", f"{head}It is a single number for all entries.")


def _true(point: EvaluationPoint, name: str) -> Array:
    """The true gradient in its shape, NaN where it was not measured."""
    result = np.full(point.value(name).size, np.nan)
    result[point.jacobian(name).columns] = point.true(name)
    return result.reshape(point.value(name).shape)


def _repairs(point: EvaluationPoint, name: str, found: Array, true: Array) -> Iterator[Prediction]:
    """What makes the student's array right, the simplest first."""
    if found.ndim > true.ndim and found.squeeze().shape == true.squeeze().shape:
        sentence = "The numbers are right: the summed axis is still there (keepdims=True)."
        yield Prediction("keepdims-left", sentence, true, True, found.reshape(true.shape))
    yield from _transposes(found, true)
    for axes, total in sums(found):
        if total.size != true.size:
            continue
        text = f"If summed over axis {shown(axes)}, your gradient is exactly right: "
        code, reason = "summed-over-wrong-axis", "a sum is missing."
        if name != "input" and 0 in axes and found.shape[0] == point.m:
            code, reason = "not-summed-over-batch", "you forgot to sum over the batch."
        yield Prediction(code, text + reason, true, True, total.reshape(true.shape))
    if found.size == 1:
        yield from _scalars(point, found, true)
    if found.size == true.size:
        sentence = f"The numbers are right, the shape is not: reshape it to {true.shape}."
        yield Prediction("wrong-shape", sentence, true, True, found.reshape(true.shape))
    for unsummed in _contributions(point, name):
        for axes, total in sums(unsummed):
            if total.size == found.size:
                sentence = f"It is the sum over axis {shown(axes)} instead of the batch."
                array = found.reshape(total.shape)
                yield Prediction("summed-over-wrong-axis", sentence, total, True, array)


def _transposes(found: Array, true: Array) -> Iterator[Prediction]:
    sentence = (
        "Your gradient is exactly the transpose of the right one: the two factors are swapped."
    )
    for order in itertools.permutations(range(found.ndim)) if found.ndim == true.ndim else ():
        if order != tuple(range(found.ndim)):
            yield Prediction("transposed", sentence, true, True, found.transpose(order))


def _scalars(point: EvaluationPoint, found: Array, true: Array) -> Iterator[Prediction]:
    """One number for all entries."""
    for factor, word in ((1.0, "sum"), (1.0 / true.size, "mean")):
        for divisor in (1, point.m):
            sentence = f"It is the {word} of all entries of the true gradient: one number for all."
            total = np.full(found.shape, true.sum() * factor / divisor)
            yield Prediction("summed-to-scalar", sentence, total, found=found)


def contributions(point: EvaluationPoint, name: str) -> Array | None:
    """What each output position contributes to its own entry of a bias or a gain: y's shape.

    None if the weight is not of that kind (one entry of the weight for each output position).
    """
    jac = point.jacobian(name)
    if not jac.complete or name == "input" or point.y.ndim == 0:
        return None
    used = np.abs(jac.matrix) > 1e-9 * np.abs(jac.matrix).max(initial=0.0) + 1e-12
    if (used.sum(axis=1) > 1).any():
        return None
    return np.asarray(jac.matrix.sum(axis=1).reshape(point.y.shape))


def _contributions(point: EvaluationPoint, name: str) -> Iterator[Array]:
    """What was there before the sum: position by position, or sample by sample."""
    local, jac = contributions(point, name), point.jacobian(name)
    if local is not None:
        yield local * point.g
    if point.y.ndim == 0 and jac.complete:
        yield _true(point, name)
    if point.rows(name) is None or not jac.complete:
        return
    for leading in range(1, point.y.ndim):
        lengths = point.y.shape[:leading]
        parts = jac.matrix.reshape(*lengths, -1, jac.matrix.shape[1])
        g = point.g.reshape(*lengths, -1)
        yield np.einsum("...rc,...r->...c", parts, g).reshape(*lengths, *point.value(name).shape)


def transposed(point: EvaluationPoint, name: str) -> Known:
    """A transpose that no shape tells: of a square gradient, or of a square weight in dx."""
    true, found = point.full_true(name), np.asarray(point.student(name), dtype=np.float64)
    if true is None:
        return
    for known in _transposes(found, true):
        yield known._replace(sentence=f"is wrong. {known.sentence}")
    for weight in point.names[1:] if name == "input" else ():
        value = point.value(weight)
        if value.ndim != 2 or value.shape != (point.g.shape[-1],) * 2:
            continue
        for factor, there, right in (
            (value, weight, f"{weight}.T"),
            (value.T, f"{weight}.T", weight),
        ):
            if mismatch(point.g @ factor.T, true) < 1e-3:
                sentence = (
                    f"is grad @ {there} where grad @ {right} belongs; `{weight}` is square, so "
                    f"that no shape tells."
                )
                yield Prediction("transposed", sentence, point.g @ factor, True, found)


def wrong_sum(point: EvaluationPoint, name: str) -> Known:
    """A wrong sum that has the right shape, because sizes agree or NumPy repeated it."""
    found, true = np.asarray(point.student(name), dtype=np.float64), point.full_true(name)
    if true is None or name == "input":
        return
    if found.size > 1 and np.ptp(found) <= 1e-9 * np.abs(found).max():
        for known in _scalars(point, found.ravel()[:1], true):
            yield known._replace(sentence=known.sentence.replace("It is", "is", 1))
        yield Match("summed-to-scalar", "is a single number for all entries.")
    for unsummed in _contributions(point, name):
        for axes, total in sums(unsummed):
            try:
                spread = np.broadcast_to(total, found.shape)
            except ValueError:
                continue
            if mismatch(spread, true) > 1e-3:
                sentence = f"is the sum over axis {shown(axes)}, repeated."
                yield Prediction("summed-over-wrong-axis", sentence, spread, found=found)
