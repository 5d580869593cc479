"""Short trials on copies: the training as it is, and with one suspected cause removed.

What is compared is the loss relative to that of the best answer that ignores x: 1 means that
nothing was learned. It means the same for every loss and every scale of the targets.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from minnet.nn.losses import Loss
from minnet.training.callback import Callback
from minnet.training.trainer import Trainer
from minnet.training.training_diverged import TrainingDiverged
from minnet.utils.types import Array


@dataclass
class Copy:
    """A training that may be changed: a trainer of its own, data, the arguments of fit."""

    trainer: Trainer
    x: Array
    y: Array
    epochs: int
    batch_size: int = 32
    shuffle: bool = True
    sample_weight: Array | None = None
    validation: tuple[Array, Array] | None = None

    def copied(self) -> Copy:
        """Another one, with another trainer; the data are shared."""
        return replace(self, trainer=copy.deepcopy(self.trainer))


Change = Callable[[Copy], None]


@dataclass
class Outcome:
    """How a trial went.

    Attributes:
        relative: the loss at its end / that of the best constant answer; inf if it diverged.
        losses: of the epochs, as `fit` reports them. accuracy: of classes, else None.
        complete: False if the time was up. trained: the copy, as it is at the end.
    """

    relative: float
    trained: Copy
    start: float = math.nan
    accuracy: float | None = None
    losses: list[float] = field(default_factory=list)
    complete: bool = True
    error: str = ""

    @property
    def diverged(self) -> bool:
        """True if a loss, gradient or weight was not finite."""
        return bool(self.error)

    def clearly_better_than(self, other: Outcome) -> bool:
        """True if it has learned, and left at most 0.7 of the other's loss."""
        return self.relative <= 0.8 and self.relative <= 0.7 * other.relative

    def described(self) -> str:
        """What is shown of it."""
        if self.diverged:
            return "diverged"
        if self.accuracy is not None:
            return f"accuracy {self.accuracy:.2f}, loss {self.relative:.2g}"
        return f"loss {self.relative:.2g}"


def run(training: Copy, changes: list[Change], until: float) -> Outcome:
    """Train a copy with these changes until the time is up; never raises."""
    trial = training.copied()
    try:
        for change in changes:
            change(trial)
        trainer = trial.trainer
        trainer.metrics = {}
        target = trainer.objective.targets(trial.x.astype(trainer.network.dtype), trial.y)
        constant = constant_loss(trainer.loss, target)
        start = _loss(trial) / constant
    except (ArithmeticError, TypeError, ValueError, RuntimeError) as error:
        return Outcome(math.inf, trial, error=str(error) or type(error).__name__)
    limit = _TimeLimit(until)
    outcome = Outcome(math.inf, trial, start)
    try:
        with np.errstate(all="ignore"):
            history = trainer.fit(
                trial.x, trial.y, epochs=trial.epochs, batch_size=trial.batch_size,
                shuffle=trial.shuffle, sample_weight=trial.sample_weight, callbacks=[limit],
                progress=False,
            )  # fmt: skip
            outcome.losses = [row["loss"] for row in history]
            outcome.relative = _loss(trial) / constant
            outcome.accuracy = _accuracy(trainer, trial.x, target)
    except (ArithmeticError, TypeError, ValueError, RuntimeError) as error:
        outcome.error = str(error) or type(error).__name__
        if not isinstance(error, TrainingDiverged):
            outcome.error = f"{type(error).__name__}: {outcome.error}"
    outcome.complete = not limit.reached
    return outcome


class _TimeLimit(Callback):
    """Ends a trial when its time is up."""

    def __init__(self, until: float) -> None:
        self.until, self.reached = until, False

    def on_step_end(self, trainer: Any, loss: float) -> None:  # noqa: ARG002
        """Look at the clock."""
        if time.monotonic() > self.until:
            self.reached = trainer.stop = True


def _loss(trial: Copy) -> float:
    """The loss on all rows in evaluation mode, without penalties."""
    trainer = trial.trainer
    weight = None if trial.sample_weight is None else {"sample_weight": trial.sample_weight}
    value = trainer.evaluate(trial.x, trial.y, **(weight or {}))["loss"]
    return value - trainer.objective.penalty()


def constant_loss(loss: Loss, target: Array) -> float:
    """The smallest loss of an answer that is the same for all rows."""
    rows = target
    if target.ndim == 1:
        counted = target[target >= 0]
        rows = np.eye(int(counted.max()) + 1)[counted]
    mean = rows.mean(axis=0)
    answers = [mean, np.median(rows, axis=0), np.clip(mean, 1e-6, 1 - 1e-6)]
    answers += [np.full_like(mean, 1 / max(2, mean.size))]
    losses = []
    for answer in answers:
        try:
            with np.errstate(all="ignore"):
                prediction = np.repeat(np.asarray(answer, float)[None], len(target), axis=0)
                if target.ndim == 1:
                    prediction = prediction / prediction.sum(axis=1, keepdims=True)
                losses.append(float(copy.deepcopy(loss).forward(prediction, target)))
        except (ArithmeticError, TypeError, ValueError, RuntimeError):
            continue
    finite = [value for value in losses if math.isfinite(value)]
    return max(min(finite, default=1.0), 1e-12)


def _accuracy(trainer: Trainer, x: Array, target: Array) -> float | None:
    """The share of right classes; None where there are no classes."""
    labels = class_labels(target)
    if labels is None:
        return None
    output = trainer.predict(x)
    if output.ndim != 2:
        return None
    if output.shape[1] > 1:
        return float(np.mean(output.argmax(axis=1) == labels))
    with np.errstate(all="ignore"):
        sure = np.asarray(trainer.loss.as_probabilities(output))
    return float(np.mean((sure[:, 0] > 0.5) == labels))


def class_labels(target: Array) -> Array | None:
    """Class labels from 0, of targets that are labels, one-hot rows, 0/1 or -1/+1; else None."""
    if target.ndim == 1:
        return target.astype(int) if target.dtype.kind in "iu" else None
    if target.ndim != 2:
        return None
    values = np.unique(target[:: max(1, len(target) // 5000)])
    if len(values) != 2 or not (set(values) <= {0.0, 1.0} or set(values) <= {-1.0, 1.0}):
        return None
    if target.shape[1] == 1:
        return (target[:, 0] > 0).astype(int)
    return target.argmax(axis=1) if (target.sum(axis=1) == 1).all() else None
