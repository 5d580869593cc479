"""Categorical cross-entropy: the loss of one class out of k, canonical with softmax."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.activations import Sigmoid, Softmax
from minnet.nn.layer import Layer
from minnet.nn.losses import sample_weights as weights
from minnet.nn.losses.loss import (
    Loss,
    are_labels,
    as_labels,
    prediction_array,
    same_shape,
    target_array,
)
from minnet.nn.losses.target_checks import (
    check_between_0_and_1,
    check_rows_sum_to_1,
    refuse_last_layer,
    saturated,
)
from minnet.nn.workspace import Workspace, lent
from minnet.utils.array_checks import numeric_array, same_length
from minnet.utils.types import Array


class CategoricalCrossEntropy(Loss):
    """L = -1/m sum y ln a, for rows a of k probabilities and targets y; 0 ln 0 is 0.

    A target is a class label (the y of its row is then 1 at the label, 0 elsewhere), or a row
    of k probabilities. dL/da = -(y/a)/m, and behind a softmax dL/dz = (a - y)/m. From the
    logits z of one row, with M = max z, e_j = exp(z_j - M), and T the sum of e over the classes
    other than the label:

        L         = (M - z_label) + ln(e_label + T)
        dL/dz_j   = e_j / (e_label + T)                 for the other classes
        dL/dz_label = -T / (e_label + T)                = a_label - 1, without subtracting

    so that both keep their digits when the right class is far ahead. It follows from maximum
    likelihood: L is -ln of the probability that the network gives to the labels.

    With weights or smoothing the term of class c in row i has the weight q_ic (without: y_ic):

        t_ic = y_ic (1 - e) + e/k           label smoothing e
        q_ic = s_i w_c t_ic                 s: the samples' weights, w: the classes' weights
        L    = -1/n sum q_ic ln a_ic        n = sum s_i w_c y_ic, before smoothing
        dL/dz_ij = [a_ij (sum_c q_ic) - q_ij] / n

    Args:
        class_weight: k numbers. label_smoothing: e, 0 <= e < 1.
        ignore_label: rows with this integer label, for example -1, do not count.

    Raises:
        ValueError: labels out of range, rows that do not sum to 1, shapes that differ.
        FloatingPointError: called on probabilities that are 0 at the label, where the loss is
            infinite; from the logits this cannot happen.

    Source: Bishop, *Pattern Recognition and Machine Learning*, section 4.3.4; Szegedy et al.
    (2016) for label smoothing.

    >>> loss = CategoricalCrossEntropy()
    >>> round(loss.forward(np.array([[0.5, 0.3, 0.2]]), np.array([0])), 3)
    0.693
    >>> loss.backward()
    array([[-2.,  0.,  0.]])
    >>> loss.forward_from_logits(np.array([[1000.0, 0.0]]), np.array([1]))
    1000.0
    """

    canonical: ClassVar[type[Layer] | None] = Softmax
    _workspace: Workspace | None = None
    _known: tuple[object, object] = ((), None)  # of the batch that the constants are for

    def __init__(
        self,
        class_weight: Sequence[float] | None = None,
        label_smoothing: float = 0.0,
        ignore_label: int | None = None,
    ) -> None:
        place = type(self).__name__
        self.class_weight = weights.class_weights(place, class_weight)
        self.label_smoothing = weights.smoothing(place, label_smoothing)
        self.ignore_label = weights.ignored(place, ignore_label, whole=True)
        self._plain = (
            self.class_weight is None and not self.label_smoothing and self.ignore_label is None
        )

    def forward(
        self, prediction: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The loss of rows of probabilities, as they come out of a softmax."""
        a = prediction_array(self, prediction)
        self.check_prediction(a)
        weights.check_classes(self, self.class_weight, a.shape[1])
        self._a = a = a.astype(np.float64) if a.dtype.kind != "f" else a.copy()
        q = self._q = self._terms(self._checked(target, a.shape), a, sample_weight)
        impossible = (q > 0) & (a == 0)
        if impossible.any():
            raise saturated(self, a, impossible, "the loss -y ln a is infinite")
        ln_a = np.log(a, out=np.zeros_like(a), where=q > 0)
        return abs(float((q * ln_a).sum())) / self._divisor  # all terms are <= 0

    def backward(self) -> Array:
        """-(q/a)/n."""
        a, q = self._a, self._q
        gradient: Array = np.divide(-q, a, out=np.zeros_like(a), where=q > 0)
        return gradient / self._divisor

    def forward_from_logits(
        self, logits: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The loss, and its gradient on the way: both need the same exponentials."""
        if target.ndim == 2 or sample_weight is not None or not self._plain:
            self._q = self._terms(target, logits, sample_weight)
            return self._from_terms(logits.max(axis=1, keepdims=True) - logits, self._q)
        shape, dtype = logits.shape, logits.dtype
        rows, ones, one, m = self._constants(shape, dtype)
        flat = rows + target  # where the labels stand in the flattened rows
        largest = logits.take(rows + logits.argmax(axis=1))[:, None]
        e: Array = np.subtract(logits, largest, out=lent(self, "e", shape, dtype))
        ahead = e.take(flat)
        np.exp(e, out=e)
        e_label = e.take(flat)
        e.put(flat, 0)
        others = e.dot(ones)
        e.put(flat, -others)
        e /= ((e_label + others) * m)[:, None]
        self._gradient, self.count = e, float(shape[0])
        # ln(e_label + others), exact also where the label is far ahead: e_label is 1, others tiny.
        losses = np.log1p(others + (e_label - one)) - ahead
        return float(np.add.reduce(losses) / m)

    def _constants(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[Array, ...]:
        """Where the rows of a batch begin if they stand one behind the other; k ones; 1; m.

        The numbers are arrays without axes, which NumPy multiplies faster than Python's.
        """
        if (shape, dtype) != self._known:
            m, k = shape
            self._known = shape, dtype
            self._kept = (
                np.arange(0, m * k, k),
                np.ones(k, dtype),
                np.array(1, dtype),
                np.array(m, dtype),
            )
        return self._kept

    def backward_from_logits(self) -> Array:
        """(a - y)/m."""
        return self._gradient

    def _from_terms(self, behind: Array, q: Array) -> float:
        """The same for any weights q of the terms; `behind` is M - z.

        dL/dz_j = a_j (sum of the other q) - q_j (sum of the other a), over n.
        """
        e = np.exp(-behind)
        rows, best = np.arange(len(e)), behind.argmin(axis=1)
        e[rows, best] = 0
        others = e.sum(axis=1)  # all but the largest, which is 1
        e[rows, best] = 1
        total = (1 + others)[:, None]
        the_rest = total - e  # total without e_j; for the largest that would cancel:
        the_rest[rows, best] = others
        other_q = q.sum(axis=1, keepdims=True) - q
        gradient: Array = (e * other_q - q * the_rest) / (total * self._divisor)
        self._gradient = gradient
        return float((q * (behind + np.log1p(others)[:, None])).sum()) / self._divisor

    def _terms(self, target: Array, like: Array, sample_weight: Array | None) -> Array:
        """The weights q (m, k) of the terms, and n, in the type of `like`."""
        m, k = like.shape
        y, counts = target, None
        if target.ndim == 1:
            counts = self._counting(target)
            y = np.eye(k, dtype=like.dtype)[np.where(counts, target, 0).astype(np.intp)]
        self._y = y = y.astype(like.dtype, copy=False)
        each = np.ones((m, 1), like.dtype)
        if counts is not None:
            each *= counts[:, None]
        if sample_weight is not None:
            given = weights.sample_weights(repr(self), sample_weight, m)
            each = each * weights.column(given, like)
        w = np.ones(k) if self.class_weight is None else self.class_weight
        w = each * w.astype(like.dtype)
        weighted = sample_weight is not None or self.class_weight is not None
        self.count = float((w * y).sum()) if weighted else float(each.sum())
        self._divisor = self.count or 1.0  # a batch in which nothing counts: 0/1
        if not self.count:
            w = np.zeros_like(w)  # smoothing gives nothing to a batch of labels of weight 0
        q: Array = w * (y * (1 - self.label_smoothing) + self.label_smoothing / k)
        return q

    def _counting(self, labels: Array) -> Array:
        """Where the label is not the ignored one."""
        if self.ignore_label is None:
            return np.ones(labels.shape, bool)
        return np.asarray(labels != self.ignore_label)

    def check_last_layer(self, layer: Layer) -> None:
        """Only a softmax, or a layer of one's own, can stand before this loss."""
        mend = "End the network in mn.Softmax()."
        if type(layer) is Sigmoid:
            mend = (
                "For classes that exclude each other end the network in mn.Softmax(); for "
                "yes-or-no questions take mn.BinaryCrossEntropy()."
            )
        refuse_last_layer(self, layer, Softmax, mend)

    def check_prediction(self, prediction: Array) -> None:
        """Refuse what is not a row of two or more probabilities."""
        if prediction.ndim != 2 or prediction.shape[1] < 2:
            raise ValueError(
                f"{self!r}: prediction: expected shape (m, k) with k >= 2 classes, got "
                f"{prediction.shape}. One output is a yes-or-no question: end the network in "
                f"mn.Sigmoid() and take mn.BinaryCrossEntropy()."
            )
        check_between_0_and_1(self, "prediction", prediction)
        check_rows_sum_to_1(self, "prediction", prediction)

    def counts(self, target: Array) -> Array:
        """How much each sample counts: the weight of its class, 0 where its label is ignored."""
        w = self.class_weight
        if target.ndim == 2:
            return np.ones(len(target)) if w is None else np.asarray((w * target).sum(axis=1))
        counting = self._counting(target)
        return counting * (1.0 if w is None else w[np.where(counting, target, 0)])

    def for_metrics(self, prediction: Array, target: Array) -> tuple[Array, Array]:
        """Without the samples whose label is ignored."""
        if self.ignore_label is None or target.ndim != 1:
            return prediction, target
        rows = self._counting(target)
        return prediction[rows], target[rows]

    def prepare_target(self, y: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Integer labels `(m,)`; one-hot rows become labels, soft rows stay floats (m, k)."""
        if self._plain and are_labels(y, shape):
            return y  # type: ignore[return-value]
        weights.check_classes(self, self.class_weight, shape[1])
        target = target_array(self, y)
        same_length(repr(self), "x", np.empty(shape[:1]), "y", target)
        target = self._checked(target, shape, "y")
        weights.at_least_something(self, self.counts(target))
        if target.ndim == 1:
            return target
        if self.ignore_label is None and ((target == 0) | (target == 1)).all():
            return np.asarray(target.argmax(axis=1))
        return target.astype(dtype, copy=False)

    def _checked(self, target: Array, shape: tuple[int, ...], name: str = "target") -> Array:
        """Labels (m,) or rows of probabilities (m, k), refused where they are neither."""
        target = numeric_array(repr(self), name, target)
        if target.ndim == 1 and len(target) == shape[0]:
            counts = self._counting(target)
            labels = as_labels(self, np.where(counts, target, 0), shape[1], name)
            return np.where(counts, labels, target).astype(np.intp)
        same_shape(self, target, shape, name)
        check_between_0_and_1(self, name, target)
        check_rows_sum_to_1(self, name, target)
        return target
