"""Early stopping: end when held-out data say that the network begins to learn by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minnet.training.callback import Callback
from minnet.training.callbacks.best_epoch import Watch
from minnet.training.history import History, Row
from minnet.utils import checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from minnet.training.trainer import Trainer


class EarlyStopping(Callback):
    """Ends a `fit` after `patience` epochs in a row without improvement.

    Args:
        monitor: a column of the History. patience: whole epochs, at least 1.
        minimum_change: only what improves by more than this counts.
        restore_best: at the end of the fit, also of one that was not stopped, put all Parameters
            back to what they were after the best epoch, state that is not trained (running means
            of batch normalization) included.
        mode: "min" or "max"; None: known for `loss` and for the metrics of `mn.metrics`.

    Attributes:
        best, best_epoch: the best value and its epoch, counted as in the History; None before.
        stopped_epoch: the epoch after which it ended the training; None if it did not.

    Each fit begins anew. A value that is NaN is no improvement. A fit that ends in an error, as
    TrainingDiverged, puts nothing back: `mn.Checkpoint(path, best_of=...)` keeps the best epoch
    through whatever comes after it, and `network.load_values(path)` reads it.

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
        self.watch = Watch("EarlyStopping", monitor, patience, minimum_change, mode)
        self.restore_best = checks.boolean("EarlyStopping", "restore_best", restore_best)
        self._forget()

    def _forget(self) -> None:
        """As before any epoch."""
        self.watch.begin()
        self.best_epoch: int | None = None
        self.stopped_epoch: int | None = None
        self._kept: dict[str, Array] = {}

    @property
    def best(self) -> float | None:
        """The best value so far."""
        return self.watch.best

    def on_fit_begin(self, trainer: Trainer) -> None:  # noqa: ARG002
        """Begin anew."""
        self._forget()

    def on_epoch_end(self, trainer: Trainer, row: Row) -> None:
        """Keep the weights of the best epoch, and stop when patience ends."""
        if self.watch.improves(row):
            self.best_epoch = trainer.epochs
            if self.restore_best:
                parameters = trainer.network.parameters()
                self._kept = {name: p.value.copy() for name, p in parameters.items()}
        elif self.watch.exhausted:
            self.stopped_epoch = trainer.epochs
            trainer.stop = True

    def state(self) -> dict[str, Any]:
        """Best value, epochs waited, and the best values of the Parameters."""
        names = ("best_epoch", "stopped_epoch", "_kept")
        return {**self.watch.state(), **{name: vars(self)[name] for name in names}}

    def takes(self, state: dict[str, Any]) -> bool:
        """True for the memory of one that watches the same column."""
        return self.watch.takes(state)

    def restore(self, trainer: Trainer, state: dict[str, Any]) -> None:
        """Go on waiting; a training that was stopped is not begun again."""
        self.watch.restore(state)
        self.best_epoch, self.stopped_epoch = state["best_epoch"], state["stopped_epoch"]
        self._kept = dict(state["_kept"])
        trainer.stop = trainer.stop or self.stopped_epoch is not None

    def on_fit_end(self, trainer: Trainer, history: History) -> None:  # noqa: ARG002
        """Put the best weights back."""
        parameters = trainer.network.parameters()
        for name, value in self._kept.items():
            parameters[name].value = value
        self._kept = {}
