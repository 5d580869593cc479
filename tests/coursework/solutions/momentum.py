"""Exercise 5: gradient descent with momentum. Replace the NotImplementedError."""

import numpy as np

import minnet as mn


class Momentum(mn.Optimizer):
    """v <- momentum v + g, then w <- w - learning_rate v; v starts at 0.

    values w and grads g are vectors: all weights of the network one after the other.
    """

    def __init__(self, learning_rate=0.1, momentum=0.9):
        super().__init__(learning_rate)
        self.momentum = momentum
        self.velocity = None

    def step(self, values, grads):
        """One step: change `values` in place (values -= ...), and leave `grads` as they are."""
        # BEGIN SOLUTION
        if self.velocity is None:
            self.velocity = np.zeros_like(values)
        self.velocity = self.momentum * self.velocity + grads
        values -= self.learning_rate * self.velocity
        # END SOLUTION
