"""`check_loss`: the gradient must be the derivative of the value."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from minnet.gradient_check.loss.examination import LossState, examine_loss
from minnet.gradient_check.loss.settings import Given
from minnet.gradient_check.repair.batches import loss_batches
from minnet.gradient_check.repair.trial import Batch
from minnet.gradient_check.report import Report
from minnet.gradient_check.run_check import check_seed, check_source, report_on
from minnet.utils import array_checks, checks


def check_loss(
    loss_or_factory: Any,
    prediction: Any = None,
    target: Any = None,
    *,
    seed: int = 0,
) -> Report:
    """Examine a loss: is `backward()` the derivative of `forward(prediction, target)`?

    Any reduction is right if value and gradient agree.

    Args:
        loss_or_factory: a class or function that makes a new loss (preferred), or a loss.
        prediction: an array for which the loss is meant, with its target; or the shape of one,
            alone. Without it, probabilities, logits, labels and numbers are tried.
        target: an array that belongs to the prediction.
        seed: of all random numbers of the check.

    Returns:
        a Report.

    >>> import minnet as mn
    >>> check_loss(mn.MeanSquaredError).ok
    True
    """
    check_seed("check_loss", seed)
    check_source("check_loss", loss_or_factory)
    given = _given(prediction, target)
    examine = partial(examine_loss, given=given, seed=seed)
    return report_on("check_loss", loss_or_factory, examine, _batches)


def _batches(state: LossState) -> list[Batch]:
    return loss_batches(state, state.settings)


def _shape(lengths: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape of a prediction: (m,) or (m, outputs)."""
    if len(lengths) not in (1, 2):
        raise ValueError(
            f"check_loss: prediction: expected a shape (m,) or (m, outputs), got {lengths}. "
            f"Give arrays for other shapes: check_loss(loss, prediction, target)."
        )
    return tuple(checks.whole_number("check_loss", "prediction", n) for n in lengths)


def _given(prediction: Any, target: Any) -> Given:
    if prediction is None and target is None:
        return None
    if target is None and isinstance(prediction, tuple):
        return _shape(prediction)
    if prediction is None or target is None:
        raise ValueError(
            "check_loss: prediction, target: expected both or none, got one of them. "
            "Give a batch of predictions and the targets that belong to it."
        )
    a = array_checks.numeric_array("check_loss", "prediction", prediction)
    y = array_checks.numeric_array("check_loss", "target", target)
    if a.ndim == 0 or a.size == 0:
        raise ValueError(
            f"check_loss: prediction: expected a batch of at least one sample, got "
            f"{checks.describe(a)}. The first axis holds the samples."
        )
    return a.astype(np.float64), y
