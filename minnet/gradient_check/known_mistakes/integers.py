"""Numbers that are cut to integers: the gradient itself, or the local derivative in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match
from minnet.gradient_check.known_mistakes.coupling import elementwise
from minnet.utils.types import Array

CODE = "integer-arithmetic"
_CUTS = (np.trunc, np.floor, np.rint)


def whole_numbers(point: EvaluationPoint, name: str) -> Iterator[Match]:
    """Whole numbers where the true gradient has fractions."""
    found, true = point.at(name), point.true(name)
    integer = np.asarray(point.student(name)).dtype.kind in "iu"
    if not (found == np.round(found)).all() or not (np.any(found) or integer):
        return
    if any((found == cut(true)).all() for cut in _CUTS):
        yield Match(CODE, "is the true gradient truncated to integers.")
    large = np.abs(found).max(initial=0.0) >= 2 and np.abs(found - true).max() < point.y.size
    if integer or (large and _follows(point, name, found)):
        yield Match(CODE, "is an array of whole numbers.")


def _follows(point: EvaluationPoint, name: str, found: Array) -> bool:
    """Whether it grows with g at all; a constant array is another mistake."""
    larger = point.backward(1000.0 * point.g).gradient(name)
    if np.shape(larger) != point.value(name).shape:
        return False
    apart = np.abs(point.at(name, larger) - 1000 * found).max()
    return bool(apart < 600 * point.y.size and np.any(point.at(name, larger) != found))


def cut_derivative(point: EvaluationPoint, name: str) -> Iterator[Match]:
    """g times a local derivative that is cut: 0 nearly everywhere, and 1 where it is 1.

    Not where the function is straight: the slope 0 or 1 may be that of another piece then (a ReLU's
    for a leaky ReLU's), and without a gain all is 1 as well.
    """
    own = elementwise(point) if name == "input" and not point.random else None
    if own is None or not (np.abs(own - np.round(own)) > 1e-9).all():
        return
    if mismatch(own, _diagonal(point, 3 * point.x)) < 1e-4:
        return
    for cut in _CUTS:
        answers = [_answer(point, x, cut) for x in (point.x, 0 * point.x, 3 * point.x)]
        residual = max(residual for residual, _ in answers)
        if residual < point.precision.match and any(moved for _, moved in answers):
            yield Match(CODE, "has the local derivative truncated to integers.", residual)


def _diagonal(point: EvaluationPoint, x: Array) -> Array:
    jac = point.jacobian_at("input", x)
    return np.asarray(jac.matrix[jac.columns, np.arange(len(jac.columns))])


def _answer(point: EvaluationPoint, x: Array, cut: Callable[[Array], Array]) -> tuple[float, bool]:
    """The residual at x, and whether anything but 0 is predicted there."""
    run = point.harness.run(x, point.g, training=point.training, stream=point.stream)
    predicted = cut(_diagonal(point, x).round(6)) * point.at("input", point.g)
    if np.shape(run.dx) != x.shape or not np.isfinite(predicted).all():
        return np.inf, False
    return mismatch(point.at("input", run.dx), predicted), bool(np.any(predicted))
