"""Short trials on copies: the training as it is, and with one suspected cause removed.

What is compared is the loss relative to that of the best answer that ignores x: 1 means that
nothing was learned. It means the same for every loss and every scale of the targets.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
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
    held: tuple[Array, Array] = (np.empty(0), np.empty(0))

    def copied(self) -> Copy:
        """Another one, with another trainer; the data are shared."""
        return replace(self, trainer=copy.deepcopy(self.trainer))


Change = Callable[[Copy], None]


@dataclass
class Outcome:
    """How a trial went.

    Attributes:
        relative: the loss at its end / that of the best constant answer; inf if it diverged.
            (What no answer can avoid, the entropy of soft targets, is subtracted from both.)
        losses: of the epochs, as `fit` reports them. accuracy: of classes, else None.
        steps: taken. complete: False if the time was up. trained: the copy, as it is at the end.
    """

    relative: float
    trained: Copy
    steps: int = 0
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


def run(training: Copy, changes: list[Change], until: float, steps: float = math.inf) -> Outcome:
    """Train a copy with these changes until time or steps are used up; never raises."""
    trial = training.copied()
    try:
        for change in changes:
            change(trial)
        trainer = trial.trainer
        trainer.metrics = {}
        target = trainer.objective.targets(trial.x.astype(trainer.network.dtype), trial.y)
    except (ArithmeticError, TypeError, ValueError, RuntimeError) as error:
        return Outcome(math.inf, trial, error=str(error) or type(error).__name__)
    limit = _Limit(until, steps)
    outcome = Outcome(math.inf, trial)
    try:
        with np.errstate(all="ignore"):
            history = trainer.fit(
                trial.x, trial.y, epochs=trial.epochs, batch_size=trial.batch_size,
                shuffle=trial.shuffle, sample_weight=trial.sample_weight, callbacks=[limit],
                progress=False,
            )  # fmt: skip
            outcome.losses = [row["loss"] for row in history]
            outcome.relative = relative_loss(trial, trial.x, trial.y, trial.sample_weight)
            outcome.accuracy = _accuracy(trainer, trial.x, target)
    except (ArithmeticError, TypeError, ValueError, RuntimeError) as error:
        outcome.error = str(error) or type(error).__name__
        if not isinstance(error, TrainingDiverged):
            outcome.error = f"{type(error).__name__}: {outcome.error}"
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


def relative_loss(trial: Copy, x: Array, y: Array, weight: Array | None = None) -> float:
    """The loss in evaluation mode without penalties, relative to the best constant answer's."""
    trainer = trial.trainer
    target = trainer.objective.targets(x.astype(trainer.network.dtype), y)
    floor, constant = extreme_losses(trainer.loss, target)
    more = {} if weight is None else {"sample_weight": weight}
    value = trainer.evaluate(x, y, **more)["loss"] - trainer.objective.penalty()
    return (value - floor) / (constant - floor)


def extreme_losses(loss: Loss, target: Array) -> tuple[float, float]:
    """The smallest loss of any answer, and of an answer that is the same for all rows."""
    rows = target.astype(float)
    if target.ndim == 1:
        counted = np.maximum(target, 0)
        rows = np.eye(int(counted.max()) + 1)[counted]
    mean, m = rows.mean(axis=0), len(rows)
    uniform = np.full_like(mean, 1 / max(2, mean.size))
    constants = [np.tile(a, (m, *[1] * a.ndim)) for a in (mean, np.median(rows, axis=0), uniform)]
    best = [rows, *((1 - e) * rows + e * uniform for e in (1e-6, 0.05, 0.1, 0.2))]
    floor, constant = (min(_losses(loss, answers, target), default=math.nan) for answers in (best, constants))
    constant = constant if math.isfinite(constant) else 1.0
    floor = floor if floor < 0.99 * constant else 0.0
    return floor, max(constant, floor + 1e-12)


def _losses(loss: Loss, answers: list[Array], target: Array) -> Iterator[float]:
    """The losses of these answers; of probabilities without 0 and 1, where they are refused."""
    for answer in answers:
        for prediction in (answer, np.clip(answer, 1e-6, 1 - 1e-6)):
            try:
                with np.errstate(all="ignore"):
                    value = float(copy.deepcopy(loss).forward(prediction, target))
            except (ArithmeticError, TypeError, ValueError, RuntimeError):
                continue
            if math.isfinite(value):
                yield value
                break


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
