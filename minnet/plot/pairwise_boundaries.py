"""The boundary of each pair of classes, extended into the regions of the other classes.

k classes have k (k - 1) / 2 such lines. Each region is bounded by parts of them; drawn in full,
they show that the boundary of classes i and j is the line z_i = z_j and nothing else.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet.nn.activations import Softmax
from minnet.nn.network import Network
from minnet.plot import style
from minnet.plot.checks import check_scaler, network_of, outputs
from minnet.plot.decision_regions import plane_grid
from minnet.training.trainer import Trainer
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_GRID = 200


@style.picture
def pairwise_lines(
    trainer_or_network: Trainer | Network,
    ax: Axes,
    *,
    scaler: Any = None,
    labels: bool = True,
) -> Axes:
    """Add, for each pair of classes i < j, the line on which their scores are equal.

    Args:
        trainer_or_network: two inputs, k >= 3 outputs.
        ax: what `mn.plot.decision_regions` returned; the lines end at its limits.
        scaler: as in `decision_regions`.
        labels: True writes the two classes on each line, as "0|1".

    Returns:
        The same Axes; the lines are dashed, and continue where a third class is more probable.

    Raises:
        TypeError, ValueError: not a network of two inputs and k >= 3 outputs, not an Axes.

    >>> import minnet as mn
    >>> network = mn.Network([mn.Linear(2, 3), mn.Softmax()], seed=0)
    >>> ax = mn.plot.decision_regions(network, [[0.0, 0.0], [1.0, 2.0], [2.0, 0.0]], [0, 1, 2])
    >>> pairwise_lines(network, ax) is ax
    True
    """
    place = "mn.plot.pairwise_lines"
    network = network_of(place, trainer_or_network)
    check_scaler(place, scaler)
    axes, points = plane_grid([ax.get_xlim(), ax.get_ylim()], _GRID)
    scores = _scores(place, network, scaler, points)
    for i, j in itertools.combinations(range(scores.shape[1]), 2):
        others = np.delete(scores, [i, j], axis=1).max(axis=1)
        third = others.reshape(_GRID, _GRID) > scores[:, i].reshape(_GRID, _GRID)
        lead = (scores[:, i] - scores[:, j]).reshape(_GRID, _GRID)
        if lead.min() < 0 < lead.max():
            look: dict[str, Any] = {"colors": "black", "linewidths": 1.3}
            lines = ax.contour(*axes, lead, levels=[0], linestyles=["--"], **look)
            if labels:
                _write(ax, lines, f"{i}|{j}", third)
    return ax


def _scores(place: str, network: Network, scaler: Any, points: Array) -> Array:
    """The inputs of the softmax if there is one, whose outputs round to 0 or 1 far out."""
    output = outputs(place, network, scaler, points)
    if output.ndim != 2 or output.shape[1] < 3:
        raise ValueError(
            f"{place}: trainer_or_network: expected a network of three or more outputs, got "
            f"{output.shape[1:]}. For two classes use mn.plot.decision_boundary."
        )
    if not isinstance(network.output_layer, Softmax):
        return output
    scaled = points if scaler is None else scaler.transform(points)
    with network.evaluating():
        return np.array(network.forward_to_logits(scaled))


def _write(ax: Axes, lines: Any, text: str, third: Array) -> None:
    """Write the two classes far out on their line, if possible in the region of a third class."""
    points = np.concatenate([path.vertices for path in lines.get_paths() if len(path.vertices)])
    low, high = np.array([ax.get_xlim(), ax.get_ylim()]).T
    place = (points - low) / (high - low)
    inside = ((place > 0.06) & (place < 0.94)).all(axis=1)
    if inside.any():
        column, row = np.clip(place * _GRID, 0, _GRID - 1).astype(int).T
        far = np.hypot(*(place - 0.5).T) + third[row, column]
        best = int(np.where(inside, far, -1).argmax())
        box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "0.5"}
        x1, x2 = points[best]
        look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": style.TICKS}
        ax.text(x1, x2, text, bbox=box, parse_math=False, **look)
