"""Bars: how many update steps each way of training took to reach its goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot import style
from minnet.plot.checks import (
    Curves,
    check_accuracies,
    checked_curves,
    checked_list,
    checked_mapping,
)
from minnet.utils import checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@style.picture
def step_counts(
    counts: Mapping[str, int],
    ax: Axes | None = None,
    *,
    title: str = "Steps to the goal",
    quantity: str = "update steps",
) -> Axes:
    """One bar for each name, as high as its count, with the count above it.

    For many runs under each name use `mn.plot.median_steps`.

    Args:
        counts: name -> number of steps >= 0; a name may have several lines.
        ax: where to draw; None makes a new figure.
        quantity: the label of the y axis.

    Raises:
        TypeError, ValueError: no counts, or one that is not a whole number >= 0.

    >>> ax = step_counts({"squared error": 89, "cross-entropy": 16})
    >>> [float(bar.get_height()) for bar in ax.patches]
    [89.0, 16.0]
    """
    place = "mn.plot.step_counts"
    heights = {
        str(name): checks.whole_number(place, f"counts[{name!r}]", count, minimum=0)
        for name, count in checked_mapping(place, "counts", counts, "number of steps").items()
    }
    ax = style.new_axes(ax)
    for index, height in enumerate(heights.values()):
        ax.bar(index, height, 0.7, **_filling(index))
        ax.annotate(
            f"{height}",
            (index, height),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=style.TITLE,
        )
    style.name_ticks(ax.xaxis, list(heights))
    ax.set_ylim(0, 1.15 * max(1, *heights.values()))
    ax.set_axisbelow(True)
    style.label(ax, title, "", quantity)
    ax.grid(visible=False, axis="x")
    return ax


def steps_to_reach(curves: ArrayLike, threshold: float, steps: ArrayLike | None = None) -> Array:
    """For each run the first step at which its curve is at least `threshold`; inf if at none.

    Args:
        curves: (runs, points), for example accuracies. threshold: in the same unit.
        steps: the update step of each point; 0, 1, 2, ... if left out.

    Returns:
        Floats (runs,).

    >>> steps_to_reach([[0.5, 0.8, 0.95], [0.6, 0.7, 0.8]], 0.9, steps=[0, 5, 10])
    array([10., inf])
    """
    place = "mn.plot.steps_to_reach"
    runs, at = checked_curves(place, {"curves": curves}, steps)
    reached = runs["curves"] >= checks.number(place, "threshold", threshold)
    first: Array = np.where(reached.any(axis=1), at[reached.argmax(axis=1)], np.inf)
    return first


@style.picture
def median_steps(
    curves: Curves,
    thresholds: Sequence[float] = (0.9, 0.95),
    steps: ArrayLike | None = None,
    *,
    title: str = "Steps to an accuracy",
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Bars: the median number of update steps until an accuracy is reached for the first time.

    Each bar says how many of its runs never reached it within the given steps. If that is half
    of them or more, there is no median: the bar is left empty, as high as all steps.

    Args:
        curves: name -> accuracies (runs, points), from 0 to 1. thresholds: accuracies.
        steps: the update step of each point; 0, 1, 2, ... if left out.
        legend: False leaves it out, for several pictures that share one.
        ax: where to draw; None makes a new figure.

    Raises:
        TypeError, ValueError: as in `learning_speed`; also an accuracy or a threshold
            outside [0, 1].

    >>> ax = median_steps({"one": [[0.5, 0.8, 0.95], [0.6, 0.7, 0.8]]}, thresholds=[0.7])
    >>> float(ax.patches[0].get_height())
    1.0
    """
    place = "mn.plot.median_steps"
    runs, at = checked_curves(place, curves, steps)
    check_accuracies(place, runs)
    what = "accuracies such as (0.9, 0.95)"
    wanted = checked_list(place, "thresholds", thresholds, what, minimum=0, maximum=1)
    ax = style.new_axes(ax)
    width = 0.8 / len(runs)
    for index, (name, array) in enumerate(runs.items()):
        shift = (index - (len(runs) - 1) / 2) * width
        for group, threshold in enumerate(wanted):
            first = steps_to_reach(array, threshold, at)
            _median_bar(ax, group + shift, 0.92 * width, index, first, at[-1])
        ax.bar(0, 0, 0, label=style.named(name), **_filling(index))  # for the legend: a filled bar
    ax.set_xticks(range(len(wanted)), [f"{threshold:.0%}" for threshold in wanted])
    ax.set_ylim(0, 1.3 * ax.dataLim.ymax or 1)  # room for the text above the highest bar
    ax.set_axisbelow(True)
    style.finish(ax, title, "accuracy to reach", "median update steps", legend=legend, handle=2)
    ax.grid(visible=False, axis="x")
    return ax


def _filling(index: int) -> dict[str, Any]:
    """Keyword arguments for `Axes.bar`: the colour and hatch of the series."""
    colours = {"facecolor": style.colour(index), "edgecolor": "white"}
    return {**colours, "hatch": style.hatch(index), "linewidth": 0}


def _median_bar(ax: Axes, x: float, width: float, index: int, first: Array, last: float) -> None:
    """One bar with its number, and with the count of the runs that never reached the goal."""
    median, never = float(np.median(first)), int(np.isinf(first).sum())
    if np.isfinite(median):
        text, height = f"{median:g}", median
        ax.bar(x, height, width, **_filling(index))
    else:
        text, height = f"> {last:g}", last
        outline = style.colour(index)
        ax.bar(x, height, width, facecolor="none", edgecolor=outline, linestyle="--", linewidth=1.5)
    if never:
        text += f"\n{never} of {len(first)}\nnever"
    ax.annotate(
        text,
        (x, height),
        (0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=style.TICKS,
    )
