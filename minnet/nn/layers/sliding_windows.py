"""Sliding windows over images: what convolution and pooling have in common.

A window of kh x kw cells moves over an image in steps of the stride. A loop over the windows would
be slow; a loop over the cells has only kh kw passes, because cell (i, j) of *all* windows is one
strided slice of the image. Max pooling compares these slices, average pooling adds them up,
convolution copies them into columns (im2col), and each backward adds into the same slices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.layers.checks import Pair
from minnet.utils.types import Array


@dataclass(frozen=True)
class Windows:
    """The geometry; each entry is a pair (height, width)."""

    kernel_size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair = (1, 1)

    def count(self, layer: Layer, size: tuple[int, ...]) -> Pair:
        """(h', w'): how many windows fit into an image of this (h, w), along each axis.

        Along each axis floor((n + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.

        Raises:
            ValueError: not even one fits.
        """
        counts = []
        for axis in range(2):
            length = size[axis] + 2 * self.padding[axis]
            reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            if size[axis] < 1 or reach > length:
                raise ValueError(self._too_large(layer, size, axis, reach, length))
            counts.append((length - reach) // self.stride[axis] + 1)
        return counts[0], counts[1]

    def cells(self, padded: Array, count: Pair) -> Iterator[Array]:
        """One slice of a padded image for each cell of the window, row by row."""
        for _, rows in self._rows(padded, count):
            for _, cell in self._columns(rows, count):
                yield cell

    def gather(self, padded: Array, count: Pair) -> Array:
        """The matrix X (im2col): what each window sees is one column.

        From images (n, c, h, w) to X of shape (c kh kw, n h' w'), in two stages, so that most
        copies have long runs: first column j of all windows in the full height of the images, and
        from these strips row i.
        """
        planes = padded.swapaxes(0, 1)  # (c, n, h, w)
        c, n, h, _ = planes.shape
        strips = np.empty((c, self.kernel_size[1], n, h, count[1]), padded.dtype)
        for j, column in self._columns(planes, count):
            strips[:, j] = column
        X = np.empty((c, *self.kernel_size, n, *count), padded.dtype)  # noqa: N806
        for i, row in self._rows(strips, count):
            X[:, i] = row
        return X.reshape(-1, n * count[0] * count[1])

    def scatter_add(self, X: Array, padded: Array, count: Pair) -> None:  # noqa: N803
        """The transpose of `gather`: adds each entry of X to the pixel from which it came."""
        planes = padded.swapaxes(0, 1)
        c, n, h, _ = planes.shape
        X = X.reshape(c, *self.kernel_size, n, *count)  # noqa: N806
        strips = np.zeros((c, self.kernel_size[1], n, h, count[1]), padded.dtype)
        for i, row in self._rows(strips, count):
            row += X[:, i]
        for j, column in self._columns(planes, count):
            column += strips[:, j]

    def _rows(self, padded: Array, count: Pair) -> Iterator[tuple[int, Array]]:
        """(i, slice): row i of all windows, in the full width of the padded image."""
        for i, lines in self._along(0, count):
            yield i, padded[..., lines, :]

    def _columns(self, padded: Array, count: Pair) -> Iterator[tuple[int, Array]]:
        """(j, slice): column j of all windows, in the full height of the padded image."""
        for j, lines in self._along(1, count):
            yield j, padded[..., lines]

    def _along(self, axis: int, count: Pair) -> Iterator[tuple[int, slice]]:
        """(k, slice): the k-th row (or column) of all windows, along one axis of the image."""
        stride, dilation = self.stride[axis], self.dilation[axis]
        for k in range(self.kernel_size[axis]):
            first = k * dilation
            yield k, slice(first, first + (count[axis] - 1) * stride + 1, stride)

    @property
    def disjoint(self) -> bool:
        """True if no two windows share a cell."""
        pairs = zip(self.kernel_size, self.stride, strict=True)
        return self.dilation == (1, 1) and all(kernel <= stride for kernel, stride in pairs)

    def _too_large(
        self, layer: Layer, size: tuple[int, ...], axis: int, reach: int, length: int
    ) -> str:
        name = ("height", "width")[axis]
        spread = "" if self.dilation[axis] == 1 else f" (spread by dilation {self.dilation[axis]})"
        return (
            f"{layer!r}: kernel_size: expected a kernel that fits into the padded input, whose "
            f"{name} is {length}, got one of {name} {reach}{spread}. The input is "
            f"{size[0]} x {size[1]} with padding {self.padding}: take a smaller kernel or more "
            f"padding, or fewer pooling layers before it."
        )


def pad(x: Array, padding: Pair, fill: float) -> Array:
    """x (m, c, h, w) with a margin of `fill`; x itself where there is no margin."""
    if padding == (0, 0):
        return x
    (top, left), (m, c, h, w) = padding, x.shape
    padded = np.full((m, c, h + 2 * top, w + 2 * left), fill, x.dtype)
    padded[:, :, top : top + h, left : left + w] = x
    return padded


def crop(padded: Array, padding: Pair) -> Array:
    """The inverse of `pad`: the array without its margin, contiguous."""
    if padding == (0, 0):
        return padded
    (top, left), (h, w) = padding, padded.shape[2:]
    return np.ascontiguousarray(padded[:, :, top : h - top, left : w - left])
