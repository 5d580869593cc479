"""A loss with a fixed target is a layer with one output: forward(prediction), backward of 1.

With this adapter the checks of layers run on losses, too.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from minnet.gradient_check.harness import CallRecord, Harness, Values
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.weight_access import same
from minnet.utils.types import Array


class LossHarness(Harness):
    """Calls a loss with one target."""

    input_name = "prediction"

    def __init__(self, loss: LayerUnderTest, target: Array) -> None:
        super().__init__(loss)
        self.target = target
        self._given_target = target

    def fresh(self, values: Values | None = None, training: bool = True) -> Any:  # noqa: ARG002
        """A new object; a loss has neither weights nor a training mode."""
        return self.layer.fresh()

    def forward(
        self,
        x: Array,
        values: Values | None = None,  # noqa: ARG002
        training: bool = True,  # noqa: ARG002
        stream: int = 5,
        obj: Any = None,
    ) -> Any:
        """The value as a number; NaN where forward raises."""
        return number_of(self.run(x, stream=stream, obj=obj).y)

    def call_forward(self, obj: Any, given: Array, training: bool) -> Any:  # noqa: ARG002
        """forward(prediction, target), with a copy of the target."""
        self._given_target = np.array(self.target)
        return obj.forward(given, self._given_target)

    def call_backward(self, obj: Any, g: Array, given: Array) -> Any:  # noqa: ARG002
        """backward() as in the contract; with prediction and target, or with 1, if it asks."""
        wanted = _required_arguments(obj.backward)
        if wanted == 2:
            return obj.backward(given, self._given_target)
        return obj.backward(1.0) if wanted == 1 else obj.backward()

    def note_changes(self, run: CallRecord, given: Array, before: Values, method: str) -> None:
        """Also the target must stay as it was."""
        super().note_changes(run, given, before, method)
        known = {what for what, _ in run.changed}
        if "target" not in known and not same(self._given_target, self.target):
            run.changed.append(("target", method))


def _required_arguments(backward: Any) -> int:
    try:
        parameters = inspect.signature(backward).parameters.values()
    except (TypeError, ValueError):
        return 0
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.default is p.empty and p.kind in kinds for p in parameters)


def number_of(value: Any) -> float:
    """What a loss returned, as a float; NaN if it is not one number."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return float("nan")
    return float(array.reshape(())) if array.size == 1 else float("nan")


def value_at(loss: LayerUnderTest, prediction: Array, target: Array) -> float:
    """The loss alone."""
    return float(LossHarness(loss, target).forward(prediction))


def run_loss(
    loss: LayerUnderTest, prediction: Array, target: Array, backward: bool = True
) -> CallRecord:
    """forward(prediction, target), then backward, on a new object."""
    return LossHarness(loss, target).run(prediction, np.ones(()) if backward else None)
