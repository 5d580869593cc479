"""Cuts data into batches: `batches` for users who write their own loop, `Batches` for `fit`.

Gradient descent on a batch is cheaper than on all rows and nearly as good, if the batches are
drawn at random and no row is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from minnet.data.checks import pair
from minnet.utils import checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.types import Array


@explained
def batches(
    x: ArrayLike, y: ArrayLike, batch_size: int, seed: int | None = None, shuffle: bool = True
) -> Iterator[tuple[Array, Array]]:
    """One pass over the data in batches: each row exactly once, the last batch may be smaller.

    Args:
        x: features, shape (m, ...) with at least two dimensions, finite.
        y: targets, shape (m,) or (m, k), finite.
        batch_size: rows per batch, a whole number >= 1; from m on there is one batch.
        seed: a whole number >= 0, or None for a different order at every call.
        shuffle: False keeps the order of the rows.

    Returns:
        Iterator of (x_batch, y_batch), ceil(m / batch_size) pairs of new arrays.

    Raises:
        TypeError, ValueError: an argument is not as above; raised at the call, not at the first
            batch.

    >>> x, y = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> [part.tolist() for _, part in batches(x, y, 2, shuffle=False)]
    [[0, 1], [2, 3], [4]]
    """
    x, y = pair("batches", x, y)
    size = checks.whole_number("batches", "batch_size", batch_size)
    generator = np.random.default_rng(checks.seed("batches", seed))
    shuffle = checks.boolean("batches", "shuffle", shuffle)
    order = generator.permutation(len(x)) if shuffle else np.arange(len(x))
    pieces = (order[start : start + size] for start in range(0, len(x), size))
    return ((x[piece], y[piece]) for piece in pieces)


class Batches:
    """The batches of an epoch, without a second copy of the data.

    A shuffled epoch copies the rows of each batch into the same two arrays. Data of a different
    dtype than the network's are cast by the network, one batch at a time.

    >>> data = Batches(np.arange(6.0).reshape(3, 2), np.arange(3), batch_size=2)
    >>> [y.tolist() for _, y, _ in data.epoch(order=np.array([2, 0, 1]))]
    [[2, 0], [1]]
    """

    x: Array
    y: Array
    weight: Array | None
    batch_size: int
    rows: int

    def __init__(self, x: Array, y: Array, batch_size: int, weight: Array | None = None) -> None:
        self.x, self.y, self.weight = x, y, weight
        self.batch_size, self.rows = batch_size, min(batch_size, len(x))

    @property
    def steps(self) -> int:
        """Number of batches in an epoch."""
        return -(-len(self.x) // self.rows)

    def epoch(
        self, order: Array | None, skip: int = 0
    ) -> Iterator[tuple[Array, Array, Array | None]]:
        """All batches (x, y, sample weights) in this order of the rows; None: in their own order.

        `skip`: how many batches to skip (already trained on before an interruption).
        """
        x, y, weight, rows = self.x, self.y, self.weight, self.rows
        if order is not None:
            x_buffer = np.empty((rows, *x.shape[1:]), x.dtype)
            y_buffer = np.empty((rows, *y.shape[1:]), y.dtype)
        for start in range(skip * rows, len(x), rows):
            part = slice(start, start + rows)
            if order is None:
                yield x[part], y[part], None if weight is None else weight[part]
                continue
            chosen = order[part]
            count = len(chosen)  # "clip" lets NumPy write straight into `out`; all rows are valid
            x_batch = x.take(chosen, axis=0, out=x_buffer[:count], mode="clip")
            y_batch = y.take(chosen, axis=0, out=y_buffer[:count], mode="clip")
            yield x_batch, y_batch, None if weight is None else weight[chosen]
