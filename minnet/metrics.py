"""Metrics: functions `(prediction, target) -> float` that a Trainer reports beside the loss.

The prediction is what the network puts out, (m, 1) or (m, k). The target is as the Trainer
keeps it: class labels (m,), or an array of the prediction's shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minnet import checks
from minnet.losses import Loss

Array = NDArray[Any]
Metric = Callable[[Array, Array], float]

THRESHOLD = 0.5
"""A single output above this is class 1; at exactly 0.5 it is class 0, as argmax has it."""


def predicted_classes(prediction: ArrayLike) -> Array:
    """Class labels (m,): above one half for one output, the largest of several.

    >>> predicted_classes([[0.2], [0.9]]), predicted_classes([[0.2, 0.7, 0.1]])
    (array([0, 1]), array([1]))
    """
    array = checks.numeric_array("metrics", "prediction", prediction)
    checks.not_empty("metrics", "prediction", array)
    checks.finite("metrics", "prediction", array)
    if array.ndim == 1 or array.shape[1:] == (1,):
        return (array.reshape(-1) > THRESHOLD).astype(np.intp)
    if array.ndim != 2:
        raise ValueError(
            f"metrics: prediction: expected shape (m, 1) or (m, k), got {array.shape}."
        )
    return np.asarray(array.argmax(axis=1))


def target_classes(target: ArrayLike) -> Array:
    """Class labels (m,) from labels, from a column of 0 and 1, or from one-hot rows."""
    array = checks.numeric_array("metrics", "target", target)
    checks.not_empty("metrics", "target", array)
    checks.finite("metrics", "target", array)
    if array.ndim == 2 and array.shape[1] > 1:
        one_hot = ((array == 0) | (array == 1)).all(axis=1) & (array.sum(axis=1) == 1)
        if not one_hot.all():
            row = int((~one_hot).argmax())
            raise ValueError(
                f"metrics: target: expected one class for each row, got target[{row}] = "
                f"{array[row]}. For several labels in a row write a metric of your own."
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


def _pair(prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """Predicted and true classes of the same samples."""
    predicted, true = predicted_classes(prediction), target_classes(target)
    checks.same_length("metrics", "prediction", predicted, "target", true)
    return predicted, true


def accuracy(prediction: ArrayLike, target: ArrayLike) -> float:
    """The share of samples, from 0 to 1, whose class is right.

    >>> accuracy([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    0.75
    """
    predicted, true = _pair(prediction, target)
    return float((predicted == true).mean())


def confusion_matrix(prediction: ArrayLike, target: ArrayLike, classes: int | None = None) -> Array:
    """Counts (k, k): row = true class, column = predicted class.

    >>> confusion_matrix([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    array([[1, 0],
           [1, 2]])
    """
    predicted, true = _pair(prediction, target)
    needed = int(max(predicted.max(), true.max())) + 1
    array = np.asarray(prediction)
    width = max(2, array.shape[1]) if array.ndim == 2 else 2
    if classes is None:
        k = max(width, needed)
    else:
        k = checks.whole_number("confusion_matrix", "classes", classes, minimum=needed)
    return np.bincount(true * k + predicted, minlength=k * k).reshape(k, k)


METRICS: dict[str, Metric] = {"accuracy": accuracy}


def get(metrics: str | Metric | Iterable[str | Metric]) -> dict[str, Metric]:
    """Name to function, for names like "accuracy" and for functions of one's own."""
    if isinstance(metrics, str) or callable(metrics):
        metrics = [metrics]
    result: dict[str, Metric] = {}
    for metric in metrics:
        if isinstance(metric, str) and metric in METRICS:
            result[metric] = METRICS[metric]
        elif callable(metric) and not isinstance(metric, (str, type)):
            result[getattr(metric, "__name__", type(metric).__name__)] = metric
        else:
            raise ValueError(
                f"Trainer: metrics: expected names ({', '.join(METRICS)}) or functions "
                f"(prediction, target) -> float, got {checks.describe(metric)}."
            )
    return result


class Record:
    """The predictions of a whole epoch, so that each metric sees all samples at once."""

    def __init__(
        self, metrics: dict[str, Metric], y: Array, order: Array | None, loss: Loss
    ) -> None:
        self.metrics, self.y, self.order, self.loss = metrics, y, order, loss
        self.predictions: Array | None = None

    def add(self, start: int, prediction: Array) -> None:
        """Keep a copy of the predictions of one batch."""
        if self.predictions is None:
            self.predictions = np.empty((len(self.y), *prediction.shape[1:]), prediction.dtype)
        self.predictions[start : start + len(prediction)] = prediction

    def values(self) -> dict[str, float]:
        """Name to value of each metric."""
        if self.predictions is None:
            return {}
        target = self.y if self.order is None else self.y[self.order]
        prediction, target = self.loss.for_metrics(self.predictions, target)
        return {name: float(f(prediction, target)) for name, f in self.metrics.items()}
