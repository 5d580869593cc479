"""Convolution: the same small pattern is looked for everywhere in an image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minnet.nn.initializers import Initializer, get
from minnet.nn.layer import Layer
from minnet.nn.layers.checks import Pair, check_images, pair
from minnet.nn.layers.sliding_windows import Windows, crop, pad
from minnet.nn.parameter import Parameter
from minnet.utils.checks import boolean, whole_number
from minnet.utils.types import Array

# Columns are processed in pieces of this many bytes: a piece fits into the processor's cache, and a
# large batch needs no more memory than a small one. Gathering them again in the backward takes less
# time than reading them from main memory.
_COLUMN_BYTES = 1 << 19


class Conv2d(Layer):
    """y[o, p, q] = b[o] + sum_{c,i,j} W[o, c, i, j] x[c, s p + d i, s q + d j] for each image.

    (s the stride, d the dilation, x padded with zeros; this is the cross-correlation that all
    libraries call convolution.) Shapes: x (m, in_channels, h, w), W `weight` (out_channels,
    in_channels, kh, kw), b `bias` (out_channels,), y (m, out_channels, h', w') with
    h' = floor((h + 2 padding - dilation (kh - 1) - 1) / stride) + 1, and w' likewise.

    As a matrix product it is a linear layer. Put what each window sees into one column of X,
    shape (in_channels kh kw, m h' w'), and reshape W to (out_channels, in_channels kh kw): then
    y = W X + b. With G = dL/dy as (out_channels, m h' w'), in the order of the code:

        dL/db = sum_columns G     the bias is added at every place
        dL/dW = G X^T             each weight: its inputs times the gradients of its outputs
        dL/dX = W^T G             each cell gets the gradients of its outputs, weighted;
        dL/dx                     each pixel sums over the columns that contain it

    Args:
        in_channels: the number of channels of x. out_channels: that of y.
        kernel_size: an int or a pair (height, width), like stride, padding and dilation.
        bias: False leaves b out (as before a BatchNorm, which subtracts any constant again).
        weight_init: a name from `mn.initializers` or a function (shape, generator) -> array.

    Raises:
        TypeError, ValueError: an argument that is not a whole number; an input that is not
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
        self.in_channels: int = whole_number("Conv2d", "in_channels", in_channels)
        self.out_channels: int = whole_number("Conv2d", "out_channels", out_channels)
        self.kernel_size: Pair = pair("Conv2d", "kernel_size", kernel_size)
        self.stride: Pair = pair("Conv2d", "stride", stride)
        self.padding: Pair = pair("Conv2d", "padding", padding, minimum=0)
        self.dilation: Pair = pair("Conv2d", "dilation", dilation)
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        initializer = get(weight_init, "Conv2d: weight_init")
        self.weight: Parameter = Parameter(shape=shape, initializer=initializer)
        has_bias = boolean("Conv2d", "bias", bias)
        self.bias: Parameter | None = Parameter(shape=self.out_channels) if has_bias else None

    @property
    def _windows(self) -> Windows:
        return Windows(self.kernel_size, self.stride, self.padding, self.dilation)

    def forward(self, x: Array) -> Array:
        """y = W X + b, for a few images at a time."""
        check_images(self, x, self.in_channels)
        self._count = count = self._windows.count(self, x.shape[2:])
        self._padded = pad(x, self.padding, 0.0)
        W = self._matrix()  # noqa: N806
        y = np.empty((len(x), self.out_channels, *count), np.result_type(x, W))
        for part in self._parts():
            X = self._windows.gather(self._padded[part], count)  # noqa: N806
            columns = W @ X
            if self.bias is not None:
                columns += self.bias.value[:, None]
            y[part] = columns.reshape(self.out_channels, -1, *count).swapaxes(0, 1)
        return y

    def backward(self, grad: Array) -> Array:
        """dL/db, dL/dW; returns dL/dx."""
        Conv2d._backward_parameters(self, grad)  # a subclass's may itself call this method
        W = self._matrix()  # noqa: N806
        dx = np.zeros(self._padded.shape, self._padded.dtype)
        for part in self._parts():
            dX = W.T @ self._as_columns(grad[part])  # noqa: N806
            self._windows.scatter_add(dX, dx[part], self._count)
        return crop(dx, self.padding)

    def _backward_parameters(self, grad: Array) -> None:
        """dL/db and dL/dW alone."""
        W = self._matrix()  # noqa: N806
        db, dW = np.zeros(len(W), W.dtype), np.zeros_like(W)  # noqa: N806
        for part in self._parts():
            X = self._windows.gather(self._padded[part], self._count)  # noqa: N806
            G = self._as_columns(grad[part])  # noqa: N806
            db += G.sum(axis=1)
            dW += (X @ G.T).T  # noqa: N806 (G X^T; this order takes half the time)
        if self.bias is not None:
            self.bias.grad[...] = db
        self.weight.grad[...] = dW.reshape(self.weight.shape)

    def _parts(self) -> Iterator[slice]:
        """Slices of the batch: as many images as have about _COLUMN_BYTES bytes of columns."""
        m, itemsize = len(self._padded), self._padded.itemsize
        rows = self.in_channels * self.kernel_size[0] * self.kernel_size[1]
        bytes_per_image = rows * self._count[0] * self._count[1] * itemsize
        images = max(1, _COLUMN_BYTES // bytes_per_image)
        for start in range(0, m, images):
            yield slice(start, min(start + images, m))

    def _as_columns(self, grad: Array) -> Array:
        """G of some images, (n, out_channels, h', w'), as (out_channels, n h' w')."""
        return grad.swapaxes(0, 1).reshape(self.out_channels, -1)

    def _matrix(self) -> Array:
        """W as (out_channels, in_channels kh kw)."""
        return self.weight.value.reshape(self.out_channels, -1)

    def __repr__(self) -> str:
        height, width = self.kernel_size
        return f"Conv2d({self.in_channels} -> {self.out_channels}, kernel {height}x{width})"
