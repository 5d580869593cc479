"""The loss of the best answer that ignores x: a network that is not better has learned nothing."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np

from minnet.nn.losses import Loss
from minnet.utils.types import Array

_ERRORS = (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError)
_ENTRIES = 200_000  # of the targets, at most, that are looked at after each fit

LEARNED_NOTHING = "did not learn: mn.check_training(trainer, x, y) looks for the reason"
"""Said after a fit that ends no better than the best answer that ignores x."""


def learned_nothing(loss: Loss, target: Array, first: float, last: float) -> bool:
    """True if the mean loss of the last epoch is no better than that of a constant answer.

    Or if it is hardly below that of the first epoch, and not half of a constant answer's.
    """
    width = int(target.max()) + 1 if target.ndim == 1 else target[0].size
    part = target[:: -(-len(target) * width // _ENTRIES)]
    constant = constant_loss(loss, part)
    return last > 0.98 * constant or (last > 0.99 * first and last > constant / 2)


def constant_loss(loss: Loss, target: Array) -> float:
    """The smallest loss of an answer that is the same for all rows."""
    rows = _answers(target)
    mean = rows.mean(axis=0)
    repeated = np.ones((len(rows), *[1] * mean.ndim))
    answers = (mean, np.median(rows, axis=0), _uniform(mean))
    losses = list(_losses(loss, [repeated * answer for answer in answers], target))
    same = np.ptp(rows, axis=0).max() == 0  # then ignoring x is right
    return max(losses, default=1.0) if same else min(losses, default=1.0)


def extreme_losses(loss: Loss, target: Array) -> tuple[float, float]:
    """The smallest loss of any answer, and of an answer that is the same for all rows."""
    rows, constant = _answers(target), constant_loss(loss, target)
    smoothed = ((1 - e) * rows + e * _uniform(rows[0]) for e in (1e-6, 0.05, 0.1, 0.2))
    floor = min(_losses(loss, [rows, *smoothed], target), default=0.0)
    floor = floor if floor < 0.99 * constant else 0.0
    return floor, max(constant, floor + 1e-30)


def _answers(target: Array) -> Array:
    """The targets as answers of a network: one-hot rows for labels."""
    rows = columns(target)
    return rows if target.ndim == 1 else rows.reshape(target.shape)


def _uniform(answer: Array) -> Array:
    """All classes equally likely."""
    return np.full(answer.shape, 1 / max(2, answer.size))


def _losses(loss: Loss, answers: list[Array], target: Array) -> Iterator[float]:
    """The losses of these answers; of probabilities without 0 and 1, where they are refused."""
    for answer in answers:
        for prediction in (answer, np.clip(answer, 1e-6, 1 - 1e-6)):
            try:
                value = float(copy.deepcopy(loss).forward(prediction, target))
            except _ERRORS:
                continue
            if math.isfinite(value):
                yield value
                break


def columns(target: Array) -> Array:
    """One-hot rows of labels; numbers as they are, one row for each sample."""
    labels = np.maximum(target, 0).astype(int) if target.ndim == 1 else target
    rows = np.eye(int(labels.max()) + 1)[labels] if target.ndim == 1 else target
    return np.asarray(rows.reshape(len(rows), -1), float)
