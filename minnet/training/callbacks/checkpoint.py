"""Saves checkpoints during training, which can then be resumed from the last one."""

from __future__ import annotations

import os
from typing import Any

from minnet.training.callback import Callback
from minnet.training.callbacks.best_epoch import BestEpoch
from minnet.training.history import History, Row
from minnet.training.state import TrainingState
from minnet.utils import checks


class Checkpoint(Callback):
    """Calls `trainer.save_checkpoint(path)` regularly; each file replaces the one before.

    Args:
        path: of the file, in a folder that exists.
        every: epochs from one checkpoint to the next; None: no checkpoint at the end of an epoch.
        best_of: a column of the History, for example "val_loss": a checkpoint is written only
            if it is the best so far. For the best and the last epoch use two callbacks with two
            paths.
        steps: also after every so many steps, in the middle of an epoch.
        mode: "min" or "max" for `best_of`; None: known for `loss` and the metrics of `mn.metrics`.

    Without `best_of` a last checkpoint is written when the fit ends, also after Ctrl-C in the
    middle of an epoch. To resume in a new process:

        trainer = ...                       # the same network, loss and optimizer, newly created
        if path.exists(): trainer.load_checkpoint(path)
        trainer.fit(x, y, until=100, callbacks=[mn.Checkpoint(path)])

    The result is bit for bit the same as without the interruption; see `trainer.fit` for the
    conditions. Among the callbacks of a fit, checkpoints are called last, so that they save the
    state of all others.

    Raises:
        OSError: with the path, if it cannot be written; the earlier file is then untouched.

    >>> import tempfile, numpy as np, minnet as mn
    >>> from pathlib import Path
    >>> x, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    >>> def trainer():
    ...     return mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.Adam(0.1), seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "run.minnet"
    ...     history = trainer().fit(x, y, 3, progress=False, callbacks=[Checkpoint(file)])
    ...     again = trainer()
    ...     again.load_checkpoint(file)
    >>> len(again.fit(x, y, until=5, progress=False)), len(again.history)
    (2, 5)
    """

    _writes_checkpoints = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        every: int | None = 1,
        best_of: str | None = None,
        *,
        steps: int | None = None,
        mode: str | None = None,
    ) -> None:
        self.path = checks.path("Checkpoint", path)
        self.every: int | None = (
            None if every is None else checks.whole_number("Checkpoint", "every", every)
        )
        self.steps: int | None = (
            None if steps is None else checks.whole_number("Checkpoint", "steps", steps)
        )
        self.tracker: BestEpoch | None = (
            None if best_of is None else BestEpoch("Checkpoint", best_of, 1, 0.0, mode)
        )
        if self.tracker is None and mode is not None:
            raise ValueError(
                f"Checkpoint: mode: expected best_of, of which it is the direction, got mode="
                f'{checks.describe(mode)} alone. Write best_of="val_loss", or leave mode out.'
            )
        if self.tracker is not None and (steps is not None or every is None):
            raise ValueError(
                "Checkpoint: best_of: expected every=... and no steps, because the History has "
                f"numbers of whole epochs, got every={every!r}, steps={steps!r}."
            )
        self._written: tuple[int, int] | None = None

    def on_fit_begin(self, trainer: TrainingState) -> None:
        """Check now, and not after hours of training, that the folder exists."""
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                2, "Checkpoint: path: expected a folder that exists", str(self.path.parent)
            )
        self._written = _progress(trainer)
        if self.tracker is not None:
            self.tracker.reset()

    def on_step_end(self, trainer: TrainingState, loss: float) -> None:  # noqa: ARG002
        """A checkpoint in the middle of an epoch."""
        if self.steps is not None and trainer.optimizer.steps % self.steps == 0:
            self._write(trainer)

    def on_epoch_end(self, trainer: TrainingState, row: Row) -> None:
        """A checkpoint at the end of an epoch, if it is due, or the best so far."""
        if self.every is None or trainer.epochs % self.every:
            return
        if self.tracker is None or self.tracker.improves(row):
            self._write(trainer)

    def on_fit_end(self, trainer: TrainingState, history: History) -> None:
        """The last checkpoint, unless an error ended the fit."""
        if history.error is None and self.tracker is None and self._written != _progress(trainer):
            self._write(trainer)

    def _write(self, trainer: Any) -> None:
        trainer.save_checkpoint(self.path)
        self._written = _progress(trainer)

    def state(self) -> dict[str, Any]:
        """The best value so far."""
        return {} if self.tracker is None else self.tracker.state()

    def takes(self, state: dict[str, Any]) -> bool:
        """True for the state of a checkpoint with the same `best_of`."""
        return self.tracker is not None and self.tracker.takes(state)

    def restore(self, trainer: TrainingState, state: dict[str, Any]) -> None:  # noqa: ARG002
        """Continue to compare with it."""
        assert self.tracker is not None  # otherwise `takes` returned False
        self.tracker.restore(state)


def _progress(trainer: TrainingState) -> tuple[int, int]:
    """How far the training has come."""
    return trainer.epochs, trainer.optimizer.steps
