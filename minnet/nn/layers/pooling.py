"""Pooling: an image made smaller by keeping one number for each window."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.layers.sliding_windows import Pair, Windows, crop, images, pad, pair, zeros
from minnet.nn.workspace import room
from minnet.utils.checks import boolean
from minnet.utils.types import Array


class MaxPool2d(Layer):
    """y = the largest number of each window.

    Shapes: x (m, c, h, w), y (m, c, h', w') with h' = floor((h + 2 padding - kh) / stride) + 1,
    and w' likewise. The margin is -inf: it never wins. Only the largest number of a window
    moves its output, so with k* the cell of the window where it stands,

        dL/dx at cell k of a window  +=  G  if k = k*,  else 0.

    Of equal maxima the first (row by row) takes the whole gradient, as in PyTorch.

    Args:
        kernel_size: an int or a pair (height, width).
        stride: None takes kernel_size: the windows lie side by side.
        padding: the margin on each side, less than the kernel.

    Raises:
        TypeError, ValueError: an argument that is not a count; an input that is not (m, c, h, w)
            or smaller than the kernel.

    Source: Zhou and Chellappa (1988); Goodfellow, Bengio, Courville, *Deep Learning*, section 9.3.

    >>> MaxPool2d(2).forward(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """

    def __init__(
        self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
    ) -> None:
        self._windows = _pooling_windows("MaxPool2d", kernel_size, stride, padding)
        self.kernel_size, self.stride = self._windows.kernel_size, self._windows.stride
        self.padding = self._windows.padding

    def forward(self, x: Array) -> Array:
        """The maximum of the cells, and which of them it was."""
        x = images(self, x)
        count = self._windows.count(self, x.shape[2:])
        padded = pad(self, x, self.padding, -np.inf)
        self._shape, shape = padded.shape, (*x.shape[:2], *count)
        y, cell = room(self, "y", shape, x.dtype), room(self, "cell", shape, x.dtype)
        best = zeros(self, "best", shape, np.min_scalar_type(np.prod(self.kernel_size)))
        for k, (_, _, seen) in enumerate(self._windows.cells(padded, count)):
            if k == 0:
                y[...] = seen
            else:
                cell[...] = seen  # side by side in memory: it is looked at twice
                larger = cell > y  # of equals the first stays
                np.maximum(best, larger * best.dtype.type(k), out=best)  # k grows: this one wins
                np.maximum(y, cell, out=y)
        self._best = best
        return y

    def backward(self, grad: Array) -> Array:
        """Each gradient goes to the cell that was the largest."""
        best = self._best
        dx = zeros(self, "dx padded", self._shape, grad.dtype)
        for k, (_, _, seen) in enumerate(self._windows.cells(dx, best.shape[2:])):
            if self._windows.disjoint:
                np.multiply(grad, best == k, out=seen)
            else:
                seen += grad * (best == k)
        return crop(self, dx, self.padding)


class AveragePool2d(Layer):
    """y = the mean of each window.

    Shapes: x (m, c, h, w), y (m, c, h', w') with h' = floor((h + 2 padding - kh) / stride) + 1,
    and w' likewise. With n the number of cells by which a window's sum is divided,

        dL/dx at every cell of a window  +=  G / n.

    Args:
        kernel_size: an int or a pair (height, width).
        stride: None takes kernel_size: the windows lie side by side.
        padding: the margin of zeros on each side, less than the kernel.
        count_padding: True: n = kh kw everywhere. False: n counts the real pixels only, so that
            the mean at the border is not drawn towards 0.

    Raises:
        TypeError, ValueError: an argument that is not a count; an input that is not (m, c, h, w)
            or smaller than the kernel.

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
        self._windows = _pooling_windows("AveragePool2d", kernel_size, stride, padding)
        self.kernel_size, self.stride = self._windows.kernel_size, self._windows.stride
        self.padding = self._windows.padding
        self.count_padding = boolean("AveragePool2d", "count_padding", count_padding)

    def forward(self, x: Array) -> Array:
        """The sum of the cells, divided by their number."""
        x = images(self, x)
        count = self._windows.count(self, x.shape[2:])
        padded = pad(self, x, self.padding, 0.0)
        self._shape = padded.shape
        self._n = self._numbers(x.shape[2:], count, x.dtype)
        y = zeros(self, "y", (*x.shape[:2], *count), x.dtype)
        for _, _, seen in self._windows.cells(padded, count):
            y += seen
        y /= self._n
        return y

    def backward(self, grad: Array) -> Array:
        """G / n, to every cell of the window."""
        share = grad / self._n
        dx = zeros(self, "dx padded", self._shape, grad.dtype)
        for _, _, seen in self._windows.cells(dx, share.shape[2:]):
            seen += share
        return crop(self, dx, self.padding)

    def _numbers(self, size: tuple[int, ...], count: Pair, dtype: np.dtype[Any]) -> Array:
        """n for each window: one number, or (h', w') of them where the margin does not count."""
        if self.count_padding or self.padding == (0, 0):
            return np.array(self.kernel_size[0] * self.kernel_size[1], dtype)
        (top, left), (h, w) = self.padding, size
        real = np.pad(np.ones((h, w), dtype), ((top, top), (left, left)))
        numbers: Array = np.sum([seen for _, _, seen in self._windows.cells(real, count)], axis=0)
        return numbers


class GlobalAveragePool2d(Layer):
    """y = the mean of each plane: (m, c, h, w) becomes (m, c), whatever h and w are.

    Every pixel has the same share in its plane's mean: dL/dx = G / (h w).

    Raises:
        ValueError: an input that is not (m, c, h, w).

    Source: Lin, Chen, Yan, "Network in network" (2014), section 3.2.

    >>> GlobalAveragePool2d().forward(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """

    def forward(self, x: Array) -> Array:
        """The mean over height and width."""
        x = images(self, x)
        if x.shape[2] == 0 or x.shape[3] == 0:
            raise ValueError(f"{self!r}: expected planes with pixels, got input {x.shape}.")
        self._shape = x.shape
        y: Array = x.mean(axis=(2, 3))
        return y

    def backward(self, grad: Array) -> Array:
        """G / (h w) everywhere."""
        _, _, h, w = self._shape
        dx = room(self, "dx", self._shape, grad.dtype)
        dx[...] = (grad / (h * w))[:, :, None, None]
        return dx


def _pooling_windows(
    place: str, kernel_size: int | Pair, stride: int | Pair | None, padding: int | Pair
) -> Windows:
    """The checked geometry; a margin as wide as the kernel would make windows without a pixel."""
    kernel = pair(place, "kernel_size", kernel_size)
    step = kernel if stride is None else pair(place, "stride", stride)
    margin = pair(place, "padding", padding, minimum=0)
    if margin[0] >= kernel[0] or margin[1] >= kernel[1]:
        raise ValueError(
            f"{place}: padding: expected less than the kernel, {kernel}, got {margin}: a window "
            f"would hold no pixel at all. Half of the kernel is the usual margin."
        )
    return Windows(kernel, step, margin)
