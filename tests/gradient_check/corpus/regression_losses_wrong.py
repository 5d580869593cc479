"""Losses for regression (squared error, absolute error, Huber), each with one mistake."""

import numpy as np
from corpus.cases import wrong_loss

import minnet as mn


class Squared(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return float((self.d**2).sum() / (2 * len(self.d)))

    def backward(self):
        return self.d / len(self.d)


@wrong_loss("not-divided-by-batch")
class SquaredNotDivided(Squared):
    def backward(self):
        return self.d


@wrong_loss("divided-by-batch")
class SquaredDividedTwice(Squared):
    def backward(self):
        return self.d / len(self.d) ** 2


@wrong_loss("divided-by-outputs")
class SquaredOverOutputs(Squared):
    def backward(self):
        return self.d / self.d.size


class MeanOfSquares(mn.Loss):
    """The mean over samples and outputs."""

    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return np.mean((prediction - target) ** 2)


@wrong_loss("sign-flipped")
class SquaredSign(MeanOfSquares):
    def backward(self):
        return 2 * (self.y - self.a) / self.a.size


@wrong_loss("constant-factor")
class SquaredNoTwo(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return np.mean(self.d**2)

    def backward(self):
        return self.d / self.d.size


@wrong_loss("loss-broadcasts")
class SquaredBroadcasts(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target.ravel()
        return float((self.d**2).mean())

    def backward(self):
        return 2 * self.d.sum(axis=1, keepdims=True) / self.d.size


@wrong_loss("loss-broadcasts")
class SquaredSqueezes:
    def forward(self, y_pred, y_true):
        self.p, self.y = y_pred, y_true
        return ((y_pred.squeeze() - y_true) ** 2).mean()

    def backward(self):
        return 2 * (self.p - self.y) / len(self.y)


@wrong_loss("one-sample-only")
class SquaredLast(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return ((prediction - target) ** 2).sum() / len(target)

    def backward(self):
        for i in range(len(self.a)):
            g = np.zeros_like(self.a)
            g[i] = 2 * (self.a[i] - self.y[i]) / len(self.a)
        return g


@wrong_loss("integer-arithmetic")
class IntegerLossGradient(MeanOfSquares):
    def backward(self):
        g = np.zeros_like(self.y)
        g[...] = 2 * (self.a - self.y) / self.a.size
        return g


@wrong_loss("dtype-changed")
class Float32Loss(Squared):
    def backward(self):
        return super().backward().astype(np.float32)


@wrong_loss("returns-none")
class NoValue(Squared):
    def forward(self, prediction, target):
        self.d = prediction - target


@wrong_loss("gradient-accumulates")
class SumOfGradients(Squared):
    def __init__(self):
        self.total = 0

    def backward(self):
        self.total = self.total + self.d / len(self.d)
        return self.total


@wrong_loss("stale-cache")
class FirstDifference(Squared):
    d = None

    def forward(self, prediction, target):
        d = prediction - target
        if self.d is None:
            self.d = d
        return float((d**2).sum() / (2 * len(d)))


@wrong_loss("input-modified")
class ModifiesPrediction(mn.Loss):
    def forward(self, prediction, target):
        prediction -= target
        self.d = prediction.copy()
        return float((self.d**2).sum() / (2 * len(self.d)))

    def backward(self):
        return self.d / len(self.d)


@wrong_loss("wrong-shape")
class PerSample(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum(axis=1)

    def backward(self):
        return 2 * self.d


@wrong_loss("raises")
class LossRaises(Squared):
    def backward(self):
        return self.difference / len(self.difference)


@wrong_loss("unknown")
class HuberWrong(mn.Loss):
    def forward(self, prediction, target):
        self.d = d = prediction - target
        small = np.abs(d) <= 1
        return float(np.where(small, d**2 / 2, np.abs(d) - 0.5).sum() / len(d))

    def backward(self):
        return self.d / len(self.d)


@wrong_loss("divided-by-outputs")
class MeanSquareOutputs(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / self.d.shape[0]

    def backward(self):
        return 2 * self.d / self.d.size


@wrong_loss("loss-broadcasts", np.arange(1.0, 6.0).reshape(5, 1) / 6, np.array([0, 1, 1, 0, 1.0]))
class BroadcastsGiven(MeanOfSquares):
    def backward(self):
        return 2 * (self.a - self.y) / self.a.size


@wrong_loss("divided-by-batch")
class AbsoluteTwice(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return np.abs(self.d).mean()

    def backward(self):
        return np.sign(self.d) / self.d.size / len(self.d)


@wrong_loss("integer-arithmetic")
class LabelsAsBuffer(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return ((prediction - target) ** 2).sum() / len(target) / 2

    def backward(self):
        out = np.empty_like(self.y)
        for i in range(len(out)):
            out[i] = (self.a[i] - self.y[i]) / len(out)
        return out


@wrong_loss("summed-to-scalar")
class ScalarGradient(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).mean()

    def backward(self):
        return 2 * self.d.mean()


class SumOfSquares(mn.Loss):
    """The sum over outputs, the mean over samples."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / len(self.d)


@wrong_loss("one-sample-only")
class FirstOnly(SumOfSquares):
    def backward(self):
        g = np.zeros_like(self.d)
        g[0] = 2 * self.d[0] / len(self.d)
        return g


@wrong_loss("local-derivative-missing")
class SmoothWrong(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return np.sqrt(1 + self.d**2).sum() / len(self.d)

    def backward(self):
        return self.d / (1 + self.d**2) / len(self.d)


@wrong_loss("raises")
class MisspeltTarget(mn.Loss):
    def forward(self, prediction, target):
        return ((prediction - targets) ** 2).mean()  # noqa: F821

    def backward(self):
        return 0


@wrong_loss("local-derivative-missing")
class SigmoidInside(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = 1 / (1 + np.exp(-prediction)), target
        return ((self.a - target) ** 2).sum() / (2 * len(target))

    def backward(self):
        return (self.a - self.y) / len(self.y)


@wrong_loss("constant-factor")
class HalfForgotten(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / (2 * len(self.d))

    def backward(self):
        return 2 * self.d / len(self.d)


@wrong_loss("not-divided-by-batch")
class HuberSum(mn.Loss):
    def forward(self, prediction, target):
        self.d = d = prediction - target
        return np.where(np.abs(d) < 1, d**2 / 2, np.abs(d) - 0.5).sum(axis=1).mean()

    def backward(self):
        return np.clip(self.d, -1, 1)


@wrong_loss("keepdims-left")
class ExtraAxis(SumOfSquares):
    def backward(self):
        return (2 * self.d / len(self.d))[None]


@wrong_loss("summed-over-wrong-axis")
class SumsOutputs(SumOfSquares):
    def backward(self):
        return 2 * self.d.sum(axis=1) / len(self.d)


@wrong_loss("divided-by-outputs")
class LossMeanSquared:
    def forward(self, y_pred, y_true):
        self.d = y_true - y_pred
        return np.mean(self.d**2)

    def backward(self):
        return -2 * self.d / len(self.d)


@wrong_loss("sign-flipped")
class LossAbsolute:
    def forward(self, y_pred, y_true):
        self.d = y_true - y_pred
        return np.mean(np.abs(self.d))

    def backward(self):
        return np.sign(self.d) / self.d.size


@wrong_loss("stale-cache")
class LossKeepsTarget(mn.Loss):
    def __init__(self):
        self.history = []

    def forward(self, prediction, target):
        self.history.append((prediction, target))
        return ((prediction - target) ** 2).mean()

    def backward(self):
        a, y = self.history[0]
        return 2 * (a - y) / a.size


@wrong_loss("not-divided-by-batch")
class AbsoluteSum(mn.Loss):
    def forward(self, prediction, target):
        self.s = np.sign(prediction - target)
        return float(np.mean(np.sum(np.abs(prediction - target), axis=1)))

    def backward(self):
        return self.s


@wrong_loss("dtype-changed")
class SingleValue(SumOfSquares):
    def backward(self):
        g = np.zeros(self.d.shape, dtype="f4")
        g += 2 * self.d / len(self.d)
        return g


class PlainSquared:
    def forward(self, prediction, target):
        self.d = prediction - target
        return 0.5 * np.sum(self.d**2) / len(self.d)


@wrong_loss("transposed")
class TransposedLoss(PlainSquared):
    """Works for a vector, where .T does nothing."""

    def backward(self):
        return self.d.T / len(self.d)


@wrong_loss("wrong-shape")
class FlattenedLoss(PlainSquared):
    """The numbers of the gradient in one row."""

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


@wrong_loss("unknown")
class HuberWithoutClip(mn.Loss):
    """The gradient of the quadratic part for all errors."""

    def forward(self, prediction, target):
        d = self.d = prediction - target
        return np.where(abs(d) <= 1, 0.5 * d**2, abs(d) - 0.5).sum() / len(d)

    def backward(self):
        return self.d / len(self.d)


@wrong_loss("unknown")
class NarrowHuber(mn.Loss):
    """Linear from an error of 0.2 on."""

    def forward(self, prediction, target):
        d = self.d = prediction - target
        return np.where(abs(d) <= 0.2, 0.5 * d**2, 0.2 * abs(d) - 0.02).sum() / len(d)

    def backward(self):
        return self.d / len(self.d)


@wrong_loss(
    "unknown",
    np.array([[0.4, 0.2], [2.5, -1.5], [3.5, 0.1]]),
    np.array([[0.1, 0.5], [1.0, 0.5], [0.2, 0.9]]),
)
class NarrowHuberOfNumbers(NarrowHuber):
    """The same at numbers, some of which are no probabilities."""


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


@wrong_loss("integer-arithmetic")
class RoundedValue(mn.Loss):
    """Two digits behind the point."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return round(float((self.d**2).sum()), 2)

    def backward(self):
        return 2 * self.d
