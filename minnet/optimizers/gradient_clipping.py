"""Gradient clipping: a bound on the gradient, so that one steep place does not ruin the weights."""

from __future__ import annotations

import numpy as np

from minnet.utils import checks
from minnet.utils.types import Array


class GradientClipping:
    """Clips a flat gradient g in place: first each entry, then the norm of the whole vector.

        g <- g clipped to [-clip_value, clip_value]
        g <- g min(1, clip_norm / (|g| + 1e-6))

    The 1e-6 is PyTorch's. None means no bound.

    Source: Pascanu, Mikolov, Bengio (2013).

    >>> g = np.array([3.0, 4.0])
    >>> GradientClipping(clip_norm=1.0)(g)
    >>> g.round(4)
    array([0.6, 0.8])
    """

    def __init__(self, clip_norm: float | None = None, clip_value: float | None = None) -> None:
        self.norm: float | None = self._bound("clip_norm", clip_norm)
        self.value: float | None = self._bound("clip_value", clip_value)

    def _bound(self, name: str, value: float | None) -> float | None:
        if value is None:
            return None
        return checks.number("Trainer", name, value, minimum=0, above=True)

    def __call__(self, g: Array) -> None:
        """Clip g in place."""
        if self.value is not None:
            np.clip(g, -self.value, self.value, out=g)
        if self.norm is not None:
            factor = min(1.0, self.norm / (_norm(g) + 1e-6))
            if factor > 1e-30:
                g *= factor
            else:
                self._clip_huge(g, self.norm)

    def _clip_huge(self, g: Array, bound: float) -> None:
        """The same where |g| overflows, or the factor is too small for a float32.

        The largest entry is taken out first.
        """
        largest = float(np.abs(g).max())
        g /= largest
        g *= min(largest, bound / _norm(g))


def _norm(g: Array) -> float:
    """|g|; inf if the sum of squares overflows."""
    with np.errstate(over="ignore"):
        return float(np.linalg.norm(g.astype(np.float64, copy=False)))
