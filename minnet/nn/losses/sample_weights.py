"""How much each sample and each class counts in the mean of a loss.

Without weights the mean is over the m samples. With weights it is over the sum of the weights
that count, so that weights which are all equal change nothing, and a sample of weight 0 is
as if it were not there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.losses.loss import Loss
from minnet.utils import array_checks, checks
from minnet.utils.types import Array


def sample_weights(place: str, value: ArrayLike, samples: int) -> Array:
    """One weight for each sample: finite, none negative; a batch may have zeros only."""
    weights = array_checks.numeric_array(place, "sample_weight", value)
    if weights.shape != (samples,):
        raise ValueError(
            f"{place}: sample_weight: expected one number for each of the {samples} samples, "
            f"shape ({samples},), got {weights.shape}."
        )
    array_checks.finite(place, "sample_weight", weights)
    _refuse_negative(place, "sample_weight", weights)
    return weights


def class_weights(place: str, value: Sequence[float] | ArrayLike | None) -> Array | None:
    """One weight for each class: finite, none negative, not all zero."""
    if value is None:
        return None
    weights = array_checks.numeric_array(place, "class_weight", value)
    if weights.ndim != 1 or len(weights) < 2:
        raise ValueError(
            f"{place}: class_weight: expected one number for each class, at least two, got "
            f"{checks.describe(weights)}."
        )
    array_checks.finite(place, "class_weight", weights)
    _refuse_negative(place, "class_weight", weights)
    refuse_zeros(place, "class_weight", weights)
    return weights.astype(np.float64)


def check_classes(loss: Loss, weights: Array | None, classes: int) -> None:
    """Refuse class weights for another number of classes."""
    if weights is not None and len(weights) != classes:
        raise ValueError(
            f"{loss!r}: class_weight: expected {classes} weights, one for each class, got "
            f"{len(weights)}."
        )


def _refuse_negative(place: str, name: str, weights: Array) -> None:
    negative = weights < 0
    if negative.any():
        position = int(negative.argmax())
        raise ValueError(
            f"{place}: {name}: expected weights >= 0, got {name}[{position}] = "
            f"{weights[position]}. A weight of 0 leaves it out."
        )


def refuse_zeros(place: str, name: str, weights: Array) -> None:
    """Refuse weights under which nothing counts."""
    if not weights.any():
        raise ValueError(
            f"{place}: {name}: expected a weight above 0 somewhere, got zeros only. Leave {name} "
            f"out to let all count alike."
        )


def smoothing(place: str, value: float) -> float:
    """The share e of label smoothing, 0 <= e < 1."""
    return checks.number(place, "label_smoothing", value, minimum=0, maximum=1, below=True)


def ignored(place: str, value: float | None, whole: bool = False) -> float | None:
    """The label that does not count; None: all count."""
    if value is None:
        return None
    if whole:
        return checks.whole_number(place, "ignore_label", value, minimum=-(2**31))
    return checks.number(place, "ignore_label", value)


def column(weights: Array, like: Array) -> Array:
    """Weights (m,) in a shape that multiplies each row of `like`, in its type."""
    return weights.reshape(-1, *[1] * (like.ndim - 1)).astype(like.dtype, copy=False)


def at_least_something(loss: Loss, counted: Array) -> None:
    """Refuse data in which nothing counts."""
    if not counted.any():
        raise ValueError(
            f"{loss!r}: y: expected at least one label that counts, got ignored labels only, or "
            f"labels of class weight 0. Look whether ignore_label and class_weight are right."
        )
