"""Binary cross-entropy: the loss of yes-or-no questions, canonical with the sigmoid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.activations import Sigmoid, Softmax
from minnet.nn.functional import sigmoid_halves
from minnet.nn.layer import Layer
from minnet.nn.losses.cross_entropy import CrossEntropy
from minnet.nn.losses.target_checks import (
    check_between_0_and_1,
    check_not_saturated,
    prediction_and_target,
)
from minnet.utils.types import Array


class BinaryCrossEntropy(CrossEntropy):
    """L = -1/m sum [y ln a + (1 - y) ln(1 - a)], for a in (0, 1) and y in [0, 1]; 0 ln 0 is 0.

    dL/da = (a - y)/(a (1 - a))/m. Behind a sigmoid, a = sigmoid(z), the denominator is the
    sigmoid's own derivative and cancels: dL/dz = (a - y)/m. It is computed as

        L     = (1 - y) softplus(z) + y softplus(-z)
        dL/dz = [(1 - y) sigmoid(z) - y sigmoid(-z)] / m

    which never subtracts from 1, so both are right to a few units in the last place for
    every z. It follows from maximum likelihood: L is -ln of the probability of the labels.

    With weights or smoothing the two terms have weights, u for ln a and v for ln(1 - a); without
    them u = y, v = 1 - y, n = m:

        L = -1/n sum [u ln a + v ln(1 - a)]
        t = y (1 - e) + e/2            label smoothing e
        u = s w1 t,  v = s w0 (1 - t)  s: the sample's weight, w0, w1: the classes' weights
        n = sum s (w1 y + w0 (1 - y))  before smoothing; over k outputs: of their means

    Args:
        class_weight: two numbers, for y = 0 and for y = 1, a dict {0: w0, 1: w1}, or "balanced":
            m / (2 n_c) for a class of n_c labels of m in `fit`.
        label_smoothing: e, 0 <= e < 1.
        ignore_label: targets equal to this number, for example -1, do not count.

    Raises:
        ValueError: a target or a prediction outside [0, 1], or shapes that differ.
        FloatingPointError: called on saturated probabilities, where the loss is infinite or
            its gradient 0/0; from the logits this cannot happen.

    Source: Bishop, *Pattern Recognition and Machine Learning*, section 4.3.2; Szegedy et al.
    (2016) for label smoothing.

    >>> loss = BinaryCrossEntropy()
    >>> round(loss.forward(np.array([[0.5], [0.8]]), np.array([[1.0], [1.0]])), 4)
    0.4581
    >>> loss.forward_from_logits(np.array([[1000.0]]), np.array([[0.0]]))
    1000.0
    """

    canonical: ClassVar[type[Layer] | None] = Sigmoid
    independent_outputs: ClassVar[bool] = True
    _classes: ClassVar[int | None] = 2
    _fixes: ClassVar[Mapping[Any, str]] = {
        Softmax: "For classes that exclude each other use mn.CategoricalCrossEntropy(); for one "
        "yes-or-no question end the network in mn.Linear(..., 1), mn.Sigmoid()."
    }

    def forward(
        self, prediction: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The loss of probabilities a, the outputs of a sigmoid."""
        place = self._place
        a, y = prediction_and_target(place, prediction, target)
        self.check_prediction(a)
        check_between_0_and_1(place, "target", self._without_ignored(y)[0])
        self._a = a = a.copy()
        self._weigh(y.astype(a.dtype, copy=False), sample_weight)
        u, v = self._u, self._v
        infinite = ((u > 0) & (a == 0)) | ((v > 0) & (a == 1))
        problem = "the loss -y ln a - (1 - y) ln(1 - a) is infinite"
        check_not_saturated(place, Sigmoid, a, infinite, problem)
        ln_a = np.log(a, out=np.zeros_like(a), where=u > 0)
        ln_1_minus_a = np.log1p(-a, out=np.zeros_like(a), where=v > 0)
        return abs(float((u * ln_a + v * ln_1_minus_a).sum())) / self._divisor  # all terms <= 0

    def backward(self) -> Array:
        """(v/(1 - a) - u/a)/n: the same as (a - y)/(a (1 - a))/m without its a - y."""
        a, u, v = self._a, self._u, self._v
        undefined = ((a == 0) | (a == 1)) & (u + v > 0)
        problem = "the gradient (a - y)/(a (1 - a)) is 0/0"
        check_not_saturated(self._place, Sigmoid, a, undefined, problem)
        towards_0 = np.divide(v, 1 - a, out=np.zeros_like(a), where=v > 0)
        towards_1 = np.divide(u, a, out=np.zeros_like(a), where=u > 0)
        return (towards_0 - towards_1) / self._divisor

    def forward_from_logits(
        self, logits: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """v softplus(z) + u softplus(-z), both from `e = exp(-|z|)`."""
        z = self._z = logits
        self._weigh(target, sample_weight)
        u, v = self._u, self._v
        both = np.log1p(np.exp(-np.abs(z)))  # the common part of softplus(z) and softplus(-z)
        rows = v * (np.maximum(z, 0) + both) + u * (np.maximum(-z, 0) + both)
        return float(rows.sum()) / self._divisor

    def backward_from_logits(self) -> Array:
        """[v sigmoid(z) - u sigmoid(-z)] / n; at y = 1 this is -sigmoid(-z)/m."""
        p, q = sigmoid_halves(self._z)
        negative = self._z < 0
        a = np.where(negative, q, p)
        one_minus_a = np.where(negative, p, q)
        return (self._v * a - self._u * one_minus_a) / self._divisor

    def _weigh(self, y: Array, sample_weight: Array | None) -> None:
        """The weights u and v of the two terms, and n, for these targets."""
        self._u, self._v, self.count = y, 1 - y, float(len(y))
        self._divisor = self.count
        if self._is_plain and sample_weight is None:
            return
        y, counts = self._without_ignored(y)
        (w0, w1), e = self._class_weights(), self.label_smoothing
        s = counts * self._sample_weights(sample_weight, y)
        t = y * (1 - e) + e / 2
        one_minus_t = (1 - y) * (1 - e) + e / 2  # in this form nothing cancels
        total = float((s * (w1 * y + w0 * (1 - y))).sum())
        if not total:
            s = np.zeros_like(s)  # smoothing adds nothing to a batch of labels of weight 0
        self._u, self._v = s * w1 * t, s * w0 * one_minus_t
        self.count: float = total / max(1, y[0].size)
        self._divisor = self.count or 1.0  # a batch of ignored labels: 0/1

    def _class_weights(self) -> tuple[float, float]:
        """The weights w0 and w1 of the two classes."""
        w = self.class_weight
        return (1.0, 1.0) if w is None else (float(w[0]), float(w[1]))

    def _without_ignored(self, y: Array) -> tuple[Array, Array]:
        """The targets, 0 where they are ignored, and where they count."""
        counts = self._counted(y)
        return np.where(counts, y, 0).astype(y.dtype), counts

    def check_prediction(self, prediction: Array) -> None:
        """Refuse numbers that are not probabilities."""
        check_between_0_and_1(self._place, "prediction", prediction)

    def counts(self, target: Array) -> Array:
        """How much each sample counts: the weights of its classes, 0 where a label is ignored."""
        y, counting = self._without_ignored(target)
        w0, w1 = self._class_weights()
        weights = counting * (w1 * y + w0 * (1 - y))
        return np.asarray(weights.reshape(len(y), -1).sum(axis=1))

    def _class_sizes(self, target: Array) -> Array:
        y, counts = self._without_ignored(target)
        return np.array([(counts * (1 - y)).sum(), (counts * y).sum()], float)

    def prepare_target(self, y: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """0/1 labels or probabilities, `(m,)` or `(m, 1)`, as floats of shape (m, 1)."""
        target = super().prepare_target(y, shape, dtype)
        check_between_0_and_1(self._place, "y", self._without_ignored(target)[0])
        self._check_weights(target, dtype)
        return target
