"""Right losses with various reductions, targets and forms."""

import numpy as np
from doctor_corpus import right_loss

import minnet as mn


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


@right_loss()
class LogCosh(mn.Loss):
    def forward(self, prediction, target):
        self.d = d = prediction - target
        return np.mean(np.logaddexp(d, -d) - np.log(2))

    def backward(self):
        return np.tanh(self.d) / self.d.size


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
class TakesBoth:
    def forward(self, prediction, target):
        return ((prediction - target) ** 2).mean()

    def backward(self, prediction, target):
        return 2 * (prediction - target) / prediction.size
