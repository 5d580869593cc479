"""A sixth collection of wrong losses: shapes, NaN, whole numbers, a - y, the axis of a softmax."""

import numpy as np
from doctor_corpus import wrong_loss

import minnet as mn


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


@wrong_loss("not-finite")
class LossWithANaN(mn.Loss):
    """0/0 where prediction and target are apart."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return np.abs(self.d).sum() / len(self.d)

    def backward(self):
        return np.sqrt(self.d) / np.sqrt(self.d) / len(self.d)


HALVES = np.array([[0.5, 0.5, 0.0], [0.2, 0.0, 0.8]])


@wrong_loss("not-finite", HALVES, np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
class GradientOfZeroOverZero(mn.Loss):
    """The value leaves out what does not count, the gradient does not."""

    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -np.log(prediction[target > 0]).sum() / len(prediction)

    def backward(self):
        return -(self.y / self.a) / len(self.a)


@wrong_loss("not-finite", HALVES, np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
class ValueOfZeroTimesLogZero(mn.Loss):
    """0 ln 0."""

    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -(target * np.log(prediction)).sum() / len(prediction)

    def backward(self):
        return -np.where(self.y > 0, self.y / self.a, 0.0) / len(self.a)


@wrong_loss("unknown")
class HuberWithoutClip(mn.Loss):
    """The gradient of the quadratic part for all errors."""

    def forward(self, prediction, target):
        d = self.d = prediction - target
        return np.where(abs(d) <= 1, 0.5 * d**2, abs(d) - 0.5).sum() / len(d)

    def backward(self):
        return self.d / len(self.d)


class NarrowHuber(mn.Loss):
    """Linear from an error of 0.2 on."""

    def forward(self, prediction, target):
        d = self.d = prediction - target
        return np.where(abs(d) <= 0.2, 0.5 * d**2, 0.2 * abs(d) - 0.02).sum() / len(d)

    def backward(self):
        return self.d / len(self.d)


wrong_loss("unknown")(NarrowHuber)


@wrong_loss(
    "unknown",
    np.array([[0.4, 0.2], [2.5, -1.5], [3.5, 0.1]]),
    np.array([[0.1, 0.5], [1.0, 0.5], [0.2, 0.9]]),
)
class NarrowHuberOfNumbers(NarrowHuber):
    """The same at numbers, some of which are no probabilities."""


@wrong_loss("fused-gradient-on-probabilities")
class ClippedCrossEntropy(mn.Loss):
    """Probabilities that are clipped are probabilities."""

    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        a = np.clip(prediction, 1e-9, 1 - 1e-9)
        return -(target * np.log(a) + (1 - target) * np.log(1 - a)).sum() / len(a)

    def backward(self):
        return (self.a - self.y) / len(self.a)


@wrong_loss("fused-gradient-on-probabilities")
class ShiftedCrossEntropy(mn.Loss):
    """A small number in the logarithm."""

    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -(target * np.log(prediction + 1e-10)).sum() / len(prediction)

    def backward(self):
        return (self.a - self.y) / len(self.a)


@wrong_loss("integer-arithmetic")
class WholeValue(mn.Loss):
    """int(loss)."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return int((self.d**2).sum())

    def backward(self):
        return 2 * self.d


@wrong_loss("integer-arithmetic")
class FlooredMean(mn.Loss):
    """// for /."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return 10 * (self.d**2).sum() // len(self.d)

    def backward(self):
        return 20 * self.d / len(self.d)


@wrong_loss("wrong-axis")
class SoftmaxOverAll(mn.Loss):
    """All numbers of the batch sum to 1; value and gradient agree."""

    def forward(self, prediction, target):
        shifted = prediction - prediction.max()
        self.p, self.y = np.exp(shifted) / np.exp(shifted).sum(), target
        return -(target * (shifted - np.log(np.exp(shifted).sum()))).sum() / len(target)

    def backward(self):
        return (self.p * self.y.sum() - self.y) / len(self.y)


@wrong_loss("wrong-axis")
class SoftmaxOverSamples(mn.Loss):
    """Each column sums to 1; the gradient is that of rows."""

    def forward(self, prediction, target):
        self.z = prediction
        shifted = prediction - prediction.max(axis=0)
        self.y = target
        return -(target * (shifted - np.log(np.exp(shifted).sum(axis=0)))).sum() / len(target)

    def backward(self):
        e = np.exp(self.z - self.z.max(axis=1, keepdims=True))
        return (e / e.sum(axis=1, keepdims=True) - self.y) / len(self.y)


@wrong_loss("integer-arithmetic")
class RoundedValue(mn.Loss):
    """Two digits behind the point."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return round(float((self.d**2).sum()), 2)

    def backward(self):
        return 2 * self.d
