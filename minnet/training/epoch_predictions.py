"""Collects the predictions of an epoch.

The metric of an epoch is not always the mean of the metrics of its batches.
"""

from __future__ import annotations

import numpy as np

from minnet.metrics import Metric, by_label
from minnet.nn.losses import Loss
from minnet.utils.checks import one_number
from minnet.utils.types import Array


class EpochPredictions:
    """The predictions of a whole epoch, so that each metric sees all samples at once."""

    def __init__(
        self, metrics: dict[str, Metric], y: Array, order: Array | None, loss: Loss
    ) -> None:
        self.metrics, self.y, self.order, self.loss = metrics, y, order, loss
        self.predictions: Array | None = None

    def add(self, start: int, prediction: Array) -> None:
        """Copy the predictions of one batch."""
        if self.predictions is None:
            self.predictions = np.empty((len(self.y), *prediction.shape[1:]), prediction.dtype)
        self.predictions[start : start + len(prediction)] = prediction

    def values(self) -> dict[str, float]:
        """Name to value of each metric."""
        if self.predictions is None:
            return {}
        target = self.y if self.order is None else self.y[self.order]
        prediction, target = self.loss.for_metrics(self.predictions, target)
        each_output = self.loss.independent_outputs and prediction.shape[1:] != (1,)
        hint = "Is a return missing, or a mean over the samples?"
        values = {
            name: (by_label(f) if each_output else f)(prediction, target)
            for name, f in self.metrics.items()
        }
        return {
            name: one_number(f"the metric {name}", value, hint) for name, value in values.items()
        }
