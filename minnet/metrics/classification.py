"""How often the predicted class is the true one: accuracy, precision, recall and others.

Rows of 0 and 1 with several labels (a film is a comedy *and* in colour) are judged label by label:
the metric is then the mean over the labels, and `exact_match` judges each row in all its labels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from minnet.metrics.class_labels import (
    THRESHOLD,
    both_classes,
    has_several_labels,
    label_columns,
    mean_over_labels,
)
from minnet.utils import checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.types import Array

AVERAGES = ("auto", "binary", "macro")

_MOST_CLASSES = 10_000  # a confusion matrix of more has more than 100 million entries


@mean_over_labels
def accuracy(prediction: ArrayLike, target: ArrayLike) -> float:
    """The share of samples, from 0 to 1, whose predicted class is right.

    >>> accuracy([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    0.75
    """
    predicted, true, _ = both_classes(prediction, target)
    return float((predicted == true).mean())


@explained
def exact_match(prediction: ArrayLike, target: ArrayLike) -> float:
    """The share of rows in which all labels are right; with one class in a row, the accuracy.

    >>> labels = [[1, 1, 0], [0, 1, 1]]
    >>> exact_match([[0.9, 0.8, 0.1], [0.2, 0.4, 0.7]], labels)
    0.5
    >>> round(accuracy([[0.9, 0.8, 0.1], [0.2, 0.4, 0.7]], labels), 4)
    0.8333
    """
    if not has_several_labels(target):
        return accuracy(prediction, target)
    return _share_of_exact_rows(prediction, target)


def _share_of_exact_rows(prediction: ArrayLike, target: ArrayLike) -> float:
    p, y = label_columns("exact_match", prediction, target)
    return float(((p > THRESHOLD) == y).all(axis=1).mean())


exact_match.by_label = _share_of_exact_rows  # type: ignore[attr-defined]


@explained
def confusion_matrix(prediction: ArrayLike, target: ArrayLike, classes: int | None = None) -> Array:
    """Counts (k, k): row = true class, column = predicted class.

    Of k labels in a row each has its own matrix of 0 and 1: (k, 2, 2).

    >>> confusion_matrix([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    array([[1, 0],
           [1, 2]])
    """
    if has_several_labels(target):
        p, y = label_columns("confusion_matrix", prediction, target)
        return np.stack([confusion_matrix(p[:, j], y[:, j], classes) for j in range(y.shape[1])])
    predicted, true, k = both_classes(prediction, target)
    if classes is not None:
        needed = int(max(predicted.max(), true.max())) + 1
        k = checks.whole_number("confusion_matrix", "classes", classes, minimum=needed)
    if k > _MOST_CLASSES:
        raise ValueError(
            f"confusion_matrix: expected at most {_MOST_CLASSES} classes, got {k}. Number the "
            f"classes without gaps: names, y = np.unique(y, return_inverse=True)."
        )
    return np.bincount(true * k + predicted, minlength=k * k).reshape(k, k)


@mean_over_labels
def balanced_accuracy(prediction: ArrayLike, target: ArrayLike) -> float:
    """The mean recall: over the true classes, the share of their samples that is found.

    1/k for guessing among k classes, however rare some of them are. A class without samples has
    no recall, and is left out.

    Source: Brodersen et al. (2010).

    >>> balanced_accuracy([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    0.8333333333333333
    """
    hits, _, true = _counts(prediction, target)
    return float((hits[true > 0] / true[true > 0]).mean())


@mean_over_labels
def precision(prediction: ArrayLike, target: ArrayLike, average: str = "auto") -> float:
    """Of the samples predicted positive, the share that is positive: TP / (TP + FP).

    Args:
        average: "binary": class 1 is positive, class 0 negative. "macro": each class in turn is
            the positive one, and the mean is over the classes that occur among predictions
            or targets. "auto": binary for two classes, macro for more.

    A class that is never predicted has the precision 0 (as in scikit-learn, there with a warning).

    Source: van Rijsbergen, *Information Retrieval* (1979), chapter 7.

    >>> precision([[0.2], [0.9], [0.6], [0.4]], [0, 1, 0, 1])
    0.5
    """
    hits, predicted, true = _of_each_class("precision", prediction, target, average)
    return _mean_share(hits, predicted, predicted + true > 0)


@mean_over_labels
def recall(prediction: ArrayLike, target: ArrayLike, average: str = "auto") -> float:
    """Of the samples that are positive, the share that is found: TP / (TP + FN).

    `average` as in `precision`. A class that does not occur in the target has the recall 0 if it
    is predicted, and is left out if not.

    >>> recall([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    0.6666666666666666
    """
    hits, predicted, true = _of_each_class("recall", prediction, target, average)
    return _mean_share(hits, true, predicted + true > 0)


@mean_over_labels
def f1(prediction: ArrayLike, target: ArrayLike, average: str = "auto") -> float:
    """The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    `average` as in `precision`; "macro" is the mean of the classes' F1. Without any positive,
    predicted or true, it is 0.

    >>> f1([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    0.8
    """
    hits, predicted, true = _of_each_class("f1", prediction, target, average)
    return _mean_share(2 * hits, predicted + true, predicted + true > 0)


def _of_each_class(
    place: str, prediction: ArrayLike, target: ArrayLike, average: str
) -> tuple[Array, Array, Array]:
    """Counts (right predictions, predictions, samples) of each class, or of class 1 alone."""
    if not isinstance(average, str) or average not in AVERAGES:
        raise ValueError(
            f"{place}: average: expected one of {', '.join(map(repr, AVERAGES))}, got "
            f"{checks.describe(average)}."
        )
    counts = _counts(prediction, target)
    classes = len(counts[0])
    if average == "binary" and classes > 2:
        raise ValueError(
            f'{place}: average: expected "macro" for {classes} classes, got "binary", which '
            f"compares class 1 with class 0 only."
        )
    chosen = slice(None) if average == "macro" or classes > 2 else slice(1, 2)
    hits, predicted, true = (count[chosen] for count in counts)
    return hits, predicted, true


def _counts(prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array, Array]:
    """Of each class: right predictions, predictions, samples."""
    predicted, true, k = both_classes(prediction, target)
    hits = np.bincount(true[predicted == true], minlength=k)
    return hits, np.bincount(predicted, minlength=k), np.bincount(true, minlength=k)


def _mean_share(hits: Array, total: Array, occurs: Array) -> float:
    """The mean of hits / total over the classes that occur; 0/0 is 0."""
    shares = np.divide(hits, total, out=np.zeros(len(hits)), where=total > 0)
    return float(shares[occurs].mean()) if occurs.any() else 0.0
