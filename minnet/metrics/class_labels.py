"""Class labels, from the outputs of a network and from the targets as a Trainer stores them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from minnet.utils import array_checks
from minnet.utils.types import Array

THRESHOLD = 0.5
"""A single output above this is class 1; at exactly 0.5 it is class 0, as with argmax."""


def predicted_classes(prediction: ArrayLike) -> Array:
    """Class labels (m,): above one half for one output, the largest of several.

    >>> predicted_classes([[0.2], [0.9]]), predicted_classes([[0.2, 0.7, 0.1]])
    (array([0, 1]), array([1]))
    """
    array = array_checks.numeric_array("metrics", "prediction", prediction)
    array_checks.not_empty("metrics", "prediction", array)
    array_checks.finite("metrics", "prediction", array)
    if array.ndim == 1 or array.shape[1:] == (1,):
        return (array.reshape(-1) > THRESHOLD).astype(np.intp)
    if array.ndim != 2:
        raise ValueError(
            f"metrics: prediction: expected shape (m, 1) or (m, k), got {array.shape}."
        )
    return np.asarray(array.argmax(axis=1))


def target_classes(target: ArrayLike) -> Array:
    """Class labels (m,) from labels, from a column of 0 and 1, or from one-hot rows."""
    array = array_checks.numeric_array("metrics", "target", target)
    array_checks.not_empty("metrics", "target", array)
    array_checks.finite("metrics", "target", array)
    if array.ndim == 2 and array.shape[1] > 1:
        one_hot = ((array == 0) | (array == 1)).all(axis=1) & (array.sum(axis=1) == 1)
        if not one_hot.all():
            row = int((~one_hot).argmax())
            raise ValueError(
                f"metrics: target: expected one class for each row, got target[{row}] = "
                f"{array[row]}. For several labels per row write a custom metric."
            )
        return np.asarray(array.argmax(axis=1))
    labels = array.reshape(-1)
    if (labels != np.floor(labels)).any() or (labels < 0).any():
        row = int(((labels != np.floor(labels)) | (labels < 0)).argmax())
        raise ValueError(
            f"metrics: target: expected class labels 0, 1, 2, ..., got target[{row}] = "
            f"{labels[row]}."
        )
    return labels.astype(np.intp)


def both_classes(prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """Predicted and true classes of the same samples."""
    predicted, true = predicted_classes(prediction), target_classes(target)
    array_checks.same_length("metrics", "prediction", predicted, "target", true)
    return predicted, true


def scores_and_classes(place: str, prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """The network's outputs (m, k), one column for each class, and the true classes (m,).

    A single output stays one column: the score of class 1.

    Raises:
        ValueError: a true class for which there is no output.
    """
    scores = array_checks.numeric_array(place, "prediction", prediction)
    true = target_classes(target)
    array_checks.not_empty(place, "prediction", scores)
    array_checks.finite(place, "prediction", scores)
    array_checks.same_length(place, "prediction", scores, "target", true)
    scores = scores.reshape(-1, 1) if scores.ndim == 1 else scores
    if scores.ndim != 2:
        raise ValueError(
            f"{place}: prediction: expected shape (m, 1) or (m, k), got {scores.shape}."
        )
    classes = max(2, scores.shape[1])
    if true.max() >= classes:
        row = int(true.argmax())
        raise ValueError(
            f"{place}: target: expected classes from 0 to {classes - 1}, because the prediction "
            f"has {scores.shape[1]} output(s), got target[{row}] = {true[row]}."
        )
    return scores, true
