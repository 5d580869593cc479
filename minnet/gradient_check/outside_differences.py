"""A gradient judged by differences of outputs that another process computes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minnet.gradient_check.finite_differences import (
    EVERY_ENTRY,
    is_single,
    jacobian,
    sample_columns,
)
from minnet.utils.types import Array

_MOST_KINKED = 0.5


def measured(
    output: Callable[[Array], Array],
    at: Array,
    y: Array,
    upstream: Array,
    generator: np.random.Generator,
) -> tuple[Array, Array] | None:
    """Positions in `at.ravel()`, and there the derivative of (upstream * output).sum().

    Where the output has a kink nothing is measured; None where it has kinks nearly everywhere.
    """
    columns = sample_columns(at.size, generator, EVERY_ENTRY)
    slopes = jacobian(output, at, y, columns, single=is_single(np.asarray(y, np.float64)))
    if slopes.kinked.sum() > _MOST_KINKED * len(columns):
        return None
    smooth = ~slopes.kinked
    return columns[smooth], slopes.transpose_times(upstream)[smooth]
