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


def counted(target: Array, ignore_label: float | None) -> Array:
    """True where a label is not the ignored one."""
    if ignore_label is None:
        return np.ones(target.shape, bool)
    return np.asarray(target != ignore_label)


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


BALANCED = "balanced"

ClassWeight = Sequence[float] | Mapping[int, float] | str
"""A list or a dict with a weight for each class, or "balanced"."""


def check_class_weight(place: str, value: ClassWeight | ArrayLike | None) -> Array | None:
    """One weight for each class: finite, none negative, not all zero.

    None for "balanced": the weights then come from the labels of `fit`.
    """
    if value is None or (isinstance(value, str) and value == BALANCED):
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


def balanced_weights(place: str, samples: Array) -> Array:
    """m / (k n_c) for a class of n_c samples of m; so each of the k classes counts the same.

    Raises:
        ValueError: a class without samples.
    """
    if not samples.all():
        raise ValueError(
            f"{place}: y: expected samples of all {len(samples)} classes for "
            f'class_weight="balanced", got none of class {int(samples.argmin())}. '
            f"Give the weights as a list."
        )
    return samples.sum() / (len(samples) * samples)


def check_balanced(place: str, balanced: bool, class_weight: Array | None) -> None:
    """Refuse to compute a loss with balanced weights that no labels have given yet."""
    if balanced and class_weight is None:
        raise ValueError(
            f'{place}: class_weight: expected weights, got "balanced" before any fit. Call '
            f"fit(x, y, ...), whose labels give the weights, or give them as a list."
        )


def check_number_of_classes(place: str, class_weight: Array | None, classes: int) -> None:
    """Refuse class weights for another number of classes."""
    if class_weight is not None and len(class_weight) != classes:
        raise ValueError(
            f"{place}: class_weight: expected {classes} weights, one for each class, got "
            f"{len(class_weight)}."
        )


def _check_not_negative(place: str, name: str, weights: Array) -> None:
    """Refuse weights that are negative, NaN or infinite."""
    array_checks.finite(place, name, weights)
    negative = weights < 0
    if negative.any():
        position = int(negative.argmax())
        raise ValueError(
            f"{place}: {name}: expected weights >= 0, got {name}[{position}] = "
            f"{weights[position]}. A weight of 0 leaves it out."
        )


def check_weights_survive(
    place: str, name: str, weights: Array | None, dtype: np.dtype[Any]
) -> None:
    """Refuse weights which the numbers of the network cannot hold: they become 0 or inf in it."""
    if weights is None or weights.dtype.kind != "f":
        return
    limits = np.finfo(dtype)
    lost = (weights > 0) & ((weights < limits.tiny) | (weights > limits.max))
    if lost.any():
        first = int(lost.argmax())
        raise ValueError(
            f"{place}: {name}: expected 0 or weights from {limits.tiny:.2g} to {limits.max:.2g}, "
            f"which {dtype} can hold, got {name}[{first}] = {weights[first]}. Only ratios count: "
            f"divide {name} by its mean, and let weights near 0 be 0."
        )
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


def check_total_weight(place: str, weights: Array) -> None:
    """Refuse data whose total weight is zero."""
    if not weights.any():
        raise ValueError(
            f"{place}: y: expected at least one label that counts, got only ignored labels, or "
            f"labels of class weight 0. Check ignore_label and class_weight."
        )


def check_label_smoothing(place: str, value: float) -> float:
    """The share e of label smoothing, 0 <= e < 1."""
    return checks.number(place, "label_smoothing", value, minimum=0, maximum=1, below=True)


def check_ignore_label(place: str, value: float | None, whole: bool = False) -> float | None:
    """The label that does not count; None: all count."""
    if value is None:
        return None
    if whole:
        return checks.whole_number(place, "ignore_label", value, minimum=-(2**31))
    return checks.number(place, "ignore_label", value)
