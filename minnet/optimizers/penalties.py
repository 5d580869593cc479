"""Penalties: a cost of large weights, so that a network does not memorize the noise.

A penalty adds a term to the loss that depends on the weights alone. It acts on Parameters of two
or more dimensions, that is on weights and not on biases or gains, unless a Parameter says
otherwise (`Parameter(..., penalized=True)`). The Trainer adds it to every loss that it reports,
`val_loss` too, and its gradient to the gradient of the loss. To compare runs with and without a
penalty use a metric, for example "log_loss", which does not include it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minnet.utils import checks
from minnet.utils.keyword_arguments import Explained
from minnet.utils.types import Array


class Penalty(Explained):
    """A cost of the weights: subclass it and write `value(w)` and `gradient(w)`.

    Args:
        strength: the factor lambda, >= 0.
    """

    def __init__(self, strength: float) -> None:
        self.strength: float = checks.number(type(self).__name__, "strength", strength, minimum=0)

    def value(self, w: Array) -> float:
        """The cost of the weights w, one number."""
        raise NotImplementedError(f"{type(self).__name__}: write value(self, w).")

    def gradient(self, w: Array) -> Array:
        """The derivative of the cost by each weight, of the shape of w."""
        raise NotImplementedError(f"{type(self).__name__}: write gradient(self, w).")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.strength:g})"


class L1(Penalty):
    """lambda sum `|w|`, gradient lambda sign(w): pulls small weights all the way to 0.

    Source: Tibshirani (1996), the lasso.

    >>> L1(0.1).value(np.array([1.0, -2.0])), L1(0.1).gradient(np.array([1.0, -2.0]))
    (0.30000000000000004, array([ 0.1, -0.1]))
    """

    def value(self, w: Array) -> float:
        """lambda sum `|w|`."""
        return self.strength * float(np.abs(w).sum())

    def gradient(self, w: Array) -> Array:
        """lambda sign(w)."""
        return np.sign(w) * self.strength


class L2(Penalty):
    """lambda/2 sum w^2, gradient lambda w: makes every weight smaller by a share of itself.

    The 1/2 is there as in the squared error: under SGD without momentum, L2(0.01) and
    `weight_decay=0.01` on the same weights then take the same steps. Libraries that write
    lambda sum w^2 need half the lambda for the same effect.

    Source: Hoerl and Kennard (1970), ridge regression; Nielsen, *Neural Networks and Deep
    Learning*, chapter 3.

    >>> L2(0.5).value(np.array([1.0, -2.0])), L2(0.5).gradient(np.array([1.0, -2.0]))
    (1.25, array([ 0.5, -1. ]))
    """

    def value(self, w: Array) -> float:
        """lambda/2 sum w^2."""
        return 0.5 * self.strength * float(np.square(w).sum())

    def gradient(self, w: Array) -> Array:
        """lambda w."""
        return w * self.strength


def get(penalty: Penalty | Iterable[Penalty] | None) -> list[Penalty]:
    """None, one or several penalties as a list."""
    if penalty is None:
        return []
    given = None if isinstance(penalty, Penalty) else checks.items(penalty)
    penalties: list[Any] = [penalty] if given is None else given
    for item in penalties:
        if not isinstance(item, Penalty):
            raise TypeError(
                f"Trainer: penalty: expected a penalty or a list of them, for example "
                f"mn.L2(1e-4), got {checks.describe(item)}."
            )
    return penalties
