"""A grid of points over a rectangle of the plane, at which functions and networks are asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minnet.utils.types import Array


def grid(ranges: Sequence[tuple[float, float]], points: int) -> tuple[list[Array], Array]:
    """The two axes (points,) of a grid, and all its points (points^2, 2), row by row.

    >>> axes, all_points = grid([(0, 1), (0, 2)], 2)
    >>> all_points.tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]]
    """
    axes = [np.linspace(low, high, points) for low, high in ranges]
    first, second = np.meshgrid(*axes)
    return axes, np.column_stack([first.ravel(), second.ravel()])


def surroundings(points: Array, margin: float) -> list[tuple[float, float]]:
    """From the least to the greatest of each column, and a share of that range on either side."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.where(high > low, (high - low) * margin, 0.5)
    return [(float(a), float(b)) for a, b in zip(low - room, high + room, strict=True)]
