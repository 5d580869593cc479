"""`check_loss`: the gradient must be the derivative of the value."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from minnet.gradient_check.check_layer import check_seed, check_source, layer_under_test
from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.harness import Harness, quiet
from minnet.gradient_check.input_domain import InputDomain
from minnet.gradient_check.loss.examination import LossCheck
from minnet.gradient_check.repair.batches import loss_batches
from minnet.gradient_check.repair.fix import fix_later
from minnet.gradient_check.report import Report
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

Pair = tuple[Array, Array]


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
    check = _examined(loss_or_factory, given, seed)
    if isinstance(check, LossCheck):
        report = check.state.report
        fix_later(
            report,
            check.loss,
            partial(loss_batches, check.state, check.settings),
            lambda: _report(_examined(loss_or_factory, given, seed)),
        )
    return _report(check)


def _examined(source: Any, given: Any, seed: int) -> LossCheck | Report:
    with quiet():
        loss = layer_under_test("check_loss", source)
        if isinstance(loss, Report):
            return loss
        state = CheckState(
            Harness(loss), InputDomain((5, 3), "check_loss"), Report(loss.name), seed
        )
        check = LossCheck(state, loss, given)
        with loss.streams.frozen():
            check.examine()
        loss.restore()
    state.report.sort()
    return check


def _report(check: LossCheck | Report) -> Report:
    return check.state.report if isinstance(check, LossCheck) else check


def _shape(lengths: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape of a prediction: (m,) or (m, outputs)."""
    if len(lengths) not in (1, 2):
        raise ValueError(
            f"check_loss: prediction: expected a shape (m,) or (m, outputs), got {lengths}. "
            f"Give arrays for other shapes: check_loss(loss, prediction, target)."
        )
    return tuple(checks.whole_number("check_loss", "prediction", n) for n in lengths)


def _given(prediction: Any, target: Any) -> Pair | tuple[int, ...] | None:
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
