"""Histograms of activations and gradients, layer by layer.

A signal that shrinks from layer to layer has vanished at the end; one that grows drives units into
saturation, where their derivative is nearly 0. Both can be seen before training.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.activations import Activation
from minnet.plot import style
from minnet.plot.checks import check_trainer, checked_span, checked_values, network_of
from minnet.training.trainer import Trainer
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_BINS = 60
_HEIGHT = 0.85  # of one histogram; the rows are 1 apart
_LEAST = 1e-30  # smaller gradients are drawn here


@style.picture
def histograms(
    values: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    span: tuple[float, float] | None = None,
    title: str = "Histograms",
    quantity: str = "value",
) -> Axes:
    """A histogram for each name, one above the other, the first at the bottom; all equally high.

    Args:
        values: name -> numbers, an array of any shape.
        ax: where to draw; None makes a new figure.
        span: (low, high) of the bins; None includes all values. Values outside are left out.
        quantity: the label of the x axis.

    Returns:
        The Axes; the names are the ticks of the y axis.

    Raises:
        TypeError, ValueError: no values, or values that are not finite.

    >>> ax = histograms({"a": [0.0, 1.0, 1.0], "b": [0.5]})
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['a', 'b']
    """
    place = "mn.plot.histograms"
    arrays = checked_values(place, "values", values)
    low, high = _span_of(arrays) if span is None else checked_span(place, span)
    ax = style.new_axes(ax)
    for index, array in enumerate(arrays.values()):
        counts, edges = np.histogram(array, bins=_BINS, range=(low, high))
        heights = index + _HEIGHT * counts / max(1, counts.max())
        ax.fill_between(edges[:-1], index, heights, step="post", color="0.75", linewidth=0)
        ax.step(edges, [*heights, heights[-1]], where="post", color="0.2", linewidth=1)
    style.label(ax, title, quantity, "")
    style.name_ticks(ax.yaxis, list(arrays))
    ax.set(xlim=(low, high), ylim=(-0.1, len(arrays)))
    return ax


@style.picture
def activation_histograms(
    trainer_or_network: Any,
    x: ArrayLike,
    ax: Axes | None = None,
    *,
    span: tuple[float, float] | None = None,
    title: str = "Activations",
) -> Axes:
    """The outputs of each activation layer for these data, from the first to the last.

    Args:
        trainer_or_network: with at least one activation.
        x: samples, as in `predict`.
        ax: as in `histograms`, like span.

    Raises:
        TypeError, ValueError: naming the argument.

    >>> import minnet as mn
    >>> network = mn.Network([mn.Linear(2, 3), mn.Tanh(), mn.Linear(3, 1)], seed=0)
    >>> ax = activation_histograms(network, [[0.0, 1.0], [1.0, 0.0]])
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['layer 1: Tanh']
    """
    place = "mn.plot.activation_histograms"
    network = copy.deepcopy(network_of(place, trainer_or_network))
    outputs = zip(network.layers, network.activations(x), strict=True)
    found = {
        f"layer {index}: {type(layer).__name__}": output
        for index, (layer, output) in enumerate(outputs)
        if isinstance(layer, Activation)
    }
    if not found:
        raise ValueError(
            f"{place}: trainer_or_network: expected a network with an activation, got {network!r}."
        )
    return histograms(found, ax, span=span, title=title, quantity="output")


@style.picture
def gradient_histograms(
    trainer: Trainer,
    x: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    span: tuple[float, float] | None = None,
    title: str = "Gradients",
) -> Axes:
    """`log10 |dL/dw|` over the weights of each layer, for one batch.

    Gradients that shrink towards the first layer vanish, those that grow explode.

    Args:
        trainer: not changed; a copy computes the gradients.
        x: one batch, as in `step`, like y.
        ax: as in `histograms`, like span, which is in powers of ten.

    Raises:
        TypeError, ValueError: naming the argument.

    >>> import minnet as mn
    >>> layers = [mn.Linear(2, 3), mn.Tanh(), mn.Linear(3, 1), mn.Sigmoid()]
    >>> trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(0.1), seed=0)
    >>> ax = gradient_histograms(trainer, [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['0.weight', '2.weight']
    """
    place = "mn.plot.gradient_histograms"
    check_trainer(place, trainer)
    trial = copy.deepcopy(trainer)
    trial.step(x, y)
    found = {
        name: np.log10(np.maximum(np.abs(parameter.grad.astype(float)), _LEAST))
        for name, parameter in trial.network.parameters().items()
        if parameter.trainable and parameter.value.ndim > 1
    }
    if not found:
        raise ValueError(
            f"{place}: trainer: expected a network with weights, got {trial.network!r}."
        )
    return histograms(found, ax, span=span, title=title, quantity="log10 |dL/dw|")


def _span_of(arrays: dict[str, Array]) -> tuple[float, float]:
    """The minimum and maximum of all values; never equal."""
    low = min(float(array.min()) for array in arrays.values())
    high = max(float(array.max()) for array in arrays.values())
    return (low, high) if low < high else (low - 0.5, high + 0.5)
