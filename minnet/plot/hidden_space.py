"""What a hidden layer of two units makes of the plane: the data as the output layer sees them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.network import Network
from minnet.plot import checks as inputs
from minnet.plot import plane, style
from minnet.training.trainer import Trainer
from minnet.utils import checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_GRID = 200
_LINES = 13  # of the input plane, in each direction
_MARGIN = 0.06


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
    """The outputs h1, h2 of a layer of two units, the input plane bent into them, and the line.

    What comes behind a hidden layer can only draw straight lines in its space; learning is to
    move the points until a straight line divides them.

    Args:
        trainer_or_network: two inputs, one output from 0 to 1.
        x, y: points (m, 2) and their labels 0 and 1.
        layer: the position of a layer with two outputs, mostly the activation: 1.
        ax: where to draw; None makes a new figure.
        scaler: of the network's training data, where it had one. class_names: two names.

    Returns:
        The Axes. Grey: the straight lines of the input plane; black: where the output is 0.5.

    Raises:
        TypeError, ValueError: naming the argument; a layer that has not two outputs.

    >>> import minnet as mn
    >>> x, y = mn.datasets.xor()
    >>> network = mn.Network([mn.Linear(2, 2), mn.Sigmoid(), mn.Linear(2, 1), mn.Sigmoid()], seed=0)
    >>> hidden_space(network, x, y, layer=1).get_xlabel()
    'h1'
    """
    place = "mn.plot.hidden_space"
    network = copy.deepcopy(inputs.network_of(place, trainer_or_network))
    inputs.check_scaler(place, scaler)
    points, labels = inputs.points_of(place, x, y)
    names = inputs.checked_names(place, class_names, ["class 0", "class 1"])
    if labels.max() > 1:
        raise ValueError(
            f"{place}: y: expected labels 0 and 1, got y[{int(labels.argmax())}] = {labels.max()}."
        )
    last = len(network.layers) - 2
    if last < 0:
        raise ValueError(
            f"{place}: expected a network with a hidden layer, got one of a single layer, "
            f"{network!r}. Give it two units in between: Linear(2, 2), Tanh(), Linear(2, 1), ..."
        )
    position = checks.whole_number(place, "layer", layer, minimum=0, maximum=last)
    inside = _Inside(place, network, scaler, position)
    h = inside.of(points)
    ax = style.new_axes(ax, "hidden_space", figsize=(5.2, 4.9))
    for line in _plane_lines(points):
        ax.plot(*inside.of(line).T, color="0.82", linewidth=0.8, zorder=1)
    for index in range(2):
        style_of: dict[str, Any] = {"color": style.colour(index), "marker": style.marker(index)}
        h1, h2 = h[labels == index].T
        ax.scatter(h1, h2, s=36, label=names[index], zorder=3, edgecolors="white", **style_of)
    inside.draw_line(ax)
    style.label(ax, title, "h1", "h2")
    ax.grid(visible=False)
    style.legend_below(ax, handle=1)
    return ax


class _Inside:
    """A network cut in two behind one layer."""

    def __init__(self, place: str, network: Network, scaler: Any, position: int) -> None:
        self.place, self.network, self.scaler = place, network, scaler
        self.position = position

    def of(self, points: Array) -> Array:
        """h1 and h2 of points of the input plane."""
        inputs.outputs(self.place, self.network, self.scaler, points)  # refuses what does not fit
        scaled = points if self.scaler is None else self.scaler.transform(points)
        h = self.network.activations(scaled)[self.position]
        if h.ndim != 2 or h.shape[1] != 2:
            raise ValueError(
                f"{self.place}: layer: expected a layer with two outputs, which the plane can "
                f"show, got layers[{self.position}] {self.network.layers[self.position]!r} with "
                f"outputs of shape {h.shape[1:]}."
            )
        return h

    def draw_line(self, ax: Axes) -> None:
        """Where the rest of the network says 0.5, within what is drawn already."""
        limits = ax.get_xlim(), ax.get_ylim()
        axes, h = plane.grid(limits, _GRID)
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
    """Straight lines through the surroundings of the points, upright and level."""
    first, second = plane.surroundings(points, _MARGIN)
    along = np.linspace(0, 1, 80)
    lines = []
    for share in np.linspace(0, 1, _LINES):
        x1, x2 = (low + share * (high - low) for low, high in (first, second))
        all_x1, all_x2 = (low + along * (high - low) for low, high in (first, second))
        lines.append(np.column_stack([np.full_like(along, x1), all_x2]))
        lines.append(np.column_stack([all_x1, np.full_like(along, x2)]))
    return lines
