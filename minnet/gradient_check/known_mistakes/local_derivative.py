"""The local derivative: missing, twice, or taken at the wrong point.

For an elementwise function it is the diagonal of the Jacobian. Inside a layer with a bias
(dense or convolution with its activation) it is the derivative by the bias: y = f(z), z = ... + b.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.shapes import contributions
from minnet.utils.types import Array


def elementwise(scene: Scene) -> Array | None:
    """f'(x) at the measured entries, if every output depends on its own input alone."""
    if not scene.differentiable or scene.y.shape != scene.x.shape:
        return None
    if "elementwise" not in scene.notes:
        jac = scene.jacobian("input")
        own = jac.matrix[jac.columns, np.arange(len(jac.columns))]
        rest = jac.matrix.copy()
        rest[jac.columns, np.arange(len(jac.columns))] = 0
        limit = 1e-6 * np.abs(own).max(initial=0.0) + 1e-8
        alone = np.abs(rest).max(initial=0.0) <= limit
        scene.notes["elementwise"] = own if alone else None
    return scene.notes["elementwise"]  # type: ignore[no-any-return]


def inner(scene: Scene) -> tuple[str, Array] | None:
    """A bias inside and f'(z) by it, y's shape: for layers that end in an activation."""
    if "inner" not in scene.notes:
        scene.notes["inner"] = _find_inner(scene)
    return scene.notes["inner"]  # type: ignore[no-any-return]


def _find_inner(scene: Scene) -> tuple[str, Array] | None:
    for name in scene.names:
        if name == "input" or scene.value(name).ndim > 2:
            continue
        local = contributions(scene, name)
        if local is None or mismatch(local, np.ones_like(local)) < scene.precision.structure:
            continue
        f = probe_through(scene, name)
        if f is not None:
            return name, local
    return None


def probe_through(scene: Scene, bias: str) -> tuple[dict[str, Array], str] | None:
    """The weights that turn the layer into y = f(bias): all others zero. None if b is no bias.

    Checked: with everything else at zero, the output is the same in every row, and moves.
    """
    values = {n: np.zeros_like(v) for n, v in scene.bench.values.items()}
    values[bias] = scene.value(bias)
    try:
        y = np.asarray(scene.bench.forward(scene.x, values, scene.training, scene.stream))
    except Exception:
        return None
    if y.shape != scene.y.shape or not np.isfinite(y).all():
        return None
    same_rows = mismatch(y, np.broadcast_to(y[:1], y.shape)) < scene.precision.structure
    return (values, bias) if same_rows and np.abs(y).max(initial=0.0) > 0 else None


def derivative_at(scene: Scene, bias: str, points: Array) -> Array | None:
    """f'(points) through the bias, points of y's shape (m, k)."""
    probe = probe_through(scene, bias)
    width = scene.value(bias).size
    if probe is None or points.ndim != 2 or points.shape[1] != width:
        return None
    values, h = dict(probe[0]), 1e-2 if scene.precision.single else 1e-5
    shape, rows = scene.value(bias).shape, []
    for row in points:
        sides = []
        for shifted in (row + h, row - h):
            values[bias] = shifted.reshape(shape)
            sides.append(scene.bench.forward(scene.x, values, scene.training, scene.stream)[0])
        rows.append((np.asarray(sides[0]) - np.asarray(sides[1])) / (2 * h))
    return np.array(rows)


def before_activation(scene: Scene, name: str) -> Array | None:
    """dz/dv: the Jacobian with f'(z) divided out, rows of y, columns of v.

    Where f'(z) is zero (a dead unit) it is measured at a shifted bias, which z does not feel.
    """
    found = inner(scene)
    if found is None:
        return None
    bias, local = found
    flat = local.ravel()
    dead = np.abs(flat) < 1e-4 * np.abs(flat).max()
    result = scene.jacobian(name).matrix / np.where(dead, 1.0, flat)[:, None]
    if dead.any():
        moved = _shifted(scene, name, bias)
        if moved is None:
            return None
        result[dead] = moved[dead]
    return result


def _shifted(scene: Scene, name: str, bias: str) -> Array | None:
    """dz/dv measured where the bias is so large that (for a ReLU) every unit is alive."""
    kept = scene.bench.values
    scene.bench.values = {**kept, bias: np.abs(kept[bias]) + 10.0}
    try:
        y = np.asarray(scene.bench.forward(scene.x, None, scene.training, scene.stream))
        other = Scene(
            scene.bench,
            scene.x,
            scene.g,
            scene.run,
            scene.precision,
            scene.training,
            scene.stream,
            scene.differentiable,
            seed=scene.seed,
        )
        other.run.y, kept_y = y, other.run.y
        local = contributions(other, bias)
        matrix = other.jacobian(name).matrix
        other.run.y = kept_y
    finally:
        scene.bench.values = kept
    if local is None or np.abs(local).min(initial=1.0) < 1e-8:
        return None
    return matrix / local.ravel()[:, None]


def missing(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """The factor f' is left out."""
    if name == "input" and scene.y.shape == scene.x.shape:
        yield scene.at(name, scene.g), "it is the gradient that arrives, unchanged."
    yield from products(scene, name)
    inside = before_activation(scene, name)
    if inside is not None:
        yield inside.T @ scene.g.ravel(), "the derivative of the activation is not multiplied in."
    local = contributions(scene, name)
    if local is not None:
        used = np.abs(scene.jacobian(name).matrix) > 0
        yield used.T @ scene.g.ravel(), "it is the plain sum of the gradient that arrives."


def products(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """x^T g and g W^T, as if the layer were x W and nothing else."""
    if not scene.differentiable or scene.x.ndim != 2 or scene.y.ndim != 2:
        return
    columns = scene.jacobian(name).columns
    shapes = ((scene.x.shape[1], scene.y.shape[1]), (scene.y.shape[1], scene.x.shape[1]))
    words = "the derivative of the activation is not multiplied in."
    if name != "input":
        for shape, product in zip(shapes, (scene.x.T @ scene.g, scene.g.T @ scene.x), strict=True):
            if scene.value(name).shape == shape:
                yield product.ravel()[columns], words
        return
    for weight in scene.names[1:]:
        value = scene.value(weight)
        for shape, factor in zip(shapes, (value.T, value), strict=True):
            if value.shape == shape:
                yield (scene.g @ factor).ravel()[columns], words


def squared(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """The factor f' stands twice."""
    own = elementwise(scene)
    if name == "input" and own is not None:
        g = scene.g.ravel()[scene.jacobian(name).columns]
        yield own**2 * g, ""
    found = inner(scene)
    if found is not None:
        yield scene.jacobian(name).transpose_times(scene.g * found[1]), ""


def at_wrong_point(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """f'(a) for f'(z), or the formula in terms of a with z put in."""
    own = elementwise(scene)
    if name == "input" and own is not None:
        columns = scene.jacobian(name).columns
        g, y = scene.g.ravel()[columns], scene.y.ravel()[columns]
        at_output = scene.jacobian_at("input", scene.y)
        yield at_output.matrix[columns, np.arange(len(columns))] * g, "it is taken at the output."
        x = np.asarray(scene.x.ravel()[columns])
        for predicted in in_terms_of_output(y, own, x, scene.precision.structure):
            yield predicted * g, "the input stands where the output belongs."
    found = inner(scene)
    inside = before_activation(scene, name) if found else None
    if found is None or inside is None:
        return
    at_output_inside = derivative_at(scene, found[0], scene.y)
    if at_output_inside is not None:
        yield inside.T @ (scene.g * at_output_inside).ravel(), "it is taken at the output."
    z = pre_activation(scene, found[0])
    if z is not None:
        y, local = scene.y.ravel(), found[1].ravel()
        for predicted in in_terms_of_output(y, local, z.ravel(), scene.precision.structure):
            yield inside.T @ (scene.g.ravel() * predicted), "z stands where the output belongs."


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


def pre_activation(scene: Scene, bias: str) -> Array | None:
    """z = x W + b for a dense layer: from the linear part, which is measured."""
    inside = before_activation(scene, "input") if scene.differentiable else None
    if inside is None or not scene.jacobian("input").complete or scene.y.ndim != 2:
        return None
    z = (inside @ scene.x.ravel()).reshape(scene.y.shape)
    return z + scene.value(bias).reshape(1, -1)


def skip_missing(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """y = x + h(x) without the x."""
    if name == "input" and scene.y.shape == scene.x.shape:
        rest = scene.true(name) - scene.at(name, scene.g)
        yield rest, "the path around (the skip connection) is left out."


def term_missing(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """y = x s(x) without one of the two terms of the product rule."""
    if name != "input" or scene.y.shape != scene.x.shape:
        return
    columns = scene.jacobian(name).columns
    g = scene.g.ravel()[columns]
    own = elementwise(scene)
    if own is not None:
        x = np.asarray(scene.x.ravel()[columns], dtype=np.float64)
        first = scene.y.ravel()[columns] / np.where(x == 0, 1.0, x)
        yield first * g, "of the product rule only one term is there."
        yield (own - first) * g, "of the product rule only one term is there."


def output_for_input(scene: Scene, name: str) -> Iterator[tuple[Array, str]]:
    """y where x belongs: the gradient of a weight, with the Jacobian measured at x := y."""
    if name == "input" or scene.y.shape != scene.x.shape or not scene.differentiable:
        return
    yield scene.jacobian_at(name, scene.y).transpose_times(scene.g), ""
    found = inner(scene)
    inside = before_activation(scene, name) if found else None
    if found is not None and inside is not None and scene.x.ndim == 2:
        yield (scene.y.T @ (scene.g * found[1])).ravel(), ""
