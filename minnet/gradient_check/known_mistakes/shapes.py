"""Shapes and axes: sums that were forgotten, run over another axis, or kept one.

Here the student's array is brought to the true gradient: summed, squeezed, transposed, reshaped.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match, proportion
from minnet.utils.types import Array


def close(point: EvaluationPoint, one: Array, other: Array) -> float | None:
    """The residual if two arrays of one shape are equal, up to one factor; else None."""
    if one.shape != other.shape or not np.abs(one).max(initial=0.0) > 0:
        return None
    known = ~np.isnan(other)
    residual = mismatch(one[known], other[known])
    return residual if residual < point.precision.match else None


def close_scaled(point: EvaluationPoint, one: Array, other: Array) -> tuple[float, float] | None:
    """The same up to one constant factor: residual and factor."""
    if one.shape != other.shape or one.size < 2 or not np.abs(one).max(initial=0.0) > 0:
        return None
    known = ~np.isnan(other)  # of a large array only a sample of the entries was measured
    factor = proportion(one[known], other[known])
    residual = mismatch(one[known], factor * other[known])
    return (residual, factor) if residual < point.precision.match else None


class Misshapen:
    """The shape differs from the parameter's (or from x's)."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Only arrays of numbers of another shape."""
        found = point.student(name)
        return isinstance(found, np.ndarray) and not point.fits(name)

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """Try the sums, the squeezes, the transposes; last the unsummed contributions."""
        found, true = np.asarray(point.student(name), dtype=np.float64), known_true(point, name)
        if not np.isfinite(found).all():
            return None
        head = f"has shape {found.shape}, {owner(name)} {true.shape}. "
        for match in self._matches(point, name, found, true):
            return Match(match.code, head + match.sentence, match.residual)
        return None

    def _matches(
        self, point: EvaluationPoint, name: str, found: Array, true: Array
    ) -> Iterator[Match]:
        yield from _squeezed(point, found, true)
        yield from _transposed(point, found, true)
        yield from _summed(point, name, found, true)
        if found.size == 1:
            yield from _scalar(point, found, true)
        yield from _same_numbers(point, found, true)
        yield from _other_axis(point, name, found)


def known_true(point: EvaluationPoint, name: str) -> Array:
    """The true gradient in its shape, NaN where it was not measured."""
    result = np.full(point.value(name).size, np.nan)
    result[point.jacobian(name).columns] = point.true(name)
    return result.reshape(point.value(name).shape)


def owner(name: str) -> str:
    """What a gradient belongs to."""
    return "x" if name == "input" else "the parameter"


def _squeezed(point: EvaluationPoint, found: Array, true: Array) -> Iterator[Match]:
    """Axes of length one that are too many."""
    if found.ndim > true.ndim and found.squeeze().shape == true.squeeze().shape:
        answer = close_scaled(point, found.reshape(true.shape), true)
        if found.size == 1:
            residual = close(point, found.reshape(true.shape), true)
            answer = None if residual is None else (residual, 1.0)
        if answer:
            sentence = "The numbers are right: the summed axis is still there (keepdims=True)."
            yield Match("keepdims-left", sentence + _off(answer[1]), answer[0])


def _transposed(point: EvaluationPoint, found: Array, true: Array) -> Iterator[Match]:
    if found.ndim != true.ndim or found.ndim < 2:
        return
    for order in itertools.permutations(range(found.ndim)):
        if order == tuple(range(found.ndim)):
            continue
        answer = close_scaled(point, found.transpose(order), true)
        if answer:
            sentence = (
                "Your gradient is exactly the transpose of the right one: the two factors are "
                "swapped."
            )
            yield Match("transposed", sentence + _off(answer[1]), answer[0])


def _summed(point: EvaluationPoint, name: str, found: Array, true: Array) -> Iterator[Match]:
    """The student's array, summed over some of its axes, is the true gradient."""
    for count in range(1, found.ndim + 1):
        for axes in itertools.combinations(range(found.ndim), count):
            total = found.sum(axis=axes)
            if total.size != true.size:
                continue
            answer = close_scaled(point, total.reshape(true.shape), true)
            if true.size == 1 and total.size == 1:
                residual = close(point, total.reshape(true.shape), true)
                answer = None if residual is None else (residual, 1.0)
            if not answer:
                continue
            shown = axes[0] if len(axes) == 1 else axes
            text = f"If summed over axis {shown}, your gradient is exactly right: "
            if name != "input" and 0 in axes and found.shape[0] == point.m:
                text += "you forgot to sum over the batch."
                yield Match("not-summed-over-batch", text + _off(answer[1]), answer[0])
            else:
                text += "a sum is missing."
                yield Match("summed-over-wrong-axis", text + _off(answer[1]), answer[0])


def _scalar(point: EvaluationPoint, found: Array, true: Array) -> Iterator[Match]:
    total = float(found.reshape(()))
    if np.isnan(true).any():
        return
    for factor, word in ((1.0, "sum"), (1.0 / true.size, "mean")):
        for divisor in (1, point.m):
            wanted = true.sum() * factor / divisor
            residual = mismatch(total, wanted)
            if residual < point.precision.match:
                yield Match(
                    "summed-to-scalar",
                    f"It is the {word} of all entries of the true gradient: one number for all.",
                    residual,
                )
    if true.size > 1:
        yield Match("summed-to-scalar", "It is a single number for all entries.", 0.0)


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
    local: Array = jac.matrix.sum(axis=1).reshape(point.y.shape)
    return local


def _other_axis(point: EvaluationPoint, name: str, found: Array) -> Iterator[Match]:
    """The contributions were summed, but over other axes."""
    for unsummed in unsummed_contributions(point, name):
        for count in range(1, unsummed.ndim + 1):
            for axes in itertools.combinations(range(unsummed.ndim), count):
                total = unsummed.sum(axis=axes)
                if total.size != found.size:
                    continue
                answer = close_scaled(point, found.reshape(total.shape), total)
                if answer:
                    shown = axes[0] if len(axes) == 1 else axes
                    sentence = f"It is the sum over axis {shown} instead of the batch."
                    yield Match("summed-over-wrong-axis", sentence + _off(answer[1]), answer[0])


def unsummed_contributions(point: EvaluationPoint, name: str) -> Iterator[Array]:
    """What was there before the sum: position by position, or sample by sample."""
    local = contributions(point, name)
    if local is not None:
        yield local * point.g
    rows = point.rows(name)
    if rows is None or not point.jacobian(name).complete:
        return
    jac = point.jacobian(name).matrix
    for leading in range(1, point.y.ndim):
        lengths = point.y.shape[:leading]
        parts = jac.reshape(*lengths, -1, jac.shape[1])
        g = point.g.reshape(*lengths, -1)
        yield np.einsum("...rc,...r->...c", parts, g).reshape(*lengths, *point.value(name).shape)


def _same_numbers(point: EvaluationPoint, found: Array, true: Array) -> Iterator[Match]:
    if found.size == true.size:
        answer = close_scaled(point, found.reshape(true.shape), true)
        if answer:
            sentence = f"The numbers are right, the shape is not: reshape it to {true.shape}."
            yield Match("wrong-shape", sentence + _off(answer[1]), answer[0])


def _off(factor: float) -> str:
    return "" if abs(factor - 1) < 1e-3 else f" It is also off by the factor {factor:.4g}."


class FactorNotTransposed:
    """dx = W g instead of W^T g: where inputs and outputs are equal in number, no shape tells."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """The gradient of the input, as many outputs as inputs, samples apart."""
        square = name == "input" and point.fits(name) and point.y.shape == point.x.shape
        return square and point.jacobian(name).complete and not point.mixes

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """J g for J^T g, sample by sample."""
        m, size = point.m, point.x[0].size
        blocks = point.jacobian(name).matrix.reshape(m, size, m, size)
        own = np.array([blocks[i, :, i, :] for i in range(m)])
        product = np.einsum("iab,ib->ia", own, point.g.reshape(m, size)).ravel()
        answer = close_scaled(point, point.at(name), product)
        if answer is None or mismatch(product, point.true(name)) < 1e-3:
            return None
        return Match("transposed", _products(point) + _off(answer[1]), answer[0])


def _products(point: EvaluationPoint) -> str:
    """Which product is there, and which belongs there, in the name of the square weight."""
    for name in point.names[1:]:
        value = point.value(name)
        if value.ndim != 2 or value.shape[0] != value.shape[1] or value.shape[0] < 2:
            continue
        for product, there, right in (
            (value, name, f"{name}.T"),
            (value.T, f"{name}.T", name),
        ):
            wrong = point.g @ product if point.g.shape[-1] == len(value) else point.g
            if mismatch(wrong.ravel()[point.jacobian("input").columns], point.at("input")) < 1e-3:
                return (
                    f"is grad @ {there} where grad @ {right} belongs; `{name}` is square, so that "
                    f"no shape tells."
                )
    return "is J g where the transpose of J belongs: the weights are to be transposed."


class SameShapeTransposed:
    """A square matrix hides the transpose from every shape check."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Right shape, more than one axis, all entries measured."""
        return point.fits(name) and point.value(name).ndim > 1 and point.jacobian(name).complete

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """Some other order of the axes is the true gradient."""
        true = point.full_true(name)
        if true is None:
            return None
        found = np.asarray(point.student(name), dtype=np.float64)
        for match in _transposed(point, found, true):
            return match
        return None


class SameShapeWrongSum:
    """A wrong sum that has the right shape, because sizes agree or NumPy repeated it."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Right shape, a weight, all entries measured."""
        return point.fits(name) and name != "input" and point.jacobian(name).complete

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """One number everywhere, or a sum over other axes."""
        found = np.asarray(point.student(name), dtype=np.float64)
        true = point.full_true(name)
        if true is None:
            return None
        if found.size > 1 and np.ptp(found) <= 1e-9 * np.abs(found).max():
            for match in _scalar(point, found.ravel()[:1], true):
                sentence = match.sentence.replace("It is", "is", 1)  # after "the gradient of b"
                return Match(match.code, sentence, match.residual)
        for unsummed in unsummed_contributions(point, name):
            for count in range(1, unsummed.ndim + 1):
                for axes in itertools.combinations(range(unsummed.ndim), count):
                    total = unsummed.sum(axis=axes)
                    try:
                        spread = np.broadcast_to(total, found.shape)
                    except ValueError:
                        continue
                    residual = close(point, found, spread)
                    if residual is not None and mismatch(spread, true) > 1e-3:
                        shown = axes[0] if len(axes) == 1 else axes
                        sentence = f"is the sum over axis {shown}, repeated."
                        return Match("summed-over-wrong-axis", sentence, residual)
        return None
