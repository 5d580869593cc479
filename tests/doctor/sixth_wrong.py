"""A sixth collection: losses of a wrong shape, NaN at the caller's own array, whole numbers."""

import numpy as np
from doctor_corpus import wrong, wrong_loss

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


@wrong("not-finite")
class NothingToDivideBy(mn.Layer):
    """0/0 in the gradient of a weight, whatever comes."""

    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 7)))

    def forward(self, x):
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad * (grad[:1, :1] * 0 / 0)
        return grad @ self.W.value.T


@wrong("not-finite")
class NotANumber:
    """The logarithm of a negative number in backward."""

    def forward(self, x):
        self.x = x
        return np.log(1 + x**2)

    def backward(self, grad):
        return grad * 2 * self.x * np.exp(-np.log(1 + self.x**2)) + 0 * np.sqrt(self.x)


@wrong("not-finite")
class DropoutWithoutZero(mn.Layer):
    """Divides by the mask, so that what was dropped is 0/0."""

    def __init__(self, rate=0.4):
        self.rate = rate

    def forward(self, x):
        if not self.training:
            return x
        self.x = x
        self.mask = (self.random.random(x.shape) >= self.rate) / (1 - self.rate)
        self.y = x * self.mask
        return self.y

    def backward(self, grad):
        return grad * self.y / self.x if not self.training else grad * self.mask / self.mask


@wrong("not-finite")
class NaNOfTheWrongShape:
    """Not a number, in the wrong shape as well."""

    def __init__(self):
        self.b, self.db = np.zeros(3), None

    def forward(self, x):
        return x + self.b

    def backward(self, grad):
        self.db = grad * (0 * grad / (grad - grad))
        return grad * 1.0


@wrong_loss("not-finite")
class LossWithANaN(mn.Loss):
    """0/0 where prediction and target are apart."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return np.abs(self.d).sum() / len(self.d)

    def backward(self):
        return np.sqrt(self.d) / np.sqrt(self.d) / len(self.d)
