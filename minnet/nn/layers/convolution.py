"""Convolution: one small pattern, looked for everywhere in an image."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from minnet.nn.initializers import Initializer, get
from minnet.nn.layer import Layer
from minnet.nn.layers.sliding_windows import Pair, Windows, crop, images, pad, pair, zeros
from minnet.nn.parameter import Parameter
from minnet.nn.workspace import room
from minnet.utils.checks import boolean, whole_number
from minnet.utils.types import Array

# The columns of so many bytes are worked on at a time: they stay in the processor's cache, and a
# large batch needs no more memory than a small one. To gather them again in the backward takes
# less time than to fetch them from outside of the cache.
_PIECE = 1 << 19


class Conv2d(Layer):
    """y[o, p, q] = b[o] + sum_{c,i,j} W[o, c, i, j] x[c, s p + d i, s q + d j] for each image.

    (s the stride, d the dilation, x padded with zeros; this is the cross-correlation that all
    libraries call convolution.) Shapes: x (m, in_channels, h, w), W `weight` (out_channels,
    in_channels, kh, kw), b `bias` (out_channels,), y (m, out_channels, h', w') with
    h' = floor((h + 2 padding - dilation (kh - 1) - 1) / stride) + 1, and w' likewise.

    Written as a matrix product it is a linear layer. Put what each window sees into one column
    of X, shape (in_channels kh kw, m h' w'), and read W as (out_channels, in_channels kh kw):
    then y = W X + b. With G = dL/dy as (out_channels, m h' w'), in the order of the code:

        dL/db = sum_columns G     the bias is added at every place
        dL/dW = G X^T             each weight sees its inputs times the gradients of its outputs
        dL/dX = W^T G             each cell of a column gets back what it gave, weighted;
        dL/dx                     each pixel is the sum over the columns in which it stood

    Args:
        in_channels, out_channels: the number of planes before and after.
        kernel_size, stride, padding, dilation: an int or a pair (height, width).
        bias: False leaves b out (as before a BatchNorm, which takes any constant away again).
        weight_init: a name from `mn.initializers` or a function (shape, generator) -> array.

    Raises:
        TypeError, ValueError: an argument that is not a count; an input that is not
            (m, in_channels, h, w); a kernel larger than the padded input.

    Source: LeCun et al. (1989); Goodfellow, Bengio, Courville, *Deep Learning*, chapter 9;
    sizes: Dumoulin and Visin (2016).

    >>> layer = Conv2d(1, 1, kernel_size=2)
    >>> layer.weight.value = [[[[1.0, 0.0], [0.0, -1.0]]]]
    >>> layer.forward(np.arange(9.0).reshape(1, 1, 3, 3))
    array([[[[-4., -4.],
             [-4., -4.]]]])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        bias: bool = True,
        weight_init: str | Initializer = "glorot_uniform",
    ) -> None:
        self.in_channels = whole_number("Conv2d", "in_channels", in_channels)
        self.out_channels = whole_number("Conv2d", "out_channels", out_channels)
        self.kernel_size = pair("Conv2d", "kernel_size", kernel_size)
        self.stride = pair("Conv2d", "stride", stride)
        self.padding = pair("Conv2d", "padding", padding, minimum=0)
        self.dilation = pair("Conv2d", "dilation", dilation)
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        initializer = get(weight_init, "Conv2d: weight_init")
        self.weight = Parameter(shape=shape, initializer=initializer)
        has_bias = boolean("Conv2d", "bias", bias)
        self.bias = Parameter(shape=self.out_channels) if has_bias else None
        self._windows = Windows(self.kernel_size, self.stride, self.padding, self.dilation)

    def forward(self, x: Array) -> Array:
        """y = W X + b."""
        x = images(self, x, self.in_channels)
        self._count = self._windows.count(self, x.shape[2:])
        self._padded = pad(self, x, self.padding, 0.0)
        W = self._matrix()  # noqa: N806
        y = room(self, "y", (len(x), self.out_channels, *self._count), np.result_type(x, W))
        for part, X in self._columns():  # noqa: N806
            product = np.matmul(W, X, out=self._space("product", len(W), X.shape[1], y.dtype))
            if self.bias is not None:
                product += self.bias.value[:, None]
            y[part] = self._as_images(product)
        return y

    def backward(self, grad: Array) -> Array:
        """dL/db, dL/dW; returns dL/dx."""
        dx = zeros(self, "dx padded", self._padded.shape, self._padded.dtype)
        self._backward(grad, dx)
        return crop(self, dx, self.padding)

    def _backward_parameters(self, grad: Array) -> None:
        """The gradients of W and b alone."""
        self._backward(grad, None)

    def _backward(self, grad: Array, dx: Array | None) -> None:
        """One pass over the pieces of the batch; dx, if wanted, is added to in place."""
        W = self._matrix()  # noqa: N806
        db, dW = np.zeros(len(W), W.dtype), np.zeros_like(W)  # noqa: N806
        for part, X in self._columns():  # noqa: N806
            G = grad[part].swapaxes(0, 1).reshape(len(W), -1)  # noqa: N806
            db += G.sum(axis=1)
            dW += (X @ G.T).T  # noqa: N806 (G X^T; this order takes half the time)
            if dx is not None:  # X has done its work, dX takes its place
                self._add_back(np.matmul(W.T, G, out=X), dx[part])
        if self.bias is not None:
            self.bias.grad = db
        self.weight.grad = dW.reshape(self.weight.shape)

    def _columns(self) -> Iterator[tuple[slice, Array]]:
        """(part, X): what the windows see, for a few images of the batch at a time.

        In two stages, so that most copies have long runs: first the kw columns of all windows in
        strips of the images' height, then from these the kh rows.
        """
        m, places = len(self._padded), self._count[0] * self._count[1]
        rows = self.in_channels * self.kernel_size[0] * self.kernel_size[1]
        together = max(1, _PIECE // (rows * places * self._padded.itemsize))
        for start in range(0, m, together):
            part = slice(start, min(start + together, m))
            planes = self._padded[part].swapaxes(0, 1)
            X = self._space("columns", rows, planes.shape[1] * places)  # noqa: N806
            strips, cells = self._strips(planes), self._by_cell(X)
            for j, seen in self._windows.columns(planes, self._count):
                strips[:, j] = seen
            for i, seen in self._windows.rows(strips, self._count):
                cells[:, i] = seen
            yield part, X

    def _add_back(self, dX: Array, dx: Array) -> None:  # noqa: N803
        """Each pixel collects from all the columns in which it stood, by the same two stages."""
        planes = dx.swapaxes(0, 1)
        strips, cells = self._strips(planes), self._by_cell(dX)
        strips.fill(0)
        for i, seen in self._windows.rows(strips, self._count):
            seen += cells[:, i]
        for j, seen in self._windows.columns(planes, self._count):
            seen += strips[:, j]

    def _by_cell(self, X: Array) -> Array:  # noqa: N803
        """Columns as (in_channels, kh, kw, images, h', w')."""
        return X.reshape(self.in_channels, *self.kernel_size, -1, *self._count)

    def _strips(self, planes: Array) -> Array:
        """Room for what lies between images and columns: (in_channels, kw, images, h, w')."""
        channels, images, height, _ = planes.shape
        shape = (channels, self.kernel_size[1], images, height, self._count[1])
        return self._space("strips", channels, math.prod(shape[1:])).reshape(shape)

    def _space(
        self, name: str, rows: int, columns: int, dtype: np.dtype[Any] | None = None
    ) -> Array:
        """A matrix to write into; pieces of another size take a part of the same memory."""
        space = room(self, name, (rows * columns,), dtype or self._padded.dtype)
        return space.reshape(rows, columns)

    def _as_images(self, product: Array) -> Array:
        """(out_channels, n h' w') as (n, out_channels, h', w')."""
        planes: Array = product.reshape(self.out_channels, -1, *self._count).swapaxes(0, 1)
        return planes

    def _matrix(self) -> Array:
        """W as (out_channels, in_channels kh kw)."""
        return self.weight.value.reshape(self.out_channels, -1)

    def __repr__(self) -> str:
        height, width = self.kernel_size
        return f"Conv2d({self.in_channels} -> {self.out_channels}, kernel {height}x{width})"
