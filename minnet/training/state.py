"""A Trainer's verbs about checkpoints, and where its last fit stands."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from minnet.metrics import Metric
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.optimizers import Optimizer
from minnet.optimizers.gradient_clipping import GradientClipping
from minnet.saving.errors import checked_path
from minnet.training import checkpoint
from minnet.training.history import History
from minnet.training.objective import Objective
from minnet.training.resume import Session, Standing


class Resumable:
    """What is saved of a Trainer, and how it goes on."""

    network: Network
    loss: Loss
    optimizer: Optimizer
    metrics: dict[str, Metric]
    fuse: bool
    order: np.random.Generator
    history: History
    epochs: int
    objective: Objective
    clipping: GradientClipping
    _session: Session | None = None
    _standing: Standing | None = None  # from a checkpoint, until the next fit

    def save_checkpoint(self, path: str | os.PathLike[str]) -> None:
        """Write all that is needed to go on later: values, optimizer, random streams, history.

        Also the memory of the callbacks and the digest of the data of the last fit. The earlier
        file is replaced whole or not at all. `mn.Checkpoint` does it while the training runs.

        Raises:
            TypeError, ValueError: what no file can hold, by its name. OSError: with the path.
        """
        checkpoint.save(self, checked_path("save_checkpoint", path))

    def load_checkpoint(self, path: str | os.PathLike[str]) -> None:
        """Go on where a checkpoint was written, in a trainer made as that one was.

        Then `fit(..., until=total)` on the same data trains to the end. The learning rate is
        that of the checkpoint, and may be assigned afterwards.

        Raises:
            CheckpointError: whatever is wrong with the file, or another network, loss, optimizer
                or setting. Nothing has changed then.
        """
        checkpoint.load(self, checked_path("load_checkpoint", path))

    def standing(self) -> Standing:
        """Where the last fit stands; what a checkpoint keeps of it."""
        if self._standing is not None:
            return self._standing
        return Standing() if self._session is None else self._session.standing()

    def resume(self, standing: Standing) -> None:
        """The next fit goes on from here."""
        self._standing = standing

    def begin(self, session: Session) -> Standing:
        """A fit begins: what it goes on from, if these are its data."""
        standing = Standing() if self._standing is None else self._standing
        standing.check(session)
        self._session, self._standing = session, None
        return standing

    def __getstate__(self) -> dict[str, Any]:
        """A copy keeps neither the data of the last fit nor its callbacks."""
        return {**vars(self), "_session": None}
