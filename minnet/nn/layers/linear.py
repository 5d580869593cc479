"""The linear layer: each output is a weighted sum of all inputs, plus a bias."""

from __future__ import annotations

import numpy as np

from minnet.nn.initializers import Initializer, get
from minnet.nn.layer import Layer
from minnet.nn.layers.checks import wrong_features, wrong_gradient
from minnet.nn.parameter import Parameter
from minnet.utils.checks import boolean, whole_number
from minnet.utils.types import Array


class Linear(Layer):
    """y = x W + b, on the last axis of x; any axes may precede it.

    Shapes: x (m, in_features), W `weight` (in_features, out_features), b `bias`
    (out_features,), y (m, out_features). With G = dL/dy, in the order of the code:

        dL/dW = x^T G          each weight: its input times the gradient of its output
        dL/db = sum_rows G     the bias is added to every sample
        dL/dx = G W^T          each input gets the gradients of its outputs, weighted

    Args:
        in_features: the length of the last axis of x. out_features: that of y.
        bias: False leaves b out.
        weight_init: a name from `mn.initializers` or a function (shape, generator) -> array.

    Raises:
        ValueError: an input whose last axis is not in_features.

    Source: Goodfellow, Bengio, Courville, *Deep Learning*, section 6.5.

    >>> import numpy as np
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
        self.in_features: int = whole_number("Linear", "in_features", in_features)
        self.out_features: int = whole_number("Linear", "out_features", out_features)
        shape = (self.in_features, self.out_features)
        initializer = get(weight_init, "Linear: weight_init")
        self.weight: Parameter = Parameter(shape=shape, initializer=initializer)
        has_bias = boolean("Linear", "bias", bias)
        self.bias: Parameter | None = Parameter(shape=self.out_features) if has_bias else None

    def forward(self, x: Array) -> Array:
        """y = x W + b."""
        if x.ndim < 2 or x.shape[-1] != self.in_features:
            raise wrong_features(self, self.in_features, self.out_features, x)
        outer = x.shape[:-1]  # (m,), or (m, ...): every axis but the last counts rows
        self._x = x = x if x.ndim == 2 else x.reshape(-1, self.in_features)
        y = x.dot(self.weight.value)  # for small arrays three times as fast as @
        if self.bias is not None:
            y += self.bias.value
        return y if len(outer) == 1 else y.reshape(*outer, self.out_features)

    def backward(self, grad: Array) -> Array:
        """dL/dW = x^T G, dL/db = sum of the rows of G; returns dL/dx = G W^T."""
        if grad.shape[-1:] != (self.out_features,) or grad.size != len(self._x) * self.out_features:
            raise wrong_gradient(self, (len(self._x), self.out_features), grad)
        outer = grad.shape[:-1]
        G = grad if grad.ndim == 2 else grad.reshape(-1, self.out_features)  # noqa: N806
        Linear._backward_parameters(self, G)  # a subclass's may itself call this method
        dx = G.dot(self.weight.value.T)
        return dx if len(outer) == 1 else dx.reshape(*outer, self.in_features)

    def _backward_parameters(self, grad: Array) -> None:
        """dL/dW and dL/db alone."""
        G = grad if grad.ndim == 2 else grad.reshape(-1, self.out_features)  # noqa: N806
        np.matmul(self._x.T, G, out=self.weight.grad)
        if self.bias is not None:
            self.bias.grad[...] = G.sum(axis=0)

    def __repr__(self) -> str:
        return f"Linear({self.in_features} -> {self.out_features})"
