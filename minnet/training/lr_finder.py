"""Finds a learning rate: raises it step by step until training diverges, and records the loss.

Too small a rate learns nothing, too large a one destroys what was learned; in between lies about
one power of ten. A short test on a copy of the Trainer finds it in a hundred steps or so.
"""

from __future__ import annotations

import copy
import math

import numpy as np
from numpy.typing import ArrayLike

from minnet.training.callback import Callback
from minnet.training.trainer import Trainer
from minnet.training.training_diverged import TrainingDiverged
from minnet.utils import array_checks, checks
from minnet.utils.keyword_arguments import explained

SMOOTHING = 0.9
"""Weight of the running mean of the losses; the new loss has the rest."""

EXPLODED = 4.0
"""Diverged: the smoothed loss is this many times its lowest value."""


class RangeTest:
    """What `lr_range_test` found.

    Attributes:
        rates: the learning rate of each step. losses: the loss of its batch before the update.
        smoothed: the running mean of the losses, corrected for its start.
        diverged: True if the test ended because the loss exploded.
    """

    def __init__(self, rates: list[float], losses: list[float], diverged: bool) -> None:
        self.rates, self.losses, self.diverged = rates, losses, diverged
        mean = _RunningMean()
        self.smoothed: list[float] = [mean.add(loss) for loss in losses]

    @property
    def lowest(self) -> int:
        """The step at which the smoothed loss is lowest; the first tenth is too noisy to count."""
        settled = len(self.losses) // 10
        return settled + int(np.argmin(self.smoothed[settled:]))

    @property
    def falls(self) -> bool:
        """True if that is a fiftieth or more below the mean loss of the first tenth."""
        start = float(np.mean(self.losses[: max(1, len(self.losses) // 10)]))
        return self.smoothed[self.lowest] <= start - abs(start) / 50

    @property
    def suggestion(self) -> float:
        """A rate to start with: a tenth of that at which the smoothed loss was lowest.

        At the lowest point itself training is about to diverge.

        Raises:
            ValueError: the loss never fell, so there is nothing to suggest.
        """
        if not self.falls:
            raise ValueError(
                f"lr_range_test: suggestion: expected a loss that falls somewhere, got one that "
                f"never does between the rates {self.rates[0]:g} and {self.rates[-1]:g}. Start "
                f"lower (lowest=...), take more steps, or look for a mistake in the network."
            )
        return max(self.rates[0], self.rates[self.lowest] / 10)

    def __repr__(self) -> str:
        end = "diverged" if self.diverged else "did not diverge"
        rates = f"{self.rates[0]:g} to {self.rates[-1]:g}"
        return f"RangeTest({len(self.rates)} steps from {rates}, {end})"


@explained
def lr_range_test(
    trainer: Trainer,
    x: ArrayLike,
    y: ArrayLike,
    batch_size: int = 32,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    *,
    progress: bool = False,
) -> RangeTest:
    """Train a copy with the rate of step t = lowest (highest / lowest)^(t / (steps - 1)).

    The given Trainer does not change. The test ends after all steps, or when the smoothed loss has
    grown to four times its lowest value (by a tenth of the first loss at least), or is not finite.
    Smith raises the rate linearly; here it grows exponentially, so that all scales are covered.

    Args:
        trainer: any Trainer, fresh or trained; its optimizer's own rate or schedule is not used.
        x: as in `fit`, like y and batch_size.
        lowest: a rate, 0 < lowest < highest. highest: a rate.
        steps: at least 2; more are less noisy. progress: show a bar.

    Returns:
        A RangeTest with `rates`, `losses` and a `suggestion`; `mn.plot.range_test` draws it.

    Raises:
        TypeError, ValueError: naming the argument. TrainingDiverged: at the very first step.

    Source: Smith, "Cyclical learning rates for training neural networks" (2017, first 2015),
    section 3.3.

    >>> import minnet as mn
    >>> x = np.random.default_rng(0).normal(size=(64, 1))
    >>> trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(1.0), seed=0)
    >>> found = lr_range_test(trainer, x, 3 * x, batch_size=16, highest=1000.0)
    >>> found.diverged, 0.01 < found.suggestion < 1, trainer.optimizer.steps
    (True, True, 0)
    """
    place = "lr_range_test"
    if not isinstance(trainer, Trainer):
        raise TypeError(f"{place}: trainer: expected a Trainer, got {checks.describe(trainer)}.")
    count = checks.whole_number(place, "steps", steps, minimum=2)
    first = checks.number(place, "lowest", lowest, minimum=0, above=True)
    last = checks.number(place, "highest", highest, minimum=first, above=True)
    rows = checks.whole_number(place, "batch_size", batch_size)
    samples = max(1, *array_checks.numeric_array(place, "x", x).shape[:1], 1)
    sweep = _RateSweep([first * (last / first) ** (t / (count - 1)) for t in range(count)])
    trial = copy.deepcopy(trainer)
    trial.metrics = {}
    try:
        epochs = math.ceil(count / math.ceil(samples / rows))
        trial.fit(x, y, epochs, rows, callbacks=[sweep], progress=progress)
    except TrainingDiverged:
        if not sweep.losses:
            raise
        sweep.diverged = True
    return RangeTest(sweep.rates[: len(sweep.losses)], sweep.losses, sweep.diverged)


class _RateSweep(Callback):
    """Sets the rate of each step, and ends the training after the last or when it diverges."""

    def __init__(self, rates: list[float]) -> None:
        self.rates, self.diverged = rates, False
        self.losses: list[float] = []
        self._running = _RunningMean()
        self._lowest = math.inf

    def on_fit_begin(self, trainer: Trainer) -> None:
        """The rate of the first step."""
        trainer.optimizer.learning_rate = self.rates[0]

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Record the loss, set the rate of the next step, or stop."""
        self.losses.append(loss)
        smoothed = self._running.add(loss)
        self._lowest = min(self._lowest, smoothed)
        # A loss near 0 may change by any factor: compare the rise with the first loss, too.
        rise = max((EXPLODED - 1) * abs(self._lowest), abs(self.losses[0]) / 10)
        self.diverged = smoothed > self._lowest + rise
        if self.diverged or len(self.losses) == len(self.rates):
            trainer.stop = True
        else:
            trainer.optimizer.learning_rate = self.rates[len(self.losses)]


class _RunningMean:
    """s <- 0.9 s + 0.1 loss from s = 0, divided by 1 - 0.9^t."""

    def __init__(self) -> None:
        self.sum = self.weight = 0.0

    def add(self, loss: float) -> float:
        """The mean with one more loss."""
        self.sum = SMOOTHING * self.sum + (1 - SMOOTHING) * loss
        self.weight = SMOOTHING * self.weight + (1 - SMOOTHING)
        return self.sum / self.weight
