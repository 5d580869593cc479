"""Layers one after the other: forward from the first to the last, backward from the last.

Between two layers the array is converted back to the one dtype (a custom layer may return
another), its shape is checked on the way back, and an error says which layer it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from minnet.nn.dtype import convert_output
from minnet.nn.error_location import locate_error
from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.utils.checks import describe, items
from minnet.utils.foreign_names import meant
from minnet.utils.types import Array


class Sequential(Layer):
    """Base class of Network and Residual: runs a list of layers forward and backward.

    It has no `forward` and `backward` of its own, so it is not used by itself: the sequential model
    is `mn.Network`.

    Attributes:
        layers: the list.
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.layers: list[Layer] = checked_layers(type(self).__name__, layers)

    def _run_forward(
        self,
        x: Array,
        layers: Sequence[Layer],
        dtype: np.dtype[Any],
        keep: list[Array] | None = None,
    ) -> Array:
        """Run `layers` (all, or the first few) in order; their outputs are appended to `keep`."""
        self._minnet.shapes = shapes = [x.shape]
        index = 0
        try:
            for index in range(len(layers)):
                y = layers[index]._forward(x)
                if type(y) is not np.ndarray or y.dtype is not dtype:
                    y = convert_output(y, "forward", dtype)
                shapes.append(y.shape)
                if keep is not None:
                    keep.append(y)
                x = y
        except Exception as error:
            raise locate_error(error, index, layers[index], "forward", x.shape) from None
        return x

    def _run_backward(
        self, grad: Array, layers: Sequence[Layer], dtype: np.dtype[Any], *, for_input: bool = True
    ) -> Array:
        """The same layers from the last to the first; returns dL/dx, unless it is not needed."""
        shapes, tied, index = self._minnet.shapes, self._minnet.tied, 0
        called = [_AddsGradients(layer, tied) for layer in layers] if tied else layers
        try:
            for index in range(len(layers) - 1, -1, -1):
                if index == 0 and not for_input:
                    called[0]._backward_parameters(grad)
                    break
                below = called[index]._backward(grad)
                if type(below) is not np.ndarray or below.dtype is not dtype:
                    below = convert_output(below, "backward", dtype)
                if below.shape != shapes[index]:
                    raise ValueError(
                        f"expected to return dL/dx of the shape of its input, {shapes[index]}, "
                        f"got {below.shape}."
                    )
                grad = below
        except Exception as error:
            raise locate_error(error, index, layers[index], "backward", grad.shape) from None
        return grad


class _AddsGradients:
    """A layer whose gradients of shared Parameters are added to those of the layers behind it."""

    def __init__(self, layer: Layer, tied: list[Parameter]) -> None:
        self.layer, self.tied = layer, tied

    def _backward(self, grad: Array) -> Array:
        return self._add(self.layer._backward, grad)

    def _backward_parameters(self, grad: Array) -> None:
        self._add(self.layer._backward_parameters, grad)

    def _add(self, backward: Callable[[Array], Any], grad: Array) -> Any:
        """Let the layer set its gradients as if it were alone, and add what was there."""
        before = [parameter.grad.copy() for parameter in self.tied]
        for parameter in self.tied:
            parameter.grad.fill(0)
        result = backward(grad)
        for parameter, other in zip(self.tied, before, strict=True):
            parameter.grad += other
        return result


def forward_in_batches(network: Layer, output_layer: Layer, x: Array, rows: int) -> Array:
    """The output for all of x, so many rows at a time."""
    first = network.forward(x[:rows])
    if len(x) <= rows:
        return np.array(first)
    if len(first) != rows:
        raise ValueError(
            f"{output_layer!r}: expected an output of shape (m, ...), one row for each of {rows} "
            f"samples, got {first.shape}."
        )
    result = np.empty((len(x), *first.shape[1:]), first.dtype)
    result[:rows] = first
    for start in range(rows, len(x), rows):
        result[start : start + rows] = network.forward(x[start : start + rows])
    return result


def checked_layers(place: str, layers: Iterable[Layer]) -> list[Layer]:
    """A list of layers, each a layer object."""
    given = None if isinstance(layers, Layer) else items(layers)
    if given is None:
        raise TypeError(
            f"{place}: layers: expected a list of layers, got {describe(layers)}. "
            f"Write {place}([...])."
        )
    result = [_checked_layer(f"{place}: layers[{i}]", layer) for i, layer in enumerate(given)]
    if not result:
        raise ValueError(f"{place}: layers: expected at least one layer, got an empty list.")
    return result


def _checked_layer(place: str, layer: object) -> Layer:
    """`layer` if it is a Layer; for a class, a function or None the error says how to fix it."""
    if isinstance(layer, type) and issubclass(layer, Layer):
        raise TypeError(
            f"{place}: expected a layer, got the class {layer.__name__}. "
            f"Make an object of it: {layer.__name__}(...)."
        )
    if not isinstance(layer, Layer):
        hint = "A custom layer is a subclass of mn.Layer with forward and backward."
        raise TypeError(f"{place}: expected a layer, got {describe(layer)}. {meant(layer, hint)}")
    return layer
