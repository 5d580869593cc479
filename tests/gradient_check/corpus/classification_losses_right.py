"""Losses for classification without a mistake: probabilities, logits, labels, margins."""

import math

import numpy as np
from corpus.cases import right_loss

import minnet as mn


@right_loss()
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
class BinaryClipped(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = np.clip(prediction, 1e-12, 1 - 1e-12), target
        return -np.mean(self.y * np.log(self.a) + (1 - self.y) * np.log(1 - self.a))

    def backward(self):
        return ((1 - self.y) / (1 - self.a) - self.y / self.a) / self.a.size


@right_loss()
class BinaryPlain:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() / len(p)

    def backward(self):
        return (self.p - self.y) / (self.p * (1 - self.p)) / len(self.p)


@right_loss()
class CategoricalLabels:
    def forward(self, p, labels):
        self.p, self.labels = p, labels
        return -np.log(p[np.arange(len(p)), labels]).mean()

    def backward(self):
        g = np.zeros_like(self.p)
        rows = np.arange(len(g))
        g[rows, self.labels] = -1 / self.p[rows, self.labels] / len(g)
        return g


@right_loss()
class SoftmaxLogits(mn.Loss):
    def forward(self, prediction, target):
        z = prediction - prediction.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.p, self.y = np.exp(log_p), target
        return -(target * log_p).sum() / len(target)

    def backward(self):
        return (self.p - self.y) / len(self.y)


@right_loss()
class BinaryLogits(mn.Loss):
    def forward(self, prediction, target):
        z, y = prediction, target
        self.z, self.y = z, y
        return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))

    def backward(self):
        return (1 / (1 + np.exp(-self.z)) - self.y) / self.z.size


@right_loss()
class Hinge(mn.Loss):
    def forward(self, prediction, target):
        self.margin, self.y = 1 - prediction * target, target
        return np.maximum(self.margin, 0).sum() / len(target)

    def backward(self):
        return -self.y * (self.margin > 0) / len(self.y)


@right_loss()
class KullbackLeibler(mn.Loss):
    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return (target * np.log(target / prediction)).sum() / len(target)

    def backward(self):
        return -self.y / self.a / len(self.y)


@right_loss(np.random.default_rng(0).uniform(0.1, 0.9, (6, 2)), np.eye(2)[[0, 1, 1, 0, 1, 0]])
class Brier(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum(axis=1).mean()

    def backward(self):
        return 2 * self.d / len(self.d)


@right_loss()
class MulticlassHinge:
    def forward(self, scores, labels):
        rows = np.arange(len(scores))
        self.m = scores - scores[rows, labels][:, None] + 1
        self.m[rows, labels] = 0
        self.labels = labels
        return np.maximum(self.m, 0).sum() / len(scores)

    def backward(self):
        g = (self.m > 0).astype(float)
        g[np.arange(len(g)), self.labels] = -g.sum(axis=1)
        return g / len(g)


@right_loss()
class LabelsByLoop:
    def forward(self, p, labels):
        self.p, self.labels = p, [int(k) for k in labels]
        return -sum(math.log(row[k]) for row, k in zip(p, self.labels, strict=True))

    def backward(self):
        g = np.zeros_like(self.p)
        for i, k in enumerate(self.labels):
            g[i, k] = -1 / self.p[i, k]
        return g


@right_loss(np.random.default_rng(3).dirichlet(np.ones(4), size=7), np.array([0, 1, 2, 3, 0, 1, 2]))
class GivenLabels:
    def forward(self, p, labels):
        self.p, self.rows, self.labels = p, np.arange(len(p)), labels
        return -np.log(p[self.rows, labels]).mean()

    def backward(self):
        g = np.zeros_like(self.p)
        g[self.rows, self.labels] = -1 / self.p[self.rows, self.labels] / len(self.p)
        return g


@right_loss(np.array([[0.5, 0.5, 0.0], [0.2, 0.0, 0.8]]), np.array([[1.0, 0, 0], [0, 0, 1.0]]))
class SafeCrossEntropy(mn.Loss):
    """-y ln a, where y is not 0."""

    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -np.log(prediction[target > 0]).sum() / len(prediction)

    def backward(self):
        quotient = self.y / np.where(self.y > 0, self.a, 1.0)
        return -quotient / len(self.a)


@right_loss()
class CountsErrors(mn.Loss):
    """A whole number whose derivative is zero."""

    def forward(self, prediction, target):
        self.shape = np.shape(prediction)
        return float(np.sum((prediction > 0.5) != (target > 0.5)))

    def backward(self):
        return np.zeros(self.shape)


@right_loss()
class SoftmaxOverRows(mn.Loss):
    """Softmax and cross-entropy from logits, each row on its own."""

    def forward(self, prediction, target):
        shifted = prediction - prediction.max(axis=1, keepdims=True)
        logarithm = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.p, self.y = np.exp(logarithm), target
        return -(target * logarithm).sum() / len(target)

    def backward(self):
        return (self.p * self.y.sum(axis=1, keepdims=True) - self.y) / len(self.y)
