"""Adam and AdamW: steps that adapt to the size of each weight's own gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet.optimizers.optimizer import Optimizer
from minnet.optimizers.schedules import Rate
from minnet.utils.types import Array


class Adam(Optimizer):
    """Steps of about the learning rate, for gradients of any size:

        g <- g + weight_decay w
        m <- beta1 m + (1 - beta1) g            running mean of the gradient
        v <- beta2 v + (1 - beta2) g^2          running mean of its square
        w <- w - learning_rate m' / (sqrt(v') + epsilon)
        m' = m / (1 - beta1^t),  v' = v / (1 - beta2^t)     at step t: both start at 0

    As in PyTorch, epsilon is added after the root of the corrected v' (Kingma and Ba's
    "epsilon hat" is a different one), and weight decay joins the gradient (AdamW: the weights).

    Source: Kingma and Ba (2015), algorithm 1.

    >>> w = np.array([1.0, 1.0])
    >>> Adam(learning_rate=0.1).step(w, np.array([1000.0, 0.001]))
    >>> w.round(4)
    array([0.9, 0.9])
    """

    memory: ClassVar[tuple[str, ...]] = ("mean", "square")

    def __init__(
        self,
        learning_rate: float | Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.beta1: float = self._number("beta1", beta1, maximum=1, below=True)
        self.beta2: float = self._number("beta2", beta2, maximum=1, below=True)
        self.epsilon: float = self._number("epsilon", epsilon)

    def prepare(self) -> None:
        """The two corrections for the start at zero."""
        self._mean_correction = 1 - self.beta1**self.t
        self._root_correction = (1 - self.beta2**self.t) ** 0.5

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """The formulas above; each product goes into scratch, so that nothing is allocated."""
        self._adapt(w, self.decayed(w, g, scratch[0]), scratch[1], *memory)

    def _adapt(self, w: Array, g: Array, product: Array, m: Array, v: Array) -> None:
        """All lines except the weight decay."""
        m *= self.beta1
        m += np.multiply(g, 1 - self.beta1, out=product)
        v *= self.beta2
        np.multiply(g, 1 - self.beta2, out=product)  # in this order g^2 alone never overflows
        v += np.multiply(product, g, out=product)
        root = np.sqrt(v, out=product)
        root /= self._root_correction
        root += self.epsilon
        step = np.divide(m, root, out=product)
        w -= np.multiply(step, self.learning_rate / self._mean_correction, out=step)


class AdamW(Adam):
    """Adam with weight decay next to the adaptive step instead of inside it:

        w <- w - learning_rate weight_decay w
        w <- w - (the step of Adam, its g without weight decay)

    In `Adam` the decay passes through the division by sqrt(v'), so that a weight with large
    gradients hardly decays; here all weights shrink by the same share. As in PyTorch the share
    contains the learning rate (and follows its schedule), which the paper keeps apart.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2.

    >>> w = np.array([1.0, 1.0])
    >>> AdamW(learning_rate=0.1, weight_decay=0.5).step(w, np.array([1000.0, 0.0]))
    >>> w.round(4)
    array([0.85, 0.95])
    """

    def __init__(
        self,
        learning_rate: float | Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, weight_decay)

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """First the decay of the weights, then Adam's step."""
        w *= 1 - self.learning_rate * self.weight_decay
        self._adapt(w, g, scratch[1], *memory)
