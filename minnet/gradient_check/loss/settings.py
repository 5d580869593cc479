"""Finds the kinds of predictions and targets that a loss takes, by trying them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.evaluation_point import Precision
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.loss.evaluation_point import loss_point
from minnet.gradient_check.loss.harness import run_loss, value_at
from minnet.gradient_check.loss.inputs import FIRST, ONE_OUTPUT, Setting
from minnet.utils.types import Array

Pair = tuple[Array, Array]
Given = Pair | tuple[int, ...] | None


class Settings:
    """The settings for one loss; None means the caller's arrays."""

    state: CheckState
    loss: LayerUnderTest

    def __init__(self, state: CheckState, loss: LayerUnderTest, given: Given) -> None:
        self.state, self.loss = state, loss
        self.given: Pair | None = None
        self.choices: list[Setting] = list(FIRST)
        self.others: list[Setting] = [ONE_OUTPUT]
        if given is not None and isinstance(given[0], np.ndarray):
            self.given = given
        elif given is not None:
            self.choices, self.others = [*_of_shape(given)], []
        self.last_error: tuple[BaseException, str] | None = None

    def all(self) -> list[Setting | None]:
        """What the loss takes; None means the caller's arrays."""
        if self.given is not None:
            return [None] if self.takes(None) else []
        first = next((s for s in self.choices if self.takes(s)), None)
        if first is None:
            return []
        if first.target == "onehot" and self._is_for_one_output(first):
            first = next((s for s in self.others if self.takes(s) and self._fits(s)), first)
        found: list[Setting | None] = [first]
        if first.prediction == "rows" and first.target == "onehot":
            found += [s for s in self.others if self.takes(s)]
        if not first.is_real:
            real = replace(first, prediction=f"real {first.prediction}")
            if self.takes(real) and self._is_for_numbers(real):
                found.append(real)
        last = found[-1]
        return found + (self._more_real(last) if last is not None and last.is_real else [])

    def _fits(self, setting: Setting) -> bool:
        """Whether the gradient has the shape of the prediction."""
        a, y = self.draw(setting, 50)
        run = run_loss(self.loss, a, y)
        return run.error is None and np.shape(run.dx) == a.shape

    def _is_for_one_output(self, setting: Setting) -> bool:
        """Whether the gradient for several outputs is that of a loss for one, (m, 1), as a column.

        Any other wrong shape is a mistake, also where it happens to fit a vector: `d.T` does.
        """
        a, y = self.draw(setting, 50)
        run = run_loss(self.loss, a, y)
        if run.error is not None:
            return True
        if a.shape[1] < 2 or np.shape(run.dx) not in {(a.size, 1), (len(a), 1)}:
            return False
        for single, tolerance in ((False, 1e-6), (True, 2e-3)):
            true = loss_point(self.loss, a, y, precision=Precision(single)).derivative
            wanted = true.reshape(-1, 1) if len(run.dx) == a.size else true[:, :1]
            if mismatch(run.dx, wanted) < tolerance:
                return True
        return False

    def _more_real(self, setting: Setting) -> list[Setting | None]:
        """Numbers as targets where only a - y counts; signs where y = 0 switches the loss off."""
        a, y = setting.draw(self.state.generator(43))
        if y.shape != a.shape:
            return []
        here, moved = (value_at(self.loss, a + c, y + c) for c in (0.0, 0.7))
        if abs(here - moved) <= 1e-9 * max(1.0, abs(here)):
            return [replace(setting, target="numbers")]
        slope = loss_point(self.loss, a, y).derivative
        signs = replace(setting, target="signs")
        off = np.any(y == 0) and np.abs(slope[y == 0]).max() < 1e-9
        return [signs] if off and self.takes(signs) else []

    def _is_for_numbers(self, setting: Setting) -> bool:
        """Not for a loss that clips: there the value does not move where a < 0 and y = 1."""
        for part in (44, 45):
            a, y = setting.draw(self.state.generator(part))
            point = loss_point(self.loss, a, y)
            target = point.one_hot
            if target is None or target.shape != a.shape:
                continue
            at = (a < 0) & (target == target.max())
            if (np.abs(point.derivative[at]) < 1e-12).any():
                return False
        return True

    def draw(self, setting: Setting | None, part: int, batch: int | None = None) -> Pair:
        """A prediction and a target; part 50 is the caller's arrays themselves."""
        generator = self.state.generator(part)
        if setting is not None:
            return (replace(setting, batch=batch) if batch else setting).draw(generator)
        assert self.given is not None
        a, y = self.given
        if part == 50 and batch is None:
            return a.copy(), y.copy()
        rows, others = generator.integers(len(a), size=(2, batch or len(a)))
        share = generator.uniform(0.6, 0.95, size=(len(rows), *[1] * (a.ndim - 1)))
        mixed = share * a[rows] + (1 - share) * a[others]
        return mixed, y[rows] if y.shape[:1] == a.shape[:1] else y.copy()

    def takes(self, setting: Setting | None) -> bool:
        """Forward gives a finite number (or at least something) and nothing raises."""
        a, y = self.draw(setting, 50)
        run = run_loss(self.loss, a, y, backward=False)
        if run.error is not None:
            self.last_error = self.last_error or (run.error, "forward")
            return False
        if not isinstance(run.y, (float, int, np.generic, np.ndarray)):
            return True
        return bool(np.isfinite(np.asarray(run.y, dtype=float)).all())


def _of_shape(shape: tuple[int, ...]) -> list[Setting]:
    """The kinds whose predictions have this shape."""
    outputs = shape[1] if len(shape) == 2 else 3
    sized = (replace(setting, batch=shape[0], outputs=outputs) for setting in FIRST)
    return [s for s in sized if s.shape() == shape and (outputs > 1 or s.prediction[-4:] != "rows")]
