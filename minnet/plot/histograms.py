"""Is the network healthy? Activations and gradients layer by layer, and norms epoch by epoch.

A signal that shrinks from layer to layer says nothing at the end; one that grows drives units
into saturation, where their derivative is nearly 0. Both are seen in histograms before training.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.activations import Activation
from minnet.plot import checks as inputs
from minnet.plot import style
from minnet.plot.functions import checked_span
from minnet.plot.overlay import plain_logarithmic
from minnet.training.trainer import Trainer
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_BINS = 60
_HEIGHT = 0.85  # of one histogram; the rows are 1 apart
_LEAST = 1e-30  # gradients below it are drawn there


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
        span: (low, high) of the bins; None takes all values in. What lies outside is left out.
        quantity: the label of the level axis.

    Returns:
        The Axes; the names stand at the upright axis.

    Raises:
        TypeError, ValueError: no values, or values that are not finite.

    >>> ax = histograms({"a": [0.0, 1.0, 1.0], "b": [0.5]})
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['a', 'b']
    """
    place = "mn.plot.histograms"
    arrays = _checked_values(place, values)
    low, high = _span_of(arrays) if span is None else checked_span(place, span)
    ax = style.new_axes(ax, "histograms")
    for index, array in enumerate(arrays.values()):
        counts, edges = np.histogram(array, bins=_BINS, range=(low, high))
        heights = index + _HEIGHT * counts / max(1, counts.max())
        colour = style.colour(0)
        ax.fill_between(edges[:-1], index, heights, step="post", alpha=0.35, color=colour)
        ax.step(edges, [*heights, heights[-1]], where="post", color=colour, linewidth=1)
    style.label(ax, title, quantity, "")
    ax.set_yticks(range(len(arrays)), list(arrays))
    ax.set(xlim=(low, high), ylim=(-0.1, len(arrays)))
    return ax


def activation_histograms(
    trainer_or_network: Any,
    x: ArrayLike,
    ax: Axes | None = None,
    *,
    span: tuple[float, float] | None = None,
    title: str = "Activations",
) -> Axes:
    """What each activation layer gives out for these data, from the first to the last.

    Args:
        trainer_or_network: with at least one activation.
        x: samples, as in `predict`.
        ax, span: as in `histograms`.

    Raises:
        TypeError, ValueError: naming the argument.

    >>> import minnet as mn
    >>> network = mn.Network([mn.Linear(2, 3), mn.Tanh(), mn.Linear(3, 1)], seed=0)
    >>> ax = activation_histograms(network, [[0.0, 1.0], [1.0, 0.0]])
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['layer 1: Tanh']
    """
    place = "mn.plot.activation_histograms"
    network = copy.deepcopy(inputs.network_of(place, trainer_or_network))
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


def gradient_histograms(
    trainer: Trainer,
    x: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    span: tuple[float, float] | None = None,
    title: str = "Gradients",
) -> Axes:
    """log10 |dL/dw| over the weights of each layer, for one batch.

    Gradients that fade towards the first layer vanish, those that grow explode.

    Args:
        trainer: it stays as it is; a copy is asked.
        x, y: one batch, as in `step`.
        ax, span: as in `histograms`; the span is one of powers of ten.

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
    if not isinstance(trainer, Trainer):
        raise TypeError(f"{place}: trainer: expected a Trainer, got {checks.describe(trainer)}.")
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


def norms(
    curves: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    title: str = "Norms",
    quantity: str = "norm",
    logarithmic: bool = False,
    legend: bool = True,
) -> Axes:
    """The length of each layer's weights, or of its gradients, epoch by epoch.

    Args:
        curves: name -> one number >= 0 for each epoch, for example the `norms` of a
            `GradientMonitor`.
        ax: where to draw; None makes a new figure.
        quantity: the label of the upright axis. logarithmic: True makes that logarithmic.
        legend: False leaves it out, where several pictures share one.

    Raises:
        TypeError, ValueError: no curves, no finite numbers, one below 0.

    >>> norms({"0.weight": [1.0, 1.2], "2.weight": [0.8, 1.1]}).get_xlabel()
    'epoch'
    """
    place = "mn.plot.norms"
    arrays = _checked_values(place, curves, "curves")
    logarithmic = checks.boolean(place, "logarithmic", logarithmic)
    for name, array in arrays.items():
        if array.ndim != 1 or array.min() < 0:
            raise ValueError(
                f"{place}: curves[{name!r}]: expected one number >= 0 for each epoch, got shape "
                f"{array.shape} with least value {array.min():g}."
            )
    ax = style.new_axes(ax, "norms")
    for index, (name, array) in enumerate(arrays.items()):
        epochs = np.arange(1, len(array) + 1)
        ax.plot(
            epochs,
            array,
            label=name,
            linewidth=1.8,
            marker=style.marker(index),
            markersize=5,
            markevery=max(1, len(array) // 10),
            **style.line(index),
        )
    if logarithmic:
        plain_logarithmic(ax)
    style.label(ax, title, "epoch", quantity)
    if legend:
        style.legend_below(ax, handle=3)
    return ax


def _checked_values(place: str, values: object, argument: str = "values") -> dict[str, Array]:
    """name -> finite numbers."""
    if not isinstance(values, Mapping):
        raise TypeError(
            f"{place}: {argument}: expected a dict, name -> numbers, got {checks.describe(values)}."
        )
    if not values:
        raise ValueError(f"{place}: {argument}: expected at least one name, got an empty dict.")
    arrays = {}
    for name, value in values.items():
        where = f"{argument}[{name!r}]"
        array = array_checks.numeric_array(place, where, value).astype(float)
        array_checks.not_empty(place, where, array)
        array_checks.finite(place, where, array)
        arrays[str(name)] = array
    return arrays


def _span_of(arrays: dict[str, Array]) -> tuple[float, float]:
    """From the least to the greatest of all values, never empty."""
    low = min(float(array.min()) for array in arrays.values())
    high = max(float(array.max()) for array in arrays.values())
    return (low, high) if low < high else (low - 0.5, high + 0.5)
