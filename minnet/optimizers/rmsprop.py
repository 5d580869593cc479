"""RMSProp: each weight's gradient divided by its recent size."""

from __future__ import annotations

import numpy as np

from minnet.optimizers.optimizer import Optimizer
from minnet.optimizers.schedules import Rate
from minnet.utils import checks
from minnet.utils.types import Array


class RMSProp(Optimizer):
    """A gradient divided by the root of the running mean of its square:

        g <- g + weight_decay w
        v <- decay v + (1 - decay) g^2
        u <- g / (sqrt(v) + epsilon)
        w <- w - learning_rate u

    With momentum the last line is b <- momentum b + u, w <- w - learning_rate b.
    Centered, the root is that of a variance: sqrt(v - n^2), n <- decay n + (1 - decay) g, and
    steps are longer where the gradient hardly changes. Rounding can make a variance of 0
    negative; it is then taken as 0, where PyTorch gives NaN.

    As in PyTorch, epsilon is added after the root (elsewhere under it), `decay` is its alpha, and
    nothing corrects for the start at 0, so that the first steps are about 1 / sqrt(1 - decay)
    times as long as later ones.

    Source: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning" (2012);
    Graves (2013), equations 38 to 41, for the centered form.

    >>> w = np.array([1.0, 1.0])
    >>> RMSProp(learning_rate=0.01).step(w, np.array([1000.0, 0.001]))
    >>> w.round(4)
    array([0.9, 0.9])
    """

    def __init__(
        self,
        learning_rate: float | Rate = 0.01,
        decay: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
        centered: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.decay: float = self._number("decay", decay, maximum=1)
        self.epsilon: float = self._number("epsilon", epsilon)
        self.momentum: float = self._number("momentum", momentum)
        self.centered: bool = checks.boolean("RMSProp", "centered", centered)
        names = {"square": True, "mean": self.centered, "velocity": self.momentum > 0}
        self.memory: tuple[str, ...] = tuple(name for name, used in names.items() if used)  # type: ignore[misc]

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """The formulas above; each product goes into scratch, so that nothing is allocated."""
        parts = dict(zip(self.memory, memory, strict=True))
        v, product = parts["square"], scratch[1]
        g = self.decayed(w, g, scratch[0])
        v *= self.decay
        np.multiply(g, 1 - self.decay, out=product)  # in this order g^2 alone never overflows
        v += np.multiply(product, g, out=product)
        u = np.divide(g, self._root(v, g, product, parts.get("mean")), out=product)
        if self.momentum:
            b = parts["velocity"]
            b *= self.momentum
            b += u
            u = b
        w -= np.multiply(u, self.learning_rate, out=product)

    def _root(self, v: Array, g: Array, product: Array, n: Array | None) -> Array:
        """sqrt(v) + epsilon, or sqrt(v - n^2) + epsilon."""
        if n is None:
            np.sqrt(v, out=product)
        else:
            np.subtract(g, n, out=product)
            n += np.multiply(product, 1 - self.decay, out=product)
            np.multiply(n, n, out=product)
            # Where v is infinite, so is the root; without this it would be inf - inf.
            np.minimum(product, np.finfo(product.dtype).max, out=product)
            np.subtract(v, product, out=product)
            np.sqrt(np.maximum(product, 0, out=product), out=product)
        product += self.epsilon
        return product
