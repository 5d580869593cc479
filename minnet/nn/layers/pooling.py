"""Pooling: makes an image smaller by keeping one number per window."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.layers.checks import Pair, check_images, pair
from minnet.nn.layers.sliding_windows import Windows, crop, pad
from minnet.utils.checks import boolean
from minnet.utils.types import Array


class Pool2d(Layer):
    """Base class of MaxPool2d and AveragePool2d: the geometry of their windows."""

    def __init__(
        self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
    ) -> None:
        place = type(self).__name__
        self.kernel_size: Pair = pair(place, "kernel_size", kernel_size)
        self.stride: Pair = self.kernel_size if stride is None else pair(place, "stride", stride)
        self.padding: Pair = pair(place, "padding", padding, minimum=0)
        if self.padding[0] >= self.kernel_size[0] or self.padding[1] >= self.kernel_size[1]:
            raise ValueError(
                f"{place}: padding: expected less than the kernel, {self.kernel_size}, got "
                f"{self.padding}: a window would contain no pixel at all. Half of the kernel is "
                f"the usual margin."
            )

    @property
    def _windows(self) -> Windows:
        return Windows(self.kernel_size, self.stride, self.padding)


class MaxPool2d(Pool2d):
    """y = the largest number of each window.

    Shapes: x (m, c, h, w), y (m, c, h', w') with h' = floor((h + 2 padding - kh) / stride) + 1,
    and w' likewise. The margin is -inf: it never wins. Only the largest number of a window
    moves its output, so with k* the cell of that number,

        dL/dx at cell k of a window  +=  G  if k = k*,  else 0.

    Of equal maxima the first (row by row) takes the whole gradient, as in PyTorch.

    Args:
        kernel_size: an int or a pair (height, width).
        stride: None means kernel_size: the windows do not overlap.
        padding: the margin on each side, less than the kernel.

    Raises:
        TypeError, ValueError: an argument that is not a whole number; an input that is not
            (m, c, h, w), or smaller than the kernel.

    Source: Zhou and Chellappa (1988); Goodfellow, Bengio, Courville, *Deep Learning*, section 9.3.

    >>> MaxPool2d(2).forward(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """

    def __init__(
        self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
    ) -> None:
        super().__init__(kernel_size, stride, padding)

    def forward(self, x: Array) -> Array:
        """The maximum of the cells, and which of them it was."""
        check_images(self, x)
        count = self._windows.count(self, x.shape[2:])
        padded = pad(x, self.padding, -np.inf)
        self._shape = padded.shape
        first, *others = self._windows.cells(padded, count)
        y = np.array(first, order="C")
        self._best = best = np.zeros(y.shape, np.min_scalar_type(len(others)))
        for k, cell in enumerate(others, start=1):
            cell = np.ascontiguousarray(cell)  # it is read twice
            larger = cell > y  # of equals the first stays
            np.maximum(best, larger * best.dtype.type(k), out=best)
            np.maximum(y, cell, out=y)
        return y

    def backward(self, grad: Array) -> Array:
        """Each gradient goes to the cell that was the largest."""
        dx = np.zeros(self._shape, grad.dtype)
        for k, cell in enumerate(self._windows.cells(dx, self._best.shape[2:])):
            if self._windows.disjoint:  # nothing to add to: half the time
                np.multiply(grad, self._best == k, out=cell)
            else:
                cell += grad * (self._best == k)
        return crop(dx, self.padding)


class AveragePool2d(Pool2d):
    """y = the mean of each window.

    Shapes: x (m, c, h, w), y (m, c, h', w') with h' = floor((h + 2 padding - kh) / stride) + 1,
    and w' likewise. With n the number of cells by which a window's sum is divided,

        dL/dx at every cell of a window  +=  G / n.

    Args:
        kernel_size: an int or a pair (height, width).
        stride: None means kernel_size: the windows do not overlap.
        padding: the margin of zeros on each side, less than the kernel.
        count_padding: True: n = kh kw everywhere. False: n counts the real pixels only, so that
            the mean at the border is not pulled towards 0.

    Raises:
        TypeError, ValueError: an argument that is not a whole number; an input that is not
            (m, c, h, w), or smaller than the kernel.

    Source: LeCun et al. (1989); Goodfellow, Bengio, Courville, *Deep Learning*, section 9.3.

    >>> AveragePool2d(2).forward(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        count_padding: bool = True,
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        self.count_padding: bool = boolean("AveragePool2d", "count_padding", count_padding)

    def forward(self, x: Array) -> Array:
        """The sum of the cells, divided by their number."""
        check_images(self, x)
        count = self._windows.count(self, x.shape[2:])
        padded = pad(x, self.padding, 0.0)
        self._shape = padded.shape
        self._n = self._cells_that_count(x.shape[2:], count, x.dtype)
        y = np.zeros((*x.shape[:2], *count), x.dtype)
        for cell in self._windows.cells(padded, count):
            y += cell
        y /= self._n
        return y

    def backward(self, grad: Array) -> Array:
        """G / n, to every cell of the window."""
        share = grad / self._n
        dx = np.zeros(self._shape, grad.dtype)
        for cell in self._windows.cells(dx, share.shape[2:]):
            cell += share
        return crop(dx, self.padding)

    def _cells_that_count(self, size: tuple[int, ...], count: Pair, dtype: np.dtype[Any]) -> Array:
        """n: one number, or one for each window, (h', w'), where the margin does not count."""
        if self.count_padding or self.padding == (0, 0):
            return np.array(self.kernel_size[0] * self.kernel_size[1], dtype)
        real = pad(np.ones((1, 1, *size), dtype), self.padding, 0.0)[0, 0]
        return np.sum(list(self._windows.cells(real, count)), axis=0)


class GlobalAveragePool2d(Layer):
    """y = the mean of each channel: (m, c, h, w) becomes (m, c), for any h and w.

    Every pixel has the same weight in its channel's mean: dL/dx = G / (h w).

    Raises:
        ValueError: an input that is not (m, c, h, w).

    Source: Lin, Chen, Yan, "Network in network" (2014), section 3.2.

    >>> GlobalAveragePool2d().forward(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """

    def forward(self, x: Array) -> Array:
        """The mean over height and width."""
        check_images(self, x)
        if x.shape[2] == 0 or x.shape[3] == 0:
            raise ValueError(
                f"{self!r}: expected images with pixels, got input of shape {x.shape}."
            )
        self._shape = x.shape
        return x.mean(axis=(2, 3))

    def backward(self, grad: Array) -> Array:
        """G / (h w) everywhere."""
        _, _, h, w = self._shape
        dx = np.empty(self._shape, grad.dtype)
        dx[...] = (grad / (h * w))[:, :, None, None]
        return dx
