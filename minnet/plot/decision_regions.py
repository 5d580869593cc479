"""Decision boundary and decision regions of a classifier with two inputs, and its data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.metrics import THRESHOLD
from minnet.nn.network import Network
from minnet.plot import style
from minnet.plot.checks import check_scaler, checked_names, network_of, outputs, points_of
from minnet.training.trainer import Trainer
from minnet.utils import array_checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_GRID = 200  # points along each side at which the network is evaluated
_MARGIN = 0.06  # of the range of the data, added on each side
_POINT_SIZES = {200: 36, 600: 22, math.inf: 18}  # up to so many points: the area of each
_LEVELS = np.linspace(0, 1, 11)
_THIN, _THICK = 0.6, 1.8  # lines, in points
_LINES = {0.1: _THIN, THRESHOLD: _THICK, 0.9: _THIN}  # probability: width


@style.picture
def decision_boundary(
    trainer_or_network: Trainer | Network,
    x: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    scaler: Any = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
) -> Axes:
    """The probability of class 1 over the plane, the line where it is 0.5, and the data.

    Args:
        trainer_or_network: two inputs, one output from 0 to 1.
        x: points (m, 2), which determine the limits of the axes. y: their labels 0 and 1.
        ax: where to draw; None makes a new figure.
        scaler: the fitted Standardizer or MinMaxScaler of the network's training data, if they
            were scaled. x and the axes are then in the original units.
        feature_names: two names, with units. class_names: two names.

    Returns:
        The Axes. Thick line: probability 0.5, the boundary; thin lines: 0.1 and 0.9. The colour
        bar shows all three.

    Raises:
        TypeError: not a Trainer or Network, not an Axes, or not numbers.
        ValueError: x is not (m, 2), y holds labels other than 0 and 1, the network takes another
            number of features, has several outputs, or outputs that are not probabilities.

    >>> import minnet as mn
    >>> from minnet.plot import decision_boundary
    >>> network = mn.Network([mn.Linear(2, 1), mn.Sigmoid()], seed=0)
    >>> ax = decision_boundary(network, [[0.0, 0.0], [1.0, 2.0]], [0, 1])
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('x1', 'x2')
    """
    place = "mn.plot.decision_boundary"
    plane = _Plane(place, trainer_or_network, x, y, scaler)
    output = plane.output()
    if output.shape[1] != 1:
        raise ValueError(
            f"{place}: trainer_or_network: expected one output, got {output.shape[1]}. For "
            f"several classes use mn.plot.decision_regions."
        )
    if not (output.min() >= 0 and output.max() <= 1):
        raise ValueError(
            f"{place}: trainer_or_network: expected probabilities from 0 to 1, got outputs from "
            f"{output.min():.4g} to {output.max():.4g}. End the network in mn.Sigmoid()."
        )
    plane.check(2, class_names, feature_names)
    ax = style.new_axes(ax)
    _draw_probability(ax, plane, output.reshape(_GRID, _GRID))
    return plane.finish(ax, "Decision boundary")


@style.picture
def decision_regions(
    trainer_or_network: Trainer | Network,
    x: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    scaler: Any = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
) -> Axes:
    """The most probable of k classes over the plane, and the data.

    Args:
        trainer_or_network: two inputs, k >= 2 outputs, the largest of which decides.
        x: points (m, 2). y: their labels 0 ... k-1, also as one-hot rows.
        ax: where to draw; None makes a new figure.
        scaler: the fitted Standardizer or MinMaxScaler of the network's training data, if they
            were scaled. x and the axes are then in the original units.
        feature_names: two names, with units. class_names: k names.

    Returns:
        The Axes. Each region has the colour of its class's points, and its own hatch.

    Raises:
        TypeError: not a Trainer or Network, not an Axes, or not numbers.
        ValueError: x is not (m, 2), y holds labels beyond k-1, the network takes another number
            of features or has one output only.

    >>> import minnet as mn
    >>> from minnet.plot import decision_regions
    >>> network = mn.Network([mn.Linear(2, 3), mn.Softmax()], seed=0)
    >>> ax = decision_regions(network, [[0.0, 0.0], [1.0, 2.0], [2.0, 0.0]], [0, 1, 2])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['class 0', 'class 1', 'class 2']
    """
    place = "mn.plot.decision_regions"
    plane = _Plane(place, trainer_or_network, x, y, scaler)
    output = plane.output()
    k = output.shape[1]
    if k == 1:
        raise ValueError(
            f"{place}: trainer_or_network: expected an output for each class, got one output. For "
            f"two classes and one output use mn.plot.decision_boundary."
        )
    plane.check(k, class_names, feature_names)
    ax = style.new_axes(ax)
    for index in range(k):
        others = np.delete(output, index, axis=1).max(axis=1)
        _draw_region(ax, plane, (output[:, index] - others).reshape(_GRID, _GRID), index)
    return plane.finish(ax, "Decision regions")


class _Plane:
    """The data, checked, and the grid of points around them."""

    def __init__(
        self, place: str, network: Trainer | Network, x: ArrayLike, y: ArrayLike, scaler: Any
    ) -> None:
        self.place = place
        self.network = network_of(place, network)
        check_scaler(place, scaler)
        self.scaler = scaler
        self.points, self.labels = points_of(place, x, y)
        self.axes, self.grid = plane_grid(padded_limits(self.points, _MARGIN), _GRID)

    def output(self) -> Array:
        """The network's output (points of the grid, k)."""
        return outputs(self.place, self.network, self.scaler, self.grid)

    def check(
        self, classes: int, names: Sequence[str] | None, features: Sequence[str] | None
    ) -> None:
        """The names; refuses a label for which the network has no output."""
        wanted = f"labels from 0 to {classes - 1}, as this network has {classes} classes"
        fix = "Number the classes from 0."
        array_checks.refuse(self.place, "y", self.labels, self.labels >= classes, wanted, fix)
        self.names = checked_names(self.place, names, [f"class {i}" for i in range(classes)])
        self.features = checked_names(self.place, features, ["x1", "x2"], "feature_names")

    def finish(self, ax: Axes, title: str) -> Axes:
        """The points of each class, title, labels and legend."""
        size = next(s for most, s in _POINT_SIZES.items() if len(self.points) <= most)
        look = {"s": size, "zorder": 3, "linewidths": 0.7}
        handles = style.scatter_classes(ax, self.points, self.labels, self.names, **look)
        style.label(ax, title, *self.features)
        ax.grid(visible=False)
        style.legend_below(ax, handles, columns=3, handle=1)
        return ax


def plane_grid(ranges: Sequence[tuple[float, float]], points: int) -> tuple[list[Array], Array]:
    """The two axes (points,) of a grid, and all its points (points^2, 2), row by row.

    >>> axes, all_points = plane_grid([(0, 1), (0, 2)], 2)
    >>> all_points.tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]]
    """
    axes = [np.linspace(low, high, points) for low, high in ranges]
    first, second = np.meshgrid(*axes)
    return axes, np.column_stack([first.ravel(), second.ravel()])


def padded_limits(points: Array, margin: float) -> list[tuple[float, float]]:
    """Minimum and maximum of each column, and beyond them a share `margin` of the range."""
    low, high = points.min(axis=0), points.max(axis=0)
    padding = np.where(high > low, (high - low) * margin, 0.5)
    return [(float(a), float(b)) for a, b in zip(low - padding, high + padding, strict=True)]


def _draw_probability(ax: Axes, plane: _Plane, probability: Array) -> None:
    """The probability as colours and lines, with a colour bar."""
    filled = ax.contourf(*plane.axes, probability, levels=_LEVELS, cmap=probability_colours())
    bar = ax.figure.colorbar(filled, ax=ax, ticks=[0, 0.1, 0.3, 0.5, 0.7, 0.9, 1])
    widths = {p: w for p, w in _LINES.items() if probability.min() < p < probability.max()}
    if widths:
        look: dict[str, Any] = {"colors": "black", "linewidths": list(widths.values())}
        bar.add_lines(ax.contour(*plane.axes, probability, levels=list(widths), **look))
    bar.set_label(f"probability: {plane.names[1]}", fontsize=style.TEXT, parse_math=False)
    bar.ax.tick_params(labelsize=style.TICKS)


def _draw_region(ax: Axes, plane: _Plane, lead: Array, index: int) -> None:
    """The region of one class and its edge; nothing if the class wins nowhere."""
    import matplotlib as mpl

    if lead.max() <= 0:
        return
    with mpl.rc_context({"hatch.color": style.tint(index, 0.6), "hatch.linewidth": 0.6}):
        ax.contourf(
            *plane.axes,
            lead,
            levels=[0, max(1.0, float(lead.max()) * 2)],
            colors=[style.tint(index, 0.25)],
            hatches=[style.hatch(index)],
        )
    if lead.min() < 0:
        ax.contour(*plane.axes, lead, levels=[0], colors="black", linewidths=_THICK)


def probability_colours() -> Any:
    """Class 0's colour through white to class 1's; the first is darker, also in a grey print."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = [style.tint(0, 0.55), (0.97, 0.97, 0.97), style.tint(1, 0.28)]
    return LinearSegmentedColormap.from_list("class 0 to class 1", ends)
