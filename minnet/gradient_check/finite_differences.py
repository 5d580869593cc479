"""Derivatives measured by central differences, in float64: the reference for all gradients.

Not only the gradient is measured but the whole Jacobian, output by entry: from it follows what
almost any mistaken backward would give. One-sided differences that disagree show a kink.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

EVERY_ENTRY = 150
"""Up to this size every entry is measured; of a larger array, a random sample."""
SAMPLE = 48


@dataclass
class Jacobian:
    """dy/dv at a point: one column for each measured entry of v.

    columns: positions in v.ravel(). matrix: (y.size, number of columns). kinked: columns where
    the two one-sided differences disagree.
    """

    columns: NDArray[np.intp]
    matrix: Array
    kinked: NDArray[np.bool_]
    complete: bool

    def transpose_times(self, g: Array) -> Array:
        """J^T g at the measured entries."""
        product: Array = self.matrix.T @ np.asarray(g, dtype=np.float64).ravel()
        return product


def sample_columns(size: int, generator: np.random.Generator, limit: int) -> NDArray[np.intp]:
    """All entries of a small array, a sorted random sample of a large one."""
    if size <= limit:
        return np.arange(size)
    return np.sort(generator.choice(size, SAMPLE, replace=False))


def jacobian(
    function: Function,
    v: Array,
    y0: Array,
    columns: NDArray[np.intp],
    step: float = 1e-5,
    single: bool = False,
) -> Jacobian:
    """Central differences, (f(v + h) - f(v - h)) / 2h, entry by entry; f returns y.

    `single`: f computes in float32; a ladder of larger steps is used instead of `step`.
    """
    v = np.array(v, dtype=np.float64)
    matrix = np.empty((np.size(y0), len(columns)))
    kinked = np.zeros(len(columns), bool)
    center = np.asarray(y0, dtype=np.float64).ravel()
    for number, column in enumerate(columns):
        if single:
            matrix[:, number], kinked[number] = _ladder(function, v, column, center)
            continue
        h = step * max(1.0, abs(v.flat[column]))
        ahead, behind = _around(function, v, column, h)
        slope = (ahead - behind) / (2 * h)
        bend = np.abs(ahead - 2 * center + behind) / h
        kinked[number] = not (bend <= _bend_allowed(slope, center, h)).all()
        matrix[:, number] = slope
    return Jacobian(columns, matrix, kinked, len(columns) == v.size)


def _around(function: Function, v: Array, column: int, h: float) -> tuple[Array, Array]:
    """f with one entry of v larger and smaller by h."""
    kept, results = v.flat[column], []
    for value in (kept + h, kept - h):
        v.flat[column] = value
        results.append(np.asarray(function(v), dtype=np.float64).ravel())
    v.flat[column] = kept
    return results[0], results[1]


def _fourth_order(function: Function, v: Array, column: int, h: float) -> tuple[Array, Array]:
    """The slope from four values at h and 2h, and the sum of the two near ones."""
    ahead, behind = _around(function, v, column, h)
    far, near = _around(function, v, column, 2 * h)
    return (8 * (ahead - behind) - (far - near)) / (12 * h), ahead + behind


def _ladder(function: Function, v: Array, column: int, center: Array) -> tuple[Array, bool]:
    """Fourth-order differences with large steps; the two that agree best, and a kink flag.

    On a kink the slopes agree, too; there the bend stays while the step becomes smaller.
    """
    slopes, bends = [], []
    for h in np.array([0.2, 0.07, 0.025, 0.008, 0.0025]) * max(0.3, abs(v.flat[column])):
        slope, around = _fourth_order(function, v, column, h)
        slopes.append(slope)
        bends.append(float(np.abs(around - 2 * center).max(initial=0.0)) / h)
    apart = [float(np.abs(a - b).max(initial=0.0)) for a, b in itertools.pairwise(slopes)]
    best = int(np.nanargmin(apart)) if not np.isnan(apart).all() else 0
    slope = slopes[best + 1]
    scale = max(float(np.abs(slope).max(initial=0.0)), 1e-3)
    rounding = 4e-7 * float(np.max(np.abs(center), initial=0.0)) / h
    on_kink = bends[-1] > 0.5 * bends[1] and bends[-1] > 0.02 * scale + rounding
    return slope, on_kink or not apart[best] < 1e-3 * scale


def _bend_allowed(slope: Array, center: Array, h: float) -> float:
    """How far the one-sided differences may lie apart: curvature and rounding, no kink."""
    scale = max(float(np.max(np.abs(slope), initial=0.0)), 1e-3)
    rounding = 50 * np.finfo(float).eps * float(np.max(np.abs(center), initial=0.0)) / h
    return 3e-3 * scale + rounding


def refined(function: Function, v: Array, g: Array, column: int) -> tuple[float, float]:
    """d sum(f g)/dv at one entry by a ladder of fourth-order steps: the value, and its doubt."""
    v, g = np.array(v, dtype=np.float64), np.asarray(g, dtype=np.float64).ravel()
    steps = 10.0 ** np.arange(-2.5, -6.0, -0.5) * max(1.0, abs(v.flat[column]))
    values = [float(_fourth_order(function, v, column, h)[0] @ g) for h in steps]
    apart = np.abs(np.diff(values))
    best = int(np.argmin(np.where(np.isfinite(apart), apart, np.inf)))
    return values[best + 1], float(apart[best])


def mismatch(one: object, other: object) -> float:
    """max |a - b| / max(|a|, |b|); inf where shapes differ or something is not finite."""
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape or a.dtype.kind not in "biuf":
        return np.inf
    a, b = a.astype(np.float64), b.astype(np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return np.inf
    scale = max(float(np.max(np.abs(a), initial=0.0)), float(np.max(np.abs(b), initial=0.0)))
    return float(np.max(np.abs(a - b), initial=0.0)) / scale if scale else 0.0


def is_single(y: Array) -> bool:
    """Whether numbers of float64 hold the digits of float32 and no more, though more than few.

    What is whole, or a half, or comes in a few steps, says nothing about a precision.
    """
    known = y[np.isfinite(y) & (y != 0)]
    with np.errstate(all="ignore"):
        short = known == known.astype(np.float16)
        return bool(known.size and (known == known.astype(np.float32)).all() and short.mean() < 0.2)


def is_half(y: Array) -> bool:
    """Whether fractions of float64 hold the digits of float16 and no more."""
    known = y[np.isfinite(y) & (y != np.round(y))]
    with np.errstate(all="ignore"):
        return bool(known.size and (known == known.astype(np.float16)).all())
