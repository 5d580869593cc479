"""Where weights start: random numbers whose spread fits the number of connections.

An initializer is a function `(shape, generator) -> array`. A signal that passes through many
layers keeps its size when the variance of a weight is about 1/fan_in; a gradient on its way
back when it is about 1/fan_out. *fan_in* is the number of inputs that one unit sums up,
*fan_out* the number of units that one input reaches:

- `Linear`, weight (in, out): fan_in = in, fan_out = out;
- `Conv2d`, weight (out, in, kh, kw): fan_in = in kh kw, fan_out = out kh kw.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minnet.checks import describe

Array = NDArray[Any]
Shape = tuple[int, ...]
Initializer = Callable[[Shape, np.random.Generator], Array]


def fans(shape: Shape) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight of this shape.

    >>> fans((4, 3)), fans((6, 1, 5, 5))
    ((4, 3), (25, 150))
    """
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) > 2:
        area = math.prod(shape[2:])
        return shape[1] * area, shape[0] * area
    raise ValueError(
        f"initializer: shape: expected a weight of two or more dimensions, got {shape}. "
        f'For a bias or a gain take "zeros" or "ones".'
    )


def zeros(shape: Shape, _generator: np.random.Generator) -> Array:
    """All 0: right for biases; for weights it leaves all units of a layer alike."""
    return np.zeros(shape)


def ones(shape: Shape, _generator: np.random.Generator) -> Array:
    """All 1: right for the gains of normalization layers."""
    return np.ones(shape)


def glorot_uniform(shape: Shape, generator: np.random.Generator) -> Array:
    """U(-r, r), r = sqrt(6 / (fan_in + fan_out)): for sigmoid, tanh, softmax.

    Source: Glorot and Bengio (2010), equation 16.
    """
    return _uniform(shape, generator, 2.0 / sum(fans(shape)))


def glorot_normal(shape: Shape, generator: np.random.Generator) -> Array:
    """N(0, 2 / (fan_in + fan_out)). Source: Glorot and Bengio (2010), equation 12."""
    return _normal(shape, generator, 2.0 / sum(fans(shape)))


def he_uniform(shape: Shape, generator: np.random.Generator) -> Array:
    """U(-r, r), r = sqrt(6 / fan_in): for ReLU and its relatives. Source: He et al. (2015)."""
    return _uniform(shape, generator, 2.0 / fans(shape)[0])


def he_normal(shape: Shape, generator: np.random.Generator) -> Array:
    """N(0, 2 / fan_in): ReLU silences half of the inputs, hence the 2. Source: He et al. (2015)."""
    return _normal(shape, generator, 2.0 / fans(shape)[0])


def lecun_uniform(shape: Shape, generator: np.random.Generator) -> Array:
    """U(-r, r), r = sqrt(3 / fan_in): for SELU. Source: LeCun et al. (1998), section 4.6."""
    return _uniform(shape, generator, 1.0 / fans(shape)[0])


def lecun_normal(shape: Shape, generator: np.random.Generator) -> Array:
    """N(0, 1 / fan_in): for SELU. Source: LeCun et al. (1998), section 4.6."""
    return _normal(shape, generator, 1.0 / fans(shape)[0])


def _uniform(shape: Shape, generator: np.random.Generator, variance: float) -> Array:
    """Uniform numbers of this variance: U(-r, r) has the variance r^2 / 3."""
    limit = math.sqrt(3.0 * variance)
    return generator.uniform(-limit, limit, shape)


def _normal(shape: Shape, generator: np.random.Generator, variance: float) -> Array:
    return generator.normal(0.0, math.sqrt(variance), shape)


INITIALIZERS: dict[str, Initializer] = {
    function.__name__: function
    for function in (
        zeros,
        ones,
        glorot_uniform,
        glorot_normal,
        he_uniform,
        he_normal,
        lecun_uniform,
        lecun_normal,
    )
}


def get(initializer: str | Initializer) -> Initializer:
    """The function behind a name; a function of one's own passes through.

    >>> get("he_normal") is he_normal
    True
    """
    if isinstance(initializer, str) and initializer in INITIALIZERS:
        return INITIALIZERS[initializer]
    if callable(initializer):
        return initializer
    kind = ValueError if isinstance(initializer, str) else TypeError
    raise kind(
        f"initializer: expected one of {', '.join(INITIALIZERS)} or a function "
        f"(shape, generator) -> array, got {describe(initializer)}."
    )
