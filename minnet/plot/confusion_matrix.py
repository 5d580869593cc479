"""The confusion matrix: which classes are predicted as which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot import style
from minnet.plot.checks import checked_names
from minnet.utils.array_checks import numbers, refuse
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_PLACE = "mn.plot.confusion_matrix"
_SIZE = (5.4, 4.7)
_MOST = 2**53  # of one cell; larger floats have no whole part of their own
_WHITE_TEXT_FROM = 0.5  # above this shade black letters are hard to read


@style.picture
def confusion_matrix(
    matrix: ArrayLike, class_names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Counts and shares of each row: row = true class, column = predicted class.

    Args:
        matrix: counts (k, k) from `mn.metrics.confusion_matrix`.
        class_names: k names; None: 0, 1, ...
        ax: where to draw; None makes a new figure.

    Returns:
        The Axes. Each cell is as dark as its share of its row, so that rare classes show too.

    Raises:
        TypeError: matrix is not an array of numbers, ax not an Axes, class_names not names.
        ValueError: matrix is not square, or an entry is not a count; other than k names.

    >>> from minnet.plot import confusion_matrix
    >>> ax = confusion_matrix([[8, 2], [0, 5]], ["healthy", "ill"])
    >>> ax.get_title()
    'Confusion matrix: 13 of 15 right'
    """
    counts = _checked_counts(matrix)
    k = len(counts)
    names = checked_names(_PLACE, class_names, [str(i) for i in range(k)])
    ax = style.new_axes(ax, figsize=_SIZE)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(k, k):
        share = shares[row, column]
        ax.text(
            column,
            row,
            f"{counts[row, column]}\n{share:.1%}",
            ha="center",
            va="center",
            fontsize=style.TEXT if k <= 5 else style.TICKS - 2,
            color="white" if share > _WHITE_TEXT_FROM else "black",
        )
    style.name_ticks(ax.xaxis, names)
    style.name_ticks(ax.yaxis, names)
    title = f"Confusion matrix: {np.trace(counts)} of {counts.sum()} right"
    style.label(ax, title, "predicted class", "true class (per cent of its row)")
    ax.grid(visible=False)
    return ax


def _checked_counts(matrix: ArrayLike) -> Array:
    """The matrix as integers (k, k)."""
    array = numbers(_PLACE, "matrix", matrix)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise ValueError(
            f"{_PLACE}: matrix: expected counts of shape (k, k), got {array.shape}. Make it with "
            f"mn.metrics.confusion_matrix(prediction, target)."
        )
    wrong = (array < 0) | (array > _MOST) | (array != np.floor(array))
    fix = "The shares are computed here: give the counts."
    refuse(_PLACE, "matrix", array, wrong, "counts 0, 1, 2, ...", fix)
    return array.astype(np.int64)
