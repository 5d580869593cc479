"""The loss of the best answer that ignores x: a network that is not better has learned nothing."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np

from minnet.nn.losses import Loss
from minnet.utils.types import Array

_ERRORS = (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError)
_ROWS = 1000

LEARNED_NOTHING = "did not learn: mn.check_training(trainer, x, y) looks for the reason"
"""Said after a fit that ends no better than the best answer that ignores x."""


def learned_nothing(loss: Loss, target: Array, first: float, last: float) -> bool:
    """True if the mean loss of the last epoch is no better than that of a constant answer.

    Or if it is hardly below that of the first epoch, and not half of a constant answer's.
    """
    constant = extreme_losses(loss, target[:: max(1, len(target) // _ROWS)])[1]
    return last > 0.98 * constant or (last > 0.99 * first and last > constant / 2)


def extreme_losses(loss: Loss, target: Array) -> tuple[float, float]:
    """The smallest loss of any answer, and of an answer that is the same for all rows."""
    rows = columns(target).reshape(*target.shape[:1], *target.shape[1:] or (-1,))
    mean = rows.mean(axis=0)
    uniform = np.full_like(mean, 1 / max(2, mean.size))
    repeated = np.ones((len(rows), *[1] * mean.ndim))
    constants = [repeated * answer for answer in (mean, np.median(rows, axis=0), uniform)]
    best = [rows, *((1 - e) * rows + e * uniform for e in (1e-6, 0.05, 0.1, 0.2))]
    losses = list(_losses(loss, constants, target))
    constant = min(losses, default=1.0)
    if constant < 1e-5:  # all targets are the same: then ignoring x is right
        constant = max(losses)
    floor = min(_losses(loss, best, target), default=0.0)
    floor = floor if floor < 0.99 * constant else 0.0
    return floor, max(constant, floor + 1e-12)


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
