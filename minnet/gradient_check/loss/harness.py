"""A loss with a fixed target is a layer with one output: forward(prediction), backward of 1.

With this adapter the checks of layers run on losses, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.calling_convention import takes_target_first
from minnet.gradient_check.harness import CallRecord, Harness, Values
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.weights import same
from minnet.utils.types import Array


class LossHarness(Harness):
    """Calls a loss with one target."""

    input_name = "prediction"

    def __init__(self, loss: LayerUnderTest, target: Array) -> None:
        super().__init__(loss)
        self.target = target
        self._given_target = target

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

    def call_forward(self, obj: Any, given: Array, training: bool) -> tuple[Any, Any]:  # noqa: ARG002
        """forward(prediction, target), with a copy of the target, or the other way round."""
        convention = self.layer.convention
        self._given_target = np.array(self.target)
        pair = (given, self._given_target)
        swapped = takes_target_first(convention.inputs)
        return convention.output(obj.forward(*(pair[::-1] if swapped else pair)))

    def call_backward(self, run: CallRecord, g: Array, given: Array) -> Any:  # noqa: ARG002
        """backward() as in the contract; with prediction and target, the cache, or 1, if asked."""
        asked, pair = self.layer.convention.asked, (given, self._given_target)
        if len(asked) == 2:
            return run.obj.backward(*(pair[::-1] if takes_target_first(asked) else pair))
        one = 1.0 if run.cache is None else run.cache
        return run.obj.backward(*[one][: len(asked)])

    def note_changes(self, run: CallRecord, given: Array, before: Values, method: str) -> None:
        """Also the target must stay as it was."""
        super().note_changes(run, given, before, method)
        known = {what for what, _ in run.changed}
        if "target" not in known and not same(self._given_target, self.target):
            run.changed.append(("target", method))


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
