"""Windows that slide over images: the geometry that convolution and pooling share.

A window of kh x kw cells visits an image in steps of the stride. Turned inside out, that is only
kh kw array operations: cell (i, j) of *all* windows together is one strided slice of the image.
Convolution copies these slices, max pooling compares them, average pooling adds them up, and
each backward adds into the same slices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.workspace import room
from minnet.utils.checks import describe, whole_number
from minnet.utils.types import Array

Pair = tuple[int, int]


@dataclass(frozen=True)
class Windows:
    """The geometry; each entry is a pair (height, width)."""

    kernel_size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair = (1, 1)

    def count(self, layer: Layer, size: tuple[int, ...]) -> Pair:
        """How many windows fit below and beside each other into an image of this (h, w).

        Along each axis floor((n + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.

        Raises:
            ValueError: not even one fits.
        """
        counts = []
        for axis in range(2):
            room = size[axis] + 2 * self.padding[axis]
            reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            if size[axis] < 1 or reach > room:
                raise ValueError(self._too_large(layer, size, axis, reach, room))
            counts.append((room - reach) // self.stride[axis] + 1)
        return counts[0], counts[1]

    def cells(self, padded: Array, count: Pair) -> Iterator[tuple[int, int, Array]]:
        """(i, j, slice): cell (i, j) of all windows on the last two axes of a padded image."""
        for i, rows in self.rows(padded, count):
            for j, cell in self.columns(rows, count):
                yield i, j, cell

    def rows(self, padded: Array, count: Pair) -> Iterator[tuple[int, Array]]:
        """(i, slice): row i of all windows, in the full width of the padded image."""
        for i, lines in self._along(0, count):
            yield i, padded[..., lines, :]

    def columns(self, padded: Array, count: Pair) -> Iterator[tuple[int, Array]]:
        """(j, slice): column j of all windows, in the full height of the padded image."""
        for j, lines in self._along(1, count):
            yield j, padded[..., lines]

    def _along(self, axis: int, count: Pair) -> Iterator[tuple[int, slice]]:
        """Where the k-th lines of all windows lie along one axis of the image."""
        step, apart = self.stride[axis], self.dilation[axis]
        for k in range(self.kernel_size[axis]):
            first = k * apart
            yield k, slice(first, first + (count[axis] - 1) * step + 1, step)

    @property
    def disjoint(self) -> bool:
        """True if no two windows share a cell."""
        pairs = zip(self.kernel_size, self.stride, strict=True)
        return self.dilation == (1, 1) and all(kernel <= stride for kernel, stride in pairs)

    def _too_large(
        self, layer: Layer, size: tuple[int, ...], axis: int, reach: int, room: int
    ) -> str:
        name = ("height", "width")[axis]
        spread = "" if self.dilation[axis] == 1 else f" (spread by dilation {self.dilation[axis]})"
        return (
            f"{layer!r}: kernel_size: expected a kernel that fits into the padded input, whose "
            f"{name} is {room}, got one of {name} {reach}{spread}. The input is "
            f"{size[0]} x {size[1]} with padding {self.padding}: take a smaller kernel or more "
            f"padding, or fewer pooling layers before."
        )


def pair(place: str, name: str, value: object, *, minimum: int = 1) -> Pair:
    """An int for both axes, or (height, width).

    >>> pair("Conv2d", "stride", 2), pair("Conv2d", "stride", (2, 1))
    ((2, 2), (2, 1))
    """
    if not isinstance(value, (tuple, list)):
        both = whole_number(place, name, value, minimum=minimum)
        return both, both
    if len(value) != 2:
        raise ValueError(
            f"{place}: {name}: expected a whole number or a pair (height, width), "
            f"got {describe(value)}."
        )
    height, width = (whole_number(place, name, entry, minimum=minimum) for entry in value)
    return height, width


def images(layer: Layer, x: Array, channels: int | None = None) -> Array:
    """x as floats (m, c, h, w), with the mend where it is something else."""
    x = np.asarray(x)
    if x.ndim != 4 or (channels is not None and x.shape[1] != channels):
        raise ValueError(_not_images(layer, x.shape, channels))
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _not_images(layer: Layer, shape: tuple[int, ...], channels: int | None) -> str:
    """What was expected, what came, and the likeliest mend."""
    wanted = "c" if channels is None else channels
    text = f"{layer!r}: expected input of shape (m, {wanted}, h, w), got {shape}."
    if len(shape) == 2:
        return f"{text} Rows of pixels become images by Reshape((channels, height, width))."
    if len(shape) == 3:
        return f"{text} Images without an axis of channels: x[:, None]; one image alone: x[None]."
    if len(shape) == 4 and shape[3] == channels:
        return f"{text} The channels seem to stand last: x.transpose(0, 3, 1, 2)."
    if len(shape) == 4:
        return f"{text} The input has {shape[1]} channels: make that in_channels={shape[1]}."
    return text


def pad(layer: Layer, x: Array, padding: Pair, fill: float) -> Array:
    """x (m, c, h, w) with a margin of `fill`; x itself where there is no margin."""
    if padding == (0, 0):
        return x
    (top, left), (m, c, h, w) = padding, x.shape
    padded = room(layer, "padded", (m, c, h + 2 * top, w + 2 * left), x.dtype)
    padded.fill(fill)
    padded[:, :, top : top + h, left : left + w] = x
    return padded


def crop(layer: Layer, padded: Array, padding: Pair) -> Array:
    """The inverse of `pad`: the inside, contiguous."""
    if padding == (0, 0):
        return padded
    (top, left), (m, c, h, w) = padding, padded.shape
    dx = room(layer, "dx", (m, c, h - 2 * top, w - 2 * left), padded.dtype)
    dx[...] = padded[:, :, top : h - top, left : w - left]
    return dx


def zeros(layer: Layer, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """The same, filled with zeros, to add into."""
    array = room(layer, name, shape, dtype)
    array.fill(0)
    return array
