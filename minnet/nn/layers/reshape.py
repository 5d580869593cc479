"""Reshape and Flatten: the same numbers in another shape.

The result is a copy, so that nobody who writes to it changes the input.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.layers.checks import check_batch
from minnet.utils.checks import describe, listed, whole_number
from minnet.utils.types import Array


class Reshape(Layer):
    """y = x with each sample in another shape: (m, ...) becomes `(m, *shape)`.

    No number changes, so dL/dx is dL/dy in the shape of x.

    Args:
        shape: of one sample, without the batch: `Reshape((1, 28, 28))` or `Reshape(1, 28, 28)`.
            One entry may be -1: it follows from the size of a sample.

    Raises:
        TypeError, ValueError: not whole numbers; an input whose samples have another size.

    >>> Reshape((1, 2, -1)).forward(np.zeros((5, 6))).shape
    (5, 1, 2, 3)
    """

    def __init__(self, *shape: int | tuple[int, ...]) -> None:
        lengths: Any = shape[0] if len(shape) == 1 else shape
        if isinstance(lengths, (int, np.integer)):
            lengths = (lengths,)
        given = listed(lengths)
        if not given:
            raise TypeError(
                f"Reshape: shape: expected the shape of one sample as whole numbers, got "
                f"{describe(lengths)}. Write Reshape((1, 28, 28))."
            )
        self.shape: tuple[int, ...] = tuple(
            whole_number("Reshape", "shape", n, minimum=-1) for n in given
        )
        if 0 in self.shape or self.shape.count(-1) > 1:
            raise ValueError(
                f"Reshape: shape: expected lengths >= 1, of which one may be -1, got {self.shape}."
            )

    def forward(self, x: Array) -> Array:
        """x, each sample in the new shape."""
        check_batch(self, x)
        self._shape_of_x = x.shape
        return np.array(x.reshape(len(x), *self._new_shape(x.shape[1:])))

    def backward(self, grad: Array) -> Array:
        """dL/dy in the shape of x."""
        return np.array(grad.reshape(self._shape_of_x))

    def _new_shape(self, sample: tuple[int, ...]) -> tuple[int, ...]:
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

    Used between convolutions and linear layers. dL/dx is dL/dy in the shape of x.

    Raises:
        ValueError: an input with fewer than two axes.

    >>> Flatten().forward(np.zeros((5, 2, 3))).shape
    (5, 6)
    """

    def forward(self, x: Array) -> Array:
        """x, each sample in one row."""
        check_batch(self, x)
        self._shape_of_x = x.shape
        return np.array(x.reshape(len(x), math.prod(x.shape[1:])))

    def backward(self, grad: Array) -> Array:
        """dL/dy in the shape of x."""
        return np.array(grad.reshape(self._shape_of_x))
