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
        # BEGIN SOLUTION
        self.x, w = x, self.W.value
        k = w.shape[2]
        self.rows, self.columns = x.shape[2] - k + 1, x.shape[3] - k + 1
        y = np.zeros((len(x), len(w), self.rows, self.columns))
        for p in range(k):
            for q in range(k):
                part = x[:, :, p : p + self.rows, q : q + self.columns]
                y += np.einsum("oc,mcij->moij", w[:, :, p, q], part)
        return y + self.b.value[:, None, None]
        # END SOLUTION

    def backward(self, grad):
        """dL/dX; dL/dW and dL/db go to self.W.grad and self.b.grad."""
        # BEGIN SOLUTION
        w, dw, dx = self.W.value, np.zeros(self.W.shape), np.zeros(self.x.shape)
        for p in range(w.shape[2]):
            for q in range(w.shape[3]):
                window = np.s_[:, :, p : p + self.rows, q : q + self.columns]
                dw[:, :, p, q] = np.einsum("moij,mcij->oc", grad, self.x[window])
                dx[window] += np.einsum("moij,oc->mcij", grad, w[:, :, p, q])
        self.W.grad = dw
        self.b.grad = grad.sum(axis=(0, 2, 3))
        return dx
        # END SOLUTION
