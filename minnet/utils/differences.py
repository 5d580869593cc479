"""The slope of a function along one direction, measured by finite differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minnet.utils.types import Array


def slope_along(
    function: Callable[[Array], Array],
    x: Array,
    direction: Array,
    weights: Array,
    single: bool = False,
) -> float | None:
    """d/dt sum(weights * f(x + t direction)) at t = 0; None if it cannot be measured.

    Central differences with two steps, which must agree; and the two one-sided ones, which do not
    agree on a kink. `single`: f computes in float32, so the steps are larger.

    >>> round(slope_along(np.square, np.array([3.0]), np.array([1.0]), np.array([1.0])), 6)
    6.0
    >>> slope_along(np.abs, np.array([0.0]), np.array([1.0]), np.array([1.0])) is None
    True
    """
    steps = (4e-2, 2e-2) if single else (1e-4, 3e-5)
    slopes = []
    middle = _sum(function, x, weights)
    for step in steps:
        ahead = _sum(function, x + step * direction, weights)
        behind = _sum(function, x - step * direction, weights)
        slopes += [(ahead - middle) / step, (middle - behind) / step, (ahead - behind) / 2 / step]
    if not np.isfinite(slopes).all():
        return None
    scale = max(map(abs, slopes))
    apart = max(abs(slopes[2] - slopes[5]), abs(slopes[3] - slopes[4]) / (10 if single else 1))
    return slopes[5] if apart <= 2e-2 * scale + 1e-7 else None


def direction_of(gradient: Array, generator: np.random.Generator) -> Array:
    """A random direction along which no two parts of a gradient cancel."""
    signs = np.where(gradient == 0, generator.choice([-1.0, 1.0], size=gradient.shape), gradient)
    return np.asarray(np.sign(signs) * generator.uniform(0.5, 1.0, size=gradient.shape))


def _sum(function: Callable[[Array], Array], x: Array, weights: Array) -> float:
    return float(np.vdot(np.asarray(function(x), dtype=np.float64), weights))
