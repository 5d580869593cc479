"""The elementary functions of classification, written so that they never overflow or cancel.

They start from e = exp(-|z|) (softmax from exp(z - max z)), which is in (0, 1] for every z: nothing
overflows at z = +-1000, and nothing small is computed as the difference of two large numbers.
"""

from __future__ import annotations

import numpy as np

from minnet.utils.types import Array


def sigmoid_halves(z: Array) -> tuple[Array, Array]:
    """(p, q) with p = 1/(1+e) >= 1/2 and q = e/(1+e) <= 1/2, e = exp(-|z|).

    For z >= 0, p is sigmoid(z) and q is 1 - sigmoid(z); for z < 0 it is the other way round.
    In both cases p q = sigmoid'(z), and no small number is computed by subtracting from 1.
    """
    e = np.exp(-np.abs(z))
    total = 1 + e
    return 1 / total, e / total


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), to a few units in the last place for every z.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    p, q = sigmoid_halves(z)
    return np.where(z < 0, q, p)


def softplus(z: Array) -> Array:
    """ln(1 + exp(z)) = max(z, 0) + ln(1 + exp(-|z|)), to a few units in the last place.

    >>> softplus(np.array([-1000.0, 0.0, 1000.0]))
    array([0.00000000e+00, 6.93147181e-01, 1.00000000e+03])
    """
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softmax(z: Array, axis: int = -1) -> Array:
    """exp(z) / sum exp(z) along an axis, shifted by the largest z, which changes nothing.

    >>> softmax(np.array([[1000.0, 1000.0], [0.0, -1000.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)  # type: ignore[no-any-return]
