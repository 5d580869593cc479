"""Callbacks: called at the start and end of each fit, epoch and step.

`checked_callbacks` validates the callbacks passed to `fit`, and puts checkpoints last.
"""

from __future__ import annotations

from collections.abc import Sequence

from minnet.training.callback import Callback
from minnet.training.callbacks.callback_methods import check_methods
from minnet.training.callbacks.checkpoint import Checkpoint
from minnet.training.callbacks.csv_logger import CSVLogger
from minnet.training.callbacks.early_stopping import EarlyStopping
from minnet.training.callbacks.gradient_monitor import GradientMonitor
from minnet.training.callbacks.learning_rate_logger import LearningRateLogger
from minnet.training.callbacks.reduce_on_plateau import ReduceOnPlateau
from minnet.utils.checks import describe, items

__all__ = [
    "CSVLogger",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "GradientMonitor",
    "LearningRateLogger",
    "ReduceOnPlateau",
    "checked_callbacks",
]


def checked_callbacks(callbacks: Sequence[Callback]) -> list[Callback]:
    """The callbacks of a `fit`, each an object of a subclass, in the order of their calls."""
    given = items(callbacks)
    result = [callbacks] if given is None else given
    for callback in result:
        if not isinstance(callback, Callback):
            raise TypeError(
                f"fit: callbacks: expected objects of subclasses of mn.Callback, got "
                f"{describe(callback)}."
            )
        check_methods(callback)
    return sorted(result, key=_order)


def _order(callback: Callback) -> int:
    """Checkpoints last, because they save the state of all others; of these the best first.

    "This epoch was the best" may be saved in the last checkpoint only after the file of the best
    epoch has been written: the training may be killed between the two.
    """
    if not isinstance(callback, Checkpoint):
        return 0
    return 2 if callback.tracker is None else 1
