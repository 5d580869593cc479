"""A dense layer that ends in an activation and has no bias: y = f(x W), or f(x W^T).

Without a bias the local derivative f'(z) is read from the Jacobian by W, which is x times f'(z).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match
from minnet.gradient_check.known_mistakes.local_derivative import in_terms_of_output, inner
from minnet.gradient_check.known_mistakes.shapes import close_scaled
from minnet.utils.types import Array


class Dense(NamedTuple):
    """The weight's name, whether it stands as (out, in), and f'(z), (m, out)."""

    weight: str
    flipped: bool
    local: Array


def recognise_dense(scene: Scene) -> Dense | None:
    """The structure y = f(x W), verified; or None."""
    if "dense" not in scene.notes:
        scene.notes["dense"] = _recognise(scene)
    return scene.notes["dense"]  # type: ignore[no-any-return]


def _recognise(scene: Scene) -> Dense | None:
    if not scene.differentiable or scene.x.ndim != 2 or scene.y.ndim != 2:
        return None
    m, inputs = scene.x.shape
    outputs = scene.y.shape[1]
    for name in scene.names[1:]:
        for flipped in (False, True):
            shape = (outputs, inputs) if flipped else (inputs, outputs)
            if scene.value(name).shape != shape or not scene.jacobian(name).complete:
                continue
            jac = scene.jacobian(name).matrix.reshape(m, outputs, *shape)
            jac = jac.swapaxes(2, 3) if flipped else jac  # (m, k, a, k')
            own = np.einsum("mkak->mka", jac)
            local = np.einsum("mka,ma->mk", own, scene.x) / (scene.x**2).sum(1)[:, None]
            rebuilt = np.einsum("mk,ma,kl->mkal", local, scene.x, np.eye(outputs))
            if mismatch(rebuilt, jac) < scene.precision.structure and np.ptp(local) > 1e-6:
                return Dense(name, flipped, local)
    return None


def gradient_with(scene: Scene, dense: Dense, name: str, delta: Array) -> Array | None:
    """What x^T delta and delta W^T are, at the measured entries."""
    weight = scene.value(dense.weight)
    if name == dense.weight:
        product = scene.x.T @ delta
        return np.asarray((product.T if dense.flipped else product).ravel())
    if name == "input":
        back = delta @ (weight if dense.flipped else weight.T)
        return np.asarray(back.ravel()[scene.jacobian(name).columns])
    return None


def pre_activation_of(scene: Scene, dense: Dense) -> Array:
    """z = x W."""
    weight = scene.value(dense.weight)
    return np.asarray(scene.x @ (weight.T if dense.flipped else weight))


def derivative_at(scene: Scene, dense: Dense, points: Array) -> Array:
    """f'(points): with x the first unit vector, z is the first row of W."""
    unit = np.zeros_like(scene.x)
    unit[:, 0] = 1
    h, rows = 1e-2 if scene.precision.single else 1e-5, []
    for row in points:
        sides = []
        for shifted in (row + h, row - h):
            weight = np.zeros_like(scene.value(dense.weight))
            (weight.T if dense.flipped else weight)[0] = shifted
            values = {**scene.bench.values, dense.weight: weight}
            sides.append(scene.bench.forward(unit, values, scene.training, scene.stream)[0])
        rows.append((np.asarray(sides[0]) - np.asarray(sides[1])) / (2 * h))
    return np.array(rows)


def _with(scene: Scene, name: str, delta: Array) -> Iterator[tuple[Array, str]]:
    dense = recognise_dense(scene)
    predicted = None if dense is None else gradient_with(scene, dense, name, delta)
    if predicted is not None:
        yield predicted, ""


def missing(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """f'(z) left out."""
    yield from _with(scene, name, scene.g)


def squared(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """f'(z) twice."""
    dense = recognise_dense(scene)
    if dense is not None:
        yield from _with(scene, name, scene.g * dense.local**2)


def at_wrong_point(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """f'(a), or the formula in terms of a with z put in."""
    dense = recognise_dense(scene)
    if dense is None:
        return
    yield from _with(scene, name, scene.g * derivative_at(scene, dense, scene.y))
    z = pre_activation_of(scene, dense)
    y, local, tolerance = scene.y.ravel(), dense.local.ravel(), scene.precision.structure
    for predicted in in_terms_of_output(y, local, z.ravel(), tolerance):
        yield from _with(scene, name, scene.g * predicted.reshape(scene.y.shape))


class OutputForInput:
    """y^T g where x^T g belongs, with its own shape (outputs, outputs)."""

    def applies(self, scene: Scene, name: str) -> bool:
        """A weight of two axes whose gradient has another shape."""
        found = scene.student(name)
        flat = name != "input" and scene.y.ndim == 2 and not scene.fits(name)
        return flat and isinstance(found, np.ndarray) and found.ndim == 2

    def explain(self, scene: Scene, name: str) -> Match | None:
        """With and without the derivative of an activation."""
        found = np.asarray(scene.student(name), dtype=np.float64)
        bias, dense = inner(scene), recognise_dense(scene)
        local = bias[1] if bias is not None else dense.local if dense is not None else 1.0
        for delta in (scene.g, scene.g * local):
            for product in (scene.y.T @ delta, delta.T @ scene.y):
                answer = close_scaled(scene, found, product)
                if answer:
                    sentence = "is the product of the output y and the gradient; x belongs there."
                    return Match("output-used-for-input", sentence, answer[0])
        return None
