"""Predictions and targets of the kinds that losses are made for.

Which kind a loss takes is found by trying: a cross-entropy gives NaN for negative predictions, a
loss for labels refuses one-hot rows. A loss that takes everything is checked with everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minnet.utils.types import Array


@dataclass(frozen=True)
class Setting:
    """One kind of predictions and targets."""

    prediction: str  # "rows", "columns", "vector" of probabilities; "real ..." for any number
    target: str  # "onehot", "labels", "binary", "soft", "signs", "numbers", "given"
    batch: int = 5
    outputs: int = 3

    @property
    def is_real(self) -> bool:
        """Predictions that are any number, not probabilities."""
        return self.prediction.startswith("real")

    def shape(self) -> tuple[int, ...]:
        """Of the prediction."""
        if self.prediction.endswith("vector"):
            return (self.batch,)
        return (self.batch, 1 if self.prediction.endswith("columns") else self.outputs)

    def draw(self, generator: np.random.Generator) -> tuple[Array, Array]:
        """A prediction and a target."""
        shape = self.shape()
        if self.is_real:
            prediction: Array = 1.5 * generator.normal(size=shape)
        elif self.prediction == "rows":
            weights = np.exp(0.8 * generator.normal(size=shape))
            prediction = weights / weights.sum(axis=1, keepdims=True)
        else:
            prediction = generator.uniform(0.1, 0.9, size=shape)
        return prediction, self._target(shape, generator)

    def _target(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        labels = generator.permutation(np.arange(self.batch)) % max(2, self.outputs)
        if self.target == "labels":
            return np.asarray(labels)
        if self.target == "label columns":
            return np.asarray(labels).reshape(-1, 1)
        if self.target == "onehot":
            return np.asarray(np.eye(self.outputs)[labels])
        if self.target == "soft":
            weights = generator.uniform(0.2, 1.0, size=shape)
            return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
        if self.target == "numbers":
            return np.asarray(2.0 * generator.normal(size=shape))
        half = (generator.permutation(int(np.prod(shape))) % 2).reshape(shape).astype(float)
        return np.asarray(2 * half - 1 if self.target == "signs" else half)


FIRST = (
    Setting("rows", "onehot"),
    Setting("rows", "labels"),
    Setting("columns", "binary"),
    Setting("vector", "binary"),
    Setting("rows", "soft"),
    Setting("real rows", "onehot"),
    Setting("real rows", "labels"),
    Setting("rows", "label columns"),
    Setting("real columns", "binary"),
    Setting("real vector", "binary"),
    Setting("real columns", "signs"),
    Setting("real vector", "signs"),
)

ONE_OUTPUT = Setting("columns", "binary")


def one_hot(prediction: Array, target: Array) -> Array | None:
    """The target in the prediction's shape: labels as rows, columns as they are."""
    if target.size == prediction.size:
        return target.reshape(prediction.shape).astype(float)
    if prediction.ndim != 2 or target.size != len(prediction):
        return None
    labels, outputs = target.ravel(), prediction.shape[1]
    whole = (labels == np.round(labels)).all()
    if whole and 0 <= labels.min() <= labels.max() < outputs:
        return np.asarray(np.eye(outputs)[labels.astype(int)])
    return None
