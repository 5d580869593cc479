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
from minnet.training.trainer import Trainer
from minnet.training_check.layer_facts import LayerFacts, walk
from minnet.training_check.trial import Change, Copy, Outcome, class_labels, extreme_losses, run
from minnet.utils.types import Array

MOST_ROWS = 4000
"""Of more rows a part is examined, evenly spaced, in as many steps."""


@dataclass
class Suspect:
    """What may keep the network from learning.

    Attributes:
        change: removes the cause from a copy. without: what that is called, "with scaled inputs".
        certain: the evidence is in the message. quiet: not worth a remark without a trial.
        always: worth one also if the training learns.
    """

    code: str
    place: str
    message: str
    next_step: str
    change: Change | None = None
    without: str = ""
    certain: bool = False
    quiet: bool = False
    always: bool = False


@dataclass
class Examination:
    """One training under examination.

    Attributes:
        trainer: a copy that rules may read; trials copy it again.
        given_x, given_y: arrays as they were given. x, y: the rows that are examined.
        until: the time at which the examination must end.
    """

    trainer: Trainer
    given_x: Array
    given_y: Array
    epochs: int
    batch_size: int
    validation: tuple[Array, Array] | None
    shuffle: bool
    sample_weight: Array | None
    seconds: float
    validation_given: Any = None
    most_steps: float = math.inf
    begun: bool = False

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.until = self.started + self.seconds
        rows = len(self.given_x)
        kept = slice(None)
        if rows > MOST_ROWS:
            kept = np.linspace(0, rows - 1, MOST_ROWS).astype(int)  # type: ignore[assignment]
        matching = self.given_y.ndim > 0 and len(self.given_y) == rows
        self.x, self.y = self.given_x[kept], self.given_y[kept] if matching else self.given_y
        self.weight = None if self.sample_weight is None else self.sample_weight[kept]

    @cached_property
    def refusal(self) -> Exception | None:
        """The error with which `fit` would refuse these data or parts."""
        trial = self.as_given().copied()
        try:
            trial.trainer.fit(
                self.given_x, self.given_y, epochs=1, batch_size=self.batch_size,
                validation_data=self.validation_given, shuffle=self.shuffle,
                sample_weight=self.sample_weight, callbacks=[_Stop()], progress=False,
            )  # fmt: skip
        except Exception as error:  # whatever a student's layer may raise
            return error
        return None

    def as_given(self) -> Copy:
        """The training as it is, cut to the rows that are examined, with as many steps."""
        epochs = math.ceil(self.epochs * len(self.given_x) / max(1, len(self.x)))
        return Copy(
            self.trainer, self.x, self.y, epochs, self.batch_size, self.shuffle, self.weight
        )  # fmt: skip

    def run(self, *changes: Change, share: float = 0.25) -> Outcome:
        """A trial that gets at most this share of the time; as many steps as the first had time for."""
        until = min(self.until, time.monotonic() + share * self.seconds)
        outcome = run(self.as_given(), list(changes), until, self.most_steps)
        if not self.begun and not outcome.complete:
            self.most_steps = outcome.steps
        self.begun = True
        return outcome

    @property
    def time_left(self) -> float:
        """The share of the time that is left."""
        return max(0.0, (self.until - time.monotonic()) / self.seconds)

    @cached_property
    def walked(self) -> tuple[list[LayerFacts], Exception | None]:
        """The layers in the order of the forward pass; the error of the one that fails."""
        return walk(self.trainer.network, self.x)

    @property
    def layers(self) -> list[LayerFacts]:
        """The layers in the order of the forward pass, for the first rows of x."""
        return self.walked[0]

    @cached_property
    def last(self) -> LayerFacts | None:
        """The last layer, if the forward pass arrives there."""
        return self.layers[-1] if self.layers and self.walked[1] is None else None

    @property
    def output(self) -> Array:
        """The network's answer to the first rows."""
        return np.empty(0) if self.last is None else self.last.y

    @cached_property
    def target(self) -> Array | None:
        """The targets as the loss takes them; None if it refuses them."""
        trial = self.as_given().copied()
        x = self.x.astype(trial.trainer.network.dtype)
        try:
            return np.asarray(trial.trainer.objective.targets(x, self.y))
        except Exception:  # whatever a student's layer or loss may raise
            return None

    @cached_property
    def labels(self) -> Array | None:
        """A class for each row, if that is what the targets are."""
        return None if self.target is None else class_labels(self.target)

    @cached_property
    def constant(self) -> float:
        """The loss of the best answer that ignores x."""
        assert self.target is not None
        return extreme_losses(self.trainer.loss, self.target)[1]

    @property
    def wants_classes(self) -> bool:
        """True for a loss of probabilities, whose targets are classes."""
        return self.trainer.loss.canonical is not None

    @property
    def steps(self) -> int:
        """Steps in the whole training."""
        return self.epochs * math.ceil(len(self.given_x) / self.batch_size)


class _Stop(Callback):
    """Ends a fit before its first step, after all that it checks."""

    def on_fit_begin(self, trainer: Any) -> None:
        """No step is taken."""
        trainer.stop = True
