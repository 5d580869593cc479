"""How each built-in loss computes for a stack of runs: one number for each run.

Each class repeats the formulas of its loss, in the same order, with one axis more in front:
predictions (runs, m, k), targets (runs, m, k) or labels (runs, m). Where a loss of a single run
would raise an error, the number or the gradient of that run is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minnet.nn import losses
from minnet.nn.functional import sigmoid_halves
from minnet.nn.losses import Loss
from minnet.nn.losses.sample_weights import counted
from minnet.utils.types import Array


def totals(a: Array) -> Array:
    """The sum of each run's numbers, rounded as that of one run, then in double precision."""
    total: Array = a.reshape(len(a), -1).sum(axis=1).astype(np.float64)
    return total


def by_run(numbers: Any, like: Array) -> Any:
    """One number for each run in a shape that multiplies `like`, rounded to its type."""
    if type(numbers) is float:
        return numbers
    return numbers.reshape(-1, *[1] * (like.ndim - 1)).astype(like.dtype)


class StackedLoss:
    """The loss of all runs, from logits if `fused`, else from the network's outputs.

    Attributes:
        count: what the last forward divided by, of each run; one float if it is the same for all.
    """

    count: Any
    divisor: Any

    def __init__(self, same: Sequence[Any], fused: bool) -> None:
        self.loss, self.fused = same[0], fused
        weights = [
            w for w in (getattr(loss, "class_weight", None) for loss in same) if w is not None
        ]
        self.class_weight = np.stack(weights) if weights else None

    def forward(self, a: Array, y: Array, weight: Array | None) -> Array:
        """The losses (runs,) of predictions a and targets y."""
        raise NotImplementedError

    def backward(self) -> Array:
        """The gradient for the last forward."""
        raise NotImplementedError

    def divide_by(self, count: Any) -> None:
        """Where nothing counts, the divisor is 1."""
        self.count = count
        self.divisor = count if type(count) is float else np.where(count == 0, 1.0, count)


class Elementwise(StackedLoss):
    """The losses that are a formula for each element."""

    def forward(self, a: Array, y: Array, weight: Array | None) -> Array:
        """The losses (runs,)."""
        self.a, self.y = a, y = a, y.astype(a.dtype, copy=False)
        values = self.loss.values(a, y)
        self.weight = None
        if weight is not None:
            self.weight = _columns(weight, a)
            values = values * self.weight
        self.divide_by(float(a.shape[1]) if weight is None else totals(weight))
        return totals(values) / self.divisor  # type: ignore[no-any-return]

    def backward(self) -> Array:
        """The gradient for the last forward."""
        gradient = self.loss.derivatives(self.a, self.y)
        if self.weight is not None:
            gradient = gradient * self.weight
        result: Array = gradient / by_run(self.divisor, gradient)
        return result


class BinaryCrossEntropy(StackedLoss):
    """v softplus(z) + u softplus(-z), or from probabilities -u ln a - v ln(1 - a)."""

    def forward(self, a: Array, y: Array, weight: Array | None) -> Array:
        """The losses (runs,)."""
        self.a = a
        self._weigh(y.astype(a.dtype, copy=False), weight)
        u, v = self.u, self.v
        if self.fused:
            both = np.log1p(np.exp(-np.abs(a)))
            rows = v * (np.maximum(a, 0) + both) + u * (np.maximum(-a, 0) + both)
            return totals(rows) / self.divisor  # type: ignore[no-any-return]
        infinite = ((u > 0) & (a == 0)) | ((v > 0) & (a == 1))
        ln_a = np.log(a, out=np.zeros_like(a), where=u > 0)
        ln_1_minus_a = np.log1p(-a, out=np.zeros_like(a), where=v > 0)
        result = np.abs(totals(u * ln_a + v * ln_1_minus_a)) / self.divisor
        return np.where(infinite.any(axis=(1, 2)), np.nan, result)

    def backward(self) -> Array:
        """The gradient for the last forward."""
        a, u, v = self.a, self.u, self.v
        if self.fused:
            p, q = sigmoid_halves(a)
            negative = a < 0
            gradient = v * np.where(negative, q, p) - u * np.where(negative, p, q)
        else:
            towards_0 = np.divide(v, 1 - a, out=np.zeros_like(a), where=v > 0)
            towards_1 = np.divide(u, a, out=np.zeros_like(a), where=u > 0)
            gradient = towards_0 - towards_1
            gradient[((a == 0) | (a == 1)) & (u + v > 0)] = np.nan
        result: Array = gradient / by_run(self.divisor, gradient)
        return result

    def _weigh(self, y: Array, weight: Array | None) -> None:
        """The weights u and v of the two terms, and n."""
        loss = self.loss
        self.u, self.v, self.divisor = y, 1 - y, float(y.shape[1])
        self.count = self.divisor
        plain = self.class_weight is None and not loss.label_smoothing
        if plain and loss.ignore_label is None and weight is None:
            return
        counts = counted(y, loss.ignore_label)
        y = np.where(counts, y, 0).astype(y.dtype)
        w0: Any = 1.0
        w1: Any = 1.0
        if self.class_weight is not None:
            w0, w1 = (by_run(self.class_weight[:, c], y) for c in (0, 1))
        e, s = loss.label_smoothing, counts.astype(y.dtype)
        if weight is not None:
            s = s * _columns(weight, y)
        t = y * (1 - e) + e / 2
        one_minus_t = (1 - y) * (1 - e) + e / 2
        total = totals(s * (w1 * y + w0 * (1 - y)))
        s = np.where(by_run(total, s) == 0, np.zeros_like(s), s)
        self.u, self.v = s * w1 * t, s * w0 * one_minus_t
        self.divide_by(total / max(1, y[0, 0].size))


class CategoricalCrossEntropy(StackedLoss):
    """From logits: (M - z_label) + ln(e_label + T), or with weights q; else -q ln a."""

    def forward(self, a: Array, y: Array, weight: Array | None) -> Array:
        """The losses (runs,)."""
        if self.fused and self.loss._plain and y.ndim == 2 and weight is None:
            return self._of_labels(a, y)
        self._weigh(y, a, weight)
        if self.fused:
            return self._of_logits(a)
        self.a, q = a, self.q
        infinite = ((q > 0) & (a == 0)).any(axis=(1, 2))
        ln_a = np.log(a, out=np.zeros_like(a), where=q > 0)
        result = np.abs(totals(q * ln_a)) / self.divisor
        return np.where(infinite, np.nan, result)

    def backward(self) -> Array:
        """The gradient for the last forward."""
        if self.fused:
            return self.gradient
        a, q = self.a, self.q
        gradient: Array = np.divide(-q, a, out=np.zeros_like(a), where=q > 0)
        result: Array = gradient / by_run(self.divisor, gradient)
        return result

    def _of_labels(self, z: Array, labels: Array) -> Array:
        """`functional.softmax_cross_entropy` of each run."""
        runs, m, k = z.shape
        count = np.array(m, z.dtype)
        row_starts = np.arange(0, runs * m * k, k).reshape(runs, m)
        at_label = row_starts + labels
        e: Array = z - z.take(row_starts + z.argmax(axis=2))[:, :, None]
        label_behind = e.take(at_label)
        np.exp(e, out=e)
        e_label = e.take(at_label)
        e.put(at_label, 0)
        others = np.matmul(e, np.ones(k, z.dtype))
        e.put(at_label, -others)
        e /= ((e_label + others) * count)[:, :, None]
        self.gradient, self.count = e, float(m)
        rows = np.log1p(others + (e_label - np.array(1, z.dtype))) - label_behind
        return (np.add.reduce(rows, axis=1) / count).astype(np.float64)  # type: ignore[no-any-return]

    def _of_logits(self, z: Array) -> Array:
        """`functional.weighted_softmax_cross_entropy` of each run."""
        q = self.q
        behind = z.max(axis=2, keepdims=True) - z
        e = np.exp(-behind)
        best = behind.argmin(axis=2)[:, :, None]
        np.put_along_axis(e, best, 0, axis=2)
        others = e.sum(axis=2, keepdims=True)
        np.put_along_axis(e, best, 1, axis=2)
        total = 1 + others
        rest = total - e
        np.put_along_axis(rest, best, others, axis=2)
        other_q = q.sum(axis=2, keepdims=True) - q
        self.gradient = (e * other_q - q * rest) / (total * by_run(self.divisor, total))
        return totals(q * (behind + np.log1p(others))) / self.divisor  # type: ignore[no-any-return]

    def _weigh(self, y: Array, like: Array, weight: Array | None) -> None:
        """The weights q of the terms, and n."""
        runs, m, k = like.shape
        s = np.ones((runs, m, 1), like.dtype)
        if y.ndim == 2:
            counts = counted(y, self.loss.ignore_label)
            s *= counts[:, :, None]
            y = np.eye(k, dtype=like.dtype)[np.where(counts, y, 0).astype(np.intp)]
        self.y = y = np.ascontiguousarray(y, like.dtype)
        if weight is not None:
            s = s * _columns(weight, like)
        weighted = weight is not None or self.class_weight is not None
        w = s if self.class_weight is None else s * self.class_weight[:, None].astype(like.dtype)
        self.divide_by(totals(w * y) if weighted else totals(s))
        w = np.where(by_run(self.count, w) == 0, np.zeros_like(w), w)
        e = self.loss.label_smoothing
        self.q = w * (y * (1 - e) + e / k)


class KullbackLeibler(CategoricalCrossEntropy):
    """Cross-entropy minus the entropy of the targets."""

    def forward(self, a: Array, y: Array, weight: Array | None) -> Array:
        """The losses (runs,)."""
        result = super().forward(a, y, weight)
        if self.fused and y.ndim == 2:
            return result
        logarithm = np.log(self.y, out=np.zeros_like(self.q), where=self.y > 0)
        return result + totals(self.q * logarithm) / self.divisor  # type: ignore[no-any-return]


def _columns(weight: Array, like: Array) -> Array:
    """Sample weights (runs, m) in a shape that multiplies each row of `like`."""
    return weight.reshape(*weight.shape, *[1] * (like.ndim - 2)).astype(like.dtype, copy=False)


RULES: dict[type[Loss], Callable[[Sequence[Any], bool], StackedLoss]] = {
    losses.MeanSquaredError: Elementwise,
    losses.MeanAbsoluteError: Elementwise,
    losses.Huber: Elementwise,
    losses.Hinge: Elementwise,  # its targets are signs already
    losses.BinaryCrossEntropy: BinaryCrossEntropy,
    losses.CategoricalCrossEntropy: CategoricalCrossEntropy,
    losses.KullbackLeibler: KullbackLeibler,
}
