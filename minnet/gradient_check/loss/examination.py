"""Checks one loss: finds the kinds of predictions and targets that it takes, and checks each."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.check_state import CheckState, number
from minnet.gradient_check.checks.contract import check_changes
from minnet.gradient_check.checks.forward_properties import check_finite_at
from minnet.gradient_check.checks.gradients import advice_for, entries_of
from minnet.gradient_check.finite_differences import is_single
from minnet.gradient_check.input_domain import InputDomain
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.loss.checks import (
    check_depends,
    check_direction,
    check_finite_gradient,
    check_repeats,
)
from minnet.gradient_check.loss.evaluation_point import LossPoint, loss_point
from minnet.gradient_check.loss.harness import LossHarness, number_of, run_loss, value_at
from minnet.gradient_check.loss.inputs import Setting
from minnet.gradient_check.loss.known_mistakes import (
    broadcasts,
    diagnose_loss,
    softmax_axis,
    truncates_integers,
)
from minnet.gradient_check.loss.settings import Settings
from minnet.gradient_check.next_steps import for_loss
from minnet.gradient_check.prepare import code_of_error, explain_error
from minnet.gradient_check.tape import explain
from minnet.utils import checks
from minnet.utils.types import Array

Pair = tuple[Array, Array]


VAGUE = ("unknown", "wrong-shape")
"""What another setting may explain better."""


class LossCheck:
    """The check of one loss."""

    state: CheckState
    loss: LayerUnderTest

    def __init__(
        self, state: CheckState, loss: LayerUnderTest, given: Pair | tuple[int, ...] | None
    ) -> None:
        self.state, self.loss = state, loss
        self.settings: Settings = Settings(state, loss, given)
        self.first: Setting | None = None

    def examine(self) -> None:
        """All settings that the loss takes, until one shows a mistake."""
        settings = self.settings.all()
        if not settings:
            self._nothing_fits()
            return
        self.first = settings[0]
        if all(map(self._is_flat, settings)):
            return
        for setting in settings:
            self._find_precision(setting)
            if self.state.report.mistakes and not self._vague():
                self._pairs(self._point(setting, 50))
            else:
                self._examine(setting)
        self._own_arrays()
        self._drop_vague()
        first = settings[0]
        a, y = self.settings.draw(first, 40)
        if self.state.has("wrong-shape", "returns-none"):
            return
        check_repeats(self.state, self.loss, (a, y), self.settings.draw(first, 41))
        for setting in settings:
            if not self.state.report.mistakes:
                check_direction(self.state, self._some_points(setting))
        real = next((s for s in settings if s is not None and s.is_real), None)
        if real is not None:
            a, y = real.draw(self.state.generator(42))
            patterns = InputDomain(a.shape, "check_loss").extremes(len(a))
            check_finite_at(self.state, LossHarness(self.loss, y), patterns)

    def _some_points(self, setting: Setting | None) -> list[LossPoint]:
        """The loss at several random predictions and targets."""
        return [self._point(setting, 80 + 10 * number) for number in range(4)]

    def _is_flat(self, setting: Setting | None) -> bool:
        """Whether the value is the same for all predictions, as far as can be seen."""
        points = self._some_points(setting)
        usable = all(np.isfinite(point.value_here) for point in points)
        return usable and not check_depends(self.state, points)

    def _nothing_fits(self) -> None:
        if self.settings.last_error is None:
            own = self.settings.given is not None
            kinds = "the arrays that were given" if own else "probabilities, logits and numbers"
            self.state.wrong(
                "forward",
                "not-finite",
                "forward",
                f"the value is NaN or inf for {kinds}{'' if own else ' alike'}.",
                "no kind of prediction gave a finite value.",
            )
            return
        error, verb = self.settings.last_error
        self.state.wrong(
            "forward",
            code_of_error(error),
            verb,
            f"it raises {explain_error(error)}.",
            "no kind of prediction and target was taken.",
        )

    def _own_arrays(self) -> None:
        """0/0 at the caller's arrays, which lie on a kink, perhaps, and are not compared then."""
        if self.settings.given is None:
            return
        run = run_loss(self.loss, *self.settings.given)
        if run.error is None and isinstance(run.dx, np.ndarray) and not np.isnan(number_of(run.y)):
            check_finite_gradient(self.state, run.dx, self.settings.given[0])

    def _vague(self) -> bool:
        """Whether nothing better than `unknown` or `wrong-shape` was said about the gradient."""
        return all(m.code in VAGUE and m.where == "input" for m in self.state.report.mistakes)

    def _drop_vague(self) -> None:
        """What another setting explained needs no `unknown` as well."""
        if not self._vague():
            self.state.report.mistakes = [
                m for m in self.state.report.mistakes if m.code not in VAGUE or m.where != "input"
            ]

    def _find_precision(self, setting: Setting | None) -> None:
        a, y = self.settings.draw(setting, 51)
        toward = self.state.generator(52).uniform(0.2, 1.0, size=a.shape)
        base, tiny, small = (
            value_at(self.loss, a * (1 + size * toward), y) for size in (0, 3e-11, 1e-3)
        )
        digits = is_single(np.array([base, small])) and base != small
        self.state.precision.single = digits or (base == tiny and base != small)

    def _point(self, setting: Setting | None, part: int, batch: int | None = None) -> LossPoint:
        real = setting is not None and setting.is_real
        point: LossPoint | None = None
        for draw in range(6):
            a, y = self.settings.draw(setting, part + draw, batch)
            point = loss_point(self.loss, a, y, real, self.state.precision)
            if not point.kinked:
                return point
        assert point is not None
        return point

    def _examine(self, setting: Setting | None) -> bool:
        """One setting; True if all is right."""
        state = self.state
        before = len(state.report.mistakes)
        point = self._point(setting, 50)
        state.report.point = state.report.point or point
        if not self._contract(point):
            return False
        check_changes(state, point.run)
        cut = truncates_integers(point)
        if cut:
            state.wrong(
                "whole numbers",
                "integer-arithmetic",
                "backward" if cut == "gradient" else "forward",
                f"{self.loss.name}: with whole numbers as targets the {cut} is cut off.",
                "the same targets as floats and as integers.",
            )
        self._pairs(point)
        self._softmax(point)
        if (
            setting is not None
            and np.abs(point.derivative).max() <= point.noise
            and setting != self.first
        ):
            return True  # softmax of one output, say: the value does not depend on it
        if not point.is_right("input") and self.settings.comes_in_steps(setting):
            state.wrong(
                "whole numbers",
                "integer-arithmetic",
                "forward",
                "the value changes only in jumps: it is truncated on the way (int, //, round).",
                f"for a random prediction the value is {point.value_here:g}.",
            )
        elif point.is_right("input"):
            state.right("gradient", "Equal to central differences of the value.")
        elif not cut and not state.has("input-modified"):
            self._diagnose(point, setting)
        return len(state.report.mistakes) == before

    def _pairs(self, point: LossPoint) -> None:
        """Each prediction meets its own target only."""
        if point.run.failed_in != "forward" and broadcasts(point):
            self.state.wrong(
                "pairs",
                "loss-broadcasts",
                "forward",
                "exchanging the targets of two samples changes nothing: every "
                "prediction meets every target.",
                f"prediction {point.prediction.shape}, target {point.target.shape}.",
            )

    def _softmax(self, point: LossPoint) -> None:
        """A softmax inside the loss runs over the classes of one sample."""
        found = softmax_axis(point)
        if found:
            self.state.wrong(
                "softmax",
                "wrong-axis",
                "forward",
                f"its softmax runs over {found}; each row of classes should sum to 1.",
                "the derivative of the value is exactly that of such a softmax.",
            )

    def _contract(self, point: LossPoint) -> bool:
        """forward gives one number, backward gives an array of numbers."""
        broken = self._broken_contract(point)
        if broken is not None:
            self.state.wrong(*broken)
            return False
        for where, result in (("forward", point.run.y), ("input", point.run.dx)):
            dtype = getattr(result, "dtype", None)
            if dtype is not None and dtype.kind == "f" and dtype.itemsize < 8:
                text = f"float64 comes in, {dtype} comes out."
                self.state.wrong("dtype", "dtype-changed", where, text, f"type: {dtype}.")
        return True

    def _broken_contract(self, point: LossPoint) -> tuple[str, str, str, str, str] | None:
        """What is wrong, as the arguments of `CheckState.wrong`."""
        run = point.run
        if run.error is not None:
            code, text = code_of_error(run.error), f"it raises {explain_error(run.error)}."
            shapes = f"prediction {point.prediction.shape}, target {point.target.shape}."
            return "runs", code, run.failed_in, text, shapes
        if run.y is None or run.dx is None:
            verb = "forward" if run.y is None else "backward"
            text = f"{self.loss.name}.{verb}: it returns None."
            return "results", "returns-none", verb, text, "None."
        if np.size(run.y) != 1 or not np.isfinite(number_of(run.y)):
            text = f"it returns {checks.describe(run.y)}, expected one number for the batch."
            return "results", "wrong-shape", "forward", text, f"shape {np.shape(run.y)}."
        if not isinstance(run.dx, np.ndarray) or run.dx.dtype.kind not in "biuf":
            text = "the gradient is not an array of numbers."
            return "results", "wrong-shape", "input", text, f"{type(run.dx).__name__}."
        return None

    def _diagnose(self, point: LossPoint, setting: Setting | None) -> None:
        state = self.state
        found = point.run.dx
        if not check_finite_gradient(state, found, point.prediction):
            return
        other = self._point(setting, 60, point.m + 2) if self._resizable(setting, point) else None
        match, known = next(diagnose_loss(point, other), None), explain(point, "input", ["input"])
        place = known.place if known is not None else ""
        if match is not None:
            state.wrong(
                "gradient",
                match.code,
                "input",
                f"the returned gradient {match.sentence}",
                f"relative residual of this explanation {number(match.residual)}.",
                place,
                for_loss(point, match.code),
            )
        elif found.shape != point.prediction.shape:
            state.wrong(
                "gradient",
                "wrong-shape",
                "input",
                f"the returned gradient has shape {found.shape}, expected "
                f"{point.prediction.shape}, that of the prediction.",
                "no sum or reshape fits.",
                place,
            )
        elif known is not None and known.sentence:
            state.wrong(
                "gradient",
                known.code,
                "input",
                f"the returned gradient is not the derivative of the value: {known.sentence}"
                f"{entries_of(point, 'input')}",
                f"relative difference {number(point.error('input'))}.",
                place,
                f"{known.advice} {for_loss(point, 'unknown')}".strip(),
            )
        else:
            worst = np.unravel_index(int(np.argmax(np.abs(found - point.derivative))), found.shape)
            spot = ", ".join(str(int(i)) for i in worst)
            state.wrong(
                "gradient",
                "unknown",
                "input",
                f"the returned gradient is not the derivative of the value, cause unknown."
                f"{entries_of(point, 'input')}",
                f"at [{spot}] the derivative is {point.derivative[worst]:.6g}, "
                f"yours {found[worst]:.6g}.",
                place,
                f"{advice_for(place)} {for_loss(point, 'unknown')}".strip(),
            )

    def _resizable(self, setting: Setting | None, point: LossPoint) -> bool:
        a, y = self.settings.draw(setting, 60, point.m + 2)
        return run_loss(self.loss, a, y).error is None
