"""Examines one loss: finds the kinds of predictions and targets that it takes, and checks each.

With its target fixed, a loss is a layer with one output: gradients, results and repeated calls go
through the same checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.checks.contract import (
    check_backward_result,
    check_changes,
    check_output_precision,
)
from minnet.gradient_check.checks.finite_values import check_finite_at
from minnet.gradient_check.checks.forward_properties import check_truncation
from minnet.gradient_check.checks.gradients import check_finite, check_gradients, say_not_finite
from minnet.gradient_check.harness import Harness
from minnet.gradient_check.input_domain import InputDomain
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.loss.checks import (
    check_depends,
    check_direction,
    check_pairs,
    check_repeats,
    check_softmax,
    check_whole_targets,
)
from minnet.gradient_check.loss.evaluation_point import LossPoint, loss_point
from minnet.gradient_check.loss.harness import LossHarness, number_of, run_loss
from minnet.gradient_check.loss.inputs import Setting
from minnet.gradient_check.loss.settings import Given, Settings
from minnet.gradient_check.next_steps import for_loss
from minnet.gradient_check.prepare import code_of_error, explain_error, find_precision
from minnet.gradient_check.report import Report
from minnet.utils import checks

_VAGUE = ("unknown", "wrong-shape")
"""What another setting may explain better."""


@dataclass
class LossState(CheckState):
    """The state of the check of a loss; None among its settings is the caller's arrays."""

    settings: Settings = None  # type: ignore[assignment]

    def some_points(self, setting: Setting | None) -> list[LossPoint]:
        """The loss at several random predictions and targets."""
        return [self.point_in(setting, 80 + 10 * number) for number in range(4)]

    def point_in(self, setting: Setting | None, part: int) -> LossPoint:
        """The loss at one prediction and target, away from kinks if a few draws find such."""
        real = setting is not None and setting.is_real
        for draw in range(6):
            a, y = self.settings.draw(setting, part + draw)
            point = loss_point(self.harness.layer, a, y, real, self.precision)
            if not point.jacobian("input").kinked.any():
                break
        return point

    @property
    def vague(self) -> bool:
        """Whether nothing better than `unknown` or `wrong-shape` was said about the gradient."""
        return all(m.code in _VAGUE and m.where == "input" for m in self.report.mistakes)


def examine_loss(loss: LayerUnderTest, given: Given, seed: int) -> LossState:
    """All settings that the loss takes, until one shows a mistake."""
    state = LossState(Harness(loss), InputDomain((5, 3), "check_loss"), Report(loss.name), seed)
    state.settings = Settings(state, loss, given)
    settings = state.settings.all()
    if not settings:
        _nothing_fits(state)
    elif not all(_is_flat(state, setting) for setting in settings):
        for setting in settings:
            a, y = state.settings.draw(setting, 51)
            find_precision(state, LossHarness(loss, y), a)
            if state.report.mistakes and not state.vague:
                check_pairs(state, state.point_in(setting, 50))
            else:
                _examine(state, setting, setting is settings[0])
        _check_own_arrays(state)
        _examine_as_a_whole(state, settings)
    return state


def _is_flat(state: LossState, setting: Setting | None) -> bool:
    """Whether the value is the same for all predictions, as far as can be seen."""
    points = state.some_points(setting)
    usable = all(np.isfinite(point.value_here) for point in points)
    return usable and not check_depends(state, points)


def _nothing_fits(state: LossState) -> None:
    """No kind of prediction and target gives a number."""
    if state.settings.last_error is None:
        own = state.settings.given is not None
        kinds = "the arrays that were given" if own else "probabilities, logits and numbers alike"
        text = f"the value is NaN or inf for {kinds}."
        evidence = "no kind of prediction gave a finite value."
        state.wrong("forward", "not-finite", "forward", text, evidence)
    else:
        error, verb = state.settings.last_error
        text = f"it raises {explain_error(error)}."
        evidence = "no kind of prediction and target was taken."
        state.wrong("forward", code_of_error(error), verb, text, evidence)


def _examine(state: LossState, setting: Setting | None, is_first: bool) -> None:
    """The checks of one setting."""
    point = state.point_in(setting, 50)
    state.report.point = state.report.point or point
    if not _keeps_contract(state, point):
        return
    check_changes(state, point.run)
    whole = check_whole_targets(state, point)
    check_pairs(state, point)
    check_softmax(state, point)
    if not is_first and np.abs(point.derivative).max() <= point.noise:
        return  # softmax of one output, say: the value does not depend on it
    check_finite(state, point)
    right = point.is_right("input")
    if right or not (check_truncation(state, point) or state.has("input-modified") or not whole):
        check_gradients(state, point, partial(for_loss, point))


def _keeps_contract(state: LossState, point: LossPoint) -> bool:
    """forward gives one number, backward gives an array of numbers."""
    run = point.run
    if run.error is not None:
        shapes = f"prediction {point.prediction.shape}, target {point.target.shape}."
        text = f"it raises {explain_error(run.error)}."
        state.wrong("runs", code_of_error(run.error), run.failed_in, text, shapes)
    elif run.y is None:
        state.wrong("results", "returns-none", "forward", "it returns None.", "None.")
    elif np.size(run.y) != 1 or not np.isfinite(number_of(run.y)):
        text = f"it returns {checks.describe(run.y)}, expected one number for the batch."
        evidence = f"shape {np.shape(run.y)}."
        state.wrong("results", "wrong-shape", "forward", text, evidence)
    else:
        check_output_precision(state, run)
        check_backward_result(state, run)
        return "input" not in state.blocked
    return False


def _check_own_arrays(state: LossState) -> None:
    """0/0 at the caller's arrays, which lie on a kink, perhaps, and are not compared then."""
    if state.settings.given is None:
        return
    a, y = state.settings.given
    run = run_loss(state.harness.layer, a, y)
    usable = run.error is None and isinstance(run.dx, np.ndarray)
    if usable and not np.isnan(number_of(run.y)) and not np.isfinite(run.dx).all():
        say_not_finite(state, "input", run.dx, a, "the prediction")


def _examine_as_a_whole(state: LossState, settings: list[Setting | None]) -> None:
    """Repeated calls, the way to the target, and large numbers."""
    if not state.vague:  # what another setting explained needs no `unknown` as well
        state.report.mistakes = [
            m for m in state.report.mistakes if m.code not in _VAGUE or m.where != "input"
        ]
    if state.has("wrong-shape", "returns-none"):
        return
    first, second = (state.settings.draw(settings[0], part) for part in (40, 41))
    check_repeats(state, first, second)
    for setting in settings:
        if not state.report.mistakes:
            check_direction(state, state.some_points(setting))
    real = next((s for s in settings if s is not None and s.is_real), None)
    if real is not None:
        a, y = real.draw(state.generator(42))
        patterns = InputDomain(a.shape, "check_loss").extremes(len(a))
        check_finite_at(state, LossHarness(state.harness.layer, y), patterns)
