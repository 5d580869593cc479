"""The training loop: epochs of batches, one step on each batch.

`_train` and `_train_epoch` are the loops; the other methods are what happens around them: progress,
callbacks, validation, history, Ctrl-C.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.training.blas_threads import one_thread_if_small
from minnet.training.callback import Callback
from minnet.training.constant_answer import LEARNED_NOTHING, learned_nothing
from minnet.training.epoch_predictions import EpochPredictions
from minnet.training.history import History, Row
from minnet.training.keyboard_interrupt import KeyboardInterruptHandler, handle_keyboard_interrupt
from minnet.training.progress_bar import ProgressBar
from minnet.training.resume import CurrentFit, EpochProgress, ResumePoint
from minnet.training.state import TrainingState
from minnet.training.step import check_finite, train_on
from minnet.utils.types import Array


class Loop:
    """One call of `fit`; its data have been checked.

    Args:
        state: the Trainer; it counts the epochs and keeps the history of all fits.
        fit: data, callbacks and settings. last_epoch: the epoch after which to stop.
    """

    def __init__(self, state: TrainingState, fit: CurrentFit, last_epoch: int) -> None:
        self.state, self.fit, self.last_epoch = state, fit, last_epoch
        self.history: History = History()
        resumed = state._loaded is not None  # then its steps are counted from the first epoch
        self.first_epoch, self.step = 0 if resumed else state.epochs, 0
        # Most callbacks wait for the end of an epoch; a step only calls those that define
        # on_step_end.
        self.step_callbacks: list[Callback] = [
            c
            for c in fit.callbacks
            if getattr(c.on_step_end, "__func__", None) is not Callback.on_step_end
        ]
        self.begun: list[Callback] = []
        self.start: ResumePoint = ResumePoint()
        self.under_way: bool = False  # True if a sweep has begun to train it in a stack
        self.error: BaseException | None = None  # of a callback, before `run`

    def run(self, show_progress: bool) -> History:
        """Train until the last epoch is done, `trainer.stop` is True, or Ctrl-C is pressed."""
        state, history = self.state, self.history
        one_thread = one_thread_if_small(state.network, self.fit.batches.batch_size)
        with state.network._thread_lock, one_thread:
            if not self.under_way:
                self.start = state._loaded or ResumePoint()
                self.start.check(self.fit)
                state.stop = False
            try:
                history.interrupted = self._train_or_interrupt(show_progress)
                if state.stop and self.start.progress is None:
                    state._begin(self.fit)  # stopped by a callback that the checkpoint had stopped
            except BaseException as error:
                history.error, history.interrupted = error, isinstance(error, KeyboardInterrupt)
                raise
            finally:
                state.history.interrupted = history.interrupted
                try:
                    _call_each(self.begun[::-1], "on_fit_end", state, history)
                except BaseException:
                    if history.error is None:  # else that one goes on
                        raise
        return history

    def _train_or_interrupt(self, show_progress: bool) -> bool:
        """Train with a progress bar; returns whether Ctrl-C was pressed."""
        state = self.state
        epochs = max(0, self.last_epoch - state.epochs)
        with (
            np.errstate(over="ignore", invalid="ignore"),  # TrainingDiverged explains it better
            ProgressBar(show_progress, epochs, self.fit.batches.steps, state.epochs + 1) as bar,
            handle_keyboard_interrupt() as interrupt,
        ):
            try:
                self._train(bar, interrupt)
            except KeyboardInterrupt:  # raised by a callback, or the second Ctrl-C
                if interrupt.requested:
                    raise
                return True
            finally:
                state.network.training = False
        return interrupt.requested

    def _train(self, bar: ProgressBar, interrupt: KeyboardInterruptHandler) -> None:
        """One epoch after the other."""
        state = self.state
        if self.error is not None:
            raise self.error
        self.begin()
        while state.epochs < self.last_epoch and not (state.stop or interrupt.requested):
            self._train_epoch(bar, interrupt)
        self._check_progress(bar)

    def _train_epoch(self, bar: ProgressBar, interrupt: KeyboardInterruptHandler) -> None:
        """A step on each batch. An epoch that is cut short leaves no row in the History."""
        state, batches, objective = self.state, self.fit.batches, self.state.objective
        order, record, progress = self._begin_epoch(bar)
        for x, y, weight in batches.epoch(order, skip=progress.batch):
            loss = train_on(state, x, y, weight, state.epochs + 1, progress.batch + 1)
            if state.metrics:
                record.add(progress.seen, objective.prediction)
                progress.predictions = record.predictions
            progress.batch += 1
            progress.seen += len(x)
            progress.total += loss * objective.count
            progress.counted += objective.count
            self.step += 1
            if self.step in self.fit.measure_at:
                self._measure()
            bar.step(loss)
            if self.step_callbacks:
                _call_each(self.step_callbacks, "on_step_end", state, loss)
            if (state.stop or interrupt.requested) and progress.seen < len(batches.x):
                return
        self._end_epoch(record, progress, bar)

    def begin(self) -> None:
        """Tell the callbacks, each once, and give those of a resumed training their saved state."""
        for callback in self.fit.callbacks[len(self.begun) :]:
            self.begun.append(callback)
            callback.on_fit_begin(self.state)
        self._restore()

    def _restore(self) -> None:
        for callback, saved in self.start.match(self.fit.callbacks):
            callback.restore(self.state, saved)

    def _begin_epoch(
        self, bar: ProgressBar
    ) -> tuple[Array | None, EpochPredictions, EpochProgress]:
        """The order of the samples, their predictions, and how far a resumed epoch has come.

        An epoch that a checkpoint cut in two draws the same order again.
        """
        state, fit, epoch = self.state, self.fit, self.state.epochs + 1
        self.started: float = time.perf_counter()
        bar.epoch(epoch)
        for callback in fit.callbacks:
            callback.on_epoch_begin(state, epoch)
        if not state.network._flat.seems_current():  # a callback has frozen or replaced a layer
            state.objective.refresh()
        progress = self.start.progress
        if progress is None:
            progress = EpochProgress(dict(state.order.bit_generator.state))
        else:
            self._restore()
        self.start = ResumePoint()
        order = state.order.permutation(len(fit.batches.x)) if fit.shuffle else None
        record = EpochPredictions(state.metrics, fit.batches.y, order, state.loss)
        record.predictions = progress.predictions
        fit.progress = progress
        state._begin(fit)
        self.step = (state.epochs - self.first_epoch) * fit.batches.steps + progress.batch
        if self.step == 0 and 0 in fit.measure_at:
            self._measure()
        self._set_training(True)
        return order, record, progress

    def _set_training(self, training: bool) -> None:
        """As `network.training = training`, of the layers that `refresh` has just found."""
        network = self.state.network
        for layer in (network, *(found.item for found in network._flat.found)):
            if isinstance(layer, Layer):
                layer._minnet.training = training

    def _end_epoch(
        self, record: EpochPredictions, progress: EpochProgress, bar: ProgressBar
    ) -> None:
        """Means, validation, learning rate; then History and callbacks."""
        state, optimizer = self.state, self.state.optimizer
        self._set_training(False)
        row = {"epoch": state.epochs + 1, "loss": progress.total / progress.counted}
        row.update(record.values())
        seconds = time.perf_counter() - self.started
        self._check_running_statistics()
        row.update(self._validate())
        # An old checkpoint has no rate of the last step: then that of the next one.
        rate = optimizer.learning_rate if optimizer.last_rate is None else optimizer.last_rate
        row.update(seconds=seconds, learning_rate=rate)
        self.add(row)
        bar.end_of_epoch(row)

    def _validate(self) -> Row:
        """Loss and metrics on the validation data; empty without such data."""
        if self.fit.validation is None:
            return {}
        x, y, weight = self.fit.validation
        values = self.state.objective.evaluate(x, y, self.state.metrics, weight)
        return {f"val_{name}": value for name, value in values.items()}

    def _measure(self) -> None:
        self.add_step({"step": self.step, **self._validate()})

    def add_step(self, row: Row) -> None:
        """A row of `history.steps`."""
        for history in (self.state.history, self.history):
            history.steps.rows.append(row)

    def add(self, row: Row) -> None:
        """A row of the History: an epoch is done."""
        state = self.state
        state.epochs += 1
        self.fit.progress = None
        for history in (state.history, self.history):
            history.rows.append(row)  # the same dict: callbacks may add numbers to it
        _call_each(self.fit.callbacks, "on_epoch_end", state, row)

    def _check_running_statistics(self) -> None:
        """Check the parameters that forward updates (running means); the step does not."""
        state, batches = self.state, self.fit.batches
        for parameter in (found.item for found in state.network._flat.found):
            if isinstance(parameter, Layer) or parameter.trainable:
                continue
            if not np.isfinite(parameter.value).all():
                x = batches.x[: batches.rows].astype(state.network.dtype)
                check_finite(state, x, 0.0, parameter.value, state.epochs + 1, batches.steps)

    def _check_progress(self, bar: ProgressBar) -> None:
        """Say so if the loss is no better than that of an answer that ignores x."""
        losses = [row["loss"] - self.state.objective.penalty() for row in self.history.rows]
        if len(losses) > 1 and not self.state.stop:
            continued = len(self.state.history) > len(losses)  # it may have learned before
            first = math.inf if continued else losses[0]
            if learned_nothing(self.state.loss, self.fit.batches.y, first, losses[-1]):
                self.history.advice = LEARNED_NOTHING
                bar.say(LEARNED_NOTHING)


def _call_each(callbacks: Sequence[Callback], method: str, *arguments: Any) -> None:
    """Call a method of each callback, also if one raises: what they remember must stay in step.

    The first error is raised afterwards; no checkpoint is written after it.
    """
    first = None
    for callback in callbacks:
        if first is not None and callback._writes_checkpoints:
            continue
        try:
            getattr(callback, method)(*arguments)
        except BaseException as error:
            first = first or error
    if first is not None:
        raise first
