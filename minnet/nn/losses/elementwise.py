"""Elementwise losses: L = mean over the samples of the sum over the outputs of f(a, y).

What they share, the sum, the mean and the samples' weights, is written once, here; each loss then
is two formulas, f and df/da.
"""

from __future__ import annotations

from minnet.nn.losses.loss import Loss
from minnet.nn.losses.sample_weights import as_column, check_sample_weight
from minnet.nn.losses.target_checks import check_finite, prediction_and_target
from minnet.utils.types import Array


class ElementwiseLoss(Loss):
    """L = 1/n sum_i s_i sum_j f(a_ij, y_ij), n = sum s_i; without weights s_i = 1, n = m.

    A subclass writes `values(a, y)`, f itself, and `derivatives(a, y)`, df/da.
    """

    count: float

    def values(self, a: Array, y: Array) -> Array:
        """f(a, y), element by element."""
        raise NotImplementedError(f"{type(self).__name__}: write values(self, a, y).")

    def derivatives(self, a: Array, y: Array) -> Array:
        """df/da, element by element."""
        raise NotImplementedError(f"{type(self).__name__}: write derivatives(self, a, y).")

    def forward(
        self, prediction: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The weighted mean over the samples of the sum over the outputs."""
        place = self._place
        a, y = prediction_and_target(place, prediction, target)
        self._a, self._y = a, y = a, y.astype(a.dtype, copy=False)
        values = self.values(a, y)
        self._weight, self.count = None, float(len(a))
        if sample_weight is not None:
            weights = check_sample_weight(place, sample_weight, len(a), a.dtype)
            self._weight, self.count = as_column(weights, a), float(weights.sum())
            values = values * self._weight
        self._divisor = self.count or 1.0  # a batch whose weights are all 0 counts 0
        return check_finite(place, float(values.sum()) / self._divisor, a, y)

    def backward(self) -> Array:
        """s_i df/da / n."""
        gradient = self.derivatives(self._a, self._y)
        if self._weight is not None:
            gradient = gradient * self._weight
        return gradient / self._divisor
