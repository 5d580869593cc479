"""Exercise 2: squared error and cross-entropy. Replace each NotImplementedError."""

import numpy as np

import minnet as mn


class SquaredError(mn.Loss):
    """L = 1/(2m) sum (a - y)^2, over the m samples and all outputs.

    dL/da = (a - y) / m
    """

    def forward(self, prediction, target):
        """The loss, one number; prediction a and target y have the same shape (m, outputs)."""
        # BEGIN SOLUTION
        self.difference = prediction - target
        return np.sum(self.difference**2) / (2 * len(prediction))
        # END SOLUTION

    def backward(self):
        """dL/da, of the shape of the prediction."""
        # BEGIN SOLUTION
        return self.difference / len(self.difference)
        # END SOLUTION


class CrossEntropy(mn.Loss):
    """L = -1/m sum [y ln a + (1 - y) ln(1 - a)], for probabilities a and targets y of 0 or 1.

    dL/da = (a - y) / (a (1 - a)) / m
    """

    def forward(self, prediction, target):
        """The loss, one number; prediction a and target y have the same shape (m, outputs)."""
        # BEGIN SOLUTION
        self.a, self.y = prediction, target
        each = target * np.log(prediction) + (1 - target) * np.log(1 - prediction)
        return -each.sum() / len(prediction)
        # END SOLUTION

    def backward(self):
        """dL/da, of the shape of the prediction."""
        # BEGIN SOLUTION
        return (self.a - self.y) / (self.a * (1 - self.a)) / len(self.a)
        # END SOLUTION
