"""What a known mistake is: a code, and the gradient that the mistake would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array


class Match(NamedTuple):
    """A known mistake that reproduces the student's array: code, sentence, relative residual."""

    code: str
    sentence: str
    residual: float


class KnownMistake(Protocol):
    """An entry of KNOWN_MISTAKES."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Whether the mistake is possible for this array."""

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """The match, or None."""


Predictions = Callable[[EvaluationPoint, str], Iterable["tuple[Array, str]"]]


@dataclass(frozen=True)
class Predicted:
    """`predict` gives what the gradient would be (at the measured entries) under the mistake.

    Each prediction comes with what is to be added to the sentence. With `factor` the prediction
    may also be off by one constant factor: two mistakes at once.
    """

    code: str
    sentence: str
    predict: Predictions
    needs_shape: bool = True
    factor: bool = False

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """An array of the right shape, finite."""
        return point.fits(name) and bool(np.isfinite(point.at(name)).all())

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """The first prediction that matches."""
        found = point.at(name)
        for predicted, addition in self.predict(point, name):
            if np.shape(predicted) != found.shape or not np.abs(predicted).max(initial=0.0) > 0:
                continue
            factor = 1.0
            if self.factor:
                factor = proportion(found, predicted)
                if abs(factor) < 1e-9:
                    continue
            residual = mismatch(found, factor * predicted)
            if residual < point.precision.match:
                extra = "" if abs(factor - 1) < 1e-3 else f" (and off by the factor {factor:.4g})"
                return Match(self.code, self.sentence + addition + extra, residual)
        return None


def proportion(found: Array, predicted: Array) -> float:
    """The factor c that brings c * predicted closest to found."""
    square = float(np.vdot(predicted, predicted))
    return float(np.vdot(predicted, found)) / square if square else 0.0


def ravel(array: Any) -> Array:
    """Any gradient as a flat vector of float64."""
    return np.asarray(array, dtype=np.float64).ravel()
