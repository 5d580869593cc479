"""The data of a stack: each run has its own, or all have the same, which is then kept once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minnet.data.batches import Batches
from minnet.utils.types import Array

Part = tuple[Array, Array, Array | None]


class StackedBatches:
    """The batches of an epoch for all runs: x (runs, rows, features), y (runs, rows, ...)."""

    def __init__(self, batches: Sequence[Batches]) -> None:
        self.samples, self.rows = len(batches[0].x), batches[0].rows
        self.x, self._x_starts = _together([b.x for b in batches])
        self.y, self._y_starts = _together([b.y for b in batches])

    def epoch(self, order: Array) -> Iterator[tuple[Array, Array]]:
        """All batches, of each run in its order (runs, samples)."""
        for start in range(0, self.samples, self.rows):
            chosen = order[:, start : start + self.rows]
            x_batch = self.x.take(chosen + self._x_starts, axis=0)
            yield x_batch, self.y.take(chosen + self._y_starts, axis=0)


def _together(arrays: Sequence[Array]) -> tuple[Array, Array]:
    """All arrays one below the other, and where that of each run begins (runs, 1)."""
    starts = np.arange(len(arrays))[:, None] * len(arrays[0])
    if all(array is arrays[0] for array in arrays):
        return arrays[0], 0 * starts
    return np.concatenate(arrays), starts


def in_parts(data: Sequence[Sequence[Any]], rows: int) -> Iterator[Part]:
    """Each run's (x, y, weights) as a stack evaluates them, so many rows at a time.

    Where all runs have the same x, it stays without the axis of the runs.
    """
    x, y, weight = zip(*data, strict=True)
    for start in range(0, len(x[0]), rows):
        part = slice(start, start + rows)
        same_x = all(a is x[0] for a in x)
        yield (
            x[0][part] if same_x else np.stack([a[part] for a in x]),
            np.stack([a[part] for a in y]),
            None if weight[0] is None else np.stack([a[part] for a in weight]),
        )
