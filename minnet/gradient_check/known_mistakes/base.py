"""What a known mistake is: a generator of what one wrong gradient may be.

Most of them compute what the gradient would be under the mistake, a `Prediction`; a `Match` is
certain already.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array


class Match(NamedTuple):
    """A known mistake that reproduces the student's array: code, sentence, relative residual."""

    code: str
    sentence: str
    residual: float = 0.0


class Prediction(NamedTuple):
    """What the gradient would be under a mistake (NaN where it was not measured).

    scaled: also if it is off by one constant factor. found: what to compare with, if not the
    student's gradient at the measured entries.
    """

    code: str
    sentence: str
    predicted: Array
    scaled: bool = False
    found: Array | None = None

    def match(self, point: EvaluationPoint, name: str) -> Match | None:
        """The match, if the prediction is what the student has."""
        found = point.at(name) if self.found is None else self.found
        answer = reproduces(point, self.predicted, found, self.scaled)
        if answer is None:
            return None
        return Match(self.code, f"{self.sentence}{off_by(answer[1])}", answer[0])


Known = Iterator[Match | Prediction]


def proportion(found: Array, predicted: Array) -> float:
    """The factor c that brings c * predicted closest to found."""
    square = float(np.vdot(predicted, predicted))
    return float(np.vdot(predicted, found)) / square if square else 0.0


def reproduces(
    point: EvaluationPoint, predicted: Array, found: Array, scaled: bool = False
) -> tuple[float, float] | None:
    """Residual and factor if a prediction gives the student's array; None if it does not.

    NaN in the prediction was not measured. scaled: also if it is off by one constant factor, which
    needs more than one number.
    """
    if np.shape(predicted) != found.shape:
        return None
    known = ~np.isnan(predicted)
    one, other = found[known], predicted[known]
    factor = proportion(one, other) if scaled and one.size > 1 else 1.0
    if not np.any(other) or not np.any(one) or abs(factor) < 1e-9:
        return None
    residual = mismatch(one, factor * other)
    return (residual, factor) if residual < point.precision.match else None


def off_by(factor: float) -> str:
    """A second mistake: a constant factor."""
    return "" if abs(factor - 1) < 1e-3 else f" It is also off by the factor {factor:.4g}."


def sums(array: Array) -> Iterator[tuple[tuple[int, ...], Array]]:
    """The sums over one axis, over two, and so on, with the axes."""
    for count in range(1, array.ndim + 1):
        for axes in itertools.combinations(range(array.ndim), count):
            yield axes, array.sum(axis=axes)


def shown(axes: tuple[int, ...]) -> str:
    """Axes as they are written in code: `0` or `(0, 1)`."""
    return str(axes[0] if len(axes) == 1 else axes)
