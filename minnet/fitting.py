"""One call of `fit`: epochs of steps, with validation, callbacks, a progress bar and Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from minnet.callbacks import Callback
from minnet.feed import Feed
from minnet.history import History, Row
from minnet.interrupt import Interruption, interruption
from minnet.metrics import Record
from minnet.progress import Progress

if TYPE_CHECKING:
    from minnet.trainer import Trainer

Array = NDArray[Any]


class Fitting:
    """The loop over epochs and batches; its data have passed the Trainer's door.

    Args:
        trainer: whose network is trained; it counts the epochs and keeps the whole history.
        feed: the training data. validation: a pair (x, y) or None.
        callbacks: called at their moments. shuffle: a new order in each epoch.
    """

    def __init__(
        self,
        trainer: Trainer,
        feed: Feed,
        validation: tuple[Array, Array] | None,
        callbacks: Sequence[Callback],
        shuffle: bool,
    ) -> None:
        self.trainer, self.feed, self.validation = trainer, feed, validation
        self.callbacks, self.shuffle = callbacks, shuffle
        # Most callbacks wait for the end of an epoch: a step asks only those that listen to it.
        self.after_step = [c for c in callbacks if type(c).on_step_end is not Callback.on_step_end]
        self.history = History()

    def run(self, last: int, progress: bool) -> History:
        """Train until epoch `last` is done, `trainer.stop` is set, or Ctrl-C is pressed."""
        trainer = self.trainer
        trainer.stop = False
        count = max(0, last - trainer.epochs)
        with (
            np.errstate(over="ignore", invalid="ignore"),  # TrainingDiverged says it better
            Progress(progress, count, self.feed.steps, trainer.epochs + 1) as bar,
            interruption() as interrupt,
        ):
            try:
                for callback in self.callbacks:
                    callback.on_fit_begin(trainer)
                while trainer.epochs < last and not (trainer.stop or interrupt.requested):
                    row = self._epoch(bar, interrupt)
                    if row is None:
                        break
                    self._finish(row, bar)
            except KeyboardInterrupt:  # raised by a callback, or the second Ctrl-C
                if interrupt.requested:
                    raise
                interrupt.requested = True
            finally:
                trainer.network.training = False
        self.history.interrupted = trainer.history.interrupted = interrupt.requested
        for callback in self.callbacks:
            callback.on_fit_end(trainer, self.history)
        return self.history

    def _epoch(self, bar: Progress, interrupt: Interruption) -> Row | None:
        """All batches once; None if the training is to end in the middle of it."""
        trainer, feed, objective = self.trainer, self.feed, self.trainer.objective
        epoch = trainer.epochs + 1
        start, total, counted, seen = time.perf_counter(), 0.0, 0.0, 0
        bar.epoch(epoch)
        for callback in self.callbacks:
            callback.on_epoch_begin(trainer, epoch)
        order = trainer.order.permutation(len(feed.x)) if self.shuffle else None
        record = Record(trainer.metrics, feed.y, order, trainer.loss)
        trainer.network.training = True
        for batch, (x, y, weight) in enumerate(feed.epoch(order), 1):
            loss = trainer.train_on(x, y, weight, epoch, batch)
            total += loss * objective.count
            counted += objective.count
            if trainer.metrics:
                record.add(seen, objective.prediction)
            seen += len(x)
            bar.step(loss)
            for callback in self.after_step:
                callback.on_step_end(trainer, loss)
            if (trainer.stop or interrupt.requested) and seen < len(feed.x):
                return None
        trainer.network.training = False
        seconds = time.perf_counter() - start
        return {"epoch": epoch, "loss": total / counted, **record.values(), "seconds": seconds}

    def _finish(self, row: Row, bar: Progress) -> None:
        """Validation, callbacks, history: all that follows the last step of an epoch."""
        trainer = self.trainer
        seconds = row.pop("seconds")
        if self.validation is not None:
            values = trainer.objective.evaluate(*self.validation, trainer.metrics)
            row.update({f"val_{name}": value for name, value in values.items()})
        row.update(seconds=seconds, learning_rate=trainer.optimizer.learning_rate)
        trainer.epochs += 1
        for callback in self.callbacks:
            callback.on_epoch_end(trainer, row)
        self.history.append(row)
        trainer.history.append(row)
        bar.end_of_epoch(row)
