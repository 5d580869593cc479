"""The local derivative: missing, twice, or taken at the wrong point.

For an elementwise function it is the diagonal of the Jacobian. Inside a layer with a bias
(dense or convolution with its activation) it is the derivative by the bias: y = f(z), z = ... + b.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.shapes import contributions
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


def inner(point: EvaluationPoint) -> tuple[str, Array] | None:
    """A bias inside and f'(z) by it, y's shape: for layers that end in an activation."""
    if "inner" not in point.notes:
        point.notes["inner"] = _find_inner(point)
    return point.notes["inner"]  # type: ignore[no-any-return]


def _find_inner(point: EvaluationPoint) -> tuple[str, Array] | None:
    for name in point.names:
        if name == "input" or point.value(name).ndim > 2:
            continue
        local = contributions(point, name)
        if local is None or mismatch(local, np.ones_like(local)) < point.precision.structure:
            continue
        f = probe_through(point, name)
        if f is not None:
            return name, local
    return None


def probe_through(point: EvaluationPoint, bias: str) -> tuple[dict[str, Array], str] | None:
    """The weights that turn the layer into y = f(bias): all others zero. None if b is no bias.

    Checked: with everything else at zero, the output is the same in every row, and moves.
    """
    values = {n: np.zeros_like(v) for n, v in point.harness.values.items()}
    values[bias] = point.value(bias)
    try:
        y = np.asarray(point.harness.forward(point.x, values, point.training, point.stream))
    except Exception:
        return None
    if y.shape != point.y.shape or not np.isfinite(y).all():
        return None
    same_rows = mismatch(y, np.broadcast_to(y[:1], y.shape)) < point.precision.structure
    return (values, bias) if same_rows and np.abs(y).max(initial=0.0) > 0 else None


def derivative_at(point: EvaluationPoint, bias: str, points: Array) -> Array | None:
    """f'(points) through the bias, points of y's shape (m, k)."""
    probe = probe_through(point, bias)
    width = point.value(bias).size
    if probe is None or points.ndim != 2 or points.shape[1] != width:
        return None
    values, h = dict(probe[0]), 1e-2 if point.precision.single else 1e-5
    shape, rows = point.value(bias).shape, []
    for row in points:
        sides = []
        for shifted in (row + h, row - h):
            values[bias] = shifted.reshape(shape)
            sides.append(point.harness.forward(point.x, values, point.training, point.stream)[0])
        rows.append((np.asarray(sides[0]) - np.asarray(sides[1])) / (2 * h))
    return np.array(rows)


def before_activation(point: EvaluationPoint, name: str) -> Array | None:
    """dz/dv: the Jacobian with f'(z) divided out, rows of y, columns of v.

    Where f'(z) is zero (a dead unit) it is measured at a shifted bias, which z does not feel.
    """
    found = inner(point)
    if found is None:
        return None
    bias, local = found
    flat = local.ravel()
    dead = np.abs(flat) < 1e-4 * np.abs(flat).max()
    result = point.jacobian(name).matrix / np.where(dead, 1.0, flat)[:, None]
    if dead.any():
        moved = _shifted(point, name, bias)
        if moved is None:
            return None
        result[dead] = moved[dead]
    return result


def _shifted(point: EvaluationPoint, name: str, bias: str) -> Array | None:
    """dz/dv measured where the bias is so large that (for a ReLU) every unit is alive."""
    kept = point.harness.values
    point.harness.values = {**kept, bias: np.abs(kept[bias]) + 10.0}
    try:
        y = np.asarray(point.harness.forward(point.x, None, point.training, point.stream))
        other = EvaluationPoint(
            point.harness,
            point.x,
            point.g,
            point.run,
            point.precision,
            point.training,
            point.stream,
            point.differentiable,
            seed=point.seed,
        )
        other.run.y, kept_y = y, other.run.y
        local = contributions(other, bias)
        matrix = other.jacobian(name).matrix
        other.run.y = kept_y
    finally:
        point.harness.values = kept
    if local is None or np.abs(local).min(initial=1.0) < 1e-8:
        return None
    return matrix / local.ravel()[:, None]


def missing(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """The factor f' is left out."""
    if name == "input" and point.y.shape == point.x.shape:
        yield point.at(name, point.g), "it is the upstream gradient, unchanged."
    yield from products(point, name)
    inside = before_activation(point, name)
    if inside is not None:
        yield inside.T @ point.g.ravel(), "the derivative of the activation is not multiplied in."
    local = contributions(point, name)
    if local is not None:
        used = np.abs(point.jacobian(name).matrix) > 0
        yield used.T @ point.g.ravel(), "it is the plain sum of the upstream gradient."


def products(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """x^T g and g W^T, as if the layer were x W and nothing else."""
    if not point.differentiable or point.x.ndim != 2 or point.y.ndim != 2:
        return
    columns = point.jacobian(name).columns
    shapes = ((point.x.shape[1], point.y.shape[1]), (point.y.shape[1], point.x.shape[1]))
    words = "the derivative of the activation is not multiplied in."
    if name != "input":
        for shape, product in zip(shapes, (point.x.T @ point.g, point.g.T @ point.x), strict=True):
            if point.value(name).shape == shape:
                yield product.ravel()[columns], words
        return
    for weight in point.names[1:]:
        value = point.value(weight)
        for shape, factor in zip(shapes, (value.T, value), strict=True):
            if value.shape == shape:
                yield (point.g @ factor).ravel()[columns], words


def squared(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """The factor f' occurs twice."""
    own = elementwise(point)
    if name == "input" and own is not None:
        g = point.g.ravel()[point.jacobian(name).columns]
        yield own**2 * g, ""
    found = inner(point)
    if found is not None:
        yield point.jacobian(name).transpose_times(point.g * found[1]), ""


def at_wrong_point(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """f'(a) for f'(z), or the formula in terms of a with z put in."""
    own = elementwise(point)
    if name == "input" and own is not None:
        columns = point.jacobian(name).columns
        g, y = point.g.ravel()[columns], point.y.ravel()[columns]
        at_output = point.jacobian_at("input", point.y)
        yield at_output.matrix[columns, np.arange(len(columns))] * g, "it is taken at the output."
        x = np.asarray(point.x.ravel()[columns])
        for predicted in in_terms_of_output(y, own, x, point.precision.structure):
            yield predicted * g, "the input is used where the output belongs."
    found = inner(point)
    inside = before_activation(point, name) if found else None
    if found is None or inside is None:
        return
    at_output_inside = derivative_at(point, found[0], point.y)
    if at_output_inside is not None:
        yield inside.T @ (point.g * at_output_inside).ravel(), "it is taken at the output."
    z = pre_activation(point, found[0])
    if z is not None:
        y, local = point.y.ravel(), found[1].ravel()
        for predicted in in_terms_of_output(y, local, z.ravel(), point.precision.structure):
            yield inside.T @ (point.g.ravel() * predicted), "z is used where the output belongs."


def in_terms_of_output(y: Array, derivative: Array, z: Array, tolerance: float) -> Iterator[Array]:
    """f' as a polynomial in a = f(z) (a - a^2 for sigmoid, 1 - a^2 for tanh), evaluated at z."""
    for degree in (1, 2, 3):
        if len(np.unique(y.round(9))) <= degree + 2:
            continue
        powers = np.vander(y, degree + 1)
        coefficients, *_ = np.linalg.lstsq(powers, derivative, rcond=None)
        if mismatch(powers @ coefficients, derivative) < tolerance:
            yield np.vander(z, degree + 1) @ coefficients
            return


def pre_activation(point: EvaluationPoint, bias: str) -> Array | None:
    """z = x W + b for a dense layer: from the linear part, which is measured."""
    inside = before_activation(point, "input") if point.differentiable else None
    if inside is None or not point.jacobian("input").complete or point.y.ndim != 2:
        return None
    z = (inside @ point.x.ravel()).reshape(point.y.shape)
    return z + point.value(bias).reshape(1, -1)


def skip_missing(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """y = x + h(x) without the x."""
    if name == "input" and point.y.shape == point.x.shape:
        rest = point.true(name) - point.at(name, point.g)
        yield rest, "the path around (the skip connection) is left out."


def term_missing(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """y = x s(x) without one of the two terms of the product rule."""
    if name != "input" or point.y.shape != point.x.shape:
        return
    columns = point.jacobian(name).columns
    g = point.g.ravel()[columns]
    own = elementwise(point)
    if own is not None:
        x = np.asarray(point.x.ravel()[columns], dtype=np.float64)
        first = point.y.ravel()[columns] / np.where(x == 0, 1.0, x)
        yield first * g, "of the product rule only one term is there."
        yield (own - first) * g, "of the product rule only one term is there."


def output_for_input(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """y where x belongs: the gradient of a weight, with the Jacobian measured at x := y."""
    if name == "input" or point.y.shape != point.x.shape or not point.differentiable:
        return
    yield point.jacobian_at(name, point.y).transpose_times(point.g), ""
    found = inner(point)
    inside = before_activation(point, name) if found else None
    if found is not None and inside is not None and point.x.ndim == 2:
        yield (point.y.T @ (point.g * found[1])).ravel(), ""
