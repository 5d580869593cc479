"""Checks of the two kinds of input in this folder: a pair (x, y), and a table (m, f).

Splitting, batching and scaling share them.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from minnet.utils import array_checks
from minnet.utils.types import Array


def pair(place: str, x: ArrayLike, y: ArrayLike, name: str = "y") -> tuple[Array, Array]:
    """Features and targets, with one target for each row."""
    features = array_checks.samples(place, "x", x)
    targets = array_checks.numeric_array(place, name, y)
    if targets.ndim == 0:
        raise ValueError(
            f"{place}: {name}: expected an array of shape (m,) or (m, k), got one number. Give one "
            f"entry for each row of x."
        )
    array_checks.same_length(place, "x", features, name, targets)
    array_checks.not_empty(place, name, targets)
    array_checks.finite(place, name, targets)
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
