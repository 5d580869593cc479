"""A dense layer that ends in an activation and has no bias: y = f(x W), or f(x W^T).

Without a bias the local derivative f'(z) is read from the Jacobian by W, which is x times f'(z).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match
from minnet.gradient_check.known_mistakes.local_derivative import in_terms_of_output, inner
from minnet.gradient_check.known_mistakes.shapes import close_scaled
from minnet.utils.types import Array


class Dense(NamedTuple):
    """The weight's name, whether its shape is (out, in), and f'(z), (m, out)."""

    weight: str
    flipped: bool
    local: Array


def recognise_dense(point: EvaluationPoint) -> Dense | None:
    """The structure y = f(x W), verified; or None."""
    if "dense" not in point.notes:
        point.notes["dense"] = _recognise(point)
    return point.notes["dense"]  # type: ignore[no-any-return]


def _recognise(point: EvaluationPoint) -> Dense | None:
    if not point.differentiable or point.x.ndim != 2 or point.y.ndim != 2:
        return None
    m, inputs = point.x.shape
    outputs = point.y.shape[1]
    for name in point.names[1:]:
        for flipped in (False, True):
            shape = (outputs, inputs) if flipped else (inputs, outputs)
            if point.value(name).shape != shape or not point.jacobian(name).complete:
                continue
            jac = point.jacobian(name).matrix.reshape(m, outputs, *shape)
            jac = jac.swapaxes(2, 3) if flipped else jac  # (m, k, a, k')
            own = np.einsum("mkak->mka", jac)
            local = np.einsum("mka,ma->mk", own, point.x) / (point.x**2).sum(1)[:, None]
            rebuilt = np.einsum("mk,ma,kl->mkal", local, point.x, np.eye(outputs))
            if mismatch(rebuilt, jac) < point.precision.structure and np.ptp(local) > 1e-6:
                return Dense(name, flipped, local)
    return None


def gradient_with(point: EvaluationPoint, dense: Dense, name: str, delta: Array) -> Array | None:
    """What x^T delta and delta W^T are, at the measured entries."""
    weight = point.value(dense.weight)
    if name == dense.weight:
        product = point.x.T @ delta
        return np.asarray((product.T if dense.flipped else product).ravel())
    if name == "input":
        back = delta @ (weight if dense.flipped else weight.T)
        return np.asarray(back.ravel()[point.jacobian(name).columns])
    return None


def pre_activation_of(point: EvaluationPoint, dense: Dense) -> Array:
    """z = x W."""
    weight = point.value(dense.weight)
    return np.asarray(point.x @ (weight.T if dense.flipped else weight))


def derivative_at(point: EvaluationPoint, dense: Dense, points: Array) -> Array:
    """f'(points): with x the first unit vector, z is the first row of W."""
    unit = np.zeros_like(point.x)
    unit[:, 0] = 1
    h, rows = 1e-2 if point.precision.single else 1e-5, []
    for row in points:
        sides = []
        for shifted in (row + h, row - h):
            weight = np.zeros_like(point.value(dense.weight))
            (weight.T if dense.flipped else weight)[0] = shifted
            values = {**point.harness.values, dense.weight: weight}
            sides.append(point.harness.forward(unit, values, point.training, point.stream)[0])
        rows.append((np.asarray(sides[0]) - np.asarray(sides[1])) / (2 * h))
    return np.array(rows)


def _with(point: EvaluationPoint, name: str, delta: Array) -> Iterator[tuple[Array, str]]:
    dense = recognise_dense(point)
    predicted = None if dense is None else gradient_with(point, dense, name, delta)
    if predicted is not None:
        yield predicted, ""


def missing(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """f'(z) left out."""
    yield from _with(point, name, point.g)


def squared(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """f'(z) twice."""
    dense = recognise_dense(point)
    if dense is not None:
        yield from _with(point, name, point.g * dense.local**2)


def at_wrong_point(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """f'(a), or the formula in terms of a with z put in."""
    dense = recognise_dense(point)
    if dense is None:
        return
    yield from _with(point, name, point.g * derivative_at(point, dense, point.y))
    z = pre_activation_of(point, dense)
    y, local, tolerance = point.y.ravel(), dense.local.ravel(), point.precision.structure
    for predicted in in_terms_of_output(y, local, z.ravel(), tolerance):
        yield from _with(point, name, point.g * predicted.reshape(point.y.shape))


class OutputForInput:
    """y^T g where x^T g belongs, with its own shape (outputs, outputs)."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """A weight of two axes whose gradient has another shape."""
        found = point.student(name)
        flat = name != "input" and point.y.ndim == 2 and not point.fits(name)
        return flat and isinstance(found, np.ndarray) and found.ndim == 2

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """With and without the derivative of an activation."""
        found = np.asarray(point.student(name), dtype=np.float64)
        bias, dense = inner(point), recognise_dense(point)
        local = bias[1] if bias is not None else dense.local if dense is not None else 1.0
        for delta in (point.g, point.g * local):
            for product in (point.y.T @ delta, delta.T @ point.y):
                answer = close_scaled(point, found, product)
                if answer:
                    sentence = "is the product of the output y and the gradient; x belongs there."
                    return Match("output-used-for-input", sentence, answer[0])
        return None
