"""Optimizers: how a gradient becomes a step.

An optimizer sees two flat vectors and knows nothing about layers. `step(values, grads)` changes
`values` in place and leaves `grads` alone. The formulas and defaults are PyTorch's, also where
textbooks differ; each docstring says how.
"""

from __future__ import annotations

import weakref
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from minnet import checks

Array = NDArray[Any]

BLOCK = 16384
"""Entries that are updated at a time: few enough to stay in the processor's cache."""


class Optimizer:
    """One update of all weights w from their gradients g.

    A subclass names its memory, vectors as long as w that start at zero, in `memory`, and writes
    `update(w, g, scratch, *memory)`, which changes w and the memory in place; or it writes
    `step(values, grads)` itself, and needs nothing of this class but the learning rate.

    Attributes:
        learning_rate: may be assigned at any time; 0 is legal.
        steps: the number of steps taken. state: the memory, name to vector.

    Raises:
        TypeError, ValueError: a rate that is negative, NaN, infinite or no number; vectors of
            different lengths, or another length than before.

    >>> class SignDescent(Optimizer):
    ...     def step(self, values, grads):
    ...         values -= self.learning_rate * np.sign(grads)
    >>> w = np.array([1.0, -1.0])
    >>> SignDescent(learning_rate=0.5).step(w, np.array([3.0, -0.1]))
    >>> w
    array([ 0.5, -0.5])
    """

    memory: ClassVar[tuple[str, ...]] = ()

    def __init__(self, learning_rate: float = 0.01, weight_decay: float = 0.0) -> None:
        self.learning_rate = learning_rate
        self.weight_decay = self._number("weight_decay", weight_decay)
        self.steps = 0
        self.state: dict[str, Array] = {}
        self._scratch = np.empty(0)

    @property
    def learning_rate(self) -> float:
        """The factor of each step."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: float) -> None:
        self._learning_rate = self._number("learning_rate", learning_rate)

    def step(self, values: Array, grads: Array) -> None:
        """One update in place, block by block, so that each block stays in the cache."""
        if self._scratch.dtype != values.dtype or values.shape != grads.shape or not self.steps:
            self._begin(values, grads)
        memory = [self.state[name] for name in self.memory]
        if memory and memory[0].shape != values.shape:
            self._begin(values, grads)
        self.steps += 1
        self.prepare()
        for start in range(0, len(values), BLOCK):
            part = slice(start, start + BLOCK)
            w = values[part]
            self.update(w, grads[part], self._scratch[:, : len(w)], *[m[part] for m in memory])

    def prepare(self) -> None:
        """Numbers that hold for a whole step, computed once before its blocks."""

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """Change one block of weights in place; `scratch` has two rows of its length to use."""
        raise NotImplementedError(
            f"{type(self).__name__}: write step(self, values, grads) or "
            f"update(self, w, g, scratch, *memory)."
        )

    def decayed(self, w: Array, g: Array, scratch: Array) -> Array:
        """G + weight_decay w, the gradient with that of an L2 penalty; g itself stays."""
        if not self.weight_decay:
            return g
        np.multiply(w, self.weight_decay, out=scratch)
        scratch += g
        return scratch

    def _begin(self, values: Array, grads: Array) -> None:
        """At the first step: check the vectors, start the memory at zero."""
        place = type(self).__name__
        for name, vector in (("values", values), ("grads", grads)):
            if not isinstance(vector, np.ndarray) or vector.ndim != 1 or vector.dtype.kind != "f":
                raise TypeError(
                    f"{place}.step: {name}: expected a flat vector of floats, got "
                    f"{checks.describe(vector)}."
                )
        if values.shape != grads.shape:
            raise ValueError(
                f"{place}.step: expected values and grads of one length, got {len(values)} and "
                f"{len(grads)}."
            )
        for name in self.memory:
            vector = self.state.setdefault(name, np.zeros_like(values))
            if vector.shape != values.shape:
                raise ValueError(
                    f"{place}.step: expected the {len(vector)} values of the steps before, got "
                    f"{len(values)}: this optimizer remembers another network. Make a new one."
                )
            self.state[name] = vector.astype(values.dtype, copy=False)
        self._scratch = np.empty((2, min(BLOCK, len(values))), values.dtype)

    def serves(self, network: object) -> bool:
        """Belong to this network from now on; False if another one has trained with it."""
        other = vars(self).get("_network")
        if other is not None and other() not in (None, network) and vars(self).get("steps"):
            return False
        vars(self)["_network"] = weakref.ref(network)
        return True

    def __getstate__(self) -> dict[str, Any]:
        """A copy may train another network."""
        return {name: value for name, value in vars(self).items() if name != "_network"}

    def _number(
        self, name: str, value: float, *, maximum: float = np.inf, below: bool = False
    ) -> float:
        """A hyperparameter >= 0, named after the class in the error."""
        return checks.number(
            type(self).__name__, name, value, minimum=0, maximum=maximum, below=below
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(learning_rate={self.learning_rate:g})"


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum v if asked for:

        g <- g + weight_decay w
        v <- momentum v + g                     (v = g at the first step)
        w <- w - learning_rate v                Nesterov: w - learning_rate (g + momentum v)

    As in PyTorch the rate stands outside of v, so a rate that changes acts at once on the whole
    velocity; Sutskever et al. (2013) and many textbooks have it inside.

    Source: Robbins and Monro (1951); Polyak (1964) for momentum; Sutskever et al. (2013).

    >>> w = np.array([1.0])
    >>> SGD(learning_rate=0.1).step(w, np.array([2.0]))
    >>> w
    array([0.8])
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.momentum = self._number("momentum", momentum)
        self.nesterov = checks.boolean("SGD", "nesterov", nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError(
                "SGD: nesterov: expected a momentum above 0 with nesterov=True, got momentum 0. "
                "Write SGD(momentum=0.9, nesterov=True)."
            )
        if self.momentum:
            self.memory = ("velocity",)  # type: ignore[misc]

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


class Adam(Optimizer):
    """Steps of about the learning rate, whatever the size of the gradient:

        g <- g + weight_decay w
        m <- beta1 m + (1 - beta1) g            running mean of the gradient
        v <- beta2 v + (1 - beta2) g^2          running mean of its square
        w <- w - learning_rate m' / (sqrt(v') + epsilon)
        m' = m / (1 - beta1^t),  v' = v / (1 - beta2^t)     at step t: both start at 0

    As in PyTorch, epsilon is added after the root of the corrected v' (Kingma and Ba's
    "epsilon hat" is another one), and weight decay joins the gradient (AdamW: the weights).

    Source: Kingma and Ba (2015), algorithm 1.

    >>> w = np.array([1.0, 1.0])
    >>> Adam(learning_rate=0.1).step(w, np.array([1000.0, 0.001]))
    >>> w.round(4)
    array([0.9, 0.9])
    """

    memory = ("mean", "square")

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.beta1 = self._number("beta1", beta1, maximum=1, below=True)
        self.beta2 = self._number("beta2", beta2, maximum=1, below=True)
        self.epsilon = self._number("epsilon", epsilon)

    def prepare(self) -> None:
        """The two corrections for the start at zero."""
        self._mean_correction = 1 - self.beta1**self.steps
        self._root_correction = (1 - self.beta2**self.steps) ** 0.5

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """The formulas above; each product goes into scratch, so that nothing is allocated."""
        m, v = memory
        product = scratch[1]
        g = self.decayed(w, g, scratch[0])
        m *= self.beta1
        m += np.multiply(g, 1 - self.beta1, out=product)
        v *= self.beta2
        np.multiply(g, g, out=product)
        v += np.multiply(product, 1 - self.beta2, out=product)
        root = np.sqrt(v, out=product)
        root /= self._root_correction
        root += self.epsilon
        step = np.divide(m, root, out=product)
        w -= np.multiply(step, self.learning_rate / self._mean_correction, out=step)
