"""Layers that only rearrange: the same numbers in another shape."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.utils.checks import describe, whole_number
from minnet.utils.types import Array


class Reshape(Layer):
    """y = x with each sample in another shape: (m, ...) becomes (m, *shape).

    No number changes, so dL/dx is dL/dy in the shape of x.

    Args:
        shape: of one sample, without the batch: `Reshape((1, 28, 28))` or `Reshape(1, 28, 28)`.
            One entry may be -1: it is whatever is left.

    Raises:
        TypeError, ValueError: not whole numbers; an input whose samples have another size.

    >>> Reshape((1, 2, -1)).forward(np.zeros((5, 6))).shape
    (5, 1, 2, 3)
    """

    def __init__(self, *shape: int | tuple[int, ...]) -> None:
        lengths: Any = shape[0] if len(shape) == 1 else shape
        if isinstance(lengths, (int, np.integer)):
            lengths = (lengths,)
        if not isinstance(lengths, (tuple, list)) or not lengths:
            raise TypeError(
                f"Reshape: shape: expected the shape of one sample as whole numbers, got "
                f"{describe(lengths)}. Write Reshape((1, 28, 28))."
            )
        self.shape = tuple(whole_number("Reshape", "shape", n, minimum=-1) for n in lengths)
        if 0 in self.shape or self.shape.count(-1) > 1:
            raise ValueError(
                f"Reshape: shape: expected lengths >= 1, of which one may be -1 (what is left), "
                f"got {self.shape}."
            )

    def forward(self, x: Array) -> Array:
        """x, each sample in the new shape."""
        x = _batch(self, x)
        self._before = x.shape
        return _in_shape(self, x, (len(x), *self._after(x.shape[1:])))

    def backward(self, grad: Array) -> Array:
        """dL/dy in the shape of x."""
        return _in_shape(self, grad, self._before)

    def _after(self, sample: tuple[int, ...]) -> tuple[int, ...]:
        """The new shape of one sample, -1 filled in."""
        size, known = math.prod(sample), math.prod(n for n in self.shape if n != -1)
        if size % known != 0 or (-1 not in self.shape and size != known):
            raise ValueError(
                f"{self!r}: shape: expected samples of {known} numbers"
                f"{' or a multiple of it' if -1 in self.shape else ''}, got {size} in an input "
                f"of shape (m, {', '.join(map(str, sample))})."
            )
        return tuple(size // known if n == -1 else n for n in self.shape)


class Flatten(Layer):
    """y = x with each sample in one row: (m, c, h, w) becomes (m, c h w).

    It stands between convolutions and linear layers. dL/dx is dL/dy in the shape of x.

    Raises:
        ValueError: an input without an axis of samples and another one.

    >>> Flatten().forward(np.zeros((5, 2, 3))).shape
    (5, 6)
    """

    def forward(self, x: Array) -> Array:
        """x, each sample in one row."""
        x = _batch(self, x)
        self._before = x.shape
        return _in_shape(self, x, (len(x), math.prod(x.shape[1:])))

    def backward(self, grad: Array) -> Array:
        """dL/dy in the shape of x."""
        return _in_shape(self, grad, self._before)


def _batch(layer: Layer, x: Array) -> Array:
    """x, if it has an axis of samples and another one."""
    x = np.asarray(x)
    if x.ndim < 2:
        raise ValueError(
            f"{layer!r}: expected input of shape (m, ...), got {x.shape}. "
            f"One sample alone: x.reshape(1, -1)."
        )
    return x


def _in_shape(layer: Layer, array: Array, shape: tuple[int, ...]) -> Array:
    """In a training step the same memory, which nobody writes to; otherwise a copy.

    Who calls a layer by hand may do with the result what he likes without changing x.
    """
    workspace = layer._workspace
    view = array.reshape(shape)
    return view if workspace is not None and workspace.open else np.array(view)
