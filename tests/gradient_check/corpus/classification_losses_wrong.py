"""Losses for classification (cross-entropy with or without softmax), each with one mistake."""

import numpy as np
from corpus.cases import wrong_loss
from corpus.classification_losses_right import SoftCross

import minnet as mn


class Binary(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = np.clip(prediction, 1e-12, 1 - 1e-12), target
        a, y = self.a, self.y
        return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / len(a)

    def backward(self):
        a, y = self.a, self.y
        return (a - y) / (a * (1 - a)) / len(a)


@wrong_loss("loss-term-missing")
class BinaryOneTerm(Binary):
    def backward(self):
        return -(self.y / self.a) / len(self.a)


@wrong_loss("fused-gradient-on-probabilities")
class BinaryFused(Binary):
    def backward(self):
        return (self.a - self.y) / len(self.a)


@wrong_loss("fused-gradient-on-probabilities")
class CategoricalFused:
    def forward(self, p, labels):
        self.p, self.labels = p, labels
        return -np.mean(np.log(p[np.arange(len(p)), labels]))

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(g)), self.labels] -= 1
        return g / len(g)


@wrong_loss("not-divided-by-batch")
class CategoricalNotDivided(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -np.mean(np.sum(target * np.log(prediction + 1e-15), axis=1))

    def backward(self):
        return -self.y / (self.a + 1e-15)


@wrong_loss("not-finite")
class NaiveLogits(mn.Loss):
    def forward(self, prediction, target):
        p = np.exp(prediction) / np.exp(prediction).sum(axis=1, keepdims=True)
        self.p, self.y = p, target
        return -(target * np.log(p)).sum() / len(p)

    def backward(self):
        return (self.p - self.y) / len(self.p)


@wrong_loss("not-divided-by-batch")
class SoftCrossSum(SoftCross):
    def backward(self):
        return super().backward() * len(self.p)


@wrong_loss("sign-flipped")
class SoftCrossSign(SoftCross):
    def backward(self):
        return -super().backward()


@wrong_loss("loss-term-missing")
class SoftCrossOnlyLabel(SoftCross):
    def backward(self):
        g = np.zeros_like(self.p)
        rows = np.arange(len(g))
        g[rows, self.labels] = (self.p[rows, self.labels] - 1) / len(g)
        return g


@wrong_loss("loss-term-missing")
class BinaryForgetsZero(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -(target * np.log(prediction)).sum() / len(target)

    def backward(self):
        return (self.a - self.y) / (self.a * (1 - self.a)) / len(self.y)


@wrong_loss("fused-gradient-on-probabilities")
class BinaryFusedColumns:
    def forward(self, p, t):
        self.p, self.t = p.reshape(-1, 1), t.reshape(-1, 1)
        e = 1e-9
        return float(-np.mean(self.t * np.log(self.p + e) + (1 - self.t) * np.log(1 - self.p + e)))

    def backward(self):
        return self.p - self.t


@wrong_loss("constant-factor")
class LogTwo(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -(target * np.log2(prediction)).sum() / len(target)

    def backward(self):
        return -self.y / self.a / len(self.y)


@wrong_loss("loss-broadcasts")
class BinaryBroadcasts:
    def forward(self, p, y):
        self.p, self.y = p, y.flatten()
        return -np.mean(self.y * np.log(self.p) + (1 - self.y) * np.log(1 - self.p))

    def backward(self):
        return ((self.p - self.y) / (self.p * (1 - self.p))).mean(axis=1, keepdims=True) / len(
            self.p
        )


@wrong_loss("not-finite")
class NaiveBinaryLogits(mn.Loss):
    def forward(self, prediction, target):
        self.p, self.y = 1 / (1 + np.exp(-prediction)), target
        return -np.mean(target * np.log(self.p) + (1 - target) * np.log(1 - self.p))

    def backward(self):
        return (self.p - self.y) / self.p.size


@wrong_loss("unknown")
class HingeAlwaysOn(mn.Loss):
    def forward(self, prediction, target):
        self.y = target
        return np.maximum(0, 1 - target * prediction).sum() / len(target)

    def backward(self):
        return -self.y / len(self.y)


@wrong_loss("not-divided-by-batch")
class LossCategorical:
    def forward(self, y_pred, y_true):
        clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        self.p, self.t = clipped, y_true
        return -np.mean(np.log(np.sum(clipped * y_true, axis=1)))

    def backward(self):
        return -self.t / self.p


@wrong_loss("fused-gradient-on-probabilities")
class LossCategoricalFused(LossCategorical):
    def backward(self):
        return (self.p - self.t) / len(self.p)


@wrong_loss("loss-term-missing")
class LossBinary:
    def forward(self, y_pred, y_true):
        self.p, self.t = y_pred, y_true
        e = 1e-12
        terms = y_true * np.log(y_pred + e) + (1 - y_true) * np.log(1 - y_pred + e)
        return -np.mean(terms)

    def backward(self):
        return -(self.t / (self.p + 1e-12)) / self.p.size


@wrong_loss("raises")
class LossNeedsOneHot:
    def forward(self, y_pred, y_true):
        return -np.log(y_pred[y_true]).sum().item() / self.count

    def backward(self):
        return 0


@wrong_loss("loss-term-missing")
class BinaryLogitsOneSide:
    def forward(self, z, y):
        self.z, self.y = z, y
        return np.mean(np.logaddexp(0, z) - y * z)

    def backward(self):
        return self.y * (1 / (1 + np.exp(-self.z)) - 1) / self.z.size


@wrong_loss("fused-gradient-on-probabilities")
class LabelsFused:
    def forward(self, p, labels):
        self.p, self.t = p, np.eye(p.shape[1])[labels]
        return -np.sum(self.t * np.log(p)) / len(p)

    def backward(self):
        return (self.p - self.t) / len(self.p)


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


@wrong_loss("wrong-axis")
class SoftmaxLossOverAll(mn.Loss):
    """All numbers of the batch sum to 1; value and gradient agree."""

    def forward(self, prediction, target):
        shifted = prediction - prediction.max()
        self.p, self.y = np.exp(shifted) / np.exp(shifted).sum(), target
        return -(target * (shifted - np.log(np.exp(shifted).sum()))).sum() / len(target)

    def backward(self):
        return (self.p * self.y.sum() - self.y) / len(self.y)


@wrong_loss("wrong-axis")
class SoftmaxLossOverSamples(mn.Loss):
    """Each column sums to 1; the gradient is that of rows."""

    def forward(self, prediction, target):
        self.z = prediction
        shifted = prediction - prediction.max(axis=0)
        self.y = target
        return -(target * (shifted - np.log(np.exp(shifted).sum(axis=0)))).sum() / len(target)

    def backward(self):
        e = np.exp(self.z - self.z.max(axis=1, keepdims=True))
        return (e / e.sum(axis=1, keepdims=True) - self.y) / len(self.y)


@wrong_loss("sign-flipped")
class CrossEntropyWithoutMinus(mn.Loss):
    def forward(self, a, y):
        self.a, self.y = a, y
        return float((y * np.log(a) + (1 - y) * np.log(1 - a)).sum() / len(a))

    def backward(self):
        return (self.y / self.a - (1 - self.y) / (1 - self.a)) / len(self.a)


@wrong_loss("sign-flipped")
class LogitsWithoutMinus(mn.Loss):
    def forward(self, z, y):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p, self.y = e / e.sum(axis=1, keepdims=True), y
        return float((y * (z - z.max(axis=1, keepdims=True))).sum(axis=1).mean()) - float(
            np.log(e.sum(axis=1)).mean()
        )

    def backward(self):
        return (self.y - self.p) / len(self.p)


@wrong_loss("not-used")
class ComparesTargetWithItself(mn.Loss):
    def forward(self, a, y):
        self.a, self.y = a, y
        return float(-(y * np.log(np.clip(y, 1e-9, 1))).sum() / len(a))

    def backward(self):
        return -(self.y / self.a) / len(self.a)
