"""What is examined: a copy of the trainer, its data as `fit` would get them, and what is suspected.

A rule looks at an Examination and yields Suspects. A Suspect with a `change` that removes its cause
is confirmed by a trial; only then, or if it is `certain`, it is called a mistake.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from minnet.training.callback import Callback
from minnet.training_check.codes import CODES
from minnet.training_check.layer_facts import LayerFacts, walk
from minnet.training_check.trial import Change, Copy, Limit, Outcome, class_labels, run
from minnet.utils.types import Array

FIRST = 0.15
"""The share of the time for the first trial, the training as it is."""

MOST_ROWS = 4000
"""Of more rows a part is examined, evenly spaced, in as many steps."""


@dataclass
class Suspect:
    """What may keep the network from learning.

    Attributes:
        message: what was measured. change: removes the cause from a copy.
        certain: the message is evidence enough. step: instead of the code's next step.
        without: what a trial without the cause is called, if not as in the table of codes.
        outcome: of that trial, if it has been made.
    """

    code: str
    place: str
    message: str
    change: Change | None = None
    certain: bool = False
    step: str = ""
    without: str = ""
    outcome: Outcome | None = None

    @property
    def remark(self) -> str:
        """When it is worth a remark without a trial, as in the table of codes."""
        return CODES[self.code].remark


class Examination:
    """One training under examination; the rows that are examined are `x` and `y`.

    Args:
        training: with all rows. validation: a pair of arrays; validation_given: as it was given.
        seconds: for all trials together.
    """

    def __init__(
        self, training: Copy, validation: Any, validation_given: Any, seconds: float
    ) -> None:
        self.all, self.validation, self.seconds = training, validation, seconds
        self.validation_given = validation_given
        self.trainer, self.loss = training.trainer, training.trainer.loss
        self.began: float = time.monotonic()
        self.most_steps: float = 0
        rows = len(training.x)
        kept = np.linspace(0, rows - 1, min(rows, MOST_ROWS)).astype(int)
        matching = training.y.ndim > 0 and len(training.y) == rows
        self.x, self.y = training.x[kept], training.y[kept] if matching else training.y
        weight = training.weight if training.weight is None else training.weight[kept]
        epochs = math.ceil(training.epochs * rows / len(kept))
        self.part: Copy = Copy(
            self.trainer, self.x, self.y, epochs, training.batch_size, training.shuffle, weight
        )
        self.steps: int = training.epochs * math.ceil(rows / training.batch_size)
        self.refusal: Exception | None = self._refusal()
        self.layers, self.error = walk(self.trainer.network, self.x[:64])
        self.last: LayerFacts | None = None if self.error else self.layers[-1]
        self.output: Array = np.empty(0) if self.last is None else self.last.y
        self.outputs: int | Any = self.output.shape[1] if self.output.ndim == 2 else 0
        self.wants_classes: bool = self.loss.canonical is not None
        if self.target is not None:
            self.loss.begin_fit(self.target)  # as `fit` does: for class_weight="balanced"

    def _refusal(self) -> Exception | None:
        """The error with which `fit` would refuse these data or parts."""
        try:
            self.all.copied().fit(_Stop(), self.validation_given)
        except Exception as error:  # whatever a student's layer may raise
            return error
        return None

    def run(self, *changes: Change) -> Outcome:
        """A trial: the first in a part of the time, the others in as many steps as it had time for.

        When nine tenths of the time are used up, a trial is cut short; the rest is for what
        follows its last step. A later trial counts as one that failed.
        """
        now = time.monotonic()
        if not self.most_steps:  # the first, which must always be made
            outcome = run(self.part, changes, Limit(now + FIRST * self.seconds, math.inf))
            self.most_steps = math.inf if outcome.complete else outcome.steps
            return outcome
        if not self.time_left:
            return Outcome(math.inf, self.part, complete=False)
        return run(self.part, changes, Limit(self.began + 0.9 * self.seconds, self.most_steps))

    @property
    def time_left(self) -> float:
        """The share of the time that is left."""
        return max(0.0, 1 - (time.monotonic() - self.began) / self.seconds)

    @cached_property
    def target(self) -> Array | None:
        """The targets as the loss takes them; None if it refuses them."""
        try:
            return np.asarray(
                self.trainer.objective.targets(self.x.astype(self.trainer.network.dtype), self.y)
            )
        except Exception:  # whatever a student's layer or loss may raise
            return None

    @cached_property
    def labels(self) -> Array | None:
        """A class for each row, if that is what the targets are."""
        return None if self.target is None else class_labels(self.target)

    @cached_property
    def flat(self) -> Array:
        """x as rows of float64."""
        return np.asarray(self.x, float).reshape(len(self.x), -1)


class _Stop(Callback):
    """Ends a fit before its first step, after all that it checks."""

    def on_fit_begin(self, trainer: Any) -> None:
        """No step is taken."""
        trainer.stop = True
