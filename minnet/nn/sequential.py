"""Layers one after the other: forward through all of them, and backward the other way.

This file knows nothing about where parameters live. It passes arrays along, brings what a
student's layer returns back to the network's type, checks shapes on the way back, and says
in which layer an error arose.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minnet.nn.error_location import blame
from minnet.nn.layer import Layer
from minnet.utils import array_checks, checks
from minnet.utils.checks import describe
from minnet.utils.types import Array


class Chain(Layer):
    """The passage through a list of layers; `Network` adds the parameters.

    Attributes:
        layers: the list. output_layer: the last one, also of a nested chain that stands last.
    """

    layers: list[Layer]
    _dtype: np.dtype[Any]

    @property
    def output_layer(self) -> Layer:
        """The last layer, looked for inside a nested network that stands last."""
        last = self.layers[-1]
        return last.output_layer if isinstance(last, Chain) else last

    @property
    def takes_indices(self) -> bool:  # type: ignore[override]
        """True if the first layer takes whole numbers, which are then not cast."""
        return self.layers[0].takes_indices

    def _enter(self, x: Array) -> Array:
        """Numbers of the network's own type."""
        if type(x) is not np.ndarray or x.dtype.kind != "f":
            x = array_checks.numeric_array("Network.forward", "x", x)
        if x.dtype == self._dtype or (self.takes_indices and x.dtype.kind in "iu"):
            return x
        return x.astype(self._dtype)

    def _forward(self, x: Array, to_logits: bool, keep: list[Array] | None = None) -> Array:
        """Each layer in turn; what a layer returns is cast back to the network's type."""
        last, dtype = len(self.layers) - 1 if to_logits else -1, self._dtype
        self._minnet.shapes = shapes = [x.shape]
        index, layer = 0, self.layers[0]
        try:
            for index, layer in enumerate(self.layers):
                if index != last:
                    y = layer.forward(x)
                elif isinstance(layer, Chain):
                    y = layer._forward(x, to_logits=True)
                else:
                    return x
                if type(y) is not np.ndarray or y.dtype != dtype:
                    y = self._cast_back(y, "forward")
                shapes.append(y.shape)
                if keep is not None:
                    keep.append(y)
                x = y
        except Exception as error:
            raise blame(error, index, layer, "forward", x.shape) from None
        return x

    def _backward(self, grad: Array, from_logits: bool, first: bool = False) -> Array:
        """Each layer in turn, from the last to the first; `first`: nobody needs dL/dx."""
        layers, shapes = self.layers, self._minnet.shapes
        index = len(layers) - 1
        layer = layers[index]
        try:
            if from_logits and isinstance(layer, Chain):
                grad = layer._backward(grad, from_logits=True, first=first and index == 0)
            start = index - 1 if from_logits else index
            for index in range(start, -1, -1):
                layer = layers[index]
                if first and index == 0:
                    layer._backward_parameters(grad)
                    break
                below = layer.backward(grad)
                if type(below) is not np.ndarray or below.dtype != self._dtype:
                    below = self._cast_back(below, "backward")
                if below.shape != shapes[index]:
                    raise ValueError(
                        f"expected to return dL/dx of the shape of its input, {shapes[index]}, "
                        f"got {below.shape}."
                    )
                grad = below
        except Exception as error:
            raise blame(error, index, layer, "backward", grad.shape) from None
        return grad

    def _checked_gradient(self, grad: Array) -> Array:
        """The gradient that came to `backward`, of the output's shape and our type."""
        array = array_checks.numeric_array("Network.backward", "grad", grad)
        shapes = self._minnet.shapes
        if not shapes:
            raise RuntimeError("Network.backward: expected a forward first, got none.")
        if array.shape != shapes[-1]:
            raise ValueError(
                f"Network.backward: grad: expected the shape of the output, {shapes[-1]}, "
                f"got {array.shape}."
            )
        return array.astype(self._dtype, copy=False)

    def _cast_back(self, returned: Any, verb: str) -> Array:
        """What a student's layer returned, as an array of the network's type."""
        if returned is None:
            raise TypeError(f"expected {verb} to return an array, got None. Is a return missing?")
        array = array_checks.numeric_array(verb, "returned value", returned)
        return array.astype(self._dtype, copy=False)


def checked_layers(layers: Iterable[Layer]) -> list[Layer]:
    """The layers of a network, each a layer object."""
    if isinstance(layers, Layer) or not isinstance(layers, Iterable):
        raise TypeError(
            f"Network: layers: expected a list of layers, got {checks.describe(layers)}. "
            f"Write Network([...])."
        )
    result = [check_layer_object(f"layers[{i}]", layer) for i, layer in enumerate(layers)]
    if not result:
        raise ValueError("Network: layers: expected at least one layer, got an empty list.")
    return result


def check_layer_object(place: str, layer: object) -> Layer:
    """`layer` if it is a Layer; a class, a function or None gets the mend."""
    if isinstance(layer, type) and issubclass(layer, Layer):
        raise TypeError(
            f"{place}: expected a layer, got the class {layer.__name__}. "
            f"Make one of it: {layer.__name__}(...)."
        )
    if not isinstance(layer, Layer):
        raise TypeError(
            f"{place}: expected a layer, got {describe(layer)}. "
            f"A layer of your own is a subclass of mn.Layer with forward and backward."
        )
    return layer
