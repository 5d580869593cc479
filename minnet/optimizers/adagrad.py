"""AdaGrad: each weight's rate falls with the sum of all its squared gradients so far."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet.optimizers.optimizer import Optimizer
from minnet.optimizers.schedules import Rate
from minnet.utils.types import Array


class AdaGrad(Optimizer):
    """A gradient divided by the root of the sum of all its squares so far:

        g <- g + weight_decay w
        v <- v + g^2
        w <- w - learning_rate g / (sqrt(v) + epsilon)

    Weights whose gradient is mostly 0 (rare words, rare pixels) keep a large rate; for all others
    it falls about as 1/sqrt(t), and never rises again. PyTorch's `lr_decay` is a schedule here,
    its `initial_accumulator_value` is `optimizer.state["square"]`.

    Source: Duchi, Hazan, Singer (2011), the diagonal form.

    >>> w, optimizer = np.array([1.0]), AdaGrad(learning_rate=0.1)
    >>> for _ in range(2):
    ...     optimizer.step(w, np.array([5.0]))
    ...     print(w.round(4))
    [0.9]
    [0.8293]
    """

    memory: ClassVar[tuple[str, ...]] = ("square",)

    def __init__(
        self,
        learning_rate: float | Rate = 0.01,
        epsilon: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.epsilon: float = self._number("epsilon", epsilon)

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """The formulas above; each product goes into scratch, so that nothing is allocated."""
        (v,) = memory
        product = scratch[1]
        g = self.decayed(w, g, scratch[0])
        v += np.multiply(g, g, out=product)
        root = np.sqrt(v, out=product)
        root += self.epsilon
        step = np.divide(g, root, out=product)
        w -= np.multiply(step, self.learning_rate, out=step)
