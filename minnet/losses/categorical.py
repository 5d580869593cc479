"""Categorical cross-entropy: the loss of one class out of k, canonical with softmax."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minnet.activations import Sigmoid, Softmax
from minnet.checks import numeric_array, same_length
from minnet.layer import Layer
from minnet.losses.loss import Loss, as_labels, prediction_array, same_shape, target_array
from minnet.losses.probabilities import (
    check_between_0_and_1,
    check_rows_sum_to_1,
    refuse_last_layer,
    saturated,
)
from minnet.workspace import Workspace, lent

Array = NDArray[Any]


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

    Raises:
        ValueError: labels out of range, rows that do not sum to 1, shapes that differ.
        FloatingPointError: called on probabilities that are 0 at the label, where the loss is
            infinite; from the logits this cannot happen.

    Source: Bishop, *Pattern Recognition and Machine Learning*, section 4.3.4.

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

    def forward(self, prediction: Array, target: Array) -> float:
        """The loss of rows of probabilities, as they come out of a softmax."""
        a = prediction_array(self, prediction)
        self.check_prediction(a)
        self._a, self._y = a, y = a * 1.0, self._rows(target, a.shape)
        impossible = (y > 0) & (a == 0)
        if impossible.any():
            raise saturated(self, a, impossible, "the loss -y ln a is infinite")
        ln_a = np.log(a, out=np.zeros_like(a), where=y > 0)
        return -float((y * ln_a).sum()) / len(a)

    def backward(self) -> Array:
        """-(y/a)/m."""
        a, y = self._a, self._y
        gradient = np.divide(-y, a, out=np.zeros_like(a), where=y > 0)
        gradient /= len(a)
        return gradient

    def forward_from_logits(self, logits: Array, target: Array) -> float:
        """The loss, and its gradient on the way: both need the same exponentials."""
        m, k = logits.shape
        largest = logits.max(axis=1, keepdims=True)
        e: Array = np.subtract(largest, logits, out=lent(self, "e", (m, k), logits.dtype))
        if target.ndim == 2:
            return self._from_probabilities(e, target)
        flat = np.arange(0, m * k, k) + target  # where the labels stand in the flattened rows
        behind = e.take(flat)
        np.negative(e, out=e)
        np.exp(e, out=e)
        e_label = e.take(flat)
        e.put(flat, 0)
        others = e.sum(axis=1)
        total = e_label + others
        e.put(flat, -others)
        e /= (total * m)[:, None]
        self._gradient: Array = e
        # ln(total), exact also where the label is far ahead: then e_label is 1 and others tiny.
        rows: Array = behind + np.log1p(others + (e_label - 1))
        return float(rows.sum() / m)

    def backward_from_logits(self) -> Array:
        """(a - y)/m."""
        return self._gradient

    def _from_probabilities(self, behind: Array, y: Array) -> float:
        """The same for rows y of probabilities; `behind` is M - z.

        dL/dz_j = a_j (1 - y_j) - y_j (1 - a_j), where 1 - a_j is the sum of the others.
        """
        m = len(y)
        e = np.exp(-behind)
        rows, best = np.arange(m), behind.argmin(axis=1)
        e[rows, best] = 0
        others = e.sum(axis=1)  # all but the largest, which is 1
        e[rows, best] = 1
        total = (1 + others)[:, None]
        the_rest = total - e  # total without e_j; for the largest that would cancel:
        the_rest[rows, best] = others
        self._gradient = (e * (1 - y) - y * the_rest) / (total * m)
        return float((y * (behind + np.log1p(others)[:, None])).sum()) / m

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

    def prepare_target(self, y: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Integer labels `(m,)`; one-hot rows become labels, soft rows stay floats (m, k)."""
        target = target_array(self, y)
        same_length(repr(self), "x", np.empty(shape[:1]), "y", target)
        if target.ndim == 1:
            return as_labels(self, target, shape[1])
        same_shape(self, target, shape, "y")
        check_between_0_and_1(self, "y", target)
        check_rows_sum_to_1(self, "y", target)
        if ((target == 0) | (target == 1)).all():
            return np.asarray(target.argmax(axis=1))
        return target.astype(dtype, copy=False)

    def _rows(self, target: Array, shape: tuple[int, ...]) -> Array:
        """The target as rows of k numbers, for `forward` by hand."""
        target = numeric_array(repr(self), "target", target)
        if target.ndim == 1 and len(target) == shape[0]:
            return np.eye(shape[1])[as_labels(self, target, shape[1])]
        same_shape(self, target, shape)
        check_between_0_and_1(self, "target", target)
        check_rows_sum_to_1(self, "target", target)
        return target
