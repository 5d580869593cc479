"""Class labels, from the outputs of a network and from the targets as a Trainer stores them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from minnet.utils import array_checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.types import Array

THRESHOLD = 0.5
"""A single output above this is class 1; at exactly 0.5 it is class 0, as with argmax."""

_LARGEST_LABEL = 1_000_000
"""Labels above this are likely to be identifiers, not class numbers."""


def predicted_classes(prediction: ArrayLike) -> Array:
    """Class labels (m,): above one half for one output, the largest of several.

    Whole numbers or bools, (m,) or (m, 1), are labels already, as `Trainer.predict_classes` gives.

    >>> predicted_classes([[0.2], [0.9]]), predicted_classes([[0.2, 0.7, 0.1]])
    (array([0, 1]), array([1]))
    >>> predicted_classes([0, 2, 1])
    array([0, 2, 1])
    """
    return _predicted(prediction)[0]


def target_classes(target: ArrayLike) -> Array:
    """Class labels (m,) from labels, from a column of 0 and 1, or from one-hot rows."""
    return _true(target)[0]


def both_classes(prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array, int]:
    """Predicted and true classes of the same samples, and how many classes there are.

    Raises:
        ValueError: a true class for which there is no output, as in a regression.
    """
    (predicted, outputs), (true, columns) = _predicted(prediction), _true(target)
    array_checks.same_length("metrics", "prediction", predicted, "target", true)
    if outputs is None:
        return predicted, true, max(2, columns, 1 + int(predicted.max()), 1 + int(true.max()))
    _check_labels_have_outputs("metrics", true, outputs)
    return predicted, true, max(2, outputs)


def scores_and_classes(place: str, prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """The network's outputs (m, k), one column for each class, and the true classes (m,).

    A single output stays one column: the score of class 1.

    Raises:
        ValueError: a true class for which there is no output.
    """
    scores, true = _numbers(place, "prediction", prediction), target_classes(target)
    array_checks.same_length(place, "prediction", scores, "target", true)
    scores = scores.reshape(len(scores), -1)
    _check_labels_have_outputs(place, true, scores.shape[1])
    return scores, true


def has_several_labels(target: ArrayLike) -> bool:
    """True for rows of 0 and 1 that are not all one-hot: several yes-or-no labels in a row."""
    array = array_checks.numeric_array("metrics", "target", target)
    if array.ndim != 2 or array.shape[1] < 2 or not len(array):
        return False
    return bool(((array == 0) | (array == 1)).all()) and not array_checks.one_hot_rows(array).all()


def label_columns(place: str, prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """Predictions and targets (m, k) of k yes-or-no labels; each column is a metric's own data."""
    p, y = _numbers(place, "prediction", prediction), _numbers(place, "target", target)
    if p.ndim != 2 or p.shape != y.shape:
        raise ValueError(
            f"{place}: prediction: expected a column for each label, shape {y.shape} as the "
            f"target, got {p.shape}. Give trainer.predict(x), or zeros and ones of that shape."
        )
    labels = {"target": y, "prediction": p if p.dtype.kind in "iu" else y}  # floats are scores
    for name, array in labels.items():
        wrong = (array != 0) & (array != 1)
        fix = "For numbers use rmse or r_squared."
        array_checks.refuse(place, name, array, wrong, "labels 0 and 1", fix)
    return p, y.astype(np.intp)


Judge = Callable[..., float]


def mean_over_labels(metric: Judge) -> Judge:
    """A metric of classes that also judges several labels in a row: the mean over the labels.

    Each column of 0 and 1 is then judged alone. `metric.by_label` does so in any case; without it
    the targets decide: rows of 0 and 1 that are not one-hot.
    """

    def by_label(prediction: ArrayLike, target: ArrayLike, *args: Any, **options: Any) -> float:
        p, y = label_columns(metric.__name__, prediction, target)
        columns = range(y.shape[1])
        return float(np.mean([metric(p[:, j], y[:, j], *args, **options) for j in columns]))

    @explained
    @functools.wraps(metric)
    def judged(prediction: ArrayLike, target: ArrayLike, *args: Any, **options: Any) -> float:
        judge = by_label if has_several_labels(target) else metric
        return judge(prediction, target, *args, **options)

    judged.by_label = by_label  # type: ignore[attr-defined]
    return judged


def by_label(metric: Judge) -> Judge:
    """The metric that judges each column alone, if it can; else the metric itself."""
    return cast(Judge, getattr(metric, "by_label", metric))


def _predicted(prediction: ArrayLike) -> tuple[Array, int | None]:
    """Classes (m,), and from how many outputs; None if the prediction is classes already."""
    array = _numbers("metrics", "prediction", prediction)
    if array.ndim == 2 and array.shape[1] > 1:
        return np.asarray(array.argmax(axis=1)), array.shape[1]
    if array.dtype.kind in "iub":
        return _checked_labels("prediction", array.reshape(-1)), None
    return (array.reshape(-1) > THRESHOLD).astype(np.intp), 1


def _true(target: ArrayLike) -> tuple[Array, int]:
    """Classes (m,), and in how many columns they were given."""
    array = _numbers("metrics", "target", target)
    if array.ndim == 1 or array.shape[1] == 1:
        return _checked_labels("target", array.reshape(-1)), 1
    fix = (
        "Several labels in a row are judged by accuracy, exact_match, f1 and others, as rows of 0 "
        "and 1; for numbers use rmse or r_squared."
    )
    wrong = ~array_checks.one_hot_rows(array)
    array_checks.refuse("metrics", "target", array, wrong, "one class for each row", fix)
    return np.asarray(array.argmax(axis=1)), array.shape[1]


def _numbers(place: str, name: str, value: ArrayLike) -> Array:
    """Finite numbers (m,) or (m, k), m and k at least 1."""
    array = array_checks.numeric_array(place, name, value)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"{place}: {name}: expected shape (m,), (m, 1) or (m, k), an entry or a row for each "
            f"sample, got {array.shape if array.ndim else f'the number {array}'}. One sample: [a]."
        )
    return array_checks.numbers(place, name, array)


def _checked_labels(name: str, labels: Array) -> Array:
    """Whole numbers from 0 on, as integers; the error names the first that is not."""
    fix = (
        "Number the classes: names, y = np.unique(y, return_inverse=True); for a regression use "
        "rmse or r_squared."
    )
    expected = "class labels 0, 1, 2, ..."
    return array_checks.labels("metrics", name, labels, _LARGEST_LABEL + 1, expected, fix)


def _check_labels_have_outputs(place: str, true: Array, outputs: int) -> None:
    """Refuse a true class for which the prediction has no column; one output has two classes."""
    classes = max(2, outputs)
    wanted = f"classes from 0 to {classes - 1}, because the prediction has {outputs} output(s)"
    fix = (
        "Give trainer.predict(x), with an output for each class; for a regression use rmse or "
        "r_squared."
    )
    array_checks.refuse(place, "target", true, true >= classes, wanted, fix)
