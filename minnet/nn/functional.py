"""The elementary functions of classification, written so that they never overflow or cancel.

They start from e = exp(-|z|) (softmax from exp(z - max z)), which is in (0, 1] for every z: nothing
overflows at z = +-1000, and nothing small is computed as the difference of two large numbers.
"""

from __future__ import annotations

import functools
from typing import Any

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
    return e / e.sum(axis=axis, keepdims=True)


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """The loss -1/m sum ln softmax(z)_label of logits (m, k), and its gradient (a - y)/m.

    For each row, with M = max z, e_j = exp(z_j - M), T the sum of e over the other classes:

        loss        = ln(e_label + T) - (z_label - M)
        dL/dz_j     = e_j / (e_label + T)                   for the other classes
        dL/dz_label = -T / (e_label + T)                    = a_label - 1, without subtracting

    The entries at the labels are read and written by their places in the flattened array,
    which takes less time than e[rows, labels].

    >>> softmax_cross_entropy(np.array([[1000.0, 0.0]]), np.array([1]))
    (1000.0, array([[ 1., -1.]]))
    """
    row_starts, ones, one, m = _constants(*logits.shape, logits.dtype)
    at_label = row_starts + labels
    largest = logits.take(row_starts + logits.argmax(axis=1))
    e = logits - largest[:, None]
    label_behind = e.take(at_label)
    np.exp(e, out=e)
    e_label = e.take(at_label)
    e.put(at_label, 0)
    others = e.dot(ones)
    e.put(at_label, -others)
    e /= ((e_label + others) * m)[:, None]
    # ln(e_label + T), exact also where the label is far ahead: e_label is 1 and T tiny.
    losses = np.log1p(others + (e_label - one)) - label_behind
    return float(np.add.reduce(losses) / m), e


@functools.lru_cache(maxsize=16)
def _constants(m: int, k: int, dtype: np.dtype[Any]) -> tuple[Array, Array, Array, Array]:
    """Where each row begins in the flattened array; k ones to sum with; 1; m.

    The numbers are arrays without axes, which NumPy multiplies faster than Python's.
    """
    return np.arange(0, m * k, k), np.ones(k, dtype), np.array(1, dtype), np.array(m, dtype)


def weighted_softmax_cross_entropy(logits: Array, q: Array, n: float) -> tuple[float, Array]:
    """The loss -1/n sum q ln softmax(z), for any weights q (m, k) >= 0, and its gradient.

        dL/dz_j = [a_j (sum of the other q) - q_j (sum of the other a)] / n

    >>> weighted_softmax_cross_entropy(np.array([[0.0, 0.0]]), np.array([[0.0, 1.0]]), 1.0)
    (0.6931471805599453, array([[ 0.5, -0.5]]))
    """
    behind = logits.max(axis=1, keepdims=True) - logits
    e = np.exp(-behind)
    rows, best = np.arange(len(e)), behind.argmin(axis=1)
    e[rows, best] = 0
    others = e.sum(axis=1)  # all but the largest, which is 1
    e[rows, best] = 1
    total = (1 + others)[:, None]
    rest = total - e  # total without e_j; for the largest that would cancel:
    rest[rows, best] = others
    other_q = q.sum(axis=1, keepdims=True) - q
    gradient = (e * other_q - q * rest) / (total * n)
    return float((q * (behind + np.log1p(others)[:, None])).sum()) / n, gradient
