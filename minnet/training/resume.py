"""What must be saved, besides weights, optimizer and history, to resume a fit exactly.

That is: digests of the data (so that resuming with different data raises an error), the state of
the callbacks, and how far the current epoch has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from minnet.data.batches import Batches
from minnet.training.callback import Callback
from minnet.training.callback_states import saved_name
from minnet.utils.types import Array

DATA = ("x", "y", "sample_weight", "validation x", "validation y", "batch_size", "shuffle")
WEIGHTS = "validation sample_weight"  # only where they were given
"""What a checkpoint says about the data of a fit: `CurrentFit.data`."""

_ROWS = 4096  # hashed at a time: data in another memory order need no contiguous copy


@dataclass
class EpochProgress:
    """How far an epoch has come: batches and samples done, and the sums for its mean loss.

    Attributes:
        order: state of the shuffling generator before the epoch.
        batch, seen: batches and samples done. total / counted: the mean loss so far.
        predictions: those made so far, for the metrics; None without metrics.
    """

    order: dict[str, Any]
    batch: int = 0
    seen: int = 0
    total: float = 0.0
    counted: float = 0.0
    predictions: Array | None = None


@dataclass
class ResumePoint:
    """Where a training is continued. A training that has no checkpoint starts from an empty one.

    Attributes:
        data: digests and settings, as `CurrentFit.data`. callbacks: pairs (class name, state).
        progress: within the epoch; None between two epochs.
    """

    data: dict[str, Any] | None = None
    callbacks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    progress: EpochProgress | None = None

    def check(self, fit: CurrentFit) -> None:
        """Check that a fit has the data of the checkpoint, and a callback for each saved state.

        Raises:
            ValueError: naming what is different.
        """
        names = {**dict.fromkeys(fit.data), **self.data}.items() if self.data else ()
        for name, saved in names:
            given = fit.data.get(name)
            if given != saved:
                got = "different values" if isinstance(saved, str) else f"{given}, there {saved}"
                raise ValueError(
                    f"fit: {name}: expected the same as before the checkpoint, so that the result "
                    f"is that of an uninterrupted training, got {got}. "
                    f"For other data create a new Trainer and use network.load_values(path)."
                )
        self._check_progress(fit)
        self.match(fit.callbacks)

    def _check_progress(self, fit: CurrentFit) -> None:
        """The position within the epoch must lie in these data."""
        progress, batches = self.progress, fit.batches
        if progress is None:
            return
        m, predictions = len(batches.x), progress.predictions
        seen = min(progress.batch * batches.rows, m)
        if progress.batch > batches.steps or progress.seen != seen:
            raise ValueError(
                f"fit: expected a checkpoint that has seen {seen} of {m} samples after batch "
                f"{progress.batch} of {batches.steps}, got {progress.seen}. Load another one."
            )
        if predictions is not None and len(predictions) != m:
            raise ValueError(
                f"fit: expected a checkpoint with predictions for {m} samples, got "
                f"{len(predictions)}. Load another one."
            )

    def match(self, callbacks: Sequence[Callback]) -> list[tuple[Callback, dict[str, Any]]]:
        """Pairs of a callback and its saved state."""
        left, pairs = list(callbacks), []
        for name, state in self.callbacks:
            callback = next((c for c in left if saved_name(c) == name and c.takes(state)), None)
            if callback is None:
                of = f" of {state['monitor']!r}" if "monitor" in state else ""
                raise ValueError(
                    f"fit: callbacks: expected a {name}{of}, whose state is in the checkpoint, "
                    f"got {[type(c).__name__ for c in callbacks]}. Pass the same callbacks as "
                    f"before."
                )
            left.remove(callback)
            pairs.append((callback, state))
        return pairs


@dataclass
class CurrentFit:
    """What a `fit` was called with, checked and converted, and how far its epoch has come."""

    batches: Batches
    validation: tuple[Array, Array, Array | None] | None
    callbacks: list[Callback]
    shuffle: bool
    measure_at: frozenset[int] = frozenset()
    progress: EpochProgress | None = None

    @cached_property
    def data(self) -> dict[str, Any]:
        """A digest of each array, and the settings; computed when a checkpoint needs it."""
        x, y, weight = self.validation or (None, None, None)
        batches = self.batches
        weights = {} if weight is None else {WEIGHTS: digest(weight)}
        return {
            "x": digest(batches.x),
            "y": digest(batches.y),
            "sample_weight": digest(batches.weight),
            "validation x": digest(x),
            "validation y": digest(y),
            "batch_size": batches.batch_size,
            "shuffle": self.shuffle,
            **weights,
        }

    def resume_point(self) -> ResumePoint:
        """What a checkpoint saves of this fit now."""
        states = [(saved_name(c), c.state()) for c in self.callbacks]
        return ResumePoint(self.data, [(n, s) for n, s in states if s], self.progress)


def digest(array: Array | None) -> str | None:
    """SHA-256 of dtype, shape and numbers.

    >>> digest(np.zeros(3)) == digest(np.zeros(3)), digest(np.zeros(3)) == digest(np.zeros((3, 1)))
    (True, False)
    """
    import hashlib  # here: it loads OpenSSL, which `import minnet` alone does not need

    if array is None:
        return None
    result = hashlib.sha256(f"{array.dtype.newbyteorder('<').str} {array.shape} ".encode())
    for start in range(0, len(array), _ROWS):
        result.update(np.ascontiguousarray(array[start : start + _ROWS]).data.cast("B"))
    return result.hexdigest()
