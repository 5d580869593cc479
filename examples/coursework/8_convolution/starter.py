"""Exercise 8: convolution. Replace each NotImplementedError by your own lines."""

import numpy as np

import minnet as mn


class Convolution(mn.Layer):
    """Y[m, o, i, j] = b[o] + sum over c, p, q of W[o, c, p, q] X[m, c, i + p, j + q].

    X is (m, channels, height, width), W (outputs, channels, k, k), b (outputs,); Y is
    (m, outputs, height - k + 1, width - k + 1). With G = dL/dY:

        dL/dW[o, c, p, q] = sum over m, i, j of G[m, o, i, j] X[m, c, i + p, j + q]
        dL/db[o] = sum over m, i, j of G[m, o, i, j]
        dL/dX[m, c, i + p, j + q] gets G[m, o, i, j] W[o, c, p, q], for all o, i, j, p, q
    """

    def __init__(self, in_channels, out_channels, kernel_size):
        shape = (out_channels, in_channels, kernel_size, kernel_size)
        self.W = mn.Parameter(np.random.default_rng(0).normal(0, 0.3, shape))
        self.b = mn.Parameter(np.zeros(out_channels))

    def forward(self, x):
        """Y of X; a loop over p and q is enough."""
        raise NotImplementedError("Write forward.")

    def backward(self, grad):
        """dL/dX; dL/dW and dL/db go to self.W.grad and self.b.grad."""
        raise NotImplementedError("Write backward.")
