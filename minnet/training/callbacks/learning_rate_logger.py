"""Records the learning rate of every step, to see what a schedule did."""

from __future__ import annotations

from typing import Any

from minnet.training.callback import Callback
from minnet.training.state import TrainingState


class LearningRateLogger(Callback):
    """Records the rate of each step; the History has that of each epoch's last step.

    Attributes:
        steps: the numbers of the steps, counted from 0 as a schedule counts them.
        rates: the learning rate of each. Both continue over several fits.

    >>> import numpy as np, minnet as mn
    >>> x, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    >>> optimizer = mn.SGD(mn.schedules.StepDecay(0.4, every=2, factor=0.5))
    >>> trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), optimizer, seed=0)
    >>> logger = LearningRateLogger()
    >>> history = trainer.fit(x, y, epochs=2, batch_size=1, progress=False, callbacks=[logger])
    >>> logger.steps, logger.rates
    ([0, 1, 2, 3], [0.4, 0.4, 0.2, 0.2])
    """

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.rates: list[float] = []

    def on_step_end(self, trainer: TrainingState, loss: float) -> None:  # noqa: ARG002
        """Note the rate of the step that has just been taken."""
        optimizer = trainer.optimizer
        assert optimizer.last_rate is not None  # it is None only before the first step
        self.steps.append(optimizer.steps - 1)
        self.rates.append(optimizer.last_rate)

    def state(self) -> dict[str, Any]:
        """Steps and rates so far."""
        return {"steps": self.steps, "rates": self.rates}

    def restore(self, trainer: TrainingState, state: dict[str, Any]) -> None:  # noqa: ARG002
        """Continue from there."""
        self.steps, self.rates = list(state["steps"]), list(state["rates"])
