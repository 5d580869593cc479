"""A sixth collection of right layers and losses: what the sixth wrong ones resemble."""

import numpy as np
from doctor_corpus import right, right_loss

import minnet as mn


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


ZEROS = np.array([[1.0, 4.0, 0.0], [9.0, 0.0, 3.0], [0.0, 0.0, 0.0], [2.0, 1.0, 900.0]])


@right(ZEROS)
class RootAtZero:
    """The slope of a root is infinite at 0, and that is what backward says."""

    def forward(self, x):
        self.y = np.sqrt(x)
        return self.y

    def backward(self, grad):
        return grad / (2 * self.y)


@right(ZEROS)
class LogarithmAtZero(mn.Activation):
    """Minus infinity at 0."""

    def forward(self, z):
        self.z = z
        return np.log(z)

    def backward(self, grad):
        return grad / self.z


@right(ZEROS - 1.0)
class SafeLength(mn.Activation):
    """x / ||x||, zero for a row of zeros."""

    def forward(self, z):
        norm = np.sqrt((z**2).sum(axis=1, keepdims=True))
        self.norm = np.where(norm == 0, 1.0, norm)
        self.y = z / self.norm
        return self.y

    def backward(self, grad):
        return (grad - self.y * (grad * self.y).sum(axis=1, keepdims=True)) / self.norm


@right(ZEROS)
class SafeEntropy:
    """x ln x, zero at 0, where its slope is minus infinity."""

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x * np.log(np.where(x > 0, x, 1.0)), 0.0)

    def backward(self, grad):
        return grad * (np.log(self.x) + 1)


@right_loss(np.array([[0.5, 0.5, 0.0], [0.2, 0.0, 0.8]]), np.array([[1.0, 0, 0], [0, 0, 1.0]]))
class SafeCrossEntropy(mn.Loss):
    """-y ln a, where y is not 0."""

    def forward(self, prediction, target):
        self.a, self.y = prediction, target
        return -np.log(prediction[target > 0]).sum() / len(prediction)

    def backward(self):
        quotient = self.y / np.where(self.y > 0, self.a, 1.0)
        return -quotient / len(self.a)


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


@right()
class RunningNorm(mn.Layer):
    """Batch normalization with running statistics, the variance unbiased."""

    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))
        self.mean, self.variance = np.zeros(features), np.ones(features)

    def forward(self, x):
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = x.mean(axis=0), x.var(axis=0)
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.variance = 0.9 * self.variance + 0.1 * x.var(axis=0, ddof=int(len(x) > 1))
        self.inverse = 1 / np.sqrt(variance + 1e-5)
        self.xhat = (x - mean) * self.inverse
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        q = grad * self.gamma.value
        if not self.training:
            return q * self.inverse
        return self.inverse * (q - q.mean(0) - self.xhat * (q * self.xhat).mean(0))


@right()
class RunningDeviation(RunningNorm):
    """Keeps the standard deviation, on purpose, and uses it as one."""

    def forward(self, x):
        mean, deviation = self.mean, self.variance
        if self.training:
            mean, deviation = x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-5)
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.variance = 0.9 * self.variance + 0.1 * deviation
        self.inverse = 1 / deviation
        self.xhat = (x - mean) * self.inverse
        return self.gamma.value * self.xhat + self.beta.value


@right_loss()
class CountsErrors(mn.Loss):
    """A whole number whose derivative is zero."""

    def forward(self, prediction, target):
        self.shape = np.shape(prediction)
        return float(np.sum((prediction > 0.5) != (target > 0.5)))

    def backward(self):
        return np.zeros(self.shape)


@right((4, 5, 3))
class LastState(mn.Layer):
    """A recurrent layer that gives its last state."""

    def __init__(self):
        self.Wx, self.Wh = mn.Parameter(np.ones((3, 4))), mn.Parameter(np.ones((4, 4)))
        self.b = mn.Parameter(np.zeros(4))

    def forward(self, x):
        self.x, self.h = x, [np.zeros((len(x), 4))]
        for t in range(x.shape[1]):
            z = x[:, t] @ self.Wx.value + self.h[-1] @ self.Wh.value + self.b.value
            self.h.append(np.tanh(z))
        return self.h[-1]

    def backward(self, grad):
        dx, dh = np.zeros_like(self.x), grad
        for t in reversed(range(self.x.shape[1])):
            delta = dh * (1 - self.h[t + 1] ** 2)
            self.Wx.grad += self.x[:, t].T @ delta
            self.Wh.grad += self.h[t].T @ delta
            self.b.grad += delta.sum(axis=0)
            dx[:, t], dh = delta @ self.Wx.value.T, delta @ self.Wh.value.T
        return dx


@right((4, 5, 3))
class OneStep(mn.Layer):
    """Uses the first step alone, on purpose."""

    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 4)))

    def forward(self, x):
        self.x = x
        return x[:, 0] @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x[:, 0].T @ grad
        dx = np.zeros_like(self.x)
        dx[:, 0] = grad @ self.W.value.T
        return dx


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
