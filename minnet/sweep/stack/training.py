"""Trains the runs of one kind together, epoch by epoch.

The loop over batches has no work for a single run in it. Between two epochs each run gets its row
of the History, and its callbacks are called. A run that ends early, fails, or is changed by a
callback leaves the stack: its numbers are written into its own network and optimizer, and its own
loop goes on from there, so that everything that can happen to a run alone happens there. A run
whose numbers are not finite is set back to the beginning of the epoch first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import numpy as np

from minnet.sweep.stack.batches import StackedBatches, in_parts
from minnet.sweep.stack.kinds import generators_of, kind_of, why_alone
from minnet.sweep.stack.stack import Stack, settings_of
from minnet.training.blas_threads import one_thread_if_small
from minnet.training.epoch_predictions import EpochPredictions
from minnet.training.history import Row
from minnet.training.keyboard_interrupt import KeyboardInterruptHandler, handle_keyboard_interrupt
from minnet.training.loop import Loop
from minnet.training.objective import EVALUATION_ROWS
from minnet.utils.checks import is_built_in
from minnet.utils.types import Array


def train_stacked(loops: Sequence[Loop], kind: Hashable) -> Iterator[list[Loop]]:
    """Train runs of one kind together; those that leave the stack are to be run to their end."""
    for loop in loops:
        loop.under_way = True
        loop.state._begin(loop.fit)
        _attempt(loop, loop.begin)
    left = [loop for loop in loops if loop.error is None]
    yield [loop for loop in loops if loop.error is not None]
    while len(left) > 1:
        leaving = StackedTraining(left, kind).until_one_leaves()
        left = [loop for loop in left if loop not in leaving]
        yield leaving
    yield left


def _attempt(loop: Loop, function: Callable[..., None], *arguments: Any) -> None:
    """An error ends this run, and no other one: its own loop will raise it."""
    try:
        function(*arguments)
    except BaseException as error:
        loop.error = error


class StackedTraining:
    """A stack from the beginning of an epoch until a run leaves it."""

    def __init__(self, loops: Sequence[Loop], kind: Hashable) -> None:
        self.loops, self.kind = loops, kind
        self.states, fits = [loop.state for loop in loops], [loop.fit for loop in loops]
        self.batches, self.shuffle = StackedBatches([fit.batches for fit in fits]), fits[0].shuffle
        validation = [f.validation for f in fits if f.validation is not None]
        self.parts = list(in_parts(validation, EVALUATION_ROWS)) if validation else []
        self.first_epoch, self.steps = self.states[0].epochs, fits[0].batches.steps
        self.stack: Stack = Stack(self.states)
        self.measure_at, self.measured = fits[0].measure_at, list[list[Row]]()
        self.orders = [state.order.bit_generator.state for state in self.states]
        self.callbacks = [(loop, callback) for loop in loops for callback in loop.fit.callbacks]
        self.has_custom: bool = not all(is_built_in(callback) for _, callback in self.callbacks)

    def until_one_leaves(self) -> list[Loop]:
        """Train epoch by epoch; returns the runs that have left."""
        leaving: list[int] = []
        one_thread = one_thread_if_small(
            self.states[0].network, self.loops[0].fit.batches.batch_size
        )
        with np.errstate(all="ignore"), one_thread, handle_keyboard_interrupt() as interrupt:
            while not leaving:
                leaving = self._epoch(interrupt)
                changed = self.stack.settings != [settings_of(state) for state in self.states]
                if self.callbacks and (self.has_custom or changed):
                    break  # more may differ than the stack can follow: goes on as a new one
        for run, (loop, state) in enumerate(zip(self.loops, self.states, strict=True)):
            if self.stack.failed[run] and not interrupt.requested:
                self._set_back(run)
            if self.stack.failed[run] or not loop.fit.callbacks:  # else before they were called
                self.stack.write(run, state.epochs * self.steps)
        return [self.loops[run] for run in leaving]

    def _set_back(self, run: int) -> None:
        """To the beginning of the epoch, as if the run had not been in this stack then."""
        state = self.states[run]
        self.stack.restore(run, self.before)
        state.order.bit_generator.state = self.orders[run]
        if self.shuffle:
            for _ in range(self.first_epoch, state.epochs):
                state.order.permutation(self.batches.samples)
        for generator, before in self.draws[run]:
            generator.bit_generator.state = before

    def _epoch(self, interrupt: KeyboardInterruptHandler) -> list[int]:
        """One epoch of all runs; returns those that leave."""
        for loop, callback in self.callbacks:
            _attempt(loop, callback.on_epoch_begin, loop.state, loop.state.epochs + 1)
        self.stack.failed |= [loop.error is not None for loop in self.loops]
        self.before, started = self.stack.snapshot(), time.perf_counter()
        self.draws = [
            [(g, g.bit_generator.state) for g in generators_of(s.network)] for s in self.states
        ]
        rows = np.arange(self.batches.samples)
        orders = [s.order.permutation(len(rows)) if self.shuffle else rows for s in self.states]
        order = np.stack(orders)  # (runs, samples)
        loss, predictions = self._train(order, interrupt)
        if interrupt.requested:
            return self._interrupted()
        row_of = self._rows(loss, predictions, order, started)
        for run, loop in enumerate(self.loops):
            if loop.error is not None or self.stack.failed[run]:
                continue
            if loop.fit.callbacks:
                self.stack.write(run, (loop.state.epochs + 1) * self.steps)
            for measured in self.measured:
                loop.add_step(measured[run])
            _attempt(loop, loop.add, row_of[run])
        self.measured.clear()
        if any(isinstance(loop.error, KeyboardInterrupt) for loop in self.loops):
            return self._interrupted()
        return [run for run, loop in enumerate(self.loops) if self._leaves(run, loop)]

    def _leaves(self, run: int, loop: Loop) -> bool:
        """True if the run does not go on in this stack."""
        ended = loop.state.stop or loop.state.epochs >= loop.last_epoch
        if ended or loop.error is not None or self.stack.failed[run]:
            return True
        return self.has_custom and (bool(why_alone(loop)) or kind_of(loop) != self.kind)

    def _interrupted(self) -> list[int]:
        """Ctrl-C, or a callback that asks for the same: all runs leave."""
        for loop in self.loops:
            loop.error = KeyboardInterrupt()
        return list(range(len(self.loops)))

    def _train(
        self, order: Array, interrupt: KeyboardInterruptHandler
    ) -> tuple[list[float], Array]:
        """A step on each batch; returns mean losses, and predictions if there are metrics."""
        stack, seen = self.stack, 0
        total: Any = 0.0
        counted: Any = 0.0
        predictions = np.empty(0)
        step = self.states[0].epochs * self.steps
        if step == 0:
            self._measure(step)
        for x, y in self.batches.epoch(order):
            total = total + stack.step(x, y) * stack.count
            counted = counted + stack.count
            if self.stack.has_metrics:
                if not seen:
                    shape = (*order.shape, *stack.outputs.shape[2:])
                    predictions = np.empty(shape, stack.dtype)
                predictions[:, seen : seen + x.shape[1]] = stack.outputs
            seen += x.shape[1]
            step += 1
            self._measure(step)
            if interrupt.requested or stack.failed.all():
                break
        return (total / counted).tolist(), predictions

    def _measure(self, step: int) -> None:
        """Keep the rows of `history.steps` until the epoch has ended well."""
        if step in self.measure_at:
            self.measured.append([{"step": step, **row} for row in self._validate()])

    def _rows(
        self, losses: list[float], predictions: Array, order: Array, started: float
    ) -> list[Row]:
        """The row of each run for the History, as `Loop` makes it."""
        stack = self.stack
        orders = list(order) if self.shuffle else [None] * len(order)
        targets = [(loop.fit.batches.y, own) for loop, own in zip(self.loops, orders, strict=True)]
        values = self._metrics(predictions, targets)
        seconds = (time.perf_counter() - started) / len(self.loops)
        stack.check_fixed()
        validation = self._validate()
        rows: list[Row] = []
        for run, state in enumerate(self.states):
            row = {"epoch": state.epochs + 1, "loss": losses[run], **values[run]}
            row.update(validation[run], seconds=seconds, learning_rate=stack.last_rate(run))
            rows.append(row)
        return rows

    def _validate(self) -> list[Row]:
        """Loss and metrics of each run on its validation data; empty without such data."""
        if not self.parts:
            return [{} for _ in self.loops]
        losses, outputs = self.stack.evaluate(self.parts)
        targets = [(loop.fit.validation[1], None) for loop in self.loops if loop.fit.validation]
        values = self._metrics(outputs, targets)
        return [
            {"val_loss": loss, **{f"val_{name}": value for name, value in own.items()}}
            for loss, own in zip(losses.tolist(), values, strict=True)
        ]

    def _metrics(
        self, predictions: Array, targets: Sequence[tuple[Array, Array | None]]
    ) -> list[dict[str, float]]:
        """The metrics of each run, of its predictions and of its targets in their order."""
        result: list[dict[str, float]] = [{} for _ in self.loops]
        if self.stack.has_metrics:
            for run, (state, (y, order)) in enumerate(zip(self.states, targets, strict=True)):
                record = EpochPredictions(state.metrics, y, order, state.loss)
                record.predictions = predictions[run]
                try:
                    result[run] = {} if self.stack.failed[run] else record.values()
                except Exception:  # of a custom metric: the run alone will meet it again
                    self.stack.failed[run] = True
        return result
