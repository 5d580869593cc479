"""The residual block: some layers learn what to add to their input, not what to make of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minnet.nn.error_location import blame
from minnet.nn.layer import Layer, find
from minnet.nn.sequential import check_layer_object
from minnet.utils.checks import describe
from minnet.utils.types import Array


class Residual(Layer):
    """y = x + f(x), where f is a chain of layers that keeps the shape.

    Each x reaches y on two ways, and dL/dx is the sum over both. With G = dL/dy:

        dL/dx = G + (what the backward of f makes of G)

    The G that passes unchanged is why deep stacks of such blocks still learn.

    Args:
        layers: one or more layers; they apply one after the other.

    Raises:
        TypeError, ValueError: no layer, a class instead of an object, a layer that stands
            twice; an f(x) of another shape than x.

    Source: He, Zhang, Ren, Sun, "Deep residual learning" (2016).

    >>> import minnet as mn
    >>> block = Residual([mn.Linear(3, 8), mn.Tanh(), mn.Linear(8, 3)])
    >>> block.forward(np.zeros((5, 3))).shape
    (5, 3)
    >>> list(block.parameters())
    ['layers.0.weight', 'layers.0.bias', 'layers.2.weight', 'layers.2.bias']
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        if isinstance(layers, Layer) or not isinstance(layers, Iterable):
            raise TypeError(
                f"Residual: layers: expected a list of layers, got {describe(layers)}. "
                f"Write Residual([...])."
            )
        self.layers = [
            check_layer_object(f"Residual: layers[{i}]", layer) for i, layer in enumerate(layers)
        ]
        if not self.layers:
            raise ValueError("Residual: layers: expected at least one layer, got an empty list.")
        list(find(self))  # refuses a layer or Parameter that stands twice

    def forward(self, x: Array) -> Array:
        """y = x + f(x)."""
        f = x
        for index, layer in enumerate(self.layers):
            f = self._call(index, layer, "forward", f, x.dtype)
        if f.shape != x.shape:
            raise ValueError(
                f"{self!r}: layers: expected f(x) of the shape of x, {x.shape}, to add it to x, "
                f"got {f.shape}. Let the last of its layers, {self.layers[-1]!r}, give that shape "
                f"(in a convolution with an odd kernel: stride 1, padding = kernel // 2)."
            )
        y: Array = x + f
        return y

    def backward(self, grad: Array) -> Array:
        """dL/dx = G + backward of f."""
        below = grad
        for index in range(len(self.layers) - 1, -1, -1):
            below = self._call(index, self.layers[index], "backward", below, grad.dtype)
        if below.shape != grad.shape:
            raise ValueError(
                f"{self!r}: layers[0]: expected backward to return dL/dx of the shape of its "
                f"input, {grad.shape}, got {below.shape}."
            )
        dx: Array = grad + below
        return dx

    def _backward_parameters(self, grad: Array) -> None:
        """The gradients of the parameters alone."""
        below = grad
        for index in range(len(self.layers) - 1, 0, -1):
            below = self._call(index, self.layers[index], "backward", below, grad.dtype)
        try:
            self.layers[0]._backward_parameters(below)
        except Exception as error:
            raise blame(error, 0, self.layers[0], "backward", below.shape) from None

    def _call(
        self, index: int, layer: Layer, verb: str, array: Array, dtype: np.dtype[Any]
    ) -> Array:
        """One layer's verb; its result cast to our type, its error made to name its place."""
        try:
            result = getattr(layer, verb)(array)
            if result is None:
                raise TypeError(
                    f"expected {verb} to return an array, got None. Is a return missing?"
                )
        except Exception as error:
            raise blame(error, index, layer, verb, array.shape) from None
        return np.asarray(result, dtype if dtype.kind == "f" else None)
