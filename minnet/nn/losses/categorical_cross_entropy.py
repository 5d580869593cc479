"""Categorical cross-entropy: the loss of one class out of k, canonical with softmax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.activations import Sigmoid, Softmax
from minnet.nn.functional import softmax_cross_entropy, weighted_softmax_cross_entropy
from minnet.nn.layer import Layer
from minnet.nn.losses.cross_entropy import CrossEntropy
from minnet.nn.losses.target_checks import (
    as_class_target,
    check_not_saturated,
    check_probability_rows,
    plain_labels,
    prediction_array,
    target_array,
)
from minnet.utils.array_checks import same_length
from minnet.utils.types import Array


class CategoricalCrossEntropy(CrossEntropy):
    """L = -1/m sum y ln a, for rows a of k probabilities and targets y; 0 ln 0 is 0.

    A target is a class label (the y of its row is then 1 at the label, 0 elsewhere), or a row
    of k probabilities. dL/da = -(y/a)/m, and behind a softmax dL/dz = (a - y)/m. From the
    logits z of one row, with M = max z, e_j = exp(z_j - M), and T the sum of e over the classes
    other than the label:

        L         = (M - z_label) + ln(e_label + T)
        dL/dz_j   = e_j / (e_label + T)                 for the other classes
        dL/dz_label = -T / (e_label + T)                = a_label - 1, without subtracting

    so that neither loses precision when the right class has by far the largest logit. It follows
    from maximum likelihood: L is -ln of the probability that the network gives to the labels.

    With weights or smoothing the term of class c in row i has the weight q_ic (without: y_ic):

        t_ic = y_ic (1 - e) + e/k           label smoothing e
        q_ic = s_i w_c t_ic                 s: the samples' weights, w: the classes' weights
        L    = -1/n sum q_ic ln a_ic        n = sum s_i w_c y_ic, before smoothing
        dL/dz_ij = [a_ij (sum_c q_ic) - q_ij] / n

    Args:
        class_weight: k numbers, a dict {0: w0, 1: w1, ...}, or "balanced": m / (k n_c) for a class
            of n_c samples of m in the labels of `fit`. label_smoothing: e, 0 <= e < 1.
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
    _whole_labels: ClassVar[bool] = True
    _fixes: ClassVar[Mapping[Any, str]] = {
        Sigmoid: "For classes that exclude each other end the network in mn.Softmax(); for "
        "yes-or-no questions use mn.BinaryCrossEntropy()."
    }

    def forward(
        self, prediction: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The loss of rows of probabilities, the outputs of a softmax."""
        place = self._place
        a = prediction_array(place, prediction)
        self.check_prediction(a)
        self._check_number_of_classes(a.shape[1])
        y = as_class_target(place, "target", target, a.shape, self.ignore_label)
        self._a = a = a.copy()
        self._weigh(y, a, sample_weight)
        q = self._q
        infinite = (q > 0) & (a == 0)
        check_not_saturated(place, Softmax, a, infinite, "the loss -y ln a is infinite")
        ln_a = np.log(a, out=np.zeros_like(a), where=q > 0)
        return abs(float((q * ln_a).sum())) / self._divisor  # all terms are <= 0

    def backward(self) -> Array:
        """-(q/a)/n."""
        a, q = self._a, self._q
        gradient = np.divide(-q, a, out=np.zeros_like(a), where=q > 0)
        return gradient / self._divisor

    def forward_from_logits(
        self, logits: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The loss from the logits z, and its gradient with it: both need the same exponentials."""
        weighted = self.class_weight is not None or self.balanced or sample_weight is not None
        changed = self.label_smoothing or self.ignore_label is not None
        if target.ndim == 1 and not (weighted or changed):
            loss, self._gradient = softmax_cross_entropy(logits, target)
            if self.count is not None:  # the samples
                self.count = None
            return loss
        self._weigh(target, logits, sample_weight)
        loss, self._gradient = weighted_softmax_cross_entropy(logits, self._q, self._divisor)
        return loss

    def backward_from_logits(self) -> Array:
        """(a - y)/m, or with weights [a (sum of q) - q]/n."""
        return self._gradient

    def _weigh(self, y: Array, like: Array, sample_weight: Array | None) -> None:
        """The weights q (m, k) of the terms, and n, for these targets, in the dtype of `like`."""
        k, s = like.shape[1], self._sample_weights(sample_weight, like)
        if y.ndim == 1:
            counts = self._counted(y)
            s = s * counts[:, None]
            y = np.eye(k, dtype=like.dtype)[np.where(counts, y, 0).astype(np.intp)]
        self._y = y = y.astype(like.dtype, copy=False)
        w = s if self.class_weight is None else s * self.class_weight.astype(like.dtype)
        weighted = sample_weight is not None or self.class_weight is not None
        self.count = float((w * y).sum()) if weighted else float(s.sum())
        self._divisor = self.count or 1.0  # a batch in which nothing counts: 0/1
        if not self.count:
            w = np.zeros_like(w)  # smoothing adds nothing to a batch of labels of weight 0
        self._q = w * (y * (1 - self.label_smoothing) + self.label_smoothing / k)

    def check_prediction(self, prediction: Array) -> None:
        """Refuse rows that are not two or more probabilities."""
        check_probability_rows(self._place, prediction)

    def counts(self, target: Array) -> Array:
        """How much each sample counts: the weight of its class, 0 where its label is ignored."""
        w = self.class_weight
        if target.ndim == 2:
            return np.ones(len(target)) if w is None else np.asarray((w * target).sum(axis=1))
        counts = self._counted(target)
        return counts * (1.0 if w is None else w[np.where(counts, target, 0)])

    def _class_sizes(self, target: Array) -> Array:
        if target.ndim == 1:
            return np.bincount(target[self._counted(target)], minlength=self._outputs).astype(float)
        return target.sum(axis=0, dtype=float)

    def prepare_target(self, y: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Integer labels `(m,)`; one-hot rows become labels, soft rows stay floats (m, k)."""
        labels = plain_labels(y, shape) if self._is_plain else None
        if labels is not None:
            return labels
        place, self._outputs = self._place, shape[1]
        self._check_number_of_classes(shape[1])
        target = target_array(place, y)
        same_length(place, "x", np.empty(shape[:1]), "y", target)
        target = as_class_target(place, "y", target, shape, self.ignore_label)
        self._check_weights(target, dtype)
        if target.ndim == 1:
            return target
        if self.ignore_label is None and ((target == 0) | (target == 1)).all():
            return np.asarray(target.argmax(axis=1))
        return target.astype(dtype, copy=False)
