"""The loss over two parameters as surface, contours and slices, with the path of the descent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot import style
from minnet.plot.checks import checked_list, checked_names
from minnet.plot.descent_paths import checked_paths, draw_paths
from minnet.plot.loss_grid import LossGrid
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_NAMES = ("w", "b")
_VIEW = {"elev": 30, "azim": -62}
_ZOOM = 0.95  # leaves room for the label at the right
_EDGE, _ROOM = 0.05, 0.09  # of the axes: numbers closer to the edge or path are hidden
_NUMBER = np.array([0.15, 0.06])  # of the axes: the room of one number, so that none overlap


@style.picture
def loss_surface(
    grid: LossGrid,
    path: ArrayLike | None = None,
    ax: Axes | None = None,
    *,
    title: str = "Loss surface",
    names: Sequence[str] | None = None,
) -> Axes:
    """The loss as a surface in perspective, with the path on it.

    Args:
        grid: from `loss_grid`. path: rows (first, second, loss), from `descend`.
        ax: Axes with projection="3d"; None makes a new figure.

    Raises:
        TypeError, ValueError: not a LossGrid, not a path, an ax that is not 3d.
    """
    place = "mn.plot.loss_surface"
    labels = _checked(place, grid, names)
    points = None if path is None else checked_paths(place, {"path": path}, columns=3)
    depth: Any = style.new_axes(ax, subplot_kw={"projection": "3d"})
    if depth.name != "3d":
        raise TypeError(
            f"{place}: ax: expected Axes with depth, got flat ones. Make them with "
            f'fig.add_subplot(projection="3d").'
        )
    depth.plot_surface(
        *np.meshgrid(grid.first, grid.second),
        grid.losses,
        cmap="cividis",
        alpha=0.8,
        rcount=40,
        ccount=40,
        linewidth=0.2,
        edgecolor="white",
    )
    depth.computed_zorder = False  # draw the path in front of the surface
    if points:
        draw_paths(depth, points, on_colour=True)
    depth.view_init(**_VIEW)
    depth.set_box_aspect(None, zoom=_ZOOM)
    style.label(depth, title, *labels)
    depth.set_zlabel("loss", fontsize=style.TEXT, labelpad=14)
    return depth  # type: ignore[no-any-return]


@style.picture
def loss_contours(
    grid: LossGrid,
    path: ArrayLike | None = None,
    ax: Axes | None = None,
    *,
    title: str = "Loss contours",
    names: Sequence[str] | None = None,
    levels: Sequence[float] | int = 12,
) -> Axes:
    """Lines of equal loss with their numbers, and the path.

    Args:
        grid: from `loss_grid`. path: rows (first, second, loss), from `descend`.
        ax: where to draw; None makes a new figure. levels: the losses of the lines, or how many.

    Raises:
        TypeError, ValueError: not a LossGrid, not a path.
    """
    place = "mn.plot.loss_contours"
    labels = _checked(place, grid, names)
    points = None if path is None else checked_paths(place, {"path": path}, columns=3)
    at = _checked_levels(place, levels)
    ax = style.new_axes(ax)
    ax.contourf(grid.first, grid.second, grid.losses, levels=at, cmap="cividis", alpha=0.55)
    look: dict[str, Any] = {"levels": at, "colors": "0.25", "linewidths": 0.7}
    lines = ax.contour(grid.first, grid.second, grid.losses, **look)
    if points:
        draw_paths(ax, {name: row[:, :2] for name, row in points.items()}, on_colour=True)
    _write_numbers(ax, lines, points["path"][:, :2] if points else np.empty((0, 2)))
    style.label(ax, title, *labels)
    ax.grid(visible=False)
    return ax


@style.picture
def loss_slices(
    grid: LossGrid,
    at: Sequence[float],
    ax: Axes | None = None,
    *,
    title: str = "Slices",
    names: Sequence[str] | None = None,
) -> Axes:
    """The loss over the first parameter, with the second fixed at each of several values.

    Args:
        grid: from `loss_grid`.
        at: values of the second parameter within the grid; between two of the grid's rows the
            loss is interpolated linearly.
        ax: where to draw; None makes a new figure.

    Raises:
        TypeError, ValueError: not a LossGrid, a value outside the grid.
    """
    place = "mn.plot.loss_slices"
    labels = _checked(place, grid, names)
    low, high = float(grid.second[0]), float(grid.second[-1])
    values = checked_list(place, "at", at, "values", minimum=low, maximum=high)
    ax = style.new_axes(ax)
    for index, value in enumerate(values):
        losses = [np.interp(value, grid.second, column) for column in grid.losses.T]
        number = f"{value:g}".replace("-", "−")
        style.curve(ax, index + 2, grid.first, losses, f"{labels[1]} = {number}")
    ax.set_ylim(bottom=0)
    return style.finish(ax, title, labels[0], "loss")


def _write_numbers(ax: Axes, lines: Any, path: Array) -> None:
    """The loss of each line, unrotated, away from the edge, the path and each other."""
    low, high = np.array([ax.get_xlim(), ax.get_ylim()]).T
    near_path = (_filled(path) - low) / (high - low)
    written: list[Array] = []
    for text in ax.clabel(lines, fontsize=style.TICKS - 1, fmt="%.4g"):
        place = (np.array(text.get_position()) - low) / (high - low)
        near = np.hypot(*(near_path - place).T).min(initial=1.0)
        hidden = near < _ROOM or place.min() < _EDGE or place.max() > 1 - _EDGE
        if hidden or any((np.abs(place - other) < _NUMBER).all() for other in written):
            text.set_visible(False)
        else:
            written.append(place)
        text.set(rotation=0, color="black")
        text.set_bbox({"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.6})


def _filled(path: Array) -> Array:
    """The path with additional points between its points."""
    if not len(path):
        return path
    along = np.linspace(0, len(path) - 1, 20 * len(path))
    return np.column_stack([np.interp(along, range(len(path)), column) for column in path.T])


def _checked(place: str, grid: object, names: Sequence[str] | None) -> tuple[str, str]:
    """The names of the two parameters; refuses what is not a LossGrid."""
    if not isinstance(grid, LossGrid):
        raise TypeError(
            f"{place}: grid: expected what mn.plot.loss_grid returns, got {checks.describe(grid)}. "
            f"Write grid = mn.plot.loss_grid(trainer, x, y, (-5, 5), (-5, 5))."
        )
    parts = {
        name: array_checks.numeric_array(place, f"grid.{name}", part)
        for name, part in grid._asdict().items()
    }
    for name, part in parts.items():
        array_checks.finite(place, f"grid.{name}", part)
    wanted = parts["second"].shape + parts["first"].shape
    if parts["losses"].shape != wanted or len(wanted) != 2 or min(wanted) < 2:
        raise ValueError(
            f"{place}: grid: expected losses[i, j] for each second[i] and first[j], two or more of "
            f"each, got shapes {', '.join(str(part.shape) for part in parts.values())}. Use what "
            f"mn.plot.loss_grid returns."
        )
    first, second = checked_names(place, names, _NAMES, "names")
    return first, second


def _checked_levels(place: str, levels: object) -> list[float] | int:
    """A number of lines, or their losses in increasing order."""
    entries = checks.listed(levels)
    if entries is None:
        return checks.whole_number(place, "levels", levels)
    given = [checks.number(place, f"levels[{i}]", level) for i, level in enumerate(entries)]
    if len(given) < 2 or (np.diff(given) <= 0).any():
        raise ValueError(
            f"{place}: levels: expected two or more losses that increase, or how many lines, got "
            f"{checks.describe(levels)}. Write for example levels=12."
        )
    return given
