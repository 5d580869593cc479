"""Short trials on copies: the training as it is, and with one suspected cause removed.

What is compared is the loss relative to that of the best answer that ignores x: 1 means that
nothing was learned. It means the same for every loss and every scale of the targets.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.training.callback import Callback
from minnet.training.trainer import Trainer
from minnet.utils.types import Array

ERRORS = (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError)
"""What a change of a training may lead to, if it does not suit it."""


@dataclass
class Copy:
    """A training that may be changed: a trainer of its own, data, the arguments of fit."""

    trainer: Trainer
    x: Array
    y: Array
    epochs: int
    batch_size: int = 32
    shuffle: bool = True
    weight: Array | None = None
    held: tuple[Array, Array] = (np.empty(0), np.empty(0))

    def replace_layer(self, number: int, layers: Sequence[Layer]) -> None:
        """Put these layers in the place of one, counted as by `leaves`."""
        _, network, index = list(leaves(self.trainer.network))[number]
        network.layers[index : index + 1] = layers

    def relative_loss(self, x: Array, y: Array, weight: Array | None = None) -> float:
        """The loss in evaluation mode without penalties, relative to the best constant answer's.

        What no answer can avoid, the entropy of soft targets, is subtracted from both.
        """
        trainer = self.trainer
        target = trainer.objective.targets(x.astype(trainer.network.dtype), y)
        more = {} if weight is None else {"sample_weight": weight}
        value = trainer.evaluate(x, y, **more)["loss"] - trainer.objective.penalty()
        floor, constant = extreme_losses(trainer.loss, target)
        return (value - floor) / (constant - floor)


Change = Callable[[Copy], None]


def leaves(network: Network, before: str = "") -> Iterator[tuple[str, Network, int]]:
    """Place, network and index of each layer in order, those of nested networks one by one."""
    for index, layer in enumerate(network.layers):
        place = f"{before}layers[{index}]"
        if isinstance(layer, Network):
            yield from leaves(layer, f"{place}.")
        else:
            yield place, network, index


@dataclass
class Outcome:
    """How a trial went.

    Attributes:
        relative: the `relative_loss` at its end; inf if it diverged.
        trained: the copy, as it is at the end. accuracy: of classes, else None.
        losses: of the epochs, as `fit` reports them. steps: taken; complete: all of them?
    """

    relative: float
    trained: Copy
    accuracy: float | None = None
    losses: list[float] = field(default_factory=list)
    steps: int = 0
    complete: bool = True

    def __str__(self) -> str:
        if self.relative == math.inf:
            return "diverged"
        accuracy = "" if self.accuracy is None else f"accuracy {self.accuracy:.2f}, "
        return f"{accuracy}loss {self.relative:.2g}"


def run(training: Copy, changes: Sequence[Change], until: float, steps: float) -> Outcome:
    """Train a copy with these changes until time or steps are used up; errors count as diverged."""
    trial = replace(training, trainer=copy.deepcopy(training.trainer))
    outcome, limit = Outcome(math.inf, trial), _Limit(until, steps)
    try:
        for change in changes:
            change(trial)
        trainer = trial.trainer
        trainer.metrics = {}
        history = trainer.fit(
            trial.x,
            trial.y,
            trial.epochs,
            trial.batch_size,
            shuffle=trial.shuffle,
            sample_weight=trial.weight,
            callbacks=[limit],
            progress=False,
        )
        outcome.losses = [row["loss"] for row in history]
        outcome.relative = trial.relative_loss(trial.x, trial.y, trial.weight)
        outcome.accuracy = _accuracy(trial)
    except ERRORS:
        pass
    outcome.steps, outcome.complete = limit.taken, not limit.reached
    return outcome


class _Limit(Callback):
    """Ends a trial when its time or its steps are used up."""

    def __init__(self, until: float, steps: float) -> None:
        self.until, self.steps, self.taken, self.reached = until, steps, 0, False

    def on_step_end(self, trainer: Any, loss: float) -> None:  # noqa: ARG002
        """Count, and look at the clock."""
        self.taken += 1
        if self.taken >= self.steps or time.monotonic() > self.until:
            self.reached = trainer.stop = True


def extreme_losses(loss: Loss, target: Array) -> tuple[float, float]:
    """The smallest loss of any answer, and of an answer that is the same for all rows."""
    rows = columns(target).reshape(*target.shape[:1], *target.shape[1:] or (-1,))
    mean = rows.mean(axis=0)
    uniform = np.full_like(mean, 1 / max(2, mean.size))
    repeated = np.ones((len(rows), *[1] * mean.ndim))
    constants = [repeated * answer for answer in (mean, np.median(rows, axis=0), uniform)]
    best = [rows, *((1 - e) * rows + e * uniform for e in (1e-6, 0.05, 0.1, 0.2))]
    constant = min(_losses(loss, constants, target), default=1.0)
    floor = min(_losses(loss, best, target), default=0.0)
    floor = floor if floor < 0.99 * constant else 0.0
    return floor, max(constant, floor + 1e-12)


def _losses(loss: Loss, answers: list[Array], target: Array) -> Iterator[float]:
    """The losses of these answers; of probabilities without 0 and 1, where they are refused."""
    for answer in answers:
        for prediction in (answer, np.clip(answer, 1e-6, 1 - 1e-6)):
            try:
                value = float(copy.deepcopy(loss).forward(prediction, target))
            except ERRORS:
                continue
            if math.isfinite(value):
                yield value
                break


def columns(target: Array) -> Array:
    """One-hot rows of labels; numbers as they are, one row for each sample."""
    labels = np.maximum(target, 0).astype(int) if target.ndim == 1 else target
    rows = np.eye(int(labels.max()) + 1)[labels] if target.ndim == 1 else target
    return np.asarray(rows.reshape(len(rows), -1), float)


def class_labels(target: Array) -> Array | None:
    """Class labels from 0, of targets that are labels, one-hot rows, 0/1 or -1/+1; else None."""
    if target.ndim == 1:
        return target.astype(int)
    values = set(np.unique(target).tolist()) if target.ndim == 2 else set()
    if values not in ({0.0, 1.0}, {-1.0, 1.0}):
        return None
    if target.shape[1] == 1:
        return np.asarray(target[:, 0] > 0, int)
    return np.asarray(target.argmax(axis=1)) if (target.sum(axis=1) == 1).all() else None


def _accuracy(trial: Copy) -> float | None:
    """The share of right classes; None where there are no classes."""
    trainer = trial.trainer
    labels = class_labels(trainer.objective.targets(trial.x.astype(trainer.network.dtype), trial.y))
    output = trainer.predict(trial.x)
    if labels is None or output.ndim != 2:
        return None
    sure = trainer.loss.as_probabilities(output)
    found = output.argmax(axis=1) if output.shape[1] > 1 else sure[:, 0] > 0.5
    return float(np.mean(found == labels))
