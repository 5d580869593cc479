"""Exercise 2: squared error and cross-entropy. Replace each NotImplementedError."""

import numpy as np

import minnet as mn


class SquaredError(mn.Loss):
    """L = 1/(2m) sum (a - y)^2, over the m samples and all outputs.

    dL/da = (a - y) / m
    """

    def forward(self, prediction, target):
        """The loss, one number; prediction a and target y have the same shape (m, outputs)."""
        raise NotImplementedError("Write forward.")

    def backward(self):
        """dL/da, of the shape of the prediction."""
        raise NotImplementedError("Write backward.")


class CrossEntropy(mn.Loss):
    """L = -1/m sum [y ln a + (1 - y) ln(1 - a)], for probabilities a and targets y of 0 or 1.

    dL/da = (a - y) / (a (1 - a)) / m
    """

    def forward(self, prediction, target):
        """The loss, one number; prediction a and target y have the same shape (m, outputs)."""
        raise NotImplementedError("Write forward.")

    def backward(self):
        """dL/da, of the shape of the prediction."""
        raise NotImplementedError("Write backward.")
