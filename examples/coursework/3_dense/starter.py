"""Exercise 3: the dense layer. Replace each NotImplementedError by your own lines."""

import numpy as np

import minnet as mn


class Dense(mn.Layer):
    """Y = X W + b, with X (m, inputs), W (inputs, outputs), b (outputs,), Y (m, outputs).

    With G = dL/dY, the sums run over the m samples:

        dL/dW = X^T G      dL/db = sum of the rows of G      dL/dX = G W^T
    """

    def __init__(self, in_features, out_features):
        self.W = mn.Parameter(np.random.default_rng(0).normal(0, 0.5, (in_features, out_features)))
        self.b = mn.Parameter(np.zeros(out_features))

    def forward(self, x):
        """Y of X; compute with self.W.value and self.b.value."""
        raise NotImplementedError("Write forward.")

    def backward(self, grad):
        """dL/dX; dL/dW and dL/db go to self.W.grad and self.b.grad."""
        raise NotImplementedError("Write backward.")
