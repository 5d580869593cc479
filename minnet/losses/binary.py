"""Binary cross-entropy: the loss of yes-or-no questions, canonical with the sigmoid."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minnet.activations import Sigmoid, Softmax
from minnet.functions import sigmoid_halves
from minnet.layer import Layer
from minnet.losses.loss import Loss, prediction_and_target
from minnet.losses.probabilities import (
    check_between_0_and_1,
    refuse_last_layer,
    saturated,
)

Array = NDArray[Any]


class BinaryCrossEntropy(Loss):
    """L = -1/m sum [y ln a + (1 - y) ln(1 - a)], for a in (0, 1) and y in [0, 1]; 0 ln 0 is 0.

    dL/da = (a - y)/(a (1 - a))/m. Behind a sigmoid, a = sigmoid(z), the denominator is the
    sigmoid's own derivative and cancels: dL/dz = (a - y)/m. It is computed as

        L     = (1 - y) softplus(z) + y softplus(-z)
        dL/dz = [(1 - y) sigmoid(z) - y sigmoid(-z)] / m

    which never subtracts from 1, so both are right to a few units in the last place for
    every z. It follows from maximum likelihood: L is -ln of the probability of the labels.

    Raises:
        ValueError: a target or a prediction outside [0, 1], or shapes that differ.
        FloatingPointError: called on saturated probabilities, where the loss is infinite or
            its gradient 0/0; from the logits this cannot happen.

    Source: Bishop, *Pattern Recognition and Machine Learning*, section 4.3.2.

    >>> loss = BinaryCrossEntropy()
    >>> round(loss.forward(np.array([[0.5], [0.8]]), np.array([[1.0], [1.0]])), 4)
    0.4581
    >>> loss.forward_from_logits(np.array([[1000.0]]), np.array([[0.0]]))
    1000.0
    """

    canonical: ClassVar[type[Layer] | None] = Sigmoid

    def forward(self, prediction: Array, target: Array) -> float:
        """The loss of probabilities a, as they come out of a sigmoid."""
        a, y = prediction_and_target(self, prediction, target)
        self.check_prediction(a)
        check_between_0_and_1(self, "target", y)
        infinite = ((y > 0) & (a == 0)) | ((y < 1) & (a == 1))
        if infinite.any():
            raise saturated(self, a, infinite, "the loss -y ln a - (1 - y) ln(1 - a) is infinite")
        self._a, self._y = a, y = a * 1.0, y.astype(a.dtype, copy=False)
        ln_a = np.log(a, out=np.zeros_like(a), where=y > 0)
        ln_1_minus_a = np.log1p(-a, out=np.zeros_like(a), where=y < 1)
        return -float((y * ln_a + (1 - y) * ln_1_minus_a).sum()) / len(a)

    def backward(self) -> Array:
        """(1 - y)/(1 - a) - y/a, over m: the same as (a - y)/(a (1 - a)) without its a - y."""
        a, y = self._a, self._y
        at_the_end = (a == 0) | (a == 1)
        if at_the_end.any():
            raise saturated(self, a, at_the_end, "the gradient (a - y)/(a (1 - a)) is 0/0")
        gradient: Array = ((1 - y) / (1 - a) - y / a) / len(a)
        return gradient

    def forward_from_logits(self, logits: Array, target: Array) -> float:
        """(1 - y) softplus(z) + y softplus(-z), both from e = exp(-|z|)."""
        z, y = logits, target
        self._logits, self._target = z, y
        both = np.log1p(np.exp(-np.abs(z)))  # the common part of softplus(z) and softplus(-z)
        rows = both + (1 - y) * np.maximum(z, 0) + y * np.maximum(-z, 0)
        return float(rows.sum()) / len(z)

    def backward_from_logits(self) -> Array:
        """[(1 - y) sigmoid(z) - y sigmoid(-z)] / m; at y = 1 this is -sigmoid(-z)."""
        z, y = self._logits, self._target
        p, q = sigmoid_halves(z)
        negative = z < 0
        a = np.where(negative, q, p)
        one_minus_a = np.where(negative, p, q)
        gradient: Array = ((1 - y) * a - y * one_minus_a) / len(z)
        return gradient

    def check_last_layer(self, layer: Layer) -> None:
        """Only a sigmoid, or a layer of one's own, can stand before this loss."""
        mend = "End the network in mn.Sigmoid()."
        if type(layer) is Softmax:
            mend = (
                "For classes that exclude each other take mn.CategoricalCrossEntropy(); for one "
                "yes-or-no question end the network in mn.Linear(..., 1), mn.Sigmoid()."
            )
        refuse_last_layer(self, layer, Sigmoid, mend)

    def check_prediction(self, prediction: Array) -> None:
        """Refuse what is not a probability."""
        check_between_0_and_1(self, "prediction", prediction)

    def prepare_target(self, y: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """0/1 labels or probabilities, `(m,)` or `(m, 1)`, as floats of shape (m, 1)."""
        target = super().prepare_target(y, shape, dtype)
        check_between_0_and_1(self, "y", target)
        return target
