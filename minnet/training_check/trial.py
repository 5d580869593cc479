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

from minnet import metrics
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.training.callback import Callback
from minnet.training.constant_answer import extreme_losses
from minnet.training.history import History
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

    def copied(self) -> Copy:
        """Another one, with another trainer; the data are shared."""
        return replace(self, trainer=copy.deepcopy(self.trainer))

    def fit(self, callback: Callback, validation: Any = None) -> History:
        """Train it."""
        more: dict[str, Any] = {"sample_weight": self.weight, "shuffle": self.shuffle}
        rows = (self.x, self.y, self.epochs, self.batch_size, validation, [callback])
        return self.trainer.fit(*rows, progress=False, **more)

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


def run(training: Copy, changes: Sequence[Change], limit: Limit) -> Outcome:
    """Train a copy with these changes, within the limit; errors count as diverged."""
    trial = training.copied()
    outcome = Outcome(math.inf, trial)
    try:
        for change in changes:
            change(trial)
        trainer = trial.trainer
        target = trainer.objective.targets(trial.x.astype(trainer.network.dtype), trial.y)
        trainer.metrics = metrics.get([] if class_labels(target) is None else ["accuracy"])
        outcome.losses = trial.fit(limit)["loss"]
        outcome.relative = trial.relative_loss(trial.x, trial.y, trial.weight)
        outcome.accuracy = trainer.evaluate(trial.x, trial.y).get("accuracy")
    except Exception:  # whatever a student's layer may raise
        outcome.relative = math.inf
    outcome.steps, outcome.complete = limit.taken, not limit.reached
    return outcome


class Limit(Callback):
    """Ends a trial at a time of `time.monotonic`, or when its steps are used up."""

    def __init__(self, until: float, steps: float) -> None:
        self.until, self.steps = until, steps
        self.taken, self.reached = 0, False

    def on_step_end(self, trainer: Any, loss: float) -> None:  # noqa: ARG002
        """Count, and look at the clock."""
        self.taken += 1
        if self.taken >= self.steps or time.monotonic() > self.until:
            self.reached = trainer.stop = True


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
