"""Checks of the two kinds of input in this folder: a pair (x, y), and a table (m, f).

Splitting, batching and scaling share them.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from minnet.utils import array_checks
from minnet.utils.types import Array


def pair(place: str, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Features and targets, with one target for each row."""
    features = array_checks.samples(place, "x", x)
    targets = array_checks.numeric_array(place, "y", y)
    if targets.ndim == 0:
        raise ValueError(f"{place}: y: expected an array of shape (m,) or (m, k), got one number.")
    array_checks.same_length(place, "x", features, "y", targets)
    array_checks.not_empty(place, "y", targets)
    array_checks.finite(place, "y", targets)
    return features, targets


def table(place: str, x: ArrayLike) -> Array:
    """A finite array of shape (m, f)."""
    array = array_checks.samples(place, "x", x)
    if array.ndim != 2:
        raise ValueError(
            f"{place}: x: expected shape (m, features), got {array.shape}. "
            f"Flatten each sample first: x.reshape(len(x), -1)."
        )
    return array
