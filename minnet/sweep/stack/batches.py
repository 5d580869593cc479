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
        x_order, y_order = order + self._x_starts, order + self._y_starts
        shape = (len(order), self.rows)
        x_buffer = np.empty((*shape, *self.x.shape[1:]), self.x.dtype)
        y_buffer = np.empty((*shape, *self.y.shape[1:]), self.y.dtype)
        for start in range(0, self.samples, self.rows):
            part = slice(start, start + self.rows)
            x_index, y_index = x_order[:, part], y_order[:, part]
            if x_index.shape != shape:  # the last batch may be smaller
                yield self.x.take(x_index, axis=0), self.y.take(y_index, axis=0)
                continue
            yield (
                self.x.take(x_index, axis=0, out=x_buffer, mode="clip"),
                self.y.take(y_index, axis=0, out=y_buffer, mode="clip"),
            )


def _together(arrays: Sequence[Array]) -> tuple[Array, Array]:
    """The different arrays one below the other, and where that of each run begins (runs, 1)."""
    distinct = {id(array): array for array in arrays}
    positions = {key: n * len(arrays[0]) for n, key in enumerate(distinct)}
    starts = np.array([[positions[id(array)]] for array in arrays])
    return (
        arrays[0] if len(distinct) == 1 else np.concatenate(list(distinct.values())),
        starts,
    )


def in_parts(data: Sequence[Sequence[Any]], rows: int) -> list[Part]:
    """Each run's (x, y, weights) as a stack evaluates them, so many rows at a time.

    Where all runs have the same x, it stays without the axis of the runs.
    """
    x, y, weight = zip(*data, strict=True)
    parts: list[Part] = []
    for start in range(0, len(data[0][0]), rows):
        part = slice(start, start + rows)
        same_x = all(a is x[0] for a in x)
        parts.append(
            (
                x[0][part] if same_x else np.stack([a[part] for a in x]),
                np.stack([a[part] for a in y]),
                None if weight[0] is None else np.stack([a[part] for a in weight]),
            )
        )
    return parts
