"""Batch norm, layer norm and similar layers: which of the three terms of the backward is wrong?

With xhat = (x - mu)/sigma over groups of n numbers, y = gamma xhat + beta, and q = g gamma:

    dx = 1/sigma (q - mean(q) - kappa xhat mean(q xhat))

kappa is 1 where the variance is divided by n, n/(n - 1) where by n - 1. The student's gradient
is written as a combination of the three terms; its coefficients tell the mistake.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Known, Match, Prediction, shown
from minnet.gradient_check.known_mistakes.shapes import contributions
from minnet.utils.types import Array

Axes = tuple[int, ...]
Variant = tuple[str, str, list[Array]]
_WORDS = {
    "missing": "lacks",
    "sum-for-mean": "has a sum over n = {n} where the mean belongs in",
    "degrees-of-freedom": "divides by n = {n} where forward divides by n - 1 (or the other way "
    "round) in",
    "sign": "has the wrong sign before",
    "other": "has a wrong factor before",
}


@dataclass(frozen=True)
class Normalization:
    """What was recognised: the axes of a group of n numbers, 1/sigma, xhat, gain of each entry.

    true: the coefficients of the mean term and of the variance term in the true gradient.
    """

    axes: Axes
    n: int
    scale: Array
    xhat: Array
    gain: Array
    true: tuple[float, float] = (-1.0, -1.0)

    def terms(self, q: Array, mean_axes: Axes, product_axes: Axes) -> list[Array]:
        """q, mean(q) and xhat mean(q xhat), each over sigma."""
        mean = q.mean(axis=mean_axes, keepdims=True)
        product = (q * self.xhat).mean(axis=product_axes, keepdims=True)
        return [q * self.scale, mean * self.scale + 0 * q, self.xhat * product * self.scale]


def term_of_normalization(point: EvaluationPoint, name: str) -> Known:
    """The gradient of the input: the terms as they are, then without a scale, then others."""
    norm = recognise(point) if name == "input" else None
    if norm is None:
        return
    own = norm.terms(point.g * norm.gain, norm.axes, norm.axes)
    answer = _combination(point, own, point.at(name))
    if answer is not None:
        yield from _faults(norm, answer)
    for code, sentence, terms in _variants(point, norm):
        if _combination(point, terms, point.at(name)) is not None:
            yield Match(code, sentence)


def _variants(
    point: EvaluationPoint, norm: Normalization
) -> Iterator[tuple[str, str, list[Array]]]:
    """Other terms: without a scale, with another sigma, over other axes."""
    g, q = point.g, point.g * norm.gain
    plain = replace(norm, scale=np.ones_like(norm.scale))
    for one, upstream, words in (
        (norm, g, "factor gamma"),
        (plain, q, "factor 1/sigma"),
        (plain, g, "factors gamma and 1/sigma"),
    ):
        yield "scale-missing", f"lacks the {words}.", one.terms(upstream, norm.axes, norm.axes)
    variance = np.asarray(point.x, dtype=float).var(axis=norm.axes, keepdims=True)
    step = variance / (norm.n - 1)
    for other in (step, -step):  # n for n - 1, or the other way round
        with np.errstate(invalid="ignore"):
            scale = 1 / np.sqrt(1 / norm.scale**2 + other)
        one = replace(norm, scale=scale, xhat=norm.xhat * scale / norm.scale)
        sentence = "takes sigma with another number of degrees of freedom than forward."
        yield "degrees-of-freedom", sentence, one.terms(q, norm.axes, norm.axes)
    for axes in [axes for axes in _axes(point.x.ndim) if axes != norm.axes]:
        for pair in ((axes, axes), (axes, norm.axes), (norm.axes, axes)):
            sentence = f"takes its means over axis {shown(axes)}, forward over {shown(norm.axes)}."
            yield "wrong-axis", sentence, norm.terms(q, *pair)


def _faults(norm: Normalization, found: tuple[float, float]) -> Iterator[Match]:
    """The name for the coefficients of the two terms, compared with the true ones."""
    names = {"mean(q)": "mean-term-missing", "xhat mean(q xhat)": "variance-term-missing"}
    faults = [_fault(f, t, norm.n) for f, t in zip(found, norm.true, strict=True)]
    if faults == ["missing", "missing"]:
        yield Match("batch-statistics-constant", "treats mean and variance as constants.")
        return
    codes, words = [], []
    for (term, missing), fault in zip(names.items(), faults, strict=True):
        codes.append(missing if fault == "missing" else fault)
        words += [f"{_WORDS[fault].format(n=norm.n)} {term}"] if fault else []
    for code in (*names.values(), "sum-for-mean", "degrees-of-freedom"):
        if code in codes:
            yield Match(code, f"{' and '.join(words)}.")


def _fault(found: float, true: float, n: int) -> str:
    """What happened to one term, by its coefficient; empty if nothing."""
    factors = (
        ("", 1.0),
        ("missing", 0.0),
        ("sum-for-mean", n),
        ("degrees-of-freedom", n / (n - 1)),
        ("degrees-of-freedom", (n - 1) / n),
        ("sign", -1.0),
    )
    for fault, factor in factors:
        if abs(found - factor * true) < 1e-4 * max(1.0, abs(factor * true)):
            return fault
    return "other"


def _combination(
    point: EvaluationPoint, terms: list[Array], found: Array
) -> tuple[float, float] | None:
    """The last two coefficients, if `found` is the first term and multiples of the others."""
    columns = point.jacobian("input").columns
    matrix = np.array([np.broadcast_to(t, point.x.shape).ravel()[columns] for t in terms]).T
    if not np.isfinite(matrix).all() or len(matrix) < 4:
        return None
    answer, *_ = np.linalg.lstsq(matrix, found, rcond=1e-10)
    residual = mismatch(matrix @ answer, found)
    if residual > max(point.precision.match, 2e-6) or abs(answer[0] - 1) > 1e-4:
        return None
    return float(answer[1]), float(answer[2])


def recognise(point: EvaluationPoint) -> Normalization | None:
    """The normalization in a layer, verified against the measured Jacobian; or None."""
    if "normalization" not in point.notes:
        found = None
        if point.differentiable and point.y.shape == point.x.shape and point.x.ndim > 1:
            fits = (
                _fit(point, xhat, gain, axes)
                for xhat, gain in _candidates(point)
                for axes in _axes(point.x.ndim)
            )
            found = next((fit for fit in fits if fit is not None), None)
        point.notes["normalization"] = found
    return point.notes["normalization"]  # type: ignore[no-any-return]


def _axes(ndim: int) -> list[Axes]:
    counts = range(1, ndim + 1)
    return [axes for count in counts for axes in itertools.combinations(range(ndim), count)]


def _candidates(point: EvaluationPoint) -> Iterator[tuple[Array, Array]]:
    """(xhat, gain): from the Jacobian by a gain, where there is one; else y itself."""
    for name in point.names[1:]:
        local = contributions(point, name)
        if local is None or mismatch(local, np.ones_like(local)) < point.precision.match:
            continue
        entries = np.abs(point.jacobian(name).matrix) > 1e-9
        yield local, (entries @ point.value(name).ravel()).reshape(point.y.shape)
    yield point.y, np.ones(point.y.shape)


def _fit(point: EvaluationPoint, xhat: Array, gain: Array, axes: Axes) -> Normalization | None:
    """1/sigma from the regression of xhat on x in each group, and the true coefficients."""
    n = int(np.prod([point.x.shape[axis] for axis in axes]))
    centered = point.x - point.x.mean(axis=axes, keepdims=True)
    around = xhat - xhat.mean(axis=axes, keepdims=True)
    square = (centered**2).sum(axis=axes, keepdims=True)
    if n < 2 or not (square > 0).all():
        return None
    scale = (centered * around).sum(axis=axes, keepdims=True) / square
    if mismatch(around, scale * centered) > point.precision.structure:
        return None
    if n == 2 and point.x.size > 2 and len(np.unique(scale.round(9))) < 2:
        return None
    unit = max(1e-9, 0.1 * point.precision.structure)
    if abs((xhat**2).sum(axis=axes) - 1).max() < unit:
        return None  # unit length, not unit variance: a coupled function like softmax
    draft = Normalization(axes, n, scale, xhat, gain)
    true = _combination(point, draft.terms(point.g * gain, axes, axes), point.true("input"))
    if true is None or abs(true[0]) + abs(true[1]) < 1e-6:
        return None
    return replace(draft, true=true)


def gain_gradient(point: EvaluationPoint, name: str) -> Known:
    """The gradient of gamma with x - mu where xhat belongs."""
    norm = recognise(point) if name != "input" else None
    if norm is None or contributions(point, name) is None:
        return
    centered = point.x - point.x.mean(axis=norm.axes, keepdims=True)
    entries = np.abs(point.jacobian(name).matrix) > 1e-9
    sentence = "lacks a factor: x - mu is used where xhat belongs: 1/sigma is missing."
    yield Prediction("scale-missing", sentence, entries.T @ (point.g * centered).ravel())
