"""One question to a loss: its value, its gradient, and the measured derivative of the value."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.random_state import own_generators
from minnet.gradient_check.weight_access import same
from minnet.utils.types import Array


@dataclass
class LossRun:
    """What one forward and one backward of a loss gave."""

    value: Any = None
    gradient: Any = None
    error: BaseException | None = None
    failed_in: str = ""
    changed: list[tuple[str, str]] = field(default_factory=list)
    obj: Any = None

    @property
    def number(self) -> float:
        """The value as a float; NaN where it is no number."""
        try:
            array = np.asarray(self.value, dtype=np.float64)
        except (TypeError, ValueError):
            return float("nan")
        return float(array.reshape(())) if array.size == 1 else float("nan")


def run_loss(
    loss: LayerUnderTest, prediction: Array, target: Array, obj: Any = None, backward: bool = True
) -> LossRun:
    """forward(prediction, target), then backward, on copies."""
    obj = loss.fresh() if obj is None else obj
    a, y = np.array(prediction), np.array(target)
    run = LossRun(obj=obj)
    loss.streams.restart(obj, own_generators(obj), 5)
    try:
        value = obj.forward(a, y)
    except (Exception, SystemExit) as error:
        run.error, run.failed_in = error, "forward"
        return run
    run.value = np.array(value) if isinstance(value, np.ndarray) else value
    _note(run, a, y, prediction, target, "forward")
    if backward:
        back(run, a, y)
        _note(run, a, y, prediction, target, "backward")
    return run


def back(run: LossRun, a: Array, y: Array) -> None:
    """backward() in the way in which this class wants to be called."""
    try:
        found = run.obj.backward(*_arguments(run.obj, a, y))
    except (Exception, SystemExit) as error:
        run.error, run.failed_in = error, "backward"
        return
    try:
        run.gradient = None if found is None else np.array(found)
    except (TypeError, ValueError):
        run.gradient = found


def _arguments(obj: Any, a: Array, y: Array) -> tuple[Any, ...]:
    """Nothing, as in the contract; prediction and target, or a gradient of 1, if it asks."""
    try:
        wanted = [
            p
            for p in inspect.signature(obj.backward).parameters.values()
            if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        return ()
    if len(wanted) == 2:
        return (a, y)
    return (1.0,) if len(wanted) == 1 else ()


def _note(run: LossRun, a: Array, y: Array, prediction: Array, target: Array, verb: str) -> None:
    known = {what for what, _ in run.changed}
    for what, now, before in (("prediction", a, prediction), ("target", y, target)):
        if what not in known and not same(now, before):
            run.changed.append((what, verb))


@dataclass
class LossPoint:
    """A loss at one prediction and target."""

    loss: LayerUnderTest
    prediction: Array
    target: Array
    run: LossRun
    true: Array
    kinked: bool
    real: bool = False
    single: bool = False

    @property
    def m(self) -> int:
        """The number of samples."""
        return len(self.prediction)

    @property
    def outputs(self) -> int:
        """The number of outputs of a sample."""
        return int(np.prod(self.prediction.shape[1:]))

    @property
    def tolerance(self) -> float:
        """Below this relative difference two gradients are the same."""
        return 2e-3 if self.single else 2e-6

    @property
    def match(self) -> float:
        """Below this a known mistake reproduces the gradient."""
        return 1e-3 if self.single else 1e-6

    @property
    def noise(self) -> float:
        """Absolute error of the measured gradient."""
        eps = 1.2e-7 if self.single else 2.2e-16
        step = 3e-3 if self.single else 1e-5
        return 1e-13 + 30 * eps * max(1.0, abs(self.run.number)) / step

    def is_right(self) -> bool:
        """Whether the gradient is the derivative of the value."""
        found = self.run.gradient
        if np.shape(found) != self.prediction.shape:
            return False
        if not np.isfinite(found).all():
            return False
        if np.abs(found - self.true).max(initial=0.0) <= self.noise:
            return True
        return mismatch(found, self.true) <= self.tolerance


def value_at(loss: LayerUnderTest, prediction: Array, target: Array) -> float:
    """The loss alone."""
    return run_loss(loss, prediction, target, backward=False).number


def measure(loss: LayerUnderTest, a: Array, y: Array, real: bool, single: bool) -> LossPoint:
    """The gradient by central differences of fourth order, and whether a kink is near."""
    run = run_loss(loss, a, y)
    a = np.array(a, dtype=np.float64)
    flat, true = a.reshape(-1), np.empty(a.size)
    bends = np.empty(a.size)
    for position in range(a.size):
        kept, values = flat[position], {}
        h = 1e-5 if not single else 1e-2 if real else 0.05 * min(max(abs(kept), 0.02), 0.2)
        for steps in (-2, -1, 1, 2):
            flat[position] = kept + steps * h
            values[steps] = value_at(loss, a, y)
        flat[position] = kept
        true[position] = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * h)
        bends[position] = abs(values[2] - 2 * run.number + values[-2]) / (2 * h)
    scale = max(float(np.abs(true).max(initial=0.0)), 1e-6)
    kinked = not bool((bends <= 6e-3 * scale + 1e-9).all()) and not single
    return LossPoint(loss, a, y, run, true.reshape(a.shape), kinked, real, single)
