"""Feeds batches to the training loop without a second copy of the data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minnet.utils.types import Array


class Feed:
    """The rows of x and y, batch by batch, in a new order each epoch.

    Batches of a shuffled epoch are gathered into two arrays that are used again; data of
    another type than the network's are cast one batch at a time.
    """

    def __init__(self, x: Array, y: Array, batch_size: int, weight: Array | None = None) -> None:
        self.x, self.y, self.weight = x, y, weight
        self.batch_size, self.rows = batch_size, min(batch_size, len(x))
        self._x = np.empty((self.rows, *x.shape[1:]), x.dtype)
        self._y = np.empty((self.rows, *y.shape[1:]), y.dtype)

    @property
    def steps(self) -> int:
        """Batches in an epoch; the last one may be smaller."""
        return -(-len(self.x) // self.rows)

    def epoch(
        self, order: Array | None, first: int = 0
    ) -> Iterator[tuple[Array, Array, Array | None]]:
        """All batches (x, y, weights), in this order of the rows, or as they stand.

        `first`: how many of them to leave out, which were trained on before a break.
        """
        weight = self.weight
        for start in range(first * self.rows, len(self.x), self.rows):
            part = slice(start, start + self.rows)
            if order is None:
                yield self.x[part], self.y[part], None if weight is None else weight[part]
                continue
            chosen = order[part]
            x, y = self._x, self._y
            if len(chosen) < self.rows:
                x, y = x[: len(chosen)], y[: len(chosen)]
            # "clip" lets NumPy write straight into `out`; the order holds valid rows only.
            self.x.take(chosen, axis=0, out=x, mode="clip")
            self.y.take(chosen, axis=0, out=y, mode="clip")
            yield x, y, None if weight is None else weight[chosen]
