"""AdaDelta: steps as large as the recent steps were, in the units of the weights."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet.optimizers.optimizer import Optimizer
from minnet.optimizers.schedules import Rate
from minnet.utils.types import Array


class AdaDelta(Optimizer):
    """A gradient divided by its recent size, times the recent size of the steps:

        g <- g + weight_decay w
        v <- decay v + (1 - decay) g^2              running mean of the squared gradients
        d <- g sqrt(s + epsilon) / sqrt(v + epsilon)
        s <- decay s + (1 - decay) d^2              running mean of the squared steps
        w <- w - learning_rate d

    g sqrt(s)/sqrt(v) has the unit of w, where a plain gradient has its inverse; so the rate is 1
    for all problems. s starts at 0, and the first steps are as small as sqrt(epsilon): here epsilon
    decides how fast the training starts.

    As in PyTorch, whose rho is `decay`; the paper has no learning rate.

    Source: Zeiler (2012), algorithm 1.

    >>> w = np.array([1.0, 1.0])
    >>> AdaDelta().step(w, np.array([1000.0, 0.1]))
    >>> w.round(6)
    array([0.996838, 0.996839])
    """

    memory: ClassVar[tuple[str, ...]] = ("square", "step_square")

    def __init__(
        self,
        learning_rate: float | Rate = 1.0,
        decay: float = 0.9,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.decay: float = self._number("decay", decay, maximum=1)
        self.epsilon: float = self._number("epsilon", epsilon)

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """The formulas above; each product goes into scratch, so that nothing is allocated."""
        v, s = memory
        d, product = scratch
        g = self.decayed(w, g, d)
        v *= self.decay
        np.multiply(g, 1 - self.decay, out=product)  # in this order g^2 alone never overflows
        v += np.multiply(product, g, out=product)
        np.divide(g, self._root(v, product), out=d)
        d *= self._root(s, product)
        s *= self.decay
        np.multiply(d, 1 - self.decay, out=product)
        s += np.multiply(product, d, out=product)
        w -= np.multiply(d, self.learning_rate, out=product)

    def _root(self, mean: Array, product: Array) -> Array:
        """sqrt(mean + epsilon)."""
        np.add(mean, self.epsilon, out=product)
        return np.sqrt(product, out=product)
