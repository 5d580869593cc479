"""One call of `fit`: epochs of steps, with validation, callbacks, a progress bar and Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from minnet.data.feed import Feed
from minnet.nn.layer import layers_of
from minnet.nn.watch import Watch
from minnet.training.callbacks import Callback
from minnet.training.epoch_predictions import EpochPredictions
from minnet.training.history import History, Row
from minnet.training.keyboard_interrupt import Interruption, interruption
from minnet.training.progress_bar import Progress
from minnet.training.resume import Position, Session, Standing
from minnet.training.training_diverged import diverged
from minnet.utils.types import Array

if TYPE_CHECKING:
    from minnet.training.trainer import Trainer


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
        self.on_step = [c for c in callbacks if type(c).on_step_end is not Callback.on_step_end]
        self.after_step = [c for c in callbacks if type(c).after_step is not Callback.after_step]
        self._look()
        self.session = Session(feed, validation, callbacks, shuffle)
        self.history = History()

    def run(self, last: int, progress: bool) -> History:
        """Train until epoch `last` is done, `trainer.stop` is set, or Ctrl-C is pressed."""
        with self.trainer.network.guard.training():
            return self._run(last, progress)

    def _run(self, last: int, progress: bool) -> History:
        """The same, no other thread disturbing."""
        trainer, standing = self.trainer, self.trainer.begin(self.session)
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
                self._remember(standing)
                while trainer.epochs < last and not (trainer.stop or interrupt.requested):
                    row = self._epoch(bar, interrupt, standing)
                    standing = Standing()
                    if row is None:
                        break
                    self._finish(row, bar)
            except KeyboardInterrupt:  # raised by a callback, or the second Ctrl-C
                if interrupt.requested:
                    raise
                interrupt.requested = True
            finally:
                self._switch(training=False)
        self.history.interrupted = trainer.history.interrupted = interrupt.requested
        for callback in self.callbacks:
            callback.before_fit_end(trainer)
        for callback in self.callbacks:
            callback.on_fit_end(trainer, self.history)
        return self.history

    def _remember(self, standing: Standing) -> None:
        """Give the callbacks of a training that goes on their memory back."""
        for callback, memory in standing.match(self.callbacks):
            callback.restore(self.trainer, memory)

    def _epoch(self, bar: Progress, interrupt: Interruption, standing: Standing) -> Row | None:
        """All batches once; None if the training is to end in the middle of it.

        An epoch that a checkpoint cut in two draws the same order again, and goes on in it.
        """
        trainer, feed, objective = self.trainer, self.feed, self.trainer.objective
        epoch, start = trainer.epochs + 1, time.perf_counter()
        bar.epoch(epoch)
        for callback in self.callbacks:
            callback.on_epoch_begin(trainer, epoch)
        at = standing.position
        if at is None:
            at = Position(dict(trainer.order.bit_generator.state))
        else:
            self._remember(standing)
        order = trainer.order.permutation(len(feed.x)) if self.shuffle else None
        record = EpochPredictions(trainer.metrics, feed.y, order, trainer.loss)
        record.predictions = at.predictions
        self.session.position = at
        self._switch(training=True)
        for batch, (x, y, weight) in enumerate(feed.epoch(order, at.batch), at.batch + 1):
            loss = trainer.train_on(x, y, weight, epoch, batch)
            at.batch = batch
            at.total += loss * objective.count
            at.counted += objective.count
            if trainer.metrics:
                record.add(at.seen, objective.prediction)
                at.predictions = record.predictions
            at.seen += len(x)
            bar.step(loss)
            for callback in self.on_step:
                callback.on_step_end(trainer, loss)
            for callback in self.after_step:
                callback.after_step(trainer)
            if (trainer.stop or interrupt.requested) and at.seen < len(feed.x):
                return None
        self._switch(training=False)
        numbers = {"loss": at.total / at.counted, **record.values()}
        return {"epoch": epoch, **numbers, "seconds": time.perf_counter() - start}

    def _look(self) -> None:
        """Walk through the network, which takes longer than a step of a small one."""
        network = self.trainer.network
        self.watch, self.layers = Watch(network), list(layers_of(network))
        self.kept = [p for p in network.parameters().values() if not p.trainable]

    def _switch(self, training: bool) -> None:
        """To training or evaluation, for the network and all layers in it."""
        if not self.watch.nothing_new():  # a callback has exchanged a part
            self._look()
        for layer in self.layers:
            layer._minnet.training = training

    def _check_kept(self) -> None:
        """What is not trained is kept up to date by forwards, and may overflow unnoticed."""
        for parameter in self.kept:
            if not np.isfinite(parameter.value).all():
                trainer, x = self.trainer, self.feed.x[: self.feed.rows]
                rate, epoch = trainer.optimizer.learning_rate, trainer.epochs + 1
                x = x.astype(trainer.network.dtype)
                raise diverged(trainer.network, x, 0.0, rate, epoch, self.feed.steps)

    def _finish(self, row: Row, bar: Progress) -> None:
        """Validation, callbacks, history: all that follows the last step of an epoch."""
        trainer = self.trainer
        seconds = row.pop("seconds")
        self._check_kept()
        if self.validation is not None:
            values = trainer.objective.evaluate(*self.validation, trainer.metrics)
            row.update({f"val_{name}": value for name, value in values.items()})
        row.update(seconds=seconds, learning_rate=trainer.optimizer.learning_rate)
        trainer.epochs += 1
        for callback in self.callbacks:
            callback.on_epoch_end(trainer, row)
        self.history.append(row)
        trainer.history.append(row)
        self.session.position = None
        for callback in self.callbacks:
            callback.after_epoch(trainer, row)
        bar.end_of_epoch(row)
