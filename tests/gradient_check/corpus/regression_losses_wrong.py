"""Losses with one mistake each."""

import numpy as np
from doctor_corpus import wrong_loss

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


@wrong_loss("sign-flipped")
class SquaredSign(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return np.mean((prediction - target) ** 2)

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


@wrong_loss("integer-arithmetic")
class IntegerGradient(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return np.mean((prediction - target) ** 2)

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
