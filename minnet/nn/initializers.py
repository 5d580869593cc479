"""Initial weights: random numbers whose spread fits the number of connections.

An initializer is a function `(shape, generator) -> array`. A signal that passes through many
layers keeps its size when the variance of a weight is about 1/fan_in; a gradient in the backward,
when it is about 1/fan_out. *fan_in* is the number of inputs that one unit sums up, *fan_out* the
number of units that one input reaches:

- `Linear`, weight (in, out): fan_in = in, fan_out = out;
- `Conv2d`, weight (out, in, kh, kw): fan_in = in kh kw, fan_out = out kh kw.

Most are given by name, `Linear(4, 3, weight_init="he_normal")`. Those with arguments are made by a
call, `weight_init=mn.initializers.normal(0.0, 0.01)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from minnet.utils.checks import describe, items, number, whole_number
from minnet.utils.types import Array

Shape = tuple[int, ...]
Initializer = Callable[[Shape, "np.random.Generator"], Array]  # quoted: it takes a while to load


def fans(shape: Shape) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight of this shape.

    >>> fans((4, 3)), fans((6, 1, 5, 5))
    ((4, 3), (25, 150))
    """
    shape = _lengths(shape)
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) > 2:
        area = math.prod(shape[2:])
        return shape[1] * area, shape[0] * area
    raise ValueError(
        f"initializer: shape: expected a weight of two or more dimensions, got {shape}. "
        f'For a bias or a gain use "zeros" or "ones".'
    )


def _lengths(shape: Shape) -> Shape:
    """The shape, if it is a tuple of whole numbers."""
    lengths = items(shape) if isinstance(shape, (tuple, list)) else None
    if lengths is None:
        raise TypeError(
            f"initializer: shape: expected a tuple of lengths, got {describe(shape)}. "
            f"Write for example (4, 3)."
        )
    return tuple(whole_number("initializer", "shape", length) for length in lengths)


def zeros(shape: Shape, _generator: np.random.Generator) -> Array:
    """All 0: right for biases; with zero weights all units of a layer stay alike."""
    return np.zeros(_lengths(shape))


def ones(shape: Shape, _generator: np.random.Generator) -> Array:
    """All 1: right for the gains of normalization layers."""
    return np.ones(_lengths(shape))


def constant(value: float) -> Initializer:
    """An initializer that sets every entry to this number.

    Raises:
        TypeError, ValueError: not a finite number.

    >>> constant(0.1)((2,), np.random.default_rng())
    array([0.1, 0.1])
    """
    return partial(_constant, value=number("initializers.constant", "value", value))


def uniform(low: float = -0.05, high: float = 0.05) -> Initializer:
    """An initializer that draws from U(low, high), independent of the fans.

    Raises:
        TypeError, ValueError: not finite numbers, or low above high.
    """
    low = number("initializers.uniform", "low", low)
    high = number("initializers.uniform", "high", high, minimum=low)
    return partial(_uniform, low=low, high=high)


def normal(mean: float = 0.0, standard_deviation: float = 0.05) -> Initializer:
    """An initializer that draws from N(mean, standard_deviation^2), independent of the fans.

    Raises:
        TypeError, ValueError: not finite numbers, or a negative deviation.
    """
    mean = number("initializers.normal", "mean", mean)
    deviation = number("initializers.normal", "standard_deviation", standard_deviation, minimum=0)
    return partial(_normal, mean=mean, deviation=deviation)


def orthogonal(shape: Shape, generator: np.random.Generator) -> Array:
    """A random matrix whose shorter side is orthonormal: it turns vectors and keeps their length.

    A weight of more than two dimensions counts as a matrix, its first axis against all others:
    the filters of a Conv2d are orthogonal to each other. It is the Q of a QR decomposition of
    normal numbers; Q's columns are given the signs of R's diagonal, which makes all rotations and
    reflections equally likely.

    Source: Saxe, McClelland, Ganguli (2014); the signs: Mezzadri (2007).

    >>> w = orthogonal((2, 3), np.random.default_rng(0))
    >>> np.allclose(w @ w.T, np.eye(2))
    True
    """
    fans(shape)  # raises for a vector
    rows, columns = shape[0], math.prod(shape[1:])
    drawn = _checked_generator(generator).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return (q if rows >= columns else q.T).reshape(shape)


def glorot_uniform(shape: Shape, generator: np.random.Generator) -> Array:
    """U(-r, r), r = sqrt(6 / (fan_in + fan_out)): for sigmoid, tanh, softmax.

    Source: Glorot and Bengio (2010), equation 16.
    """
    return _uniform_of(shape, generator, 2.0 / sum(fans(shape)))


def glorot_normal(shape: Shape, generator: np.random.Generator) -> Array:
    """N(0, 2 / (fan_in + fan_out)). Source: Glorot and Bengio (2010), equation 12."""
    return _normal_of(shape, generator, 2.0 / sum(fans(shape)))


def he_uniform(shape: Shape, generator: np.random.Generator) -> Array:
    """U(-r, r), r = sqrt(6 / fan_in): for ReLU and its relatives. Source: He et al. (2015)."""
    return _uniform_of(shape, generator, 2.0 / fans(shape)[0])


def he_normal(shape: Shape, generator: np.random.Generator) -> Array:
    """N(0, 2 / fan_in): ReLU silences half of the inputs, hence the 2. Source: He et al. (2015)."""
    return _normal_of(shape, generator, 2.0 / fans(shape)[0])


def lecun_uniform(shape: Shape, generator: np.random.Generator) -> Array:
    """U(-r, r), r = sqrt(3 / fan_in): for SELU. Source: LeCun et al. (1998), section 4.6."""
    return _uniform_of(shape, generator, 1.0 / fans(shape)[0])


def lecun_normal(shape: Shape, generator: np.random.Generator) -> Array:
    """N(0, 1 / fan_in): for SELU. Source: LeCun et al. (1998), section 4.6."""
    return _normal_of(shape, generator, 1.0 / fans(shape)[0])


def _constant(shape: Shape, _generator: np.random.Generator, value: float) -> Array:
    return np.full(_lengths(shape), value)


def _uniform(shape: Shape, generator: np.random.Generator, low: float, high: float) -> Array:
    return _checked_generator(generator).uniform(low, high, shape)


def _normal(shape: Shape, generator: np.random.Generator, mean: float, deviation: float) -> Array:
    return _checked_generator(generator).normal(mean, deviation, shape)


def _uniform_of(shape: Shape, generator: np.random.Generator, variance: float) -> Array:
    """U(-r, r) of this variance, which is r^2 / 3."""
    limit = math.sqrt(3.0 * variance)
    return _uniform(shape, generator, -limit, limit)


def _normal_of(shape: Shape, generator: np.random.Generator, variance: float) -> Array:
    return _normal(shape, generator, 0.0, math.sqrt(variance))


def _checked_generator(generator: np.random.Generator) -> np.random.Generator:
    if not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"initializer: generator: expected a NumPy Generator, got {describe(generator)}. "
            f"Write np.random.default_rng(0)."
        )
    return generator


INITIALIZERS: dict[str, Initializer] = {
    "zeros": zeros,
    "ones": ones,
    "uniform": uniform(),
    "normal": normal(),
    "glorot_uniform": glorot_uniform,
    "glorot_normal": glorot_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "lecun_uniform": lecun_uniform,
    "lecun_normal": lecun_normal,
    "orthogonal": orthogonal,
}
"""The names that `weight_init` accepts; `constant` needs a number and has no name."""


def get(initializer: str | Initializer, place: str = "initializer") -> Initializer:
    """The function of that name; a custom function is returned as it is.

    Raises:
        ValueError, TypeError: an unknown name, or not a function.

    >>> get("he_normal") is he_normal
    True
    """
    if isinstance(initializer, str) and initializer in INITIALIZERS:
        return INITIALIZERS[initializer]
    for maker, call in ((constant, "constant(0.1)"), (uniform, "uniform()"), (normal, "normal()")):
        if initializer is maker:  # type: ignore[comparison-overlap]
            raise TypeError(
                f"{place}: expected a function (shape, generator) -> array, got the function "
                f"that makes one. Call it: mn.initializers.{call}."
            )
    if callable(initializer) and not isinstance(initializer, type):
        return initializer
    kind = ValueError if isinstance(initializer, str) else TypeError
    raise kind(
        f"{place}: expected one of {', '.join(INITIALIZERS)} or a function "
        f"(shape, generator) -> array, got {describe(initializer)}."
    )
