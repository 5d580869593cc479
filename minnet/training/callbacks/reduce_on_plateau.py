"""Reduces the learning rate when the loss stops falling."""

from __future__ import annotations

from typing import Any

from minnet.optimizers import schedules
from minnet.training.callback import Callback
from minnet.training.callbacks.best_epoch import BestEpoch
from minnet.training.history import Row
from minnet.training.state import TrainingState
from minnet.utils import checks


class ReduceOnPlateau(Callback):
    """learning_rate <- max(factor learning_rate, minimum_rate) when a metric stops improving.

    That is after `patience` epochs in a row without improvement, and again after as many more.

    Args:
        monitor: a column of the History. factor: in (0, 1). patience: whole epochs, at least 1.
        minimum_change: only changes larger than this count as improvements.
        minimum_rate: the rate is never reduced below this.
        mode: "min" or "max"; None: known for `loss` and for the metrics of `mn.metrics`.

    Attributes:
        reduced: the epochs after which it reduced the rate, in the current fit.

    The row of such an epoch still shows the rate that the epoch had. The same as PyTorch's
    `ReduceLROnPlateau(threshold_mode="abs", eps=0)` with a patience one smaller: there it is the
    number of epochs without improvement that are still tolerated.

    Raises:
        ValueError: the optimizer has a schedule, which would undo the reduction; the
            History has no such column (at the end of the first epoch).

    >>> import numpy as np, minnet as mn
    >>> x, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    >>> trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.5), seed=0)
    >>> plateau = ReduceOnPlateau("loss", factor=0.5, patience=2, minimum_change=100)
    >>> history = trainer.fit(x, y, epochs=5, progress=False, callbacks=[plateau])
    >>> plateau.reduced, trainer.optimizer.learning_rate
    ([3, 5], 0.125)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        minimum_change: float = 0.0,
        minimum_rate: float = 0.0,
        mode: str | None = None,
    ) -> None:
        place = "ReduceOnPlateau"
        self.tracker: BestEpoch = BestEpoch(place, monitor, patience, minimum_change, mode)
        self.factor: float = checks.number(
            place, "factor", factor, minimum=0, maximum=1, above=True, below=True
        )
        self.minimum_rate: float = checks.number(place, "minimum_rate", minimum_rate, minimum=0)
        self.reduced: list[int] = []

    def on_fit_begin(self, trainer: TrainingState) -> None:
        """Start from scratch; refuse an optimizer with a schedule."""
        schedule = trainer.optimizer.schedule
        if schedule is not None:
            raise ValueError(
                f"ReduceOnPlateau: expected an optimizer with a plain learning rate, got the "
                f"schedule {schedules.name_of(schedule)}. Use one of the two: "
                f"optimizer.learning_rate = 0.1 removes the schedule."
            )
        self.tracker.reset()
        self.reduced = []

    def on_epoch_end(self, trainer: TrainingState, row: Row) -> None:
        """Reduce the rate when patience runs out."""
        if self.tracker.improves(row) or not self.tracker.exhausted:
            return
        self.tracker.waited = 0
        rate = trainer.optimizer.learning_rate
        reduced = max(self.factor * rate, self.minimum_rate)
        if reduced < rate:
            trainer.optimizer.learning_rate = reduced
            self.reduced.append(trainer.epochs)

    def state(self) -> dict[str, Any]:
        """Best value, epochs waited, and where the rate was reduced."""
        return {**self.tracker.state(), "reduced": self.reduced}

    def takes(self, state: dict[str, Any]) -> bool:
        """True for the state of one that monitors the same column."""
        return self.tracker.takes(state)

    def restore(self, trainer: TrainingState, state: dict[str, Any]) -> None:  # noqa: ARG002
        """Continue to wait."""
        self.tracker.restore(state)
        self.reduced = list(state["reduced"])
