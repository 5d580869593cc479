"""How much each sample and each class counts in the mean of a loss.

Without weights the mean is over the m samples. With weights it is over the sum of the weights
that count, so that weights which are all equal change nothing, and a sample of weight 0 is
as if it were not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.utils import array_checks, checks
from minnet.utils.types import Array


def as_column(weights: Array, like: Array) -> Array:
    """Weights (m,) in a shape that multiplies each row of `like`, and in its dtype."""
    return weights.reshape(-1, *[1] * (like.ndim - 1)).astype(like.dtype, copy=False)


def check_sample_weight(place: str, value: ArrayLike, samples: int, dtype: np.dtype[Any]) -> Array:
    """One weight for each sample: finite in `dtype`, none negative; a batch may have only zeros."""
    weights = array_checks.numeric_array(place, "sample_weight", value)
    if weights.shape != (samples,):
        raise ValueError(
            f"{place}: sample_weight: expected one number for each of the {samples} samples, "
            f"shape ({samples},), got {weights.shape}."
        )
    _check_not_negative(place, "sample_weight", weights)
    check_weights_survive(place, "sample_weight", weights, dtype)
    return weights.astype(np.float64) if weights.dtype == np.float16 else weights


ClassWeight = Sequence[float] | Mapping[int, float] | str
"""A list or a dict with a weight for each class, or "balanced"."""


def check_class_weight(place: str, value: ClassWeight | ArrayLike | None) -> Array | None:
    """One weight for each class: finite, none negative, not all zero.

    None for "balanced": the weights then come from the labels of `fit`.
    """
    if value is None or (isinstance(value, str) and value == "balanced"):
        return None
    if isinstance(value, str):
        raise ValueError(
            f'{place}: class_weight: expected a weight for each class or "balanced", got '
            f'{value!r}. Write class_weight="balanced".'
        )
    if isinstance(value, Mapping):
        value = _weights_of_dict(place, value)
    weights = array_checks.numeric_array(place, "class_weight", value)
    if weights.ndim != 1 or len(weights) < 2:
        raise ValueError(
            f"{place}: class_weight: expected one number for each class, at least two, got "
            f"{checks.describe(weights)}."
        )
    _check_not_negative(place, "class_weight", weights)
    check_not_all_zero(place, "class_weight", weights)
    return weights.astype(np.float64)


def _weights_of_dict(place: str, value: Mapping[int, float]) -> list[float]:
    """The weights in the order of the classes 0, 1, 2, ..., each of which has one."""
    classes = range(len(value))
    if set(value) != set(classes):
        missing = next(c for c in classes if c not in value)
        raise ValueError(
            f"{place}: class_weight: expected a weight for each class 0, 1, 2, ..., got none for "
            f"class {missing} in {checks.describe(dict(value))}. Give 1.0 to a class that counts "
            f"as usual; names of classes: np.unique(y, return_inverse=True) numbers them."
        )
    return [value[c] for c in classes]


def _check_not_negative(place: str, name: str, weights: Array) -> None:
    """Refuse weights that are negative, NaN or infinite."""
    array_checks.finite(place, name, weights)
    fix = "A weight of 0 leaves it out."
    array_checks.refuse(place, name, weights, weights < 0, "weights >= 0", fix)


def check_weights_survive(
    place: str, name: str, weights: Array | None, dtype: np.dtype[Any]
) -> None:
    """Refuse weights which the numbers of the network cannot hold: they become 0 or inf in it."""
    if weights is None or weights.dtype.kind != "f":
        return
    limits = np.finfo(dtype)
    lost = (weights > 0) & ((weights < limits.tiny) | (weights > limits.max))
    held = f"0 or weights from {limits.tiny:.2g} to {limits.max:.2g}, which {dtype} can hold"
    fix = f"Only ratios count: divide {name} by its mean, and let weights near 0 be 0."
    array_checks.refuse(place, name, weights, lost, held, fix)
    if weights.sum(dtype=float) > limits.max:
        raise ValueError(
            f"{place}: {name}: expected weights whose sum {dtype} can hold, got one of "
            f"{weights.sum(dtype=float):.3g}. Only ratios count: divide {name} by its mean."
        )


def check_not_all_zero(place: str, name: str, weights: Array) -> None:
    """Refuse weights that are all zero."""
    if not weights.any():
        raise ValueError(
            f"{place}: {name}: expected at least one weight above 0, got only zeros. Leave {name} "
            f"out to give all the same weight."
        )
