"""Feature scaling: Standardizer and MinMaxScaler.

A network that sees grams and metres together learns the grams first: there is one learning rate
for all weights, so all inputs should have the same order of magnitude. Shift and scale are computed
from the training rows alone, and used for all others.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from minnet.data.checks import table
from minnet.utils import array_checks, checks
from minnet.utils.keyword_arguments import Explained
from minnet.utils.types import Array

ScalerType = TypeVar("ScalerType", bound="_ColumnScaler")


class _ColumnScaler(Explained):
    """Base class of the scalers: x -> (x - shift) / scale, column by column, and back."""

    # Names of the two public attributes that `fit` computes; the first one is the shift.
    _names: tuple[str, str]

    columns: list[Any] | None = None
    """Names of the columns in `fit`, if they had names, as in a DataFrame."""

    def fit(self: ScalerType, x: ArrayLike) -> ScalerType:
        """Compute the statistics of the columns of x, shape (m, f); returns the scaler itself.

        Raises:
            TypeError, ValueError: x is not a finite (m, f) array of numbers, or so large that
                its statistics overflow.
        """
        place = f"{type(self).__name__}.fit"
        numbers = table(place, x).astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            measured = self._measure(numbers)
            width = self._width(measured)
        bad = np.flatnonzero(~np.isfinite(width))
        if len(bad):
            raise ValueError(
                f"{place}: x: expected columns whose sum and range are finite, got an overflow "
                f"in x[:, {bad[0]}]. Divide that column by a large number first."
            )
        for name, value in zip(self._names, measured, strict=True):
            setattr(self, name, value)
        self.columns = column_names(x)
        return self

    def transform(self, x: ArrayLike) -> Array:
        """Scale x, shape (m, f), into a new array; float32 stays float32, integers get float64.

        Raises:
            RuntimeError: fit was not called. TypeError, ValueError: as `fit`, or another f.
        """
        return self._scaled("transform", x)

    def fit_transform(self, x: ArrayLike) -> Array:
        """`fit(x)`, then `transform(x)`: for the training data, never for the test data."""
        return self.fit(x).transform(x)

    def inverse_transform(self, x: ArrayLike) -> Array:
        """Back to the original units: x * scale + shift; types and errors as in `transform`."""
        return self._scaled("inverse_transform", x, back=True)

    def _scaled(self, verb: str, x: ArrayLike, back: bool = False) -> Array:
        """x scaled, or back in its units, in the type of x, float64 for integers and bools."""
        place = f"{type(self).__name__}.{verb}"
        if not hasattr(self, self._names[0]):
            raise RuntimeError(
                f"{place}: expected a fitted scaler, got one that has seen no data. "
                f"Call fit(x_train) first."
            )
        shift, other = (getattr(self, name) for name in self._names)
        array = table(place, x)
        self._check_columns(place, column_names(x))
        if array.shape[1] != len(shift):
            raise ValueError(
                f"{place}: x: expected {len(shift)} features as in fit, got {array.shape[1]} "
                f"(shape {array.shape}). Give the same columns as in fit, in the same order."
            )
        width = self._width((shift, other))
        scale = np.where(width > 0, width, 1.0)  # a constant column is divided by 1
        dtype = array.dtype if array.dtype.kind == "f" else np.float64
        with np.errstate(over="ignore"):
            result = np.asarray(array * scale + shift if back else (array - shift) / scale, dtype)
        fix = "Is x of the same kind and unit as in fit? Else give it as float64."
        array_checks.finite(place, "the result", result, fix=fix)
        return result

    def _check_columns(self, place: str, names: list[Any] | None) -> None:
        """Refuse columns of other names, or in another order: each would be scaled as another."""
        if names is None or self.columns is None or names == self.columns:
            return
        fix = "Give the same columns as in fit."
        if set(names) == set(self.columns):
            fix = f"Give them in the order of fit: x[{self.columns}]."
        elif [*range(len(names))] in (names, self.columns):  # as pandas numbers an array's
            return
        raise ValueError(
            f"{place}: x: expected the columns {self.columns} as in fit, got {names}. {fix}"
        )

    def _measure(self, x: Array) -> tuple[Array, Array]:
        """The two statistics of each column of x."""
        raise NotImplementedError

    def _width(self, measured: tuple[Array, Array]) -> Array:
        """The divisor of each column; 0 if the column is constant."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """The class, and how many features it was fitted on."""
        fitted = hasattr(self, self._names[0])
        state = f"{len(getattr(self, self._names[0]))} features" if fitted else "not fitted"
        return f"<{type(self).__name__}: {state}>"


class Standardizer(_ColumnScaler):
    """Each column to mean 0 and standard deviation 1: z = (x - mean) / standard_deviation.

    The statistics are computed from the m rows of the training data: mean = sum x / m and
    standard_deviation = sqrt(sum (x - mean)^2 / m). Fit on the training data only: a scale
    computed from the test rows would tell the network about them. A constant column
    has standard_deviation 0 and is divided by 1: it becomes 0, and comes back unchanged.

    Attributes (after `fit`): mean, standard_deviation: shape (f,), float64, in the units of x.

    Source: Y. LeCun, L. Bottou, G. Orr, K.-R. Mueller, Efficient BackProp (1998), section 4.3.

    >>> import minnet as mn
    >>> scaler = mn.data.Standardizer()
    >>> scaler.fit_transform(np.array([[1.0, 7.0], [3.0, 7.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    >>> scaler.transform([[5.0, 8.0]]).tolist(), scaler.mean.tolist()
    ([[3.0, 1.0]], [2.0, 7.0])
    """

    _names = ("mean", "standard_deviation")
    mean: Array
    standard_deviation: Array

    def _measure(self, x: Array) -> tuple[Array, Array]:
        constant = np.all(x == x[0], axis=0)
        mean = np.where(constant, x[0], x.mean(axis=0))
        distance = np.abs(x - mean)
        widest = distance.max(axis=0)
        ratio = distance / np.where(widest > 0, widest, 1.0)  # squares neither over- nor underflow
        return mean, widest * np.sqrt(np.mean(ratio**2, axis=0))

    def _width(self, measured: tuple[Array, Array]) -> Array:
        return measured[1]


class MinMaxScaler(_ColumnScaler):
    """Each column to [0, 1]: z = (x - minimum) / (maximum - minimum).

    Minimum and maximum are taken from the training data; other rows may be below 0 or above 1. Fit
    on the training data only. A constant column is divided by 1: it becomes 0.

    Attributes (after `fit`): minimum, maximum: shape (f,), float64, in the units of x.

    >>> import minnet as mn
    >>> mn.data.MinMaxScaler().fit_transform([[1, 7], [3, 7], [2, 7]]).tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]]
    """

    _names = ("minimum", "maximum")
    minimum: Array
    maximum: Array

    def _measure(self, x: Array) -> tuple[Array, Array]:
        return x.min(axis=0), x.max(axis=0)

    def _width(self, measured: tuple[Array, Array]) -> Array:
        minimum, maximum = measured
        return np.asarray(maximum - minimum)


def column_names(x: object) -> list[Any] | None:
    """The names of the columns of a DataFrame; None for an array or a list."""
    return checks.items(getattr(x, "columns", None))
