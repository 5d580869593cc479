"""One pass over the data in small pieces: what a trainer does, for those who write their own loop.

Gradient descent on a piece is cheaper than on all rows and nearly as good, if the pieces are
drawn at random and no row is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from minnet.data.checks import pair
from minnet.utils import checks
from minnet.utils.types import Array


def batches(
    x: ArrayLike, y: ArrayLike, batch_size: int, seed: int | None = None, shuffle: bool = True
) -> Iterator[tuple[Array, Array]]:
    """One pass over the data in pieces: each row exactly once, the last batch may be smaller.

    Args:
        x: features, shape (m, ...) with at least two dimensions, finite.
        y: targets, shape (m,) or (m, k), finite.
        batch_size: rows per batch, a whole number >= 1; from m on there is one batch.
        seed: a whole number >= 0, or None for another order at every call.
        shuffle: False keeps the order of the rows.

    Returns:
        Iterator of (x_batch, y_batch), new arrays with ceil(m / batch_size) batches in all.

    Raises:
        TypeError, ValueError: an argument is not as above; at the call, not at the first batch.

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
