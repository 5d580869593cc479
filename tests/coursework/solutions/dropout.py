"""Exercise 6: dropout. Replace each NotImplementedError by your own lines."""

import numpy as np

import minnet as mn


class Dropout(mn.Layer):
    """y = x M in training, y = x in evaluation.

    Each entry of M is 0 with probability `rate`, else 1 / (1 - rate). With G = dL/dy:

        dL/dx = G M      with the M of the last forward; G in evaluation
    """

    def __init__(self, rate):
        self.rate = rate

    def forward(self, x):
        """y of x; self.training says which mode, self.random.random(shape) draws from [0, 1)."""
        # BEGIN SOLUTION
        self.mask = 1.0
        if self.training:
            self.mask = (self.random.random(x.shape) >= self.rate) / (1 - self.rate)
        return x * self.mask
        # END SOLUTION

    def backward(self, grad):
        """dL/dx from grad = dL/dy."""
        # BEGIN SOLUTION
        return grad * self.mask
        # END SOLUTION
