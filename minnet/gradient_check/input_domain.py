"""Draws random inputs, from a shape or from the range of the caller's array."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.utils.array_checks import numeric_array
from minnet.utils.checks import describe
from minnet.utils.types import Array

PRIMES = (5, 7, 11, 13)


class InputDomain:
    """Where inputs come from.

    kind: "real" (standard normal), "positive" (0.2 to 1.2), "given" (mixtures of the caller's
    rows, so that what holds for them, such as rows that sum to 1, holds for the mixture too),
    "indices" (whole numbers).
    """

    def __init__(self, x_or_shape: Any, place: str) -> None:
        self.given: Array | None = None
        self.kind: str = "real"
        self.high: int = 3
        self.shape: tuple[int, ...]
        if isinstance(x_or_shape, (int, np.integer)) and not isinstance(x_or_shape, bool):
            raise TypeError(
                f"{place}: x_or_shape: expected an array or a shape that includes the batch axis, "
                f"got {describe(x_or_shape)}. Write ({x_or_shape}, 3)."
            )
        if isinstance(x_or_shape, tuple) and all(_is_length(n) for n in x_or_shape):
            self.shape = tuple(int(n) for n in x_or_shape)
            if not self.shape or min(self.shape) < 1:
                raise ValueError(
                    f"{place}: x_or_shape: expected lengths of at least 1, batch axis first, got "
                    f"{x_or_shape}. Write for example (5, 3)."
                )
            return
        array = numeric_array(place, "x_or_shape", x_or_shape)
        if array.ndim == 0 or array.size == 0:
            raise ValueError(
                f"{place}: x_or_shape: expected a batch of at least one sample, got "
                f"{describe(array)}. The first axis holds the samples."
            )
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(
                f"{place}: x_or_shape: expected finite numbers, got NaN or inf. "
                f"Give values for which the layer is meant."
            )
        self.shape = array.shape
        self.kind = "indices" if array.dtype.kind in "iub" else "given"
        self.given = array if self.kind == "indices" else array.astype(np.float64)

    @property
    def batch(self) -> int:
        """The number of samples that the caller's shape has."""
        return self.shape[0]

    def draw(
        self,
        samples: int,
        generator: np.random.Generator,
        first: bool = False,
        jitter: bool = False,
    ) -> Array:
        """A batch; `first`: the caller's own array, if any; `jitter`: moved off special values."""
        shape = (samples, *self.shape[1:])
        if self.given is not None and first and samples == len(self.given):
            return np.array(self.given)
        if self.kind == "indices":
            if self.given is not None:
                return self.given[generator.integers(len(self.given), size=samples)]
            return generator.integers(0, self.high, size=shape)
        if self.kind == "given" and self.given is not None:
            one = self.given[generator.integers(len(self.given), size=samples)]
            other = self.given[
                generator.permutation(len(self.given))[np.arange(samples) % len(self.given)]
            ]
            share = generator.uniform(0.1, 0.9, size=(samples, *[1] * (one.ndim - 1)))
            mixed: Array = share * one + (1 - share) * other
            return self._moved(mixed, generator) if jitter else mixed
        if self.kind == "positive":
            return generator.uniform(0.2, 1.2, size=shape)
        return generator.normal(size=shape)

    def _moved(self, x: Array, generator: np.random.Generator) -> Array:
        """A little away from where x is, inside of the range of each column."""
        assert self.given is not None
        low, high = self.given.min(axis=0), self.given.max(axis=0)
        shift = 0.05 * (high - low) * generator.uniform(0.2, 1.0, size=x.shape)
        return np.asarray(np.where(x + shift <= high, x + shift, x - shift))

    def extremes(self, samples: int) -> list[tuple[str, Array]]:
        """Batches at +-1000; where the caller gave no negative number, at his mean and 1000."""
        if self.kind == "indices":
            return []
        shape = (samples, *self.shape[1:])
        low, high = np.full(shape, -1000.0), np.full(shape, 1000.0)
        if self.given is not None and self.given.min() >= 0:
            low[...] = self.given.mean()
        rows = np.arange(samples).reshape(-1, *[1] * (len(shape) - 1)) % 2 == 0
        patterns = [("by rows", np.where(rows, high, low))]
        if len(shape) > 1:
            columns = np.arange(shape[-1]) % 2 == 0
            patterns.append(("by columns", np.where(columns, high, low)))
        return patterns


def side_by_side(given: Any, inputs: int, columns: bool) -> tuple[Any, tuple[tuple[int, ...], ...]]:
    """The inputs of a layer as one array or shape, samples first, and the shape of each sample.

    `given`: as many arrays or shapes as forward takes inputs, or one for all of them.
    """
    several = isinstance(given, (tuple, list)) and len(given) == inputs > 1
    if not (several and all(isinstance(part, (tuple, np.ndarray)) for part in given)):
        if inputs < 2:
            return _samples_first(given) if columns else given, ()
        given = [
            np.roll(given, k, 0) if isinstance(given, np.ndarray) else given for k in range(inputs)
        ]
    parts = [_samples_first(part) if columns else part for part in given]
    shapes = [part.shape if isinstance(part, np.ndarray) else part for part in parts]
    sizes = tuple(tuple(shape[1:]) for shape in shapes)
    if all(isinstance(part, np.ndarray) for part in parts):
        return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1), sizes
    return (shapes[0][0], sum(int(np.prod(size)) for size in sizes)), sizes


def _samples_first(given: Any) -> Any:
    """An array or shape with the last axis, the samples, moved to the front."""
    if isinstance(given, tuple):
        return (*given[-1:], *given[:-1])
    return np.moveaxis(numeric_array("check_layer", "x_or_shape", given), -1, 0)


def _is_length(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def cotangent(shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    """Random, nowhere near zero, of both signs, never constant."""
    size = generator.uniform(0.5, 1.5, size=shape)
    return np.asarray(size * generator.choice([-1.0, 1.0], size=shape))


def random_weight(original: Array, generator: np.random.Generator, positive: bool) -> Array:
    """Numbers of the weight's shape that are neither zero nor one, scaled to its fan-in."""
    shape = np.shape(original)
    fan_in = np.sqrt(max(1.0, np.prod(shape) / max(shape))) if len(shape) > 1 else 1.0
    size = generator.uniform(0.4, 1.6, size=shape) / (fan_in if not positive else 1.0)
    if positive:
        return np.asarray(size)
    return np.asarray(size * generator.choice([-1.0, 1.0], size=shape))


def batch_sizes(batch: int, others: set[int]) -> list[int]:
    """Batch sizes to try, first those that no other size of the problem equals."""
    wanted = [batch] if 3 <= batch <= 16 and batch not in others else []
    wanted += [p for p in PRIMES if p not in others]
    return list(dict.fromkeys([*wanted, batch]))
