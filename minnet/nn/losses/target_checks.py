"""Checks of predictions and targets, with the messages that say what is wrong with them.

Each takes `place`, the text that names the loss in the message (`Hinge()`), and returns the array
in the form that the loss continues with, or raises an error.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.layer import Layer
from minnet.utils.array_checks import (
    finite,
    first_entry,
    float_array,
    labels,
    numeric_array,
    one_hot_rows,
    refuse,
    rows_sum_to_1,
)
from minnet.utils.types import Array

_INTP = np.dtype(np.intp)

SUM_TOLERANCE = 1e-3
"""How far from 1 the sum of a row may be: a table printed with three digits still passes."""


def prediction_and_target(place: str, prediction: Array, target: Array) -> tuple[Array, Array]:
    """The two arguments of `forward` as arrays of the same shape, the prediction of floats."""
    prediction = prediction_array(place, prediction)
    target = numeric_array(place, "target", target)
    same_shape(place, target, prediction.shape)
    return prediction, target


def prediction_array(place: str, prediction: Array) -> Array:
    """The prediction as an array of floats that holds at least one sample."""
    prediction = float_array(place, "prediction", prediction)
    if prediction.ndim == 0 or prediction.size == 0:
        raise ValueError(
            f"{place}: prediction: expected a batch of at least one sample, got shape "
            f"{prediction.shape}."
        )
    return prediction


def target_array(place: str, y: ArrayLike) -> Array:
    """The targets as an array of finite numbers, one entry or row for each sample."""
    target = numeric_array(place, "y", y)
    if target.ndim == 0 or target.size == 0:
        raise ValueError(
            f"{place}: y: expected one target for each sample, got an array of shape "
            f"{target.shape}."
        )
    finite(place, "y", target)
    return target


def same_shape(place: str, target: Array, shape: tuple[int, ...], name: str = "target") -> None:
    """Refuse a target that NumPy would broadcast against the prediction."""
    if target.shape == shape:
        return
    fix = "Nothing is broadcast: give each output its own target."
    if target.size == math.prod(shape):
        fix = f"Nothing is broadcast: write {name}.reshape{shape}."
    elif len(shape) == 2 and target.shape == (shape[0], 1):
        fix = f"Class labels have no second axis: write {name}.ravel(). {fix}"
    elif (
        len(shape) == target.ndim == 2 and target.shape[1] < shape[1] and one_hot_rows(target).all()
    ):
        fix = (
            f"If these are one-hot rows of a part of the data, name the number of classes: "
            f"mn.data.one_hot(labels, classes={shape[1]}). {fix}"
        )
    raise ValueError(
        f"{place}: {name}: expected the shape of the prediction, {shape}, got {target.shape}. {fix}"
    )


def plain_labels(y: ArrayLike, shape: tuple[int, ...]) -> Array | None:
    """The class labels for predictions (m, k) if y is an array of them, or of one-hot rows.

    A quick test for the targets of a single step; None: ask the thorough `as_class_target`.
    """
    if type(y) is not np.ndarray or not y.size:
        return None
    if y.shape == shape and y.ndim == 2 and y.dtype.kind in "biuf":
        found = y.argmax(axis=1)
        rows = _one_hot_rows(shape[1], y.dtype).take(found, axis=0)
        return found if rows.tobytes() == y.tobytes() else None
    if y.dtype is not _INTP or y.shape != shape[:1]:
        return None
    in_range = y.item(y.argmin()) >= 0 and y.item(y.argmax()) < shape[1]  # faster than y.max()
    return y if in_range else None


@functools.lru_cache(maxsize=16)
def _one_hot_rows(classes: int, dtype: np.dtype[Any]) -> Array:
    return np.eye(classes, dtype=dtype)


def as_labels(place: str, target: Array, classes: int, name: str = "y") -> Array:
    """Whole numbers from 0 to classes - 1, as integers; the error names the first that is not."""
    expected = (
        f"class labels, whole numbers from 0 to {classes - 1} (the network has {classes} outputs)"
    )
    fix = "Number the classes from 0, or give the network an output for each class."
    return labels(place, name, target, classes, expected, fix)


def as_class_target(
    place: str, name: str, target: ArrayLike, shape: tuple[int, ...], ignore_label: float | None
) -> Array:
    """Labels (m,), ignored ones among them, or rows of probabilities (m, k)."""
    target = numeric_array(place, name, target)
    if target.ndim == 1 and len(target) == shape[0]:
        ignored = np.zeros(len(target), bool) if ignore_label is None else target == ignore_label
        counted = as_labels(place, np.where(ignored, 0, target), shape[1], name)
        return np.where(ignored, target, counted).astype(np.intp)
    same_shape(place, target, shape, name)
    check_between_0_and_1(place, name, target)
    check_rows_sum_to_1(place, name, target)
    return target


def as_signs(place: str, name: str, target: ArrayLike) -> Array:
    """-1 and +1 as floats, from themselves or from 0 and 1."""
    target = float_array(place, name, target)
    wrong = (target != 0) & (np.abs(target) != 1)
    if (target == -1).any():
        wrong |= target == 0
    refuse(place, name, target, wrong, "-1 and +1, or 0 and 1", "Use one of these pairs.")
    return np.where(target > 0, 1, -1).astype(target.dtype)


def check_probability_rows(place: str, prediction: Array) -> None:
    """Refuse a prediction that is not (m, k), each row two or more probabilities."""
    if prediction.ndim != 2 or prediction.shape[1] < 2:
        raise ValueError(
            f"{place}: prediction: expected shape (m, k) with k >= 2 classes, got "
            f"{prediction.shape}. One output is a yes-or-no question: end the network in "
            f"mn.Sigmoid() and use mn.BinaryCrossEntropy()."
        )
    check_between_0_and_1(place, "prediction", prediction)
    check_rows_sum_to_1(place, "prediction", prediction)


def check_between_0_and_1(place: str, name: str, array: Array) -> None:
    """Refuse an entry outside [0, 1]; NaN is outside."""
    wrong = ~((array >= 0) & (array <= 1))
    if not wrong.any():
        return
    if name == "prediction" and not np.isfinite(array).all():
        entry = first_entry(name, array, ~np.isfinite(array))
        raise FloatingPointError(f"{place}: expected finite predictions, got {entry}.")
    fix = "Is the network's last layer a sigmoid or softmax?"
    if name != "prediction":
        fix = "Class labels here are 0 and 1; -1/+1 becomes (y + 1) / 2."
    refuse(place, name, array, wrong, "numbers from 0 to 1", fix)


def check_rows_sum_to_1(place: str, name: str, array: Array) -> None:
    """Refuse a row whose entries do not sum to 1."""
    fix = "Divide each row by its sum, or give integer labels."
    if name == "prediction":
        fix = "End the network in mn.Softmax()."
    rows_sum_to_1(place, name, array, SUM_TOLERANCE, fix)


def check_not_saturated(
    place: str, canonical: type[Layer], a: Array, saturated: Array, problem: str
) -> None:
    """Explain why cross-entropy is computed from the logits, if any probability is saturated."""
    if not saturated.any():
        return
    entry = first_entry("prediction", a, saturated)
    raise FloatingPointError(
        f"{place}: {entry} is saturated: {problem}. The activation has rounded "
        f"to 0 or 1 (in float32 a sigmoid is exactly 1.0 from z = 17 on, in float64 from z = 37 "
        f"on). Let the network end in mn.{canonical.__name__}() and leave fuse=True: "
        f"the Trainer then computes loss and gradient from the logits z, where nothing saturates."
    )


def check_finite(place: str, value: float, prediction: Array, target: Array) -> float:
    """`value`, or the error that says which entry made it NaN or infinite."""
    if math.isfinite(value):
        return value
    finite(place, "target", target)
    wrong = ~np.isfinite(prediction)
    if wrong.any():
        entry = first_entry("prediction", prediction, wrong)
        raise FloatingPointError(f"{place}: the loss is {value}, because {entry}.")
    raise FloatingPointError(
        f"{place}: the loss is {value}: the predictions (up to {np.abs(prediction).max():.3g}) "
        f"are too large for {prediction.dtype}."
    )
