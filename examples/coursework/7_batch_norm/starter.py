"""Exercise 7: batch normalization. Replace each NotImplementedError by your own lines."""

import numpy as np

import minnet as mn


class BatchNorm(mn.Layer):
    """y = gamma n + beta, with n = (x - mean) / sqrt(variance + 1e-5), for each of the features.

    In training, mean and variance (divided by m) are those of the batch x (m, features), and

        running <- 0.9 running + 0.1 of this batch      (its variance there divided by m - 1)

    In evaluation the running ones are used. With G = dL/dy and N = G gamma, sums over the batch:

        dL/dgamma = sum G n      dL/dbeta = sum G
        dL/dx = (N - mean of N - n times the mean of N n) / sqrt(variance + 1e-5)
    """

    def __init__(self, features):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))
        self.running_mean = mn.Parameter(np.zeros(features), trainable=False)
        self.running_variance = mn.Parameter(np.ones(features), trainable=False)

    def forward(self, x):
        """y of x; self.training says which mode."""
        raise NotImplementedError("Write forward.")

    def backward(self, grad):
        """dL/dx in training; dL/dgamma and dL/dbeta go to self.gamma.grad and self.beta.grad."""
        raise NotImplementedError("Write backward.")
