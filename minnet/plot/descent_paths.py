"""The paths of optimizers over the contours of a function of two numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot import style
from minnet.plot.checks import checked_mapping, checked_names, checked_span
from minnet.plot.decision_regions import padded_limits, plane_grid
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Paths = Mapping[str, ArrayLike]

_GRID = 160
_MARGIN = 0.15
_MARKS = 40  # markers along one path at most


@style.picture
def descent_paths(
    function: Callable[[Array, Array], Array],
    paths: Paths,
    ax: Axes | None = None,
    *,
    title: str = "Ways down",
    names: Sequence[str] | None = None,
    spans: Sequence[tuple[float, float]] | None = None,
    legend: bool = True,
) -> Axes:
    """Contours of a function of two numbers, and the points that each optimizer visited.

    Args:
        function: takes two arrays of one shape and returns the heights, an array of the same shape.
        paths: name -> points (n, 2), the start first.
        ax: where to draw; None makes a new figure.
        names: the names of the two numbers; None: x, y.
        spans: (low, high) of each; None fits them to the paths.
        legend: False leaves it out.

    Returns:
        The Axes; a filled circle marks the start of each path, a star its end.

    Raises:
        TypeError, ValueError: not a function, no paths, points that are not (n, 2).

    >>> ax = descent_paths(lambda x, y: x**2 / 10 + y**2, {"SGD": [[-7, 2], [-6, 1], [-5, 0]]})
    >>> ax.lines[0].get_xdata().tolist()
    [-7.0, -6.0, -5.0]
    """
    place = "mn.plot.descent_paths"
    points = checked_paths(place, paths)
    axes_names = checked_names(place, names, ("x", "y"), "names")
    ranges = padded_limits(np.concatenate(list(points.values())), _MARGIN)
    if spans is not None:
        ranges = _checked_spans(place, spans)
    axes, heights = _heights(place, function, ranges)
    ax = style.new_axes(ax)
    ax.contour(*axes, heights, levels=14, colors="0.6", linewidths=0.8)
    draw_paths(ax, points)
    style.finish(ax, title, *axes_names, legend=legend)
    ax.grid(visible=False)
    return ax


def _heights(
    place: str, function: Callable[[Array, Array], Array], ranges: list[tuple[float, float]]
) -> tuple[list[Array], Array]:
    """The axes of a grid, and the function's values on it."""
    if not callable(function):
        raise TypeError(
            f"{place}: function: expected a function of two arrays, such as lambda x, y: x**2 + "
            f"y**2, got {checks.describe(function)}."
        )
    axes, at = plane_grid(ranges, _GRID)
    try:
        heights = np.asarray(function(*at.T.reshape(2, _GRID, _GRID)))
    except TypeError as error:
        raise TypeError(
            f"{place}: function: expected a function of two arrays, such as lambda x, y: x**2 + "
            f"y**2, got one that says: {error}."
        ) from error
    if heights.shape != (_GRID, _GRID):
        raise ValueError(
            f"{place}: function: expected heights of the shape of its arguments, "
            f"{(_GRID, _GRID)}, got {heights.shape}."
        )
    array_checks.finite(place, "function(x, y)", heights)
    return axes, heights


def _checked_spans(place: str, spans: object) -> list[tuple[float, float]]:
    """Two pairs (low, high)."""
    pair = checks.listed(spans)
    if pair is None or len(pair) != 2:
        raise TypeError(
            f"{place}: spans: expected two pairs, ((-8, 8), (-3, 3)), got {checks.describe(spans)}."
        )
    return [checked_span(place, span, f"spans[{i}]") for i, span in enumerate(pair)]


def draw_paths(ax: Axes, paths: Mapping[str, Array], on_colour: bool = False) -> None:
    """Each path as a line with some of its points marked, its start and its end.

    A single path is black; on a coloured background paths have a white edge.
    """
    from matplotlib.patheffects import Normal, Stroke

    edge = [Stroke(linewidth=3.6, foreground="white"), Normal()] if on_colour else None
    for index, (name, points) in enumerate(paths.items()):
        look: dict[str, Any] = {"marker": style.marker(index), **style.line(index)}
        if len(paths) == 1:
            look["color"] = "black"
        look["path_effects"] = edge
        every = max(1, len(points) // _MARKS)
        coordinates = points.T
        look |= {"label": style.named(name), "markevery": every}
        ax.plot(*coordinates, linewidth=1.6, markersize=4, zorder=4, **look)
        for end, mark, size in ((0, "o", 9), (-1, "*", 15)):
            ax.plot(
                *(c[[end]] for c in coordinates),
                marker=mark,
                markersize=size,
                color=look["color"],
                markeredgecolor="white" if len(paths) == 1 else "black",
                zorder=5,
            )


def checked_paths(place: str, paths: object, columns: int = 2) -> dict[str, Array]:
    """name -> finite points (n, columns)."""
    result = {}
    for name, value in checked_mapping(place, "paths", paths, f"points (n, {columns})").items():
        points = array_checks.numeric_array(place, f"paths[{name!r}]", value)
        if points.ndim != 2 or points.shape[1] != columns or not len(points):
            raise ValueError(
                f"{place}: paths[{name!r}]: expected points of shape (n, {columns}), got "
                f"{points.shape}."
            )
        array_checks.finite(place, f"paths[{name!r}]", points)
        result[str(name)] = points.astype(float)
    return result
