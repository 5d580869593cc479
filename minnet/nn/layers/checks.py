"""Checks of what a layer is given, and the errors that say how the shapes would fit."""

from __future__ import annotations

import math

from minnet.nn.layer import Layer
from minnet.utils.checks import describe, listed, whole_number
from minnet.utils.types import Array

Pair = tuple[int, int]


def pair(place: str, name: str, value: object, *, minimum: int = 1) -> Pair:
    """An int for both axes, or (height, width).

    >>> pair("Conv2d", "stride", 2), pair("Conv2d", "stride", (2, 1))
    ((2, 2), (2, 1))
    """
    both = listed(value) if isinstance(value, (tuple, list)) else [value, value]
    if both is None or len(both) != 2:
        raise ValueError(
            f"{place}: {name}: expected a whole number or a pair (height, width), "
            f"got {describe(value)}."
        )
    height, width = (whole_number(place, name, entry, minimum=minimum) for entry in both)
    return height, width


def wrong_input(layer: Layer, expected: str, x: Array, fix: str, name: str = "") -> ValueError:
    """The error for an input of another shape than the layer takes."""
    place = f"{layer!r}: {name}: " if name else f"{layer!r}: "
    return ValueError(f"{place}expected input of shape {expected}, got {x.shape}. {fix}".strip())


def wrong_gradient(layer: Layer, expected: tuple[int, ...], grad: Array) -> ValueError:
    """The error for an upstream gradient whose shape is not that of the output."""
    return ValueError(
        f"{layer!r}.backward: grad: expected the shape of the output, {expected}, got "
        f"{grad.shape}. It has one number for each number of the output."
    )


def check_batch(layer: Layer, x: Array) -> None:
    """Refuse what has no batch axis and at least one more."""
    if x.ndim < 2:
        raise wrong_input(layer, "(m, ...)", x, "One sample alone: x.reshape(1, -1).")


def wrong_features(layer: Layer, features: int, outputs: int, x: Array) -> ValueError:
    """The error for an input of a Linear layer whose last axis is not its features."""
    width, sample, fix = x.shape[-1] if x.ndim else 1, math.prod(x.shape[1:]), ""
    if x.ndim < 2:
        fix = "One sample alone: x.reshape(1, -1)."
    elif x.ndim == 2:
        fix = f"The input has {width} features: make this Linear({width}, {outputs})."
    else:
        fits = "" if sample == features else f", and make it Linear({sample}, ...)"
        fix = (
            f"A sample has {sample} numbers: put mn.Flatten() before this Linear{fits}; or make "
            f"it Linear({width}, ...), which takes the last axis."
        )
    return wrong_input(layer, f"(m, {features})", x, fix)


def check_row_length(layer: Layer, x: Array, features: int) -> None:
    """Refuse an input of LayerNorm whose last axis is not its features."""
    width = x.shape[-1] if x.ndim else 1
    if x.ndim < 2 or width != features:
        fix = f"The last axis has the length {width}: make this LayerNorm({width})."
        if x.ndim < 2:
            fix = "One sample alone: x.reshape(1, -1)."
        raise wrong_input(layer, f"(m, {features})", x, fix, "features")


def check_channels(layer: Layer, x: Array, features: int, training: bool) -> None:
    """Refuse an input of BatchNorm whose axis 1 is not its features, or which has no variance."""
    if x.ndim < 2 or x.shape[1] != features:
        fix = "One sample alone: x[None]."
        if x.ndim == 4 and x.shape[-1] == features:
            fix = "The channels seem to be the last axis: x.transpose(0, 3, 1, 2)."
        elif x.ndim >= 2:
            fix = f"Axis 1 has the length {x.shape[1]}: make this BatchNorm({x.shape[1]})."
        raise wrong_input(layer, f"(m, {features}) or (m, {features}, h, w)", x, fix, "features")
    if not x.size:
        raise ValueError(f"{layer!r}: expected at least one sample, got shape {x.shape}.")
    if training and x.size == features:
        raise no_variance(layer, f"an input of shape {x.shape}")


def no_variance(layer: Layer, got: str) -> ValueError:
    """The error for a single value per feature in training."""
    return ValueError(
        f"{layer!r}: expected two or more values per feature in training, got one ({got}), "
        f"which has no variance. Choose a larger batch_size, one that does not leave a single "
        f"sample for the last batch, or set training = False."
    )


def check_images(layer: Layer, x: Array, channels: int | None = None) -> None:
    """Refuse what is not (m, c, h, w); the error says how to get there."""
    if x.ndim == 4 and channels in (None, x.shape[1]):
        return
    fix = ""
    if x.ndim == 2:
        fix = "Rows of pixels become images by Reshape((channels, height, width))."
    elif x.ndim == 3:
        fix = "Images without a channel axis: x[:, None]; one image alone: x[None]."
    elif x.ndim == 4 and x.shape[3] == channels:
        fix = "The channels seem to be the last axis: x.transpose(0, 3, 1, 2)."
    elif x.ndim == 4:
        fix = f"The input has {x.shape[1]} channels: set in_channels={x.shape[1]}."
    raise wrong_input(layer, f"(m, {'c' if channels is None else channels}, h, w)", x, fix)
