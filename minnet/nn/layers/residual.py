"""The residual block: its layers learn what to add to their input, instead of the whole output."""

from __future__ import annotations

from collections.abc import Iterable

from minnet.nn.layer import Layer
from minnet.nn.search import find
from minnet.nn.sequential import Sequential
from minnet.utils.types import Array


class Residual(Sequential):
    """y = x + f(x), where f is a sequence of layers that keeps the shape.

    x reaches y along two paths; dL/dx is the sum over both. With G = dL/dy:

        dL/dx = G + (what the backward of f returns for G)

    The G that passes unchanged is why deep stacks of such blocks still learn.

    Args:
        layers: one or more layers; they apply one after the other.

    Raises:
        TypeError, ValueError: no layer, a class instead of an object, a layer that is
            used twice; an f(x) of another shape than x.

    Source: He, Zhang, Ren, Sun, "Deep residual learning" (2016).

    >>> import numpy as np
    >>> import minnet as mn
    >>> block = Residual([mn.Linear(3, 8), mn.Tanh(), mn.Linear(8, 3)])
    >>> block.forward(np.zeros((5, 3))).shape
    (5, 3)
    >>> list(block.parameters())
    ['layers.0.weight', 'layers.0.bias', 'layers.2.weight', 'layers.2.bias']
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        super().__init__(layers)
        find(self)  # refuses a layer or Parameter that is used twice

    def forward(self, x: Array) -> Array:
        """y = x + f(x)."""
        f = self._run_forward(x, self.layers, x.dtype)
        if f.shape != x.shape:
            raise ValueError(
                f"{self!r}: layers: expected f(x) of the shape of x, {x.shape}, to add it to x, "
                f"got {f.shape}. Let the last of its layers, {self.layers[-1]!r}, give that shape "
                f"(in a convolution with an odd kernel: stride 1, padding = kernel // 2)."
            )
        return x + f

    def backward(self, grad: Array) -> Array:
        """dL/dx = G + backward of f."""
        return grad + self._run_backward(grad, self.layers, grad.dtype)

    def _backward_parameters(self, grad: Array) -> None:
        """The gradients of the parameters alone."""
        self._run_backward(grad, self.layers, grad.dtype, for_input=False)
