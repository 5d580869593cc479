"""Early stopping: stop when the validation metric stops improving, that is, at overfitting."""

from __future__ import annotations

from typing import Any

from minnet.training.callback import Callback
from minnet.training.callbacks.best_epoch import BestEpoch
from minnet.training.history import History, Row
from minnet.training.state import TrainingState
from minnet.utils import checks
from minnet.utils.types import Array


class EarlyStopping(Callback):
    """Ends a `fit` after `patience` epochs in a row without improvement.

    Args:
        monitor: a column of the History. patience: whole epochs, at least 1.
        minimum_change: only changes larger than this count as improvements.
        restore_best: at the end of the fit, also of one that was not stopped early, set all
            Parameters back to their values after the best epoch, including those that are not
            trained (running means of batch normalization).
        mode: "min" or "max"; None: known for `loss` and for the metrics of `mn.metrics`.

    Attributes:
        best, best_epoch: the best value and its epoch, counted as in the History; None before.
        stopped_epoch: the epoch after which it ended the training; None if it did not.

    Each fit starts from scratch. NaN is never an improvement. If a fit ends in an error such as
    TrainingDiverged, nothing is set back: `mn.Checkpoint(path, best_of=...)` keeps the best epoch
    even if the training fails later, and `network.load_values(path)` reads it.

    Raises:
        ValueError: at the end of the first epoch, if the History has no such column.

    Source: Prechelt, "Early stopping, but when?" (1998).

    >>> import numpy as np, minnet as mn
    >>> x, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    >>> trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.0), seed=0)
    >>> stopping = EarlyStopping("loss", patience=2)
    >>> history = trainer.fit(x, y, epochs=100, progress=False, callbacks=[stopping])
    >>> len(history), stopping.best_epoch, stopping.stopped_epoch
    (3, 1, 3)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 10,
        minimum_change: float = 0.0,
        restore_best: bool = True,
        mode: str | None = None,
    ) -> None:
        self.tracker: BestEpoch = BestEpoch(
            "EarlyStopping", monitor, patience, minimum_change, mode
        )
        self.restore_best: bool = checks.boolean("EarlyStopping", "restore_best", restore_best)
        self._reset()

    def _reset(self) -> None:
        """Forget all earlier epochs."""
        self.tracker.reset()
        self.best_epoch: int | None = None
        self.stopped_epoch: int | None = None
        self._kept: dict[str, Array] = {}

    @property
    def best(self) -> float | None:
        """The best value so far."""
        return self.tracker.best

    def on_fit_begin(self, trainer: TrainingState) -> None:  # noqa: ARG002
        """Start from scratch."""
        self._reset()

    def on_epoch_end(self, trainer: TrainingState, row: Row) -> None:
        """Keep the weights of the best epoch, and stop when patience runs out."""
        if self.tracker.improves(row):
            self.best_epoch = trainer.epochs
            if self.restore_best:
                parameters = trainer.network.parameters()
                self._kept = {name: p.value.copy() for name, p in parameters.items()}
        elif self.tracker.exhausted:
            self.stopped_epoch = trainer.epochs
            trainer.stop = True

    def state(self) -> dict[str, Any]:
        """Best value, epochs waited, and the best values of the Parameters."""
        names = ("best_epoch", "stopped_epoch", "_kept")
        return {**self.tracker.state(), **{name: vars(self)[name] for name in names}}

    def takes(self, state: dict[str, Any]) -> bool:
        """True for the state of one that monitors the same column."""
        return self.tracker.takes(state)

    def restore(self, trainer: TrainingState, state: dict[str, Any]) -> None:
        """Continue to wait; a training that was stopped stays stopped."""
        self.tracker.restore(state)
        self.best_epoch, self.stopped_epoch = state["best_epoch"], state["stopped_epoch"]
        self._kept = dict(state["_kept"])
        trainer.stop = trainer.stop or self.stopped_epoch is not None

    def on_fit_end(self, trainer: TrainingState, history: History) -> None:
        """Restore the best weights, unless an error ended the fit."""
        if history.error is None:
            parameters = trainer.network.parameters()
            for name, value in self._kept.items():
                parameters[name].value = value
            self._kept = {}
