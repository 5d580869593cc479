"""What each layer does to numbers, found by trying: is it linear, random, constant, a softmax?

Nothing is asked of the class or its name: a softmax that a student wrote is one if its rows sum to 1.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from minnet.nn.error_location import short_repr
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.utils.types import Array

_ROWS = 64
_GRID = np.r_[-1e4, -100.0, np.linspace(-8, 8, 33), 100.0, 1e4]


@dataclass
class LayerFacts:
    """One layer in the forward pass, what it gets and what it gives in evaluation mode."""

    place: str
    holder: Network
    index: int
    layer: Layer
    x: Array
    y: Array

    @property
    def name(self) -> str:
        """The place and the layer, `layers[2] Linear(16 -> 3)`."""
        return f"{self.place} {short_repr(self.layer)}"

    def try_on(self, x: Array, training: bool = False) -> Array | None:
        """The output of a copy for other numbers; None if it refuses them."""
        layer = copy.deepcopy(self.layer)
        layer.random = np.random.default_rng(0)
        layer.training = training
        try:
            with np.errstate(all="ignore"):
                return np.asarray(layer.forward(x), float)
        except Exception:  # whatever a student's layer may raise
            return None

    @cached_property
    def probe(self) -> Array:
        """Random numbers in the shape of the input."""
        return np.random.default_rng(0).normal(0, 2, self.x.shape).astype(self.x.dtype)

    @cached_property
    def weights(self) -> list[Parameter]:
        """The trainable Parameters."""
        return [p for p in self.layer.parameters().values() if p.trainable]

    @property
    def matrix(self) -> Array | None:
        """Its weights, if it is one matrix or kernel: (inputs, units) with the units last."""
        large = [p.value for p in self.weights if p.value.ndim > 1]
        if len(large) != 1:
            return None
        w = large[0]
        return w if w.ndim == 2 else w.reshape(len(w), -1).T

    @cached_property
    def affine(self) -> bool:
        """True if f(a) + f(b) = f(a + b) + f(0), as it is for a Linear in evaluation mode."""
        a, b = self.probe, self.probe[::-1].copy()
        values = [self.try_on(v) for v in (a, b, a + b, np.zeros_like(a))]
        if any(v is None for v in values):
            return False
        fa, fb, fab, f0 = values
        return bool(np.allclose(fa + fb, fab + f0, rtol=1e-3, atol=1e-3 * (np.abs(fab).max() or 1)))

    @cached_property
    def activation(self) -> bool:
        """True if it has no weights, keeps the shape and bends the numbers."""
        return not self.weights and self.x.shape == self.y.shape and not self.affine

    @cached_property
    def probabilities(self) -> bool:
        """True if its rows are probabilities that sum to 1, whatever it gets: a softmax."""
        y = self.try_on(self.probe)
        if self.weights or y is None or y.ndim != 2 or y.shape[1] < 2 or (y < 0).any():
            return False
        return bool(np.allclose(y.sum(axis=1), 1, atol=1e-3))

    @cached_property
    def constant(self) -> bool:
        """True if it gives the same for whatever it gets."""
        y = self.try_on(self.probe)
        return not self.weights and y is not None and bool(np.ptp(y, axis=0).max() < 1e-9)

    @cached_property
    def dropped(self) -> float:
        """In training: the share of the inputs that it sets to 0 at random."""
        ones = np.ones_like(self.probe)
        first = None if self.weights else self.try_on(ones, training=True)
        if first is None or first.shape != ones.shape:
            return 0.0
        return float((first == 0).mean()) if 0 < (first == 0).mean() else 0.0

    @cached_property
    def mixes_rows(self) -> bool:
        """True if in training a row's output depends on the other rows: batch normalization."""
        other = self.probe.copy()
        other[1:] *= 3
        here, there = self.try_on(self.probe, True), self.try_on(other, True)
        if here is None or there is None or len(here) < 2 or self.dropped:
            return False
        return not np.allclose(here[0], there[0], rtol=1e-3, atol=1e-5)

    @cached_property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest number that an activation can give."""
        x = np.resize(_GRID, (len(_GRID), *self.x.shape[1:])).astype(self.x.dtype)
        y = self.try_on(x) if not self.weights else None
        if y is None or not np.isfinite(y).all():
            return (-np.inf, np.inf)
        low, high = float(y.min()), float(y.max())
        return (low if low > -50 else -np.inf, high if high < 50 else np.inf)


def walk(network: Network, x: Array) -> tuple[list[LayerFacts], Exception | None]:
    """Each layer with its input and output for the first rows; and the error that ended it."""
    found: list[LayerFacts] = []
    data = np.asarray(x[:_ROWS]).astype(network.dtype)
    if network.takes_indices and np.asarray(x).dtype.kind in "iu":
        data = np.asarray(x[:_ROWS])
    with network.evaluating(), np.errstate(all="ignore"):
        for place, holder, index, layer in _leaves(network, ""):
            try:
                y = np.asarray(layer.forward(data)).astype(network.dtype)
            except Exception as error:  # whatever a student's layer may raise
                found.append(LayerFacts(place, holder, index, layer, data, np.empty(0)))
                return found, error
            found.append(LayerFacts(place, holder, index, layer, data, y))
            data = y
    return found, None


def _leaves(network: Network, before: str) -> Iterator[tuple[str, Network, int, Layer]]:
    """The layers in order, those of nested networks one by one."""
    for index, layer in enumerate(network.layers):
        place = f"{before}layers[{index}]"
        if isinstance(layer, Network):
            yield from _leaves(layer, f"{place}.")
        else:
            yield place, network, index, layer
