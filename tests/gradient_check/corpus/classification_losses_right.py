"""A second collection of losses: wrong ones and right ones."""

import numpy as np
from doctor_corpus import right_loss, wrong_loss

import minnet as mn


class SoftCross:
    """Softmax and cross-entropy in one, from logits, with integer labels."""

    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        self.p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        self.labels = labels
        rows = np.arange(len(z))
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[rows, labels])

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(g)), self.labels] -= 1
        return g / len(g)


right_loss()(SoftCross)


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


@wrong_loss("divided-by-outputs")
class MeanSquareOutputs(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / self.d.shape[0]

    def backward(self):
        return 2 * self.d / self.d.size


@wrong_loss("constant-factor")
class LogTwo(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -(target * np.log2(prediction)).sum() / len(target)

    def backward(self):
        return -self.y / self.a / len(self.y)


@wrong_loss("loss-broadcasts", np.arange(1.0, 6.0).reshape(5, 1) / 6, np.array([0, 1, 1, 0, 1.0]))
class BroadcastsGiven(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return ((prediction - target) ** 2).mean()

    def backward(self):
        return 2 * (self.a - self.y) / self.a.size


@wrong_loss("loss-broadcasts")
class BinaryBroadcasts:
    def forward(self, p, y):
        self.p, self.y = p, y.flatten()
        return -np.mean(self.y * np.log(self.p) + (1 - self.y) * np.log(1 - self.p))

    def backward(self):
        return ((self.p - self.y) / (self.p * (1 - self.p))).mean(axis=1, keepdims=True) / len(
            self.p
        )


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


@wrong_loss("one-sample-only")
class FirstOnly(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / len(self.d)

    def backward(self):
        g = np.zeros_like(self.d)
        g[0] = 2 * self.d[0] / len(self.d)
        return g


@wrong_loss("unknown")
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


@wrong_loss("not-finite")
class NaiveBinaryLogits(mn.Loss):
    def forward(self, prediction, target):
        self.p, self.y = 1 / (1 + np.exp(-prediction)), target
        return -np.mean(target * np.log(self.p) + (1 - target) * np.log(1 - self.p))

    def backward(self):
        return (self.p - self.y) / self.p.size


@wrong_loss("local-derivative-missing")
class SigmoidInside(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = 1 / (1 + np.exp(-prediction)), target
        return ((self.a - target) ** 2).sum() / (2 * len(target))

    def backward(self):
        return (self.a - self.y) / len(self.y)


@right_loss()
class Poisson:
    def forward(self, rate, counts):
        self.rate, self.counts = rate, counts
        return np.mean(rate - counts * np.log(rate))

    def backward(self):
        return (1 - self.counts / self.rate) / self.rate.size


@right_loss()
class SquaredHinge(mn.Loss):
    def forward(self, prediction, target):
        self.gap, self.y = np.maximum(0, 1 - target * prediction), target
        return (self.gap**2).sum() / len(target)

    def backward(self):
        return -2 * self.y * self.gap / len(self.y)


@right_loss()
class LogisticSigns:
    def forward(self, score, y):
        self.s, self.y = score, y
        return np.logaddexp(0, -y * score).mean()

    def backward(self):
        return -self.y / (1 + np.exp(self.y * self.s)) / self.s.size


@right_loss()
class Focal(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -(target * (1 - prediction) ** 2 * np.log(prediction)).sum() / len(target)

    def backward(self):
        a, y = self.a, self.y
        return y * (2 * (1 - a) * np.log(a) - (1 - a) ** 2 / a) / len(y)


@right_loss()
class Smoothed(mn.Loss):
    def __init__(self, epsilon=0.1):
        self.epsilon = epsilon

    def forward(self, prediction, target):
        self.y = target * (1 - self.epsilon) + self.epsilon / target.shape[1]
        self.a = prediction
        return -(self.y * np.log(prediction)).sum() / len(target)

    def backward(self):
        return -self.y / self.a / len(self.y)


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
