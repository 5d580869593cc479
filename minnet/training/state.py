"""What a training consists of: network, loss, optimizer, settings, and how far it has come.

The step, the loop, checkpoints and callbacks work on a `TrainingState`; `Trainer` adds the methods
that users call. So none of these files needs to import trainer.py, which imports them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minnet.metrics import Metric
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.optimizers import Optimizer
from minnet.optimizers.gradient_clipping import GradientClipping
from minnet.optimizers.penalties import Penalty
from minnet.training.history import History
from minnet.training.objective import Objective
from minnet.training.resume import CurrentFit, ResumePoint
from minnet.utils.keyword_arguments import Explained
from minnet.utils.random_streams import random_stream


class TrainingState(Explained):
    """A network, its loss and optimizer, and how far the training has come.

    Attributes:
        order: the generator that shuffles. epochs, history: of all fits so far.
        objective: network and loss as one function of the weights. clipping: of its gradient.
        stop: True ends the current fit after the current step.
    """

    check: bool = True  # does a fit test custom layers, and ask for two classes?

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        metrics: dict[str, Metric],
        seed: int | None,
        fuse: bool,
        penalties: Sequence[Penalty],
        clipping: GradientClipping,
    ) -> None:
        self.network: Network = network
        self.loss: Loss = loss
        self.optimizer: Optimizer = optimizer
        self.metrics: dict[str, Metric] = metrics
        self.seed: int | None = seed
        self.fuse: bool = fuse
        self.clipping: GradientClipping = clipping
        self.objective: Objective = Objective(network, loss, fuse, penalties)
        self.order: np.random.Generator = random_stream(seed, "batch order")
        self.history: History = History()
        self.epochs = 0
        self.stop = False
        self._fit: CurrentFit | None = None  # the current or last one
        self._loaded: ResumePoint | None = None  # from a checkpoint, until the next fit

    @property
    def fused(self) -> bool:
        """True if loss and gradient are computed from the logits."""
        return self.objective.fused

    def _begin(self, fit: CurrentFit) -> None:
        """The first step is next: from now on, what a checkpoint saves is that of this fit."""
        self._fit, self._loaded = fit, None

    def _resume_point(self) -> ResumePoint:
        """What a checkpoint saves besides weights, optimizer, random generators and history."""
        if self._loaded is not None:
            return self._loaded
        return ResumePoint() if self._fit is None else self._fit.resume_point()

    def __getstate__(self) -> dict[str, Any]:
        """A copy holds neither the data of the last fit nor its callbacks."""
        return {**vars(self), "_fit": None}
