"""Mistakes that only a loss can have: the gradient for logits, a missing term, a sigmoid inside."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.known_mistakes.base import Known, Prediction, reproduces
from minnet.gradient_check.loss.evaluation_point import LossPoint


def fused(point: EvaluationPoint, name: str) -> Known:  # noqa: ARG001
    """a - y, where the derivative of the value is something else."""
    assert isinstance(point, LossPoint)
    y = point.one_hot
    if y is None or not _for_probabilities(point):
        return
    difference = point.x - y
    if not reproduces(point, difference, point.derivative, scaled=True):
        sentence = "is a - y: that is the gradient for the logits; the loss takes probabilities."
        code = "fused-gradient-on-probabilities"
        yield Prediction(code, sentence, difference.ravel(), scaled=True)


def _for_probabilities(point: LossPoint) -> bool:
    """A loss of probabilities: below 0 its value is NaN, or refused, or flat because it clips."""
    if point.real or point.x.min() < 0 or point.x.max() > 1:
        return False
    pairs = [[point.value_at(point.x + sign * c) for c in (1.5, 1.7)] for sign in (-1, 1)]
    return any(not np.isfinite(near) or near == far for near, far in pairs)


def term_missing(point: EvaluationPoint, name: str) -> Known:  # noqa: ARG001
    """Right where y = 1 and wrong where y = 0, or the other way round."""
    assert isinstance(point, LossPoint)
    y, found, true = point.one_hot, point.found, point.derivative
    if y is None or len(np.unique(y)) != 2:
        return
    for value, missing in ((y.max(), y.min()), (y.min(), y.max())):
        here, there = y == value, y == missing
        if not np.abs(true[here]).max() > point.noise:
            continue
        code, sentence = "loss-term-missing", f"is right where y = {value:g} and wrong where y ="
        yield Prediction(code, f"{sentence} {missing:g}.", true[here], found=found[here])
        if not np.any(found[there]) or np.abs(true[there]).max() <= point.noise:
            sentence = f"has no term where y = {missing:g}."
            yield Prediction(code, sentence, true[here], scaled=True, found=found[here])


def inner_derivative(point: EvaluationPoint, name: str) -> Known:  # noqa: ARG001
    """A loss that applies a sigmoid or tanh itself, and leaves out its derivative."""
    assert isinstance(point, LossPoint)
    sigmoid = 1 / (1 + np.exp(-point.x))
    for function, local in (
        ("sigmoid", sigmoid * (1 - sigmoid)),
        ("tanh", 1 - np.tanh(point.x) ** 2),
    ):
        for predicted, code, words in (
            (point.derivative / local, "local-derivative-missing", "lacks the derivative of the"),
            (point.derivative * local, "local-derivative-squared", "has twice the derivative of"),
        ):
            sentence = f"{words} {function} inside the loss."
            yield Prediction(code, sentence, predicted.ravel(), scaled=True)
