"""How far predicted numbers are from the true ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from minnet.utils import array_checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.types import Array


@explained
def mean_absolute_error(prediction: ArrayLike, target: ArrayLike) -> float:
    """1/m sum `|a - y|`, in the unit of y; the mean over the outputs where there are several.

    >>> mean_absolute_error([[1.0], [2.0]], [[2.0], [4.0]])
    1.5
    """
    a, y = _numbers("mean_absolute_error", prediction, target)
    with np.errstate(over="ignore"):  # the error of 1e308 and -1e308 is infinite
        return float(np.abs(a - y).mean())


@explained
def root_mean_squared_error(prediction: ArrayLike, target: ArrayLike) -> float:
    """sqrt(1/m sum (a - y)^2), in the unit of y; the mean over the outputs.

    >>> root_mean_squared_error([[1.0], [2.0]], [[2.0], [9.0]])
    5.0
    """
    a, y = _numbers("root_mean_squared_error", prediction, target)
    scale = _power_of_two(a, y)
    with np.errstate(over="ignore"):
        return float((np.sqrt(np.square(a / scale - y / scale).mean(axis=0)) * scale).mean())


@explained
def r_squared(prediction: ArrayLike, target: ArrayLike) -> float:
    """1 - sum (a - y)^2 / sum (y - mean of y)^2: the share of the variance that is explained.

    1 is perfect, 0 is what predicting the mean of y gives, and it may be negative. For several
    outputs it is the mean. Where the target is constant there is no variance: 1 if all
    predictions are right, else 0 (scikit-learn's rule).

    Raises:
        ValueError: fewer than two samples.

    >>> r_squared([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.5]])
    0.6538461538461539
    """
    a, y = _numbers("r_squared", prediction, target)
    if len(y) < 2:
        raise ValueError(
            "r_squared: target: expected at least two samples, got 1. Give more rows, or use rmse."
        )
    constant = (y == y[0]).all(axis=0)  # not total == 0: the mean of constants may be rounded
    right = (a == y).all(axis=0)
    both, own = _power_of_two(a, y), _power_of_two(y - y.mean(axis=0), y[:1])
    residual = np.square(a / both - y / both).sum(axis=0)
    total = np.square((y - y.mean(axis=0)) / own).sum(axis=0)
    with np.errstate(over="ignore"):  # -inf where the predictions are absurdly far off
        share = 1 - residual / np.where(constant, 1, total) * (both / own) ** 2
    return float(np.where(constant, right, share).mean())


def _power_of_two(a: Array, y: Array) -> Array:
    """A number for each column by which to divide before squaring, so that nothing overflows.

    Dividing by a power of two rounds nothing.
    """
    largest = np.maximum(np.abs(a).max(axis=0), np.abs(y).max(axis=0))
    return np.asarray(np.ldexp(1.0, np.frexp(largest)[1] - 1))


def _numbers(place: str, prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """Both as floats (m, outputs); one output may be (m,) on either side."""
    arrays = []
    for name, value in (("prediction", prediction), ("target", target)):
        array = array_checks.numbers(place, name, value)
        arrays.append(array.reshape(-1, 1) if array.ndim < 2 else array)
    a, y = arrays
    if a.shape != y.shape:
        raise ValueError(
            f"{place}: expected prediction and target of the same shape, got "
            f"{np.shape(prediction)} and {np.shape(target)}. Nothing is broadcast; for class "
            f"labels use a metric for classes."
        )
    a, y = (array.reshape(len(array), -1).astype(np.float64) for array in (a, y))
    return a, y
