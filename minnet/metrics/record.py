"""Collects what a network predicts during an epoch, for metrics that need all samples at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from minnet.losses import Loss
from minnet.metrics.names import Metric

Array = NDArray[Any]


class Record:
    """The predictions of a whole epoch, so that each metric sees all samples at once."""

    def __init__(
        self, metrics: dict[str, Metric], y: Array, order: Array | None, loss: Loss
    ) -> None:
        self.metrics, self.y, self.order, self.loss = metrics, y, order, loss
        self.predictions: Array | None = None

    def add(self, start: int, prediction: Array) -> None:
        """Keep a copy of the predictions of one batch."""
        if self.predictions is None:
            self.predictions = np.empty((len(self.y), *prediction.shape[1:]), prediction.dtype)
        self.predictions[start : start + len(prediction)] = prediction

    def values(self) -> dict[str, float]:
        """Name to value of each metric."""
        if self.predictions is None:
            return {}
        target = self.y if self.order is None else self.y[self.order]
        prediction, target = self.loss.for_metrics(self.predictions, target)
        return {name: float(f(prediction, target)) for name, f in self.metrics.items()}
