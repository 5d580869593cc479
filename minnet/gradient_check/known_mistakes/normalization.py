"""Batch norm, layer norm and similar layers: which of the three terms of the backward is wrong?

With xhat = (x - mu)/sigma over groups of n numbers, y = gamma xhat + beta, and q = g gamma:

    dx = 1/sigma (q - mean(q) - kappa xhat mean(q xhat))

kappa is 1 where the variance is divided by n, n/(n - 1) where by n - 1. The student's gradient
is written as a combination of the three terms; its coefficients tell the mistake.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match, ravel
from minnet.gradient_check.known_mistakes.shapes import contributions
from minnet.utils.types import Array

Coefficients = tuple[float, float, float]


@dataclass
class Normalization:
    """What was recognised: the axes of a group, 1/sigma, xhat, the gain of each entry."""

    axes: tuple[int, ...]
    scale: Array
    xhat: Array
    gain: Array
    n: int
    coefficients: Coefficients

    def terms(self, q: Array, axes: tuple[int, ...]) -> list[Array]:
        """q, mean(q) and xhat mean(q xhat), each over sigma, for groups along `axes`."""
        mean = q.mean(axis=axes, keepdims=True)
        product = (q * self.xhat).mean(axis=axes, keepdims=True)
        return [q * self.scale, mean * self.scale + 0 * q, self.xhat * product * self.scale]


def recognise(point: EvaluationPoint) -> Normalization | None:
    """The normalization in a layer, verified against the measured Jacobian; or None."""
    if "normalization" not in point.notes:
        point.notes["normalization"] = _recognise(point)
    return point.notes["normalization"]  # type: ignore[no-any-return]


def _recognise(point: EvaluationPoint) -> Normalization | None:
    if not point.differentiable or point.y.shape != point.x.shape or point.x.ndim < 2:
        return None
    for xhat, gain in _candidates(point):
        for count in range(1, point.x.ndim + 1):
            for axes in itertools.combinations(range(point.x.ndim), count):
                found = _fit(point, xhat, gain, axes)
                if found is not None:
                    return found
    return None


def _candidates(point: EvaluationPoint) -> Iterator[tuple[Array, Array]]:
    """(xhat, gain): from the Jacobian by a gain, where there is one; else y itself."""
    for name in point.names:
        if name == "input":
            continue
        local = contributions(point, name)
        if local is None or mismatch(local, np.ones_like(local)) < point.precision.match:
            continue
        entries = np.abs(point.jacobian(name).matrix) > 1e-9
        gain = (entries @ point.value(name).ravel()).reshape(point.y.shape)
        yield local, gain
    yield point.y, np.ones(point.y.shape)


def _fit(
    point: EvaluationPoint, xhat: Array, gain: Array, axes: tuple[int, ...]
) -> Normalization | None:
    """1/sigma from the regression of xhat on x in each group, and the true coefficients."""
    x = np.asarray(point.x, dtype=np.float64)
    n = int(np.prod([x.shape[axis] for axis in axes]))
    if n < 2:
        return None
    centered = x - x.mean(axis=axes, keepdims=True)
    around = xhat - xhat.mean(axis=axes, keepdims=True)
    square = (centered**2).sum(axis=axes, keepdims=True)
    if not (square > 0).all():
        return None
    scale = (centered * around).sum(axis=axes, keepdims=True) / square
    if mismatch(around, scale * centered) > point.precision.structure:
        return None
    if n == 2 and x.size // n > 1 and len(set(ravel(scale).round(9))) < 2:
        return None
    draft = Normalization(axes, scale, xhat, gain, n, (1.0, -1.0, -1.0))
    measured = point.full_true("input")
    unit = max(1e-9, 0.1 * point.precision.structure)
    if abs((xhat**2).sum(axis=axes) - 1).max() < unit and n > 1:
        return None  # unit length, not unit variance: a coupled function like softmax
    solved = _solve(point, draft.terms(point.g * gain, axes), point.true("input"))
    if measured is None and solved is None:
        return None
    if (
        solved is None
        or abs(solved[0][0] - 1) > 10 * point.precision.match
        or abs(solved[0][2]) + abs(solved[0][1]) < 1e-6
    ):
        return None
    draft.coefficients = solved[0]
    return draft


def _solve(
    point: EvaluationPoint, terms: list[Array], found: Array
) -> tuple[Coefficients, float] | None:
    """Least squares for the three coefficients; None where a residual is left."""
    columns = point.jacobian("input").columns
    matrix = np.array([ravel(term)[columns] for term in terms]).T
    if not np.isfinite(matrix).all() or len(matrix) < 4:
        return None
    answer, *_ = np.linalg.lstsq(matrix, found, rcond=1e-10)
    residual = mismatch(matrix @ answer, found)
    if residual > max(point.precision.match, 2e-6):
        return None
    return (float(answer[0]), float(answer[1]), float(answer[2])), residual


class TermOfNormalization:
    """The gradient of the input of a normalization layer."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Right shape, and a normalization was recognised."""
        return name == "input" and point.fits(name) and recognise(point) is not None

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """Coefficients with the right groups; then without gamma; then other groups."""
        norm, found = recognise(point), point.at(name)
        if norm is None:
            return None
        q = point.g * norm.gain
        answer = _solve(point, norm.terms(q, norm.axes), found)
        if answer:
            match = name_coefficients(norm, answer[0])
            if match:
                return Match(match[0], match[1], answer[1])
        for match_found in self._scales(point, norm, found):
            return match_found
        return self._freedom(point, norm, found) or self._axes(point, norm, found)

    def _scales(self, point: EvaluationPoint, norm: Normalization, found: Array) -> Iterator[Match]:
        true = norm.coefficients
        q = point.g * norm.gain
        plain = Normalization(
            norm.axes, np.ones_like(norm.scale), norm.xhat, norm.gain, norm.n, true
        )
        for terms, sentence in (
            (norm.terms(point.g, norm.axes), "lacks the factor gamma."),
            (plain.terms(q, norm.axes), "lacks the factor 1/sigma."),
            (plain.terms(point.g, norm.axes), "lacks the factors gamma and 1/sigma."),
        ):
            answer = _solve(point, terms, found)
            if answer is None:
                continue
            other = name_coefficients(norm, answer[0])
            if near(answer[0], true) or near(answer[0], (1.0, 0.0, 0.0)) or other:
                yield Match("scale-missing", sentence, answer[1])

    def _freedom(self, point: EvaluationPoint, norm: Normalization, found: Array) -> Match | None:
        """sigma computed again in backward, with the other divisor."""
        x = np.asarray(point.x, dtype=np.float64)
        variance = x.var(axis=norm.axes, keepdims=True)
        q = point.g * norm.gain
        for ratio in (norm.n / (norm.n - 1), (norm.n - 1) / norm.n):
            base = variance if ratio > 1 else variance * norm.n / (norm.n - 1)
            epsilon = 1 / norm.scale**2 - base
            scale = 1 / np.sqrt(np.maximum(base * ratio + epsilon, 1e-300))
            xhat = norm.xhat * scale / norm.scale
            other = Normalization(norm.axes, scale, xhat, norm.gain, norm.n, norm.coefficients)
            answer = _solve(point, other.terms(q, norm.axes), found)
            if (
                answer
                and abs(answer[0][0] - 1) < 1e-4
                and abs(answer[0][1] - norm.coefficients[1]) < 1e-4
            ):
                sentence = "takes sigma with another number of degrees of freedom than forward."
                return Match("degrees-of-freedom", sentence, answer[1])
        return None

    def _axes(self, point: EvaluationPoint, norm: Normalization, found: Array) -> Match | None:
        q = point.g * norm.gain
        for count in range(1, point.x.ndim + 1):
            for axes in itertools.combinations(range(point.x.ndim), count):
                if axes == norm.axes:
                    continue
                mixed = norm.terms(q, norm.axes)
                other = norm.terms(q, axes)
                for terms in (
                    other,
                    [other[0], other[1], mixed[2]],
                    [other[0], mixed[1], other[2]],
                ):
                    answer = _solve(point, terms, found)
                    if answer and abs(answer[0][0] - 1) < 1e-4:
                        sentence = f"takes its means over axis {axes}, forward over {norm.axes}."
                        return Match("wrong-axis", sentence, answer[1])
        return None


def near(one: Coefficients, other: Coefficients) -> bool:
    """Equal coefficients, to the digits that the measurement allows."""
    return all(abs(a - b) < 1e-4 * max(1.0, abs(b)) for a, b in zip(one, other, strict=True))


def name_coefficients(norm: Normalization, found: Coefficients) -> tuple[str, str] | None:
    """Code and sentence for (first, mean term, variance term), compared with the true ones."""
    if abs(found[0] - 1) > 1e-4:
        return None
    mean = _state(found[1], norm.coefficients[1], norm.n)
    variance = _state(found[2], norm.coefficients[2], norm.n)
    if mean == variance == "missing":
        return "batch-statistics-constant", "treats mean and variance as constants."
    states = {"mean(q)": mean, "xhat mean(q xhat)": variance}
    wrong = {term: state for term, state in states.items() if state != "right"}
    code = next((c for c in _TERMS if c in _codes(mean, variance)), None)
    if code is None or not wrong:
        return None
    words = [f"{_WORDS[state].format(n=norm.n)} {term}" for term, state in wrong.items()]
    return code, " and ".join(words) + "."


_TERMS = ("mean-term-missing", "variance-term-missing", "sum-for-mean", "degrees-of-freedom")
_WORDS = {
    "missing": "lacks",
    "sum": "has a sum over n = {n} where the mean belongs in",
    "freedom": "divides by n = {n} where forward divides by n - 1 (or the other way round) in",
    "sign": "has the wrong sign before",
    "other": "has a wrong factor before",
}


def _codes(mean: str, variance: str) -> set[str]:
    found = {"sum": "sum-for-mean", "freedom": "degrees-of-freedom"}
    codes = {found[state] for state in (mean, variance) if state in found}
    codes |= {"mean-term-missing"} if mean == "missing" else set()
    return codes | ({"variance-term-missing"} if variance == "missing" else set())


def _state(found: float, true: float, n: int) -> str:
    """What happened to one term, by its coefficient."""
    if abs(found) < 1e-5 < abs(true):
        return "missing"
    ratios: dict[str, list[float]] = {
        "right": [1.0],
        "sum": [n],
        "freedom": [n / (n - 1), (n - 1) / n],
        "sign": [-1.0],
    }
    for state, values in ratios.items():
        if any(abs(found - value * true) < 1e-4 * max(1.0, abs(value * true)) for value in values):
            return state
    return "other"


def gain_gradient(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """The gradient of gamma with x - mu where xhat belongs."""
    norm = recognise(point)
    if norm is not None:
        x = np.asarray(point.x, dtype=np.float64)
        centered = x - x.mean(axis=norm.axes, keepdims=True)
        words = "x - mu is used where xhat belongs: 1/sigma is missing."
        yield from _gain_gradient_of(point, name, centered, words)


def output_for_xhat(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """The gradient of gamma with y = gamma xhat + beta where xhat belongs."""
    if recognise(point) is not None:
        yield from _gain_gradient_of(point, name, point.y, "")


def _gain_gradient_of(
    point: EvaluationPoint, name: str, factor: Array, words: str
) -> Iterator[tuple[Array, str]]:
    """The sum of g times a factor over all positions that share an entry of gamma."""
    if name != "input" and contributions(point, name) is not None:
        entries = np.abs(point.jacobian(name).matrix) > 1e-9
        yield entries.T @ ravel(point.g * factor), words
