"""What each layer does to numbers, found by trying: is it linear, random, constant, a softmax?

Nothing is asked of the class or its name: a custom softmax is one if its rows sum to 1.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from minnet.nn.error_location import short_repr
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.training_check.trial import leaves
from minnet.utils.types import Array

_GRID = np.r_[-1e4, -100.0, np.linspace(-8, 8, 33), 100.0, 1e4]


@dataclass
class LayerFacts:
    """One layer in the forward pass: what it gets and gives in evaluation mode.

    Attributes:
        number: as `leaves` counts.
        weights: has it any? matrix: its weights, (inputs, units), if it is one matrix or kernel.
    """

    number: int
    place: str
    layer: Layer
    x: Array
    y: Array

    def __post_init__(self) -> None:
        self.name = f"{self.place} {short_repr(self.layer)}"
        trained = [p.value for p in self.layer.parameters().values() if p.trainable]
        large = [w if w.ndim == 2 else w.reshape(len(w), -1).T for w in trained if w.ndim > 1]
        self.weights: bool = bool(trained)
        self.matrix = large[0] if len(large) == 1 else None
        shape = (max(8, len(self.x)), *self.x.shape[1:])
        self.probe = np.random.default_rng(0).normal(0, 2, shape).astype(self.x.dtype)

    def try_on(self, x: Array, training: bool = False) -> Array | None:
        """The output of a copy for other numbers; None if it refuses them."""
        layer = copy.deepcopy(self.layer)
        layer.random = np.random.default_rng(0)
        layer.training = training
        try:
            return np.asarray(layer.forward(x), float)
        except Exception:  # whatever a student's layer may raise
            return None

    @cached_property
    def answer(self) -> Array | None:
        """The output for random numbers, if it has no weights."""
        return None if self.weights else self.try_on(self.probe)

    @cached_property
    def affine(self) -> bool:
        """True if f(a) + f(b) = f(a + b) + f(0), as it is for a Linear in evaluation mode."""
        a, b = self.probe, self.probe[::-1].copy()
        values = [v for x in (a, b, a + b, 0 * a) if (v := self.try_on(x)) is not None]
        if len(values) < 4:
            return False
        size = float(np.abs(values[2]).max()) or 1.0
        return np.allclose(values[0] + values[1], values[2] + values[3], 1e-3, 1e-3 * size)

    @cached_property
    def activation(self) -> bool:
        """True if it has no weights, keeps the shape, and bends the numbers."""
        return not self.weights and self.x.shape == self.y.shape and not self.affine

    @cached_property
    def probabilities(self) -> bool:
        """True if its rows are probabilities that sum to 1, whatever it gets: a softmax."""
        y = self.answer
        if y is None or y.ndim != 2 or y.shape[1] < 2 or (y < 0).any():
            return False
        return bool(np.allclose(y.sum(axis=1), 1, atol=1e-3))

    @cached_property
    def constant(self) -> bool:
        """True if it gives the same, whatever it gets."""
        return self.answer is not None and bool(np.ptp(self.answer, axis=0).max() < 1e-9)

    @cached_property
    def dropped(self) -> float:
        """In training: the share of the inputs that it sets to 0 at random."""
        ones = np.ones_like(self.probe)
        y = None if self.weights else self.try_on(ones, training=True)
        return float((y == 0).mean()) if y is not None and y.shape == ones.shape else 0.0

    @cached_property
    def mixes_rows(self) -> bool:
        """True if in training a row's output depends on the other rows: batch normalization."""
        other = np.r_[self.probe[:1], 3 * self.probe[1:]]
        here, there = self.try_on(self.probe, True), self.try_on(other, True)
        if here is None or there is None or self.dropped:
            return False
        return not np.allclose(here[0], there[0], rtol=1e-3, atol=1e-5)

    @cached_property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest number that an activation can give."""
        x = _GRID.reshape(-1, *[1] * (self.x.ndim - 1)) * np.ones(self.x.shape[1:])
        y = None if self.weights else self.try_on(x.astype(self.x.dtype))
        if y is None or not np.isfinite(y).all():
            return (-np.inf, np.inf)
        low, high = float(y.min()), float(y.max())
        return (low if low > -50 else -np.inf, high if high < 50 else np.inf)


def walk(network: Network, x: Array) -> tuple[list[LayerFacts], Exception | None]:
    """Each layer with its input and output for some rows; and the error that ended it."""
    found: list[LayerFacts] = []
    data = x if network.takes_indices and x.dtype.kind in "iu" else x.astype(network.dtype)
    with network.evaluating():
        for number, (place, holder, index) in enumerate(leaves(network)):
            layer, error = holder.layers[index], None
            try:
                y = np.asarray(layer.forward(data)).astype(network.dtype)
            except Exception as raised:  # whatever a student's layer may raise
                y, error = np.empty(0), raised
            found.append(LayerFacts(number, place, layer, data, y))
            if error is not None:
                return found, error
            data = y
    return found, None
