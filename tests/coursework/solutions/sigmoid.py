"""Exercise 1: the sigmoid. Replace each NotImplementedError by your own lines."""

import numpy as np

import minnet as mn


class Sigmoid(mn.Activation):
    """a = 1 / (1 + exp(-z)), element by element.

    With G = dL/da, the gradient that comes from above:

        dL/dz = G a (1 - a)
    """

    def forward(self, z):
        """The activations a of z, an array of the same shape; what backward needs is kept."""
        # BEGIN SOLUTION
        self.a = 1 / (1 + np.exp(-z))
        return self.a
        # END SOLUTION

    def backward(self, grad):
        """dL/dz from grad = dL/da; both have the shape of z."""
        # BEGIN SOLUTION
        return grad * self.a * (1 - self.a)
        # END SOLUTION
