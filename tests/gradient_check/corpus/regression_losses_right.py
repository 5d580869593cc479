"""Losses for regression without a mistake, with various reductions and forms."""

import numpy as np
from corpus.cases import right_loss

import minnet as mn


@right_loss()
class Poisson:
    def forward(self, rate, counts):
        self.rate, self.counts = rate, counts
        return np.mean(rate - counts * np.log(rate))

    def backward(self):
        return (1 - self.counts / self.rate) / self.rate.size


@right_loss()
class Weighted(mn.Loss):
    def forward(self, prediction, target):
        self.w = 1 + target
        self.d = prediction - target
        return (self.w * self.d**2).sum() / self.w.sum()

    def backward(self):
        return 2 * self.w * self.d / self.w.sum()


@right_loss()
class Quantile(mn.Loss):
    def forward(self, prediction, target):
        self.d = target - prediction
        return np.maximum(0.8 * self.d, -0.2 * self.d).mean()

    def backward(self):
        return np.where(self.d > 0, -0.8, 0.2) / self.d.size


@right_loss()
class Cosine(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        self.na = np.linalg.norm(prediction, axis=1, keepdims=True)
        self.ny = np.linalg.norm(target, axis=1, keepdims=True)
        self.c = (prediction * target).sum(1, keepdims=True) / (self.na * self.ny)
        return float((1 - self.c).mean())

    def backward(self):
        g = self.y / (self.na * self.ny) - self.c * self.a / self.na**2
        return -g / len(self.a)


@right_loss()
class SinglePrecisionValue(mn.Loss):
    def forward(self, prediction, target):
        self.d = (prediction - target).astype(np.float32)
        return float((self.d**2).mean())

    def backward(self):
        return (2 * self.d / self.d.size).astype(np.float64)


@right_loss()
class ArrayValue(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return np.array([[(self.d**2).sum()]])

    def backward(self):
        return 2 * self.d


@right_loss(
    np.random.default_rng(1).normal(size=(6, 1)), np.random.default_rng(2).normal(size=(6, 1))
)
class GivenColumns:
    def forward(self, a, y):
        self.d = a - y
        return (self.d**2).sum()

    def backward(self):
        return 2 * self.d


@right_loss()
class MeanOfAll(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return np.mean(self.d**2)

    def backward(self):
        return 2 * self.d / self.d.size


@right_loss()
class SumOfAll:
    def forward(self, y_pred, y_true):
        self.d = y_pred - y_true
        return 0.5 * np.sum(self.d**2)

    def backward(self):
        return self.d


@right_loss()
class Absolute(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return np.abs(self.d).sum() / len(self.d)

    def backward(self):
        return np.sign(self.d) / len(self.d)


@right_loss()
class Huber(mn.Loss):
    def forward(self, prediction, target):
        self.d = d = prediction - target
        small = np.abs(d) <= 1
        return float(np.where(small, d**2 / 2, np.abs(d) - 0.5).sum() / len(d))

    def backward(self):
        return np.clip(self.d, -1, 1) / len(self.d)


@right_loss()
class LogCosh(mn.Loss):
    def forward(self, prediction, target):
        self.d = d = prediction - target
        return np.mean(np.logaddexp(d, -d) - np.log(2))

    def backward(self):
        return np.tanh(self.d) / self.d.size


@right_loss()
class TakesBoth:
    def forward(self, prediction, target):
        return ((prediction - target) ** 2).mean()

    def backward(self, prediction, target):
        return 2 * (prediction - target) / prediction.size


@right_loss()
class VectorLoss:
    def forward(self, prediction, target):
        self.d = prediction.ravel() - target.ravel()
        self.shape = prediction.shape
        return 0.5 * float(self.d @ self.d) / len(self.d)

    def backward(self):
        return (self.d / len(self.d)).reshape(self.shape)


@right_loss()
class ChainedLoss(mn.Loss):
    def forward(self, prediction, target):
        self.inner = mn.MeanSquaredError()
        return 3 * self.inner.forward(prediction, target)

    def backward(self):
        return 3 * self.inner.backward()


@right_loss()
class OneOutputFlat:
    """Made for (m, 1): works on the flat numbers, and gives a column."""

    def forward(self, prediction, target):
        self.d = np.ravel(prediction) - np.ravel(target)
        return np.sum(self.d**2) / len(self.d)

    def backward(self):
        return (2 * self.d / len(self.d)).reshape(-1, 1)


@right_loss()
class FirstColumnOnly:
    """Made for (m, 1): what stands in other columns does not count."""

    def forward(self, prediction, target):
        self.d = prediction[:, 0] - target[:, 0]
        return 0.5 * np.mean(self.d**2)

    def backward(self):
        return self.d[:, np.newaxis] / len(self.d)


@right_loss()
class VectorOnly:
    """Refuses all but a vector."""

    def forward(self, prediction, target):
        if prediction.ndim != 1:
            raise ValueError(f"expected predictions of shape (m,), got {prediction.shape}")
        self.d = prediction - target
        return 0.5 * np.mean(self.d**2)

    def backward(self):
        return self.d / len(self.d)


@right_loss(np.array([[0.5], [2.0], [1.0]]), np.array([[0.5], [1.0], [1.5]]))
class AbsoluteAtZero(mn.Loss):
    """The first error is 0, where the slope is taken as 0."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return np.abs(self.d).mean()

    def backward(self):
        return np.sign(self.d) / self.d.size


@right_loss()
class HuberOfNumbers(mn.Loss):
    """Clipped at an error of 0.2."""

    def forward(self, prediction, target):
        d = self.d = prediction - target
        return np.where(abs(d) <= 0.2, 0.5 * d**2, 0.2 * abs(d) - 0.02).sum() / len(d)

    def backward(self):
        return np.clip(self.d, -0.2, 0.2) / len(self.d)
