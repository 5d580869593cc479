"""Checkpoints while the training runs: whatever kills it, it can go on from the last one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minnet.training.callback import Callback
from minnet.training.callbacks.best_epoch import Watch
from minnet.training.history import Row
from minnet.utils import checks

if TYPE_CHECKING:
    from minnet.training.trainer import Trainer


class Checkpoint(Callback):
    """Writes `trainer.save_checkpoint(path)` now and then, always over the earlier file.

    Args:
        path: of the file, in a folder that exists.
        every: epochs from one checkpoint to the next; None: no checkpoint at the end of an epoch.
        best_of: a column of the History, for example "val_loss": the file is then that of the
            epoch, among those, in which it was best, and nothing is written in between. For the
            best and the last use two callbacks with two paths.
        steps: also after every so many steps, in the middle of an epoch.
        mode: "min" or "max" for `best_of`; None: known for `loss` and the metrics of `mn.metrics`.

    Without `best_of` a last checkpoint is written when the fit ends, also after Ctrl-C in the
    middle of an epoch. To go on, in a new process:

        trainer = ...                       # the same network, loss and optimizer, newly made
        if path.exists():
            trainer.load_checkpoint(path)
        trainer.fit(x, y, until=100, callbacks=[mn.Checkpoint(path)])

    It ends bit for bit where the training would have ended without a break. `trainer.fit` says
    under which conditions.

    Raises:
        OSError: with the path, if it cannot be written; the earlier file is then untouched.

    >>> import tempfile, numpy as np, minnet as mn
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

    def __init__(
        self,
        path: str | os.PathLike[str],
        every: int | None = 1,
        best_of: str | None = None,
        *,
        steps: int | None = None,
        mode: str | None = None,
    ) -> None:
        if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
            raise TypeError(
                f'Checkpoint: path: expected a path such as "run.minnet", got '
                f"{checks.describe(path)}."
            )
        self.path = Path(path)
        self.every = None if every is None else checks.whole_number("Checkpoint", "every", every)
        self.steps = None if steps is None else checks.whole_number("Checkpoint", "steps", steps)
        self.watch = None if best_of is None else Watch("Checkpoint", best_of, 1, 0.0, mode)
        if self.watch is not None and (steps is not None or every is None):
            raise ValueError(
                "Checkpoint: best_of: expected every=... and no steps, because the History has "
                f"numbers of whole epochs, got every={every!r}, steps={steps!r}."
            )
        self._written: tuple[int, int] | None = None

    def on_fit_begin(self, trainer: Trainer) -> None:
        """Refuse a folder that does not exist now, and not after hours."""
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                2, "Checkpoint: path: expected a folder that exists", str(self.path.parent)
            )
        self._written = self._place(trainer)
        if self.watch is not None:
            self.watch.begin()

    def after_step(self, trainer: Trainer) -> None:
        """A checkpoint in the middle of an epoch."""
        if self.steps is not None and trainer.optimizer.steps % self.steps == 0:
            self._write(trainer)

    def after_epoch(self, trainer: Trainer, row: Row) -> None:
        """A checkpoint at the end of an epoch, if it is time or the best."""
        if self.every is None or trainer.epochs % self.every:
            return
        if self.watch is None or self.watch.improves(row):
            self._write(trainer)

    def before_fit_end(self, trainer: Trainer) -> None:
        """The last checkpoint."""
        if self.watch is None and self._written != self._place(trainer):
            self._write(trainer)

    def _write(self, trainer: Trainer) -> None:
        trainer.save_checkpoint(self.path)
        self._written = self._place(trainer)

    def _place(self, trainer: Trainer) -> tuple[int, int]:
        """How far the training has come."""
        return trainer.epochs, trainer.optimizer.steps

    def state(self) -> dict[str, Any]:
        """The best value so far."""
        return {} if self.watch is None else self.watch.state()

    def takes(self, state: dict[str, Any]) -> bool:
        """True for the memory of one that keeps the best of the same column."""
        return self.watch is not None and self.watch.takes(state)

    def restore(self, trainer: Trainer, state: dict[str, Any]) -> None:  # noqa: ARG002
        """Go on comparing with it."""
        assert self.watch is not None  # or it would not have taken this
        self.watch.restore(state)
