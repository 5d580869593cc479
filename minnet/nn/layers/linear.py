"""The linear layer: each output is a weighted sum of all inputs, plus a bias."""

from __future__ import annotations

import numpy as np

from minnet.nn.initializers import Initializer, get
from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.nn.workspace import lent
from minnet.utils.checks import boolean, whole_number
from minnet.utils.types import Array


class Linear(Layer):
    """y = x W + b, on the last axis of x, whatever stands before it.

    Shapes: x (m, in_features), W `weight` (in_features, out_features), b `bias`
    (out_features,), y (m, out_features). With G = dL/dy, in the order of the code:

        dL/dW = x^T G          each weight sees its input times its output's gradient
        dL/db = sum_rows G     the bias is added to every sample
        dL/dx = G W^T          each input gets back what it gave, weighted

    Args:
        in_features, out_features: how many numbers a sample has before and after.
        bias: False leaves b out.
        weight_init: a name from `mn.initializers` or a function (shape, generator) -> array.

    Raises:
        ValueError: an input whose last axis is not in_features.

    Source: Goodfellow, Bengio, Courville, *Deep Learning*, section 6.5.

    >>> layer = Linear(2, 1)
    >>> layer.weight.value = [[1.0], [2.0]]
    >>> layer.forward(np.array([[3.0, 4.0]]))
    array([[11.]])
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        weight_init: str | Initializer = "glorot_uniform",
    ) -> None:
        self.in_features = whole_number("Linear", "in_features", in_features)
        self.out_features = whole_number("Linear", "out_features", out_features)
        shape = (self.in_features, self.out_features)
        initializer = get(weight_init, "Linear: weight_init")
        self.weight = Parameter(shape=shape, initializer=initializer)
        has_bias = boolean("Linear", "bias", bias)
        self.bias = Parameter(shape=self.out_features) if has_bias else None

    def forward(self, x: Array) -> Array:
        """y = x W + b."""
        if x.ndim < 2 or x.shape[-1] != self.in_features:
            raise ValueError(self._wrong_input(x))
        outer, width = x.shape[:-1], self.out_features
        self._x = x = x if x.ndim == 2 else x.reshape(-1, self.in_features)
        y = product(x, self.weight.value, lent(self, "y", (len(x), width), x.dtype))
        if self.bias is not None:
            y += self.bias.value
        return y if len(outer) == 1 else y.reshape(*outer, width)

    def backward(self, grad: Array) -> Array:
        """dL/dW = x^T G, dL/db = sum of the rows of G; returns dL/dx = G W^T."""
        outer = grad.shape[:-1]
        if grad.shape[-1:] != (self.out_features,) or grad.size != len(self._x) * grad.shape[-1]:
            raise ValueError(
                f"{self!r}.backward: grad: expected the shape of the output, "
                f"{(len(self._x), self.out_features)}, got {grad.shape}. It has one row for each "
                f"sample of the last forward."
            )
        if grad.ndim != 2:
            grad = grad.reshape(-1, self.out_features)
        Linear._backward_parameters(self, grad)  # not a subclass's own, which may call this method
        dx = product(grad, self.weight.value.T, lent(self, "dx", self._x.shape, grad.dtype))
        return dx if len(outer) == 1 else dx.reshape(*outer, self.in_features)

    def _backward_parameters(self, grad: Array) -> None:
        """The gradients of W and b alone."""
        if grad.ndim != 2:
            grad = grad.reshape(-1, self.out_features)
        product(self._x.T, grad, self.weight.grad)
        if self.bias is not None:
            np.add.reduce(grad, axis=0, out=self.bias.grad)

    def _wrong_input(self, x: Array) -> str:
        expected = f"{self!r}: expected input of shape (m, {self.in_features}), got {x.shape}."
        if x.ndim < 2:
            return f"{expected} One sample alone: x.reshape(1, -1)."
        width = x.shape[-1]
        mend = f"make this Linear({width}, {self.out_features})"
        return f"{expected} The input has {width} features: {mend}."

    def __repr__(self) -> str:
        return f"Linear({self.in_features} -> {self.out_features})"


def product(a: Array, b: Array, out: Array | None) -> Array:
    """The matrix product a b, into `out` if there is one.

    `ndarray.dot` calls the same routine as `np.matmul` and gives the same bits, but a small
    product takes a third of the time; it asks that `out` has the type of the result.
    """
    if out is None or a.dtype == b.dtype == out.dtype:
        return a.dot(b, out)
    return np.matmul(a, b, out=out)
