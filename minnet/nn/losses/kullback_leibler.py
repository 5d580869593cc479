"""The Kullback-Leibler divergence: how far one distribution is from another."""

from __future__ import annotations

import numpy as np

from minnet.nn.losses.categorical_cross_entropy import CategoricalCrossEntropy
from minnet.utils.types import Array


class KullbackLeibler(CategoricalCrossEntropy):
    """L = 1/m sum y ln(y/a), for rows a and y of k probabilities; 0 ln 0 is 0.

    It is the cross-entropy minus the entropy of the targets, which does not depend on the
    network: the gradients are those of `CategoricalCrossEntropy`, and the least value is 0, at
    a = y. With integer labels, whose entropy is 0, the two are the same.

    Raises:
        ValueError, FloatingPointError: as `CategoricalCrossEntropy`.

    Source: Kullback and Leibler (1951); Bishop, *Pattern Recognition and Machine Learning*,
    equation 1.113.

    >>> loss = KullbackLeibler()
    >>> loss.forward(np.array([[0.5, 0.5]]), np.array([[0.5, 0.5]]))
    0.0
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(
        self, prediction: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """Cross-entropy minus the entropy of the targets."""
        return super().forward(prediction, target, sample_weight) - self._entropy(self._q)

    def forward_from_logits(
        self, logits: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The same from the logits."""
        loss = super().forward_from_logits(logits, target, sample_weight)
        return loss if target.ndim == 1 else loss - self._entropy(self._q)

    def _entropy(self, q: Array) -> float:
        """-1/n sum q ln y, where q = s y carries the samples' weights."""
        logarithm = np.log(self._y, out=np.zeros_like(q), where=self._y > 0)
        return -float((q * logarithm).sum()) / self._divisor
