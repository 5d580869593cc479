"""Numbers to compare with: gradients by central differences, errors in units in the last place.

A gradient that is computed by a formula is compared with one that knows no formula: nudge each
entry a little up and down, and see how the result changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

import minnet as mn

Array = NDArray[Any]

SMALLEST_NORMAL = 2.0**-1022


def numerical_gradient(function: Callable[[], float], array: Array, step: float = 1e-5) -> Array:
    """Central differences of `function()` by each entry of `array`, which it reads.

    >>> x = np.array([1.0, 3.0])
    >>> numerical_gradient(lambda: float((x**2).sum()), x).round(6)
    array([2., 6.])
    """
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        before = array[index]
        array[index] = before + step
        above = function()
        array[index] = before - step
        below = function()
        array[index] = before
        gradient[index] = (above - below) / (2 * step)
    return gradient


def ulps(got: float, true: Any, unit_of: Any = None) -> float:
    """|got - true| in units in the last place of the double nearest to `unit_of`, else of `true`.

    Below the normal numbers the unit is the smallest subnormal, 2^-1074.

    >>> ulps(1.0 + 2**-52, mpmath.mpf(1))
    1.0
    """
    place = float(true if unit_of is None else unit_of)
    unit = float(np.spacing(abs(place)))
    return float(abs(mpmath.mpf(float(got)) - true) / mpmath.mpf(unit))


def relative_error(got: float, true: Any) -> float:
    """|got - true| / |true|; 0 where the true result is below the normal numbers."""
    if abs(true) < SMALLEST_NORMAL:
        return 0.0
    return float(abs(mpmath.mpf(float(got)) - true) / abs(true))


def check_layer_gradients(
    layer: Any, x: Array, generator: np.random.Generator, tolerance: float = 1e-7
) -> None:
    """dL/dx and dL/dp of every Parameter, for L = sum(c y) with a random cotangent c."""
    cotangent = generator.normal(size=layer.forward(x).shape)

    def value() -> float:
        return float((layer.forward(x) * cotangent).sum())

    layer.forward(x)
    computed = {"x": np.array(layer.backward(cotangent))}
    trained = {name: p for name, p in layer.parameters().items() if p.trainable}
    computed.update({name: p.grad.copy() for name, p in trained.items()})
    places = {"x": x, **{name: p.value for name, p in trained.items()}}
    for name, array in places.items():
        expected = numerical_gradient(value, array)
        np.testing.assert_allclose(
            computed[name], expected, rtol=tolerance, atol=tolerance, err_msg=f"dL/d{name}"
        )


def identity_trainer(
    loss: mn.Loss, ending: mn.Layer, features: int = 1, dtype: str = "float64"
) -> mn.Trainer:
    """z = x: what enters the network is what the activation sees; a rate of 0 keeps it so."""
    linear = mn.Linear(features, features)
    linear.weight.value = np.eye(features)
    network = mn.Network([linear, ending], dtype=dtype)
    return mn.Trainer(network, loss, mn.SGD(0.0))


def close_to_largest(got: Array, expected: Array) -> float:
    """The largest difference, relative to the largest expected number."""
    assert got.shape == expected.shape
    largest = float(np.abs(expected).max()) or 1.0
    return float(np.abs(np.asarray(got, float) - expected).max()) / largest
