"""Losses and activations as curves, computed by the code that trains.

No formula is written down a second time: each curve is what `forward` and `backward` return, so a
correct picture also says that the code is correct.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.activations import Softmax
from minnet.nn.layer import Layer
from minnet.nn.losses import BinaryCrossEntropy, Loss
from minnet.plot import style
from minnet.plot.checks import checked_mapping, checked_span
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Span = tuple[float, float]

_POINTS = 601  # odd: the middle of the span is one of them
_OTHERS = 2  # the scores that stay 0 where a softmax is drawn


@style.picture
def cross_entropy(ax: Axes | None = None) -> Axes:
    """The loss of a prediction a: -ln a where y = 1, -ln(1 - a) where y = 0.

    Args:
        ax: where to draw; None makes a new figure.

    Returns:
        The Axes; x axis: the prediction a, y axis: the cross-entropy of one sample in nats.

    Raises:
        TypeError: ax is not an Axes.

    Source: Nielsen, *Neural Networks and Deep Learning*, chapter 3.

    >>> ax = cross_entropy()
    >>> round(float(np.interp(0.5, *ax.lines[0].get_data())), 3)
    0.693
    """
    ax = style.new_axes(ax)
    a = np.linspace(0.005, 0.995, 199)
    for index, (y, text) in enumerate(((1.0, "y = 1: −ln a"), (0.0, "y = 0: −ln(1 − a)"))):
        losses = [BinaryCrossEntropy().forward(np.array([[p]]), np.array([[y]])) for p in a]
        style.curve(ax, index, a, losses, text, color=style.class_colour(int(y)))
    for p, offset in ((0.5, (0, 70)), (0.8, (8, 30))):  # away from the curves
        loss_of_p = BinaryCrossEntropy().forward(np.array([[p]]), np.array([[1.0]]))
        _mark(ax, p, loss_of_p, f"−ln {p:g} = {loss_of_p:.3f}", offset, ha="center")
    ax.set_ylim(bottom=0)
    return style.finish(ax, "Cross-entropy", "prediction a", "loss of one sample (nats)")


@style.picture
def activation(
    activation: Layer,
    ax: Axes | None = None,
    *,
    span: Span = (-6.0, 6.0),
    mark_maximum: bool = False,
    legend: bool = True,
) -> Axes:
    """An activation a = f(z) and its derivative, as its `forward` and `backward` compute them.

    The outputs of a Softmax depend on all scores: the first of three is drawn over its own score,
    with the two others at 0.

    Args:
        activation: any elementwise Layer, also a custom one, or a Softmax.
        ax: where to draw; None makes a new figure.
        span: the smallest and the largest z.
        mark_maximum: True marks the maximum of the derivative, with its value.
        legend: False leaves it out, for several pictures that share one.

    Returns:
        The Axes; two lines, labelled "a = f(z)" and "derivative".

    Raises:
        TypeError, ValueError: not a Layer, an Axes or a span; a layer that is not elementwise.

    >>> import minnet as mn
    >>> ax = activation(mn.Sigmoid(), mark_maximum=True)
    >>> ax.texts[0].get_text()
    'maximum 0.25'
    """
    place = "mn.plot.activation"
    layer = _copied_layer(place, "activation", activation)
    low, high = checked_span(place, span)
    z = np.linspace(low, high, _POINTS)
    a, derivative = _forward_and_derivative(place, layer, z)
    ax = style.new_axes(ax)
    style.curve(ax, 0, z, a, "a = f(z)", color="black")
    style.curve(ax, 1, z, derivative, "derivative", color="0.45")
    if mark_maximum:
        at = int(derivative.argmax())
        text = f"maximum {derivative[at]:.4g}"
        _mark(ax, z[at], derivative[at], text, (10, 6))
    return style.finish(ax, type(activation).__name__, "z", "a and da/dz", legend=legend)


@style.picture
def logit_gradient(
    activation: Layer,
    losses: Mapping[str, Loss],
    target: ArrayLike,
    ax: Axes | None = None,
    *,
    span: Span = (-8.0, 8.0),
    title: str | None = None,
    legend: bool = True,
) -> Axes:
    """dL/dz over z, the input of the last activation: which loss learns when it is wrong?

    After a sigmoid it is (a - y) a (1 - a) for squared error, and a - y for cross-entropy. If
    there are several outputs, z is the score of the first, and the others are 0.

    Args:
        activation: the last layer, such as `Sigmoid()` or `Softmax()`.
        losses: name -> loss.
        target: the target row, one number for each output: [1] or [1, 0, 0].
        ax: where to draw; None makes a new figure.
        span: the smallest and the largest z.
        legend: False leaves it out, for several pictures that share one.

    Returns:
        The Axes; a line for each loss, computed as in the Trainer: from z if the activation is
        the canonical one of the loss, else by the chain rule.

    Raises:
        TypeError, ValueError: not a Layer, no losses, a target that is not a row of numbers.

    >>> import minnet as mn
    >>> both = {"squared error": mn.MeanSquaredError(), "cross-entropy": mn.BinaryCrossEntropy()}
    >>> ax = logit_gradient(mn.Sigmoid(), both, target=[1])
    >>> [round(float(line.get_ydata()[0]), 4) for line in ax.lines[:2]]  # at z = -8
    [-0.0003, -0.9997]
    """
    place = "mn.plot.logit_gradient"
    layer = _copied_layer(place, "activation", activation)
    _check_losses(place, losses)
    row = array_checks.numeric_array(place, "target", target).astype(float)
    if row.ndim != 1 or row.size == 0:
        raise ValueError(
            f"{place}: target: expected one row, a number for each output, got shape {row.shape}. "
            f"For one sigmoid: [1]; for a softmax of three: [1, 0, 0]."
        )
    array_checks.finite(place, "target", row)
    for loss in losses.values():  # refuses what the Trainer refuses
        loss.check_last_layer(layer)
        loss.prepare_target(row[None], (1, row.size), row.dtype)
    z = np.linspace(*checked_span(place, span), _POINTS)
    scores = np.zeros((len(z), row.size))
    scores[:, 0] = z
    targets = np.tile(row, (len(z), 1))
    gradients = {
        name: gradient_by_sample(layer, loss, scores, targets) for name, loss in losses.items()
    }
    ax = style.new_axes(ax)
    for index, (name, gradient) in enumerate(gradients.items()):
        style.curve(ax, index, z, gradient[:, 0], str(name))
    ax.axhline(0, color="0.4", linewidth=0.8)
    text = f"{type(activation).__name__}, y = {', '.join(f'{y:g}' for y in row)}"
    return style.finish(ax, text if title is None else title, "z", "dL/dz", legend=legend)


def gradient_by_sample(layer: Layer, loss: Loss, z: Array, y: Array) -> Array:
    """dL/dz of each sample by itself: times m, because the loss is a mean over m."""
    if loss.canonical is type(layer):
        loss.forward_from_logits(z, y)
        return loss.backward_from_logits() * len(z)
    loss.forward(layer.forward(z), y)
    gradient: Array = np.asarray(layer.backward(loss.backward())) * len(z)
    return gradient


def _forward_and_derivative(place: str, layer: Layer, z: Array) -> tuple[Array, Array]:
    """f(z) and f'(z), one number for each z."""
    width = 1 + _OTHERS if isinstance(layer, Softmax) else 1
    scores = np.zeros((len(z), width))
    scores[:, 0] = z
    a = np.asarray(layer.forward(scores))
    if a.shape != scores.shape:
        raise ValueError(
            f"{place}: activation: expected a layer that gives one output for each input, got "
            f"{layer!r}, which turns {scores.shape} into {a.shape}."
        )
    first = np.zeros_like(scores)
    first[:, 0] = 1
    return a[:, 0], np.asarray(layer.backward(first))[:, 0]


def _mark(
    ax: Axes, x: float, y: float, text: str, offset: tuple[float, float], ha: str = "left"
) -> None:
    """A point with its value next to it."""
    ax.plot([x], [y], marker="o", markersize=7, color="black", linestyle="none")
    ax.annotate(
        text,
        (x, y),
        offset,
        textcoords="offset points",
        fontsize=style.TICKS,
        ha=ha,
        arrowprops={"arrowstyle": "-", "color": "0.4"} if max(offset) > 20 else None,
    )


def _copied_layer(place: str, name: str, layer: object) -> Layer:
    """A copy, so that drawing does not change the layer of a network."""
    if isinstance(layer, type) or not isinstance(layer, Layer):
        raise TypeError(
            f"{place}: {name}: expected a layer such as mn.Sigmoid(), got "
            f"{checks.describe(layer)}. A class needs brackets: Sigmoid()."
        )
    return copy.deepcopy(layer)


def _check_losses(place: str, losses: object) -> None:
    """A dict, name -> Loss, of at least one."""
    wanted = 'loss, such as {"cross-entropy": mn.BinaryCrossEntropy()}'
    for name, loss in checked_mapping(place, "losses", losses, wanted).items():
        if not isinstance(loss, Loss):
            raise TypeError(
                f"{place}: losses: expected a dict, name -> {wanted}, got {checks.describe(loss)} "
                f"under {name!r}."
            )
