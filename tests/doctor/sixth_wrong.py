"""A sixth collection: losses of a wrong shape, NaN at the caller's own array, whole numbers."""

import numpy as np
from doctor_corpus import wrong_loss


@wrong_loss("transposed")
class TransposedLoss:
    """Works for a vector, where .T does nothing."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return 0.5 * np.sum(self.d**2) / len(self.d)

    def backward(self):
        return self.d.T / len(self.d)


@wrong_loss("wrong-shape")
class FlattenedLoss:
    """The numbers of the gradient in one row."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return 0.5 * np.sum(self.d**2) / len(self.d)

    def backward(self):
        return self.d.reshape(-1) / len(self.d)


@wrong_loss("summed-over-wrong-axis")
class SummedLoss:
    """One number for each sample."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return np.mean(np.sum(self.d**2, axis=-1)) if self.d.ndim > 1 else np.mean(self.d**2)

    def backward(self):
        d = 2 * self.d / len(self.d)
        return d.sum(axis=1) if d.ndim > 1 else d
