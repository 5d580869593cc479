"""Stochastic gradient descent, plain, with momentum, or with Nesterov's momentum."""

from __future__ import annotations

import numpy as np

from minnet.optimizers.optimizer import Optimizer
from minnet.optimizers.schedules import Rate
from minnet.utils import checks
from minnet.utils.types import Array


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum v if asked for:

        g <- g + weight_decay w
        v <- momentum v + g                     (v = g at the first step)
        w <- w - learning_rate v                Nesterov: w - learning_rate (g + momentum v)

    As in PyTorch, v does not contain the learning rate, so a change of the rate affects the whole
    velocity at once; in Sutskever et al. (2013) and many textbooks v contains it.

    Source: Robbins and Monro (1951); Polyak (1964) for momentum; Sutskever et al. (2013).

    >>> w = np.array([1.0])
    >>> SGD(learning_rate=0.1).step(w, np.array([2.0]))
    >>> w
    array([0.8])
    """

    def __init__(
        self,
        learning_rate: float | Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.momentum: float = self._number("momentum", momentum)
        self.nesterov: bool = checks.boolean("SGD", "nesterov", nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError(
                "SGD: nesterov: expected a momentum above 0 with nesterov=True, got momentum 0. "
                "Write SGD(momentum=0.9, nesterov=True)."
            )
        if self.momentum:
            self.memory: tuple[str, ...] = ("velocity",)  # type: ignore[misc]

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """The formulas above, one line each."""
        g = self.decayed(w, g, scratch[0])
        if self.momentum:
            (v,) = memory
            v *= self.momentum  # v starts at 0, so the first step gives v = g
            v += g
            if self.nesterov:
                g = np.add(g, np.multiply(v, self.momentum, out=scratch[1]), out=scratch[1])
            else:
                g = v
        w -= np.multiply(g, self.learning_rate, out=scratch[1])
