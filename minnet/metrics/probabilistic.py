"""How good the predicted probabilities are, and how well they rank the samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from minnet.metrics.class_labels import mean_over_labels, scores_and_classes
from minnet.utils import array_checks, checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.types import Array


@mean_over_labels
def log_loss(prediction: ArrayLike, target: ArrayLike) -> float:
    """-1/m sum ln p(true class): the cross-entropy, in nats.

    Probabilities are first clipped to [e, 1 - e], e the spacing of floats at 1 (2.2e-16 in float64,
    1.2e-7 in float32), so that one that is 0 at the true class gives a large number, not infinity.

    Raises:
        ValueError: numbers outside [0, 1], or rows that do not sum to 1.

    >>> round(log_loss([[0.2], [0.9]], [0, 1]), 4)
    0.1643
    """
    p, true = _probabilities("log_loss", prediction, target)
    smallest = np.finfo(p.dtype).eps
    p = np.clip(p, smallest, 1 - smallest)
    return -float(np.log(p[np.arange(len(p)), true], dtype=np.float64).mean())


@mean_over_labels
def brier_score(prediction: ArrayLike, target: ArrayLike) -> float:
    """The mean squared error of the probabilities; 0 is perfect.

    Two classes: 1/m sum (p - y)^2, p that of class 1, from 0 to 1. More: 1/m sum over samples and
    classes (p - y)^2, from 0 to 2, as in Brier's paper also for two.

    Raises:
        ValueError: numbers outside [0, 1], or rows that do not sum to 1.

    Source: Brier (1950).

    >>> round(brier_score([[0.2], [0.9]], [0, 1]), 4)
    0.025
    """
    p, true = _probabilities("brier_score", prediction, target)
    difference = p.astype(np.float64) - np.eye(p.shape[1])[true]
    squares = np.square(difference).sum(axis=1)
    return float(squares.mean()) / (2 if p.shape[1] == 2 else 1)


@mean_over_labels
def roc_auc(prediction: ArrayLike, target: ArrayLike) -> float:
    """The area under the ROC curve: how often a positive sample has a larger score than a negative.

        AUC = [R - n1 (n1 + 1) / 2] / (n1 n0)

    R: the sum of the ranks of the n1 positive scores among all, equal scores sharing the mean of
    their ranks; n0: the number of negative ones. 1/2 for guessing, 1 if a threshold separates the
    two. With three or more outputs, the mean over the classes of each against the rest.

    Raises:
        ValueError: a class without samples, for which there is no ROC curve.

    Source: Hanley and McNeil (1982); Fawcett (2006) for several classes.

    >>> roc_auc([[0.1], [0.4], [0.35], [0.8]], [0, 0, 1, 1])
    0.75
    """
    scores, true = scores_and_classes("roc_auc", prediction, target)
    classes = max(2, scores.shape[1])
    empty = np.flatnonzero(np.bincount(true, minlength=classes) == 0)
    if len(empty):
        raise ValueError(
            f"roc_auc: target: expected samples of all {classes} classes, got none of class "
            f"{empty[0]} in {len(true)} rows. Use more or stratified data, or another metric."
        )
    if classes == 2:
        return _area(scores[:, -1], true == 1)
    return float(np.mean([_area(scores[:, c], true == c) for c in range(classes)]))


def _area(score: Array, positive: Array) -> float:
    """The formula of `roc_auc`, for one class."""
    _, position, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[position]
    n1 = int(positive.sum())
    n0 = len(positive) - n1
    return float(ranks[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0)


@explained
def top_k_accuracy(prediction: ArrayLike, target: ArrayLike, k: int = 2) -> float:
    """The share of samples whose true class is among the k largest outputs.

    Of equal outputs, the one of the higher class counts as larger, as in scikit-learn.

    Args:
        k: below the number of outputs; with all of them every sample would be right.

    >>> scores = [[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]
    >>> round(top_k_accuracy(scores, [0, 1, 2], k=2), 4)
    0.6667
    """
    k = checks.whole_number("top_k_accuracy", "k", k)
    scores, true = scores_and_classes("top_k_accuracy", prediction, target)
    outputs = scores.shape[1]
    if k >= outputs:
        raise ValueError(
            f"top_k_accuracy: k: expected a number below the number of outputs, {outputs}, got "
            f"{k}: every sample would be right."
        )
    at_label = scores[np.arange(len(true)), true][:, None]
    above = (scores > at_label) | ((scores == at_label) & (np.arange(outputs) > true[:, None]))
    return float((above.sum(axis=1) < k).mean())


def _probabilities(place: str, prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """A probability for each class (m, k), k >= 2, as floats, and the true classes (m,)."""
    p, true = scores_and_classes(place, prediction, target)
    p = p.astype(np.float32 if p.dtype == np.float32 else np.float64, copy=False)
    fix = "End the network in mn.Sigmoid() or mn.Softmax()."
    array_checks.refuse(place, "prediction", p, (p < 0) | (p > 1), "probabilities", fix)
    if p.shape[1] == 1:
        return np.hstack([1 - p, p]), true
    tolerance = float(np.sqrt(np.finfo(p.dtype).eps))
    fix = "End the network in mn.Softmax()."
    array_checks.rows_sum_to_1(place, "prediction", p, tolerance, fix)
    return p, true
