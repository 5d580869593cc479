"""One-hot encoding: class labels as rows of zeros with a single 1, the targets of a softmax.

The label 2 is a name and not twice the label 1; one-hot rows have no such order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minnet.utils import array_checks, checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.types import Array

# Labels larger than this are likely to be identifiers, not class numbers.
_MOST_GUESSED_CLASSES = 1_000_000
_MOST_ENTRIES = 2**30  # 8 GiB


@explained
def one_hot(labels: ArrayLike, classes: int | None = None) -> NDArray[np.float64]:
    """Labels to rows with a single 1: result[i, j] = 1 where labels[i] = j, else 0.

    Args:
        labels: whole numbers from 0 to classes - 1, shape (m,), of integer, float or bool type.
        classes: the number of columns; None: the largest label + 1.

    Returns:
        Array of shape (m, classes), float64.

    Raises:
        TypeError, ValueError: labels or classes are not as above; the position is named.

    >>> one_hot([0, 2, 1]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    array = array_checks.numeric_array("one_hot", "labels", labels)
    if array.ndim != 1:
        raise ValueError(
            f"one_hot: labels: expected shape (m,), got {array.shape}. "
            f"Use labels.ravel() for a column; rows of 0 and 1 are one-hot already."
        )
    array_checks.numbers("one_hot", "labels", array)
    if classes is not None:
        classes = checks.whole_number("one_hot", "classes", classes)
    columns = _guessed_classes(array) if classes is None else classes
    wanted = f"whole numbers from 0 to {max(columns, 1) - 1}"
    fix = "Count the classes from 0, or give classes=."
    found = array_checks.labels("one_hot", "labels", array, max(columns, 1), wanted, fix)
    if len(array) * columns > _MOST_ENTRIES:
        raise ValueError(
            f"one_hot: labels and classes: expected at most {_MOST_ENTRIES:,} entries, got "
            f"{len(array)} rows of {columns}. CategoricalCrossEntropy takes the labels themselves."
        )
    result = np.zeros((len(array), columns))
    result[np.arange(len(array)), found] = 1.0
    return result


def _guessed_classes(labels: Array) -> int:
    """The largest label + 1, unless that is too many classes."""
    classes = int(labels.max()) + 1
    if classes > _MOST_GUESSED_CLASSES:
        raise ValueError(
            f"one_hot: labels: expected labels from 0 on without large gaps, got "
            f"labels[{labels.argmax()}] = {labels.max()}. Number the classes first: "
            f"names, labels = np.unique(labels, return_inverse=True)."
        )
    return classes
