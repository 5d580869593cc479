"""The losses of a stack of runs, and their gradients.

The plain losses of the first chapters are computed for all runs at a time, by the formulas of their
own files in the same order, with one axis more in front. All others (with weights, with smoothing,
from probabilities) are asked run by run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minnet.nn.functional import sigmoid_halves
from minnet.nn.losses import BinaryCrossEntropy, ElementwiseLoss
from minnet.utils.types import Array

Result = tuple[Array, Any, Array]
"""The losses (runs,), what they were divided by, and the gradient."""


def losses_of(
    same: Sequence[Any], fused: bool, a: Array, y: Array, weight: Array | None = None
) -> Result:
    """The losses of all runs, of logits if `fused`, else of predictions; NaN if one has none."""
    first, m = same[0], float(a.shape[1])
    if weight is None and not fused and isinstance(first, ElementwiseLoss):
        y = y.astype(a.dtype, copy=False)
        return totals(first.values(a, y)) / m, m, first.derivatives(a, y) / m
    if weight is None and fused and _is_plain(first):
        if isinstance(first, BinaryCrossEntropy):
            return _from_sigmoid(a, y, m)
        if y.ndim == 2:
            return _from_softmax(a, y, m)
    return _one_by_one(same, fused, a, y, weight)


def totals(a: Array) -> Array:
    """The sum of each run's numbers, rounded as that of one run, then in double precision."""
    total: Array = a.reshape(len(a), -1).sum(axis=1).astype(np.float64)
    return total


def _is_plain(loss: Any) -> bool:
    """True without weights, smoothing and ignored labels."""
    plain = loss.class_weight is None and loss.ignore_label is None and not loss.label_smoothing
    return plain and getattr(loss, "_plain", True)


def _from_sigmoid(z: Array, y: Array, m: float) -> Result:
    """BinaryCrossEntropy from the logits."""
    y, other = y.astype(z.dtype, copy=False), 1 - y
    both = np.log1p(np.exp(-np.abs(z)))
    rows = other * (np.maximum(z, 0) + both) + y * (np.maximum(-z, 0) + both)
    p, q = sigmoid_halves(z)
    negative = z < 0
    a, one_minus_a = np.where(negative, q, p), np.where(negative, p, q)
    return totals(rows) / m, m, (other * a - y * one_minus_a) / m


def _from_softmax(z: Array, labels: Array, m: float) -> Result:
    """`functional.softmax_cross_entropy` of each run."""
    runs, rows, k = z.shape
    count, one = np.array(m, z.dtype), np.array(1, z.dtype)
    row_starts = np.arange(0, z.size, k).reshape(runs, rows)
    at_label = row_starts + labels
    e: Array = z - z.take(row_starts + z.argmax(axis=2))[:, :, None]
    label_behind = e.take(at_label)
    np.exp(e, out=e)
    e_label = e.take(at_label)
    e.put(at_label, 0)
    others = np.matmul(e, np.ones(k, z.dtype))
    e.put(at_label, -others)
    e /= ((e_label + others) * count)[:, :, None]
    losses = np.log1p(others + (e_label - one)) - label_behind
    return (np.add.reduce(losses, axis=1) / count).astype(np.float64), m, e


def _one_by_one(
    same: Sequence[Any], fused: bool, a: Array, y: Array, weight: Array | None
) -> Result:
    """Each run's loss is asked for its own; where it raises an error, the number is NaN."""
    values, counts = np.full((2, len(a)), np.nan)
    gradient = np.zeros_like(a)
    for run, loss in enumerate(same):
        part = (a[run], y[run]) if weight is None else (a[run], y[run], weight[run])
        try:
            values[run] = loss.forward_from_logits(*part) if fused else loss.forward(*part)
            counts[run] = loss.count
            if math.isfinite(values[run]):
                gradient[run] = loss.backward_from_logits() if fused else loss.backward()
        except Exception:  # the run alone will meet it again
            values[run] = np.nan
    return values, counts, gradient
