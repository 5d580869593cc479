"""The plane transformed by a hidden layer of two units: the data as the output layer sees them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.network import Network
from minnet.plot import style
from minnet.plot.checks import (
    check_binary_labels,
    check_scaler,
    checked_names,
    network_of,
    outputs,
    points_of,
)
from minnet.plot.decision_regions import padded_limits, plane_grid
from minnet.training.trainer import Trainer
from minnet.utils import checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_GRID = 200
_LINES = 13  # of the input plane, in each direction
_MARGIN = 0.06


@style.picture
def hidden_space(
    trainer_or_network: Trainer | Network,
    x: ArrayLike,
    y: ArrayLike,
    layer: int,
    ax: Axes | None = None,
    *,
    scaler: Any = None,
    class_names: Sequence[str] | None = None,
    title: str = "Hidden space",
) -> Axes:
    """The outputs h1, h2 of a layer of two units, with the transformed grid and the boundary.

    The layers after the hidden one can only draw a straight line in its space; learning moves
    the points until a straight line divides them.

    Args:
        trainer_or_network: two inputs, one output from 0 to 1.
        x: points (m, 2). y: their labels 0 and 1.
        layer: the index of a layer with two outputs, usually the activation: 1.
        ax: where to draw; None makes a new figure.
        scaler: of the network's training data, if they were scaled. class_names: two names.

    Returns:
        The Axes. Grey: straight lines of the input plane; black: where the output is 0.5.

    Raises:
        TypeError, ValueError: naming the argument; a layer without exactly two outputs.

    >>> import minnet as mn
    >>> x, y = mn.datasets.xor()
    >>> network = mn.Network([mn.Linear(2, 2), mn.Sigmoid(), mn.Linear(2, 1), mn.Sigmoid()], seed=0)
    >>> hidden_space(network, x, y, layer=1).get_xlabel()
    'h1'
    """
    place = "mn.plot.hidden_space"
    network = copy.deepcopy(network_of(place, trainer_or_network))
    check_scaler(place, scaler)
    points, labels = points_of(place, x, y)
    names = checked_names(place, class_names, ["class 0", "class 1"])
    check_binary_labels(place, labels)
    last = len(network.layers) - 2
    if last < 0:
        raise ValueError(
            f"{place}: expected a network with a hidden layer, got one of a single layer, "
            f"{network!r}. Give it two units in between: Linear(2, 2), Tanh(), Linear(2, 1), ..."
        )
    position = checks.whole_number(place, "layer", layer, minimum=0, maximum=last)
    hidden = _HiddenLayer(place, network, scaler, position)
    h = hidden.outputs(points)
    ax = style.new_axes(ax, figsize=(5.2, 4.9))
    for line in _plane_lines(points):
        ax.plot(*hidden.outputs(line).T, color="0.82", linewidth=0.8, zorder=1)
    style.scatter_classes(ax, h, labels, names, s=36, zorder=3)
    hidden.draw_boundary(ax)
    style.finish(ax, title, "h1", "h2", handle=1)
    ax.grid(visible=False)
    return ax


class _HiddenLayer:
    """A network split into the layers up to `position`, and the rest."""

    def __init__(self, place: str, network: Network, scaler: Any, position: int) -> None:
        self.place, self.network, self.scaler = place, network, scaler
        self.position = position

    def outputs(self, points: Array) -> Array:
        """h1 and h2 of points of the input plane."""
        outputs(self.place, self.network, self.scaler, points)  # checks the points
        scaled = points if self.scaler is None else self.scaler.transform(points)
        h = self.network.activations(scaled)[self.position]
        if h.ndim != 2 or h.shape[1] != 2:
            raise ValueError(
                f"{self.place}: layer: expected a layer with two outputs, which can be drawn, "
                f"got layers[{self.position}] {self.network.layers[self.position]!r} with "
                f"outputs of shape {h.shape[1:]}."
            )
        return h

    def draw_boundary(self, ax: Axes) -> None:
        """Where the output of the rest of the network is 0.5, within the limits of the axes."""
        limits = ax.get_xlim(), ax.get_ylim()
        axes, h = plane_grid(limits, _GRID)
        output = h.astype(self.network.dtype)
        with self.network.evaluating():
            for layer in self.network.layers[self.position + 1 :]:
                output = layer.forward(output)
        if output.shape[1:] != (1,):
            raise ValueError(
                f"{self.place}: trainer_or_network: expected one output, got "
                f"{output.shape[1:]} for each sample."
            )
        probability = output.reshape(_GRID, _GRID)
        if probability.min() < 0.5 < probability.max():
            ax.contour(*axes, probability, levels=[0.5], colors="black", linewidths=1.8)
        ax.set(xlim=limits[0], ylim=limits[1])


def _plane_lines(points: Array) -> list[Array]:
    """Horizontal and vertical straight lines of the input plane around the points."""
    first, second = padded_limits(points, _MARGIN)
    along = np.linspace(0, 1, 80)
    lines = []
    for share in np.linspace(0, 1, _LINES):
        x1, x2 = (low + share * (high - low) for low, high in (first, second))
        all_x1, all_x2 = (low + along * (high - low) for low, high in (first, second))
        lines.append(np.column_stack([np.full_like(along, x1), all_x2]))
        lines.append(np.column_stack([all_x1, np.full_like(along, x2)]))
    return lines
