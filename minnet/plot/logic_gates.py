"""Logic gates: the corners of the truth table, and where the network outputs true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minnet.data.datasets import logic_gate as truth_table
from minnet.nn.network import Network
from minnet.plot import style
from minnet.plot.checks import check_probability, network_of
from minnet.plot.decision_regions import plane_grid
from minnet.training.trainer import Trainer
from minnet.utils import array_checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_GRID = 200
_SPAN = (-0.45, 1.45)


@style.picture
def logic_gate(
    trainer_or_network: Trainer | Network, gate: str, ax: Axes | None = None, *, title: str = ""
) -> Axes:
    """Where the network outputs true, its output at each corner, and the target.

    Args:
        trainer_or_network: two inputs (one for "not") and one output from 0 to 1.
        gate: a name that `mn.datasets.logic_gate` knows.
        ax: where to draw; None makes a new figure.
        title: the gate's name if left out.

    Returns:
        The Axes. Shaded: output above 0.5; triangles: corners that should be true; the numbers
        are the outputs. For "not" the output is a curve over its one input.

    Raises:
        TypeError, ValueError: a network with other inputs or several outputs, an unknown gate.

    >>> import minnet as mn
    >>> network = mn.Network([mn.Linear(2, 1), mn.Sigmoid()], seed=0)
    >>> network.flat_values = [20.0, 20.0, -30.0]
    >>> [text.get_text() for text in logic_gate(network, "and").texts]
    ['0.000', '0.000', '0.000', '1.000']
    """
    place = "mn.plot.logic_gate"
    network = network_of(place, trainer_or_network)
    x, y = truth_table(gate)
    output = _outputs(place, network, x)
    ax = style.new_axes(ax, figsize=(4.6, 4.6))
    if x.shape[1] == 1:
        _draw_curve(place, ax, network)
        corners = np.column_stack([x[:, 0], output])
    else:
        _draw_plane(place, ax, network)
        corners = x
    for corner, value, truth in zip(corners, output, y, strict=True):
        ax.plot(
            *corner,
            marker=style.marker(truth),
            color=style.class_colour(truth),
            markeredgecolor="white",
            markersize=13,
            zorder=3,
        )
        ax.annotate(
            f"{value:.3f}",
            corner,
            (0, -11 if corner[1] < 0.5 else 11),
            textcoords="offset points",
            ha="center",
            va="top" if corner[1] < 0.5 else "bottom",
            fontsize=style.TICKS,
        )
    y_label = "output a" if x.shape[1] == 1 else "x2"
    style.label(ax, title or gate.upper(), "x1", y_label)
    ax.set(xlim=_SPAN, ylim=_SPAN, xticks=[0, 1], yticks=[0, 1])
    ax.grid(visible=False)
    return ax


def _draw_plane(place: str, ax: Axes, network: Network) -> None:
    """Shade where the output is above 0.5, and draw the boundary."""
    axes, points = plane_grid([_SPAN, _SPAN], _GRID)
    a = _outputs(place, network, points).reshape(_GRID, _GRID)
    look: dict[str, Any] = {"colors": [style.tint(0, 0.12), style.tint(1, 0.3)]}
    ax.contourf(*axes, a, levels=[-1, 0.5, 2], **look)
    if a.min() < 0.5 < a.max():
        ax.contour(*axes, a, levels=[0.5], colors="black", linewidths=1.8)


def _draw_curve(place: str, ax: Axes, network: Network) -> None:
    """The output over one input, and the level 0.5."""
    at = np.linspace(*_SPAN, _GRID)
    a = _outputs(place, network, at.reshape(-1, 1))
    ax.plot(at, a, color="black", linewidth=1.8)
    ax.axhline(0.5, color="0.5", linestyle="--", linewidth=1)
    ax.set_facecolor(style.tint(0, 0.12))
    ax.fill_between(at, -1, 2, where=a > 0.5, color=style.tint(1, 0.3), linewidth=0)


def _outputs(place: str, network: Network, x: Array) -> Array:
    """One probability per row."""
    try:
        output = network.predict(x)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{place}: trainer_or_network: expected a network of {x.shape[1]} input(s) for this "
            f"gate, got one that refuses them: {error}"
        ) from error
    array_checks.finite(place, "the network's output", output)
    check_probability(place, "trainer_or_network", output)
    return output[:, 0].astype(float)
