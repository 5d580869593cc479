"""The worst mistakes: misclassified images, most confident first.

An error rate says how many; the images say why. Often the label is doubtful, or the training set
lacks that kind of sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minnet.plot import style
from minnet.plot.checks import checked_names, labels_of
from minnet.plot.images import image_grid
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_SHORT = 4  # letters of a name that leave room for a number on the same line


@style.picture
def mistakes(
    prediction: ArrayLike,
    y: ArrayLike,
    images: ArrayLike,
    count: int = 16,
    class_names: Sequence[str] | None = None,
    columns: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The `count` wrongly classified images with the greatest loss -ln p(true class), worst first.

    Above each: its true class, then the predicted class and its probability.

    Args:
        prediction: probabilities (m, k), what `trainer.predict(x)` returns for a softmax.
        y: class labels (m,). images: of the same m samples, as `image_grid` takes them.
        count: the largest number of images. class_names: k names; None: 0, 1, ...
        columns: images in a row. ax: where to draw; None makes a new figure.

    Returns:
        The Axes; the title says how many mistakes there are in all.

    Raises:
        TypeError, ValueError: naming the argument; there is no mistake to show.

    >>> import minnet as mn
    >>> x, y = mn.datasets.digits()
    >>> prediction = np.tile([0.7, 0.2] + [0.0125] * 8, (3, 1))
    >>> ax = mistakes(prediction, y[:3], x[:3])
    >>> ax.get_title(), [text.get_text() for text in ax.texts]
    ('2 of 3 wrong', ['2\\n0, 70 %', '1\\n0, 70 %'])
    """
    place = "mn.plot.mistakes"
    probabilities = _probabilities(place, prediction)
    true = _labels(place, y, probabilities)
    pictures = array_checks.numeric_array(place, "images", images)
    array_checks.same_length(place, "prediction", probabilities, "images", np.atleast_1d(pictures))
    most = checks.whole_number(place, "count", count)
    k = probabilities.shape[1]
    names = checked_names(place, class_names, [str(c) for c in range(k)])
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != true)
    if not len(wrong):
        raise ValueError(
            f"{place}: prediction: expected at least one mistake to show, got {len(true)} right "
            f"answers. Give more data, or data that the network has not been trained on."
        )
    worst = wrong[np.argsort(probabilities[wrong, true[wrong]], kind="stable")][:most]
    sure = probabilities[worst, predicted[worst]]
    between = ", " if max(map(len, names)) <= _SHORT else "\n"
    labels = [
        f"{names[true[i]]}\n{names[predicted[i]]}{between}{100 * p:.0f} %"
        for i, p in zip(worst, sure, strict=True)
    ]
    title = f"{len(wrong)} of {len(true)} wrong"
    return image_grid(pictures[worst], labels, columns, ax, title=title)


def _probabilities(place: str, prediction: ArrayLike) -> Array:
    """Probabilities (m, k) of k >= 2 classes."""
    probabilities = array_checks.samples(place, "prediction", prediction)
    if probabilities.ndim != 2 or probabilities.shape[1] < 2:
        raise ValueError(
            f"{place}: prediction: expected probabilities of k >= 2 classes, shape (m, k), got "
            f"{probabilities.shape}. Give what trainer.predict(x) returns for a softmax."
        )
    wrong = (probabilities < 0) | (probabilities > 1)
    fix = "Give what trainer.predict(x) returns for a softmax, not scores."
    wanted = "probabilities from 0 to 1"
    array_checks.refuse(place, "prediction", probabilities, wrong, wanted, fix)
    return probabilities


def _labels(place: str, y: ArrayLike, probabilities: Array) -> NDArray[np.intp]:
    """Class labels (m,), each below the number of columns of the prediction."""
    labels = labels_of(place, y)
    array_checks.same_length(place, "prediction", probabilities, "y", labels)
    k = probabilities.shape[1]
    wanted = f"labels below {k}, one for each column of the prediction"
    array_checks.refuse(place, "y", labels, labels >= k, wanted, "Number the classes from 0.")
    return labels.astype(np.intp)
