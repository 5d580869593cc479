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
