"""The step function: the oldest activation, and the one that cannot be trained by gradients."""

from __future__ import annotations

import numpy as np

from minnet.nn.activations.activation import Activation
from minnet.utils.types import Array


class Step(Activation):
    """a = 1 where z > 0, else 0: the neuron of McCulloch and Pitts, and of the perceptron.

    Its derivative is 0 wherever it has one, so dL/dz = 0: whatever the loss, no gradient passes,
    and no weight before a Step ever changes. A small change of a weight changes nothing, or flips
    an output from 0 to 1; learning by gradients needs an activation whose output changes a little
    when a weight changes a little, such as Sigmoid. Step is here to show that; with weights set by
    hand it computes (NAND, for example).

    Source: Rosenblatt (1958); Nielsen, *Neural Networks and Deep Learning*, chapter 1.

    >>> Step().forward(np.array([[-0.1, 0.0, 0.1]]))
    array([[0., 0., 1.]])
    """

    def forward(self, z: Array) -> Array:
        """a = 1 where z > 0, else 0."""
        return (z > 0).astype(z.dtype)

    def backward(self, grad: Array) -> Array:
        """dL/dz = 0."""
        return np.zeros_like(grad)
