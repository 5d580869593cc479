"""Images: the samples, the filters of a convolution, and its feature maps.

A convolutional network can be looked into like no other: its first weights and all that it
computes from them are images again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.plot import style
from minnet.plot.checks import checked_names, network_of
from minnet.training.trainer import Trainer
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage


_GAP = 0.12  # between two images, in widths of one
_INCHES = 1.05  # width of one image
_LINE = 0.21  # inches per line of a label
_MOST_IN_A_ROW = 8
_PAPER = "Greys"  # 0 is white, as ink on paper
_SIGNED = "RdBu"  # negative red, positive blue, 0 white


@style.picture
def image_grid(
    images: ArrayLike,
    labels: Sequence[str] | None = None,
    columns: int | None = None,
    ax: Axes | None = None,
    *,
    title: str = "",
) -> Axes:
    """Images in rows, with one grey scale for all; the largest number is black.

    Args:
        images: (n, h, w), (n, 1, h, w), or (n, f) with f a square number, as 784 = 28 x 28.
        labels: n texts, one above each image; may have several lines.
        columns: images per row; None: eight, or fewer if that fills the rows better.
        ax: where to draw; None makes a new figure.

    Returns:
        The Axes. All images share one scale: darker is larger.

    Raises:
        TypeError, ValueError: images of another shape, numbers that are not finite, or labels
            that are not one for each image.

    >>> import minnet as mn
    >>> x, y = mn.datasets.digits()
    >>> ax = image_grid(x[:10], [str(label) for label in y[:10]], title="Digits")
    >>> len(ax.images), [text.get_text() for text in ax.texts[:3]]
    (10, ['0', '1', '2'])
    """
    place = "mn.plot.image_grid"
    stack = _stack(place, "images", images)
    names = checked_names(place, labels, [""] * len(stack), "labels")
    limits = float(stack.min()), float(stack.max())
    return _mosaic(place, stack, names, columns, ax, title, _PAPER, limits)


@style.picture
def filters(
    weight: ArrayLike | Parameter,
    columns: int | None = None,
    ax: Axes | None = None,
    *,
    title: str = "Filters",
) -> Axes:
    """The kernels of a convolution: blue where a bright pixel raises the output, else red.

    Args:
        weight: a Parameter or an array (out, in, kh, kw), as `network.layers[1].weight` of a
            Conv2d, or (n, h, w). Those of a Linear layer on images, W of shape (h w, n), are
            images too: `W.T.reshape(-1, h, w)`.
        columns: kernels per row; None: the number of input channels if there are several: each row
            then belongs to one output channel.
        ax: where to draw; None makes a new figure.

    Returns:
        The Axes, with a colour bar; white is 0.

    Raises:
        TypeError, ValueError: an array of another shape, or numbers that are not finite.

    >>> from minnet import Conv2d
    >>> ax = filters(Conv2d(1, 6, 3).weight)
    >>> len(ax.images)
    6
    """
    place = "mn.plot.filters"
    value = weight.value if isinstance(weight, Parameter) else weight
    array = array_checks.numeric_array(place, "weight", value)
    if array.ndim not in (3, 4):
        raise ValueError(
            f"{place}: weight: expected kernels of shape (out, in, kh, kw) or (n, h, w), got "
            f"{array.shape}. Those of a Linear layer on images of h x w pixels: "
            f"weight.value.T.reshape(-1, h, w)."
        )
    several = array.ndim == 4 and array.shape[1] > 1
    stack = _stack(place, "weight", array.reshape(-1, *array.shape[-2:]))
    if columns is None and several:
        columns = array.shape[1]
    names = [""] * len(stack)
    largest = max(float(np.abs(stack).max()), np.finfo(np.float32).tiny)
    ax = _mosaic(place, stack, names, columns, ax, title, _SIGNED, (-largest, largest))
    bar = ax.figure.colorbar(ax.images[0], ax=ax, shrink=0.8, label="weight")
    bar.ax.tick_params(labelsize=style.TICKS)
    return ax


@style.picture
def feature_maps(
    trainer_or_network: Trainer | Network,
    image: ArrayLike,
    layer: int,
    columns: int | None = None,
    ax: Axes | None = None,
    *,
    title: str | None = None,
) -> Axes:
    """The outputs of a layer for one image: one plane per channel, black where it is largest.

    Args:
        trainer_or_network: the network that sees the image.
        image: one sample, without the axis of samples, in the shape that the network takes.
        layer: the index of a layer whose outputs are planes (c, h, w); after a ReLU they show
            where each filter has found something.
        columns: planes per row; None: eight, or fewer if that fills the rows better.
        ax: where to draw; None makes a new figure.

    Returns:
        The Axes. All planes share one scale.

    Raises:
        TypeError, ValueError: naming the argument; a layer whose outputs are not planes.

    >>> import minnet as mn
    >>> layers = [mn.Reshape(1, 8, 8), mn.Conv2d(1, 6, 3), mn.ReLU()]
    >>> x, _ = mn.datasets.digits()
    >>> feature_maps(mn.Network(layers, seed=0), x[0], layer=2).get_title()
    'layers[2] ReLU(): 6 planes of 6 x 6'
    """
    place = "mn.plot.feature_maps"
    network = network_of(place, trainer_or_network)
    last = len(network.layers) - 1
    position = checks.whole_number(place, "layer", layer, minimum=0, maximum=last)
    sample = array_checks.numeric_array(place, "image", image)
    if sample.ndim == 0:
        raise ValueError(f"{place}: image: expected one sample, got a single number.")
    planes = network.activations(sample[None])[position][0]
    what = f"layers[{position}] {network.layers[position]!r}"
    if planes.ndim != 3:
        raise ValueError(
            f"{place}: layer: expected a layer whose outputs are planes, (c, h, w), got {what} "
            f"with {planes.shape}. Choose one before the Flatten."
        )
    stack = _stack(place, "the layer's outputs", planes)
    if title is None:
        c, h, w = stack.shape
        title = f"{what}: {c} plane{'s' * (c > 1)} of {h} x {w}"
    limits = float(stack.min()), float(stack.max())
    return _mosaic(place, stack, [""] * len(stack), columns, ax, title, _PAPER, limits)


def _stack(place: str, name: str, value: ArrayLike) -> Array:
    """Images as (n, h, w)."""
    array = array_checks.numbers(place, name, value)
    if array.ndim == 4 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2:
        side = round(array.shape[1] ** 0.5)
        if side * side == array.shape[1]:
            array = array.reshape(-1, side, side)
    if array.ndim != 3:
        raise ValueError(
            f"{place}: {name}: expected grey images of shape (n, h, w), (n, 1, h, w) or (n, f) "
            f"with f a square number, got {array.shape}. One image alone: image[None]; rows of "
            f"h x w pixels: x.reshape(-1, h, w)."
        )
    return array.astype(np.float64)


def _mosaic(
    place: str,
    stack: Array,
    labels: Sequence[str],
    columns: int | None,
    ax: Axes | None,
    title: str,
    colours: str,
    limits: tuple[float, float],
) -> Axes:
    """All images in one Axes, each one unit wide, with a label above."""
    across = _columns(place, len(stack), columns)
    rows = -(-len(stack) // across)
    tall = stack.shape[1] / stack.shape[2]
    lines = max(label.count("\n") + 1 if label else 0 for label in labels)
    step = tall + _GAP + lines * _LINE / _INCHES  # from one row to the next
    width, height = across * (1 + _GAP) - _GAP, rows * step
    size = (max(3.2, width * _INCHES + 0.4), height * _INCHES + (0.4 if title else 0.1))
    ax = style.new_axes(ax, figsize=size)
    for k, (image, label) in enumerate(zip(stack, labels, strict=True)):
        row, column = divmod(k, across)
        left, bottom = column * (1 + _GAP), (row + 1) * step
        _draw(ax, image, (left, left + 1, bottom, bottom - tall), colours, limits)
        look: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": style.TICKS}
        ax.text(left + 0.5, bottom - tall - 0.03, label, parse_math=False, **look)
    ax.set(xlim=(-0.02, width + 0.02), ylim=(height + 0.02, 0), aspect="equal")
    ax.axis("off")
    if title:
        ax.set_title(title, fontsize=style.TITLE)
    return ax


def _draw(
    ax: Axes,
    image: Array,
    extent: tuple[float, float, float, float],
    colours: str,
    limits: tuple[float, float],
) -> AxesImage:
    """One image with sharp pixels in a thin frame."""
    from matplotlib.patches import Rectangle

    left, right, bottom, top = extent
    frame = Rectangle((left, top), right - left, bottom - top, fill=False, color="0.6", lw=0.6)
    ax.add_patch(frame)
    low, high = limits
    return ax.imshow(image, cmap=colours, vmin=low, vmax=high, extent=extent, zorder=0)


def _columns(place: str, count: int, columns: int | None) -> int:
    """Images per row."""
    if columns is not None:
        return min(count, checks.whole_number(place, "columns", columns))
    rows = -(-count // _MOST_IN_A_ROW)
    return -(-count // rows)
