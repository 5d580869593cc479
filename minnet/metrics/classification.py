"""How often the predicted class is the true one: accuracy, precision, recall and others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from minnet.metrics.class_labels import both_classes
from minnet.utils import checks
from minnet.utils.types import Array

AVERAGES = ("auto", "binary", "macro")


def accuracy(prediction: ArrayLike, target: ArrayLike) -> float:
    """The share of samples, from 0 to 1, whose predicted class is right.

    >>> accuracy([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    0.75
    """
    predicted, true = both_classes(prediction, target)
    return float((predicted == true).mean())


def confusion_matrix(prediction: ArrayLike, target: ArrayLike, classes: int | None = None) -> Array:
    """Counts (k, k): row = true class, column = predicted class.

    >>> confusion_matrix([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    array([[1, 0],
           [1, 2]])
    """
    predicted, true = both_classes(prediction, target)
    needed = int(max(predicted.max(), true.max())) + 1
    array = np.asarray(prediction)
    width = max(2, array.shape[1]) if array.ndim == 2 else 2
    if classes is None:
        k = max(width, needed)
    else:
        k = checks.whole_number("confusion_matrix", "classes", classes, minimum=needed)
    return np.bincount(true * k + predicted, minlength=k * k).reshape(k, k)


def balanced_accuracy(prediction: ArrayLike, target: ArrayLike) -> float:
    """The mean recall: over the true classes, the share of their samples that is found.

    1/k for guessing among k classes, however rare some of them are. A class without samples has
    no recall, and is left out.

    Source: Brodersen et al. (2010).

    >>> balanced_accuracy([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    0.8333333333333333
    """
    matrix = confusion_matrix(prediction, target)
    true = matrix.sum(axis=1)
    return float((matrix.diagonal()[true > 0] / true[true > 0]).mean())


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


def recall(prediction: ArrayLike, target: ArrayLike, average: str = "auto") -> float:
    """Of the samples that are positive, the share that is found: TP / (TP + FN).

    `average` as in `precision`. A class that does not occur in the target has the recall 0 if it
    is predicted, and is left out if not.

    >>> recall([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    0.6666666666666666
    """
    hits, predicted, true = _of_each_class("recall", prediction, target, average)
    return _mean_share(hits, true, predicted + true > 0)


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
    if average not in AVERAGES:
        raise ValueError(
            f"{place}: average: expected one of {', '.join(map(repr, AVERAGES))}, got "
            f"{checks.describe(average)}."
        )
    matrix = confusion_matrix(prediction, target)
    if average == "binary" and len(matrix) > 2:
        raise ValueError(
            f'{place}: average: expected "macro" for {len(matrix)} classes, got "binary", which '
            f"compares class 1 with class 0 only."
        )
    chosen = slice(None) if average == "macro" or len(matrix) > 2 else slice(1, 2)
    return matrix.diagonal()[chosen], matrix.sum(axis=0)[chosen], matrix.sum(axis=1)[chosen]


def _mean_share(hits: Array, total: Array, occurs: Array) -> float:
    """The mean of hits / total over the classes that occur; 0/0 is 0."""
    shares = np.divide(hits, total, out=np.zeros(len(hits)), where=total > 0)
    return float(shares[occurs].mean()) if occurs.any() else 0.0
