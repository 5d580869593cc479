"""How fast networks learn: many runs under each of several names, step by step, in one picture.

One training run proves little: another start, another split, and the order may be the other
way round. So every picture here takes all runs of a kind, an array (runs, points), and shows
their mean with the band that holds the middle 80 % of them, or their median with the number of
runs that never arrived. Names keep their colour by their place, so that one name looks the
same in all pictures of a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot import style
from minnet.plot.bars import filling, median_bar
from minnet.plot.runs import (
    Curves,
    between_0_and_1,
    checked_curves,
    checked_thresholds,
    not_negative,
    refuse_never,
    steps_to_reach,
)
from minnet.plot.sweep_curves import curves_of
from minnet.sweep.results import Runs
from minnet.utils import checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis


BAND = (10.0, 90.0)
"""The percentiles of the runs between which the band lies."""

_TICKS = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)


def learning_speed(
    curves: Curves | Runs,
    steps: ArrayLike | None = None,
    *,
    by: str | Sequence[str] | None = None,
    column: str | None = None,
    quantity: str | None = None,
    title: str = "Learning speed",
    logarithmic: bool = False,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Mean over the runs as a line, the 10th to the 90th percentile as a band, by update step.

    The steps are drawn on a logarithmic axis (with room for step 0), because much happens in
    the first few. The runs of a sweep are drawn by epoch, with a line for each group of them:
    `learning_speed(runs, by="loss")`.

    Args:
        curves: name -> array (runs, points), one run alone may be (points,); or the Runs of
            `mn.sweep`, of which those that failed are left out, and counted in the legend.
        steps: the update step of each point, increasing; 0, 1, 2, ... if left out.
        by: for Runs, the setting (or several) that tells the lines apart; None: one line.
        column: for Runs, what of their histories to draw. None: the first that all have of
            val_accuracy, accuracy, val_loss, loss, because accuracies can be compared from loss
            to loss, and losses of different kinds cannot.
        quantity: what was measured, with its unit: the label of the upright axis.
        logarithmic: True draws the quantity on a logarithmic axis; it must then be >= 0.
        legend: False leaves it out, where several pictures share one.
        ax: draw here instead of into a new figure.

    Raises:
        TypeError, ValueError: no curves, no finite numbers, lengths that differ; a setting or
            a column that the runs do not have.

    >>> ax = learning_speed({"one": [[1.0, 0.5], [0.8, 0.3]]}, quantity="loss")
    >>> ax.lines[0].get_ydata().tolist(), ax.get_ylabel()
    ([0.9, 0.4], 'loss')
    """
    place = "learning_speed"
    logarithmic = checks.boolean(f"mn.plot.{place}", "logarithmic", logarithmic)
    drawn = curves_of(place, curves, steps, by, column)
    ax = _lines_and_bands(place, drawn.curves, drawn.steps, logarithmic, ax)
    return _finished(
        ax, legend, title, drawn.unit, drawn.quantity if quantity is None else quantity
    )


def output_gradient(
    curves: Curves,
    steps: ArrayLike | None = None,
    *,
    title: str = "Gradient at the output",
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """The size of dL/dz, z the input of the last activation, by update step: the pace of learning.

    Every weight's gradient contains dL/dz as a factor. Behind a sigmoid it is a - y under
    cross-entropy, and (a - y) a (1 - a) under squared error.

    Args:
        curves: name -> array (runs, points) of numbers >= 0, such as the mean of |dL/dz|.
        steps: the update that each gradient belongs to; 0, 1, 2, ... if left out.
        legend: False leaves it out, where several pictures share one.
        ax: draw here instead of into a new figure.

    Raises:
        TypeError, ValueError: as in `learning_speed`; also a negative size.

    >>> output_gradient({"one": [0.5, 0.25]}, steps=[1, 2]).get_yscale()
    'log'
    """
    ax = _lines_and_bands("output_gradient", curves, steps, True, ax)
    return _finished(ax, legend, title, "update step", "|dL/dz| per sample")


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

    Each bar says how many of its runs never got there within the steps given. Where that is
    half of them or more there is no median: the bar is left empty, as high as all steps.

    Args:
        curves: name -> accuracies (runs, points), from 0 to 1. thresholds: accuracies.
        steps: the update step of each point; 0, 1, 2, ... if left out.
        legend: False leaves it out, where several pictures share one.
        ax: draw here instead of into a new figure.

    Raises:
        TypeError, ValueError: as in `learning_speed`; also an accuracy or a threshold
            outside [0, 1].

    >>> ax = median_steps({"one": [[0.5, 0.8, 0.95], [0.6, 0.7, 0.8]]}, thresholds=[0.7])
    >>> float(ax.patches[0].get_height())
    1.0
    """
    place = "median_steps"
    runs, at = checked_curves(place, curves, steps)
    between_0_and_1(place, runs)
    wanted = checked_thresholds(place, thresholds)
    ax = style.new_axes(ax, place)
    width = 0.8 / len(runs)
    for index, (name, array) in enumerate(runs.items()):
        shift = (index - (len(runs) - 1) / 2) * width
        for group, threshold in enumerate(wanted):
            first = steps_to_reach(array, threshold, at)
            median_bar(ax, group + shift, 0.92 * width, index, first, at[-1])
        ax.bar(0, 0, 0, label=name, **filling(index))  # for the legend: a full bar
    ax.set_xticks(range(len(wanted)), [f"{threshold:.0%}" for threshold in wanted])
    ax.set_ylim(0, 1.3 * ax.dataLim.ymax or 1)  # room for the text on the highest bar
    ax.set_axisbelow(True)
    _finished(ax, legend, title, "accuracy to reach", "median update steps")
    ax.grid(visible=False, axis="x")
    return ax


def steps_by_rate(
    curves: Curves,
    rates: ArrayLike,
    *,
    title: str = "Which learning rate?",
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """The mean number of steps to a goal at each learning rate, the best one of each name marked.

    Args:
        curves: name -> steps, an array (runs, rates). rates: above 0, increasing.
        legend: False leaves it out, where several pictures share one.
        ax: draw here instead of into a new figure.

    Raises:
        TypeError, ValueError: as in `learning_speed`; also a rate that is not above 0.

    >>> ax = steps_by_rate({"one": [[90, 20, 50], [70, 30, 60]]}, rates=[0.1, 1, 10])
    >>> ax.lines[0].get_ydata().tolist()
    [80.0, 25.0, 55.0]
    """
    from matplotlib.ticker import NullLocator

    place = "steps_by_rate"
    refuse_never(place, curves)
    runs, at = checked_curves(place, curves, rates, "rates")
    if at[0] <= 0:
        raise ValueError(f"mn.plot.{place}: rates: expected numbers above 0, got {at[0]:g}.")
    not_negative(place, runs)
    ax = style.new_axes(ax, place)
    for index, (name, array) in enumerate(runs.items()):
        mean = array.mean(axis=0)
        (line,) = ax.plot(at, mean, label=name, linewidth=2, **style.line(index))
        line.set(marker=style.marker(index), markevery=[int(mean.argmin())], markersize=11)
    ax.set_xscale("log")
    ax.set_xticks(at, [f"{rate:g}" for rate in at])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yscale("symlog", linthresh=1, linscale=0.5)
    _ticks_of_steps(ax.yaxis)
    return _finished(ax, legend, title, "learning rate", "mean update steps")


def single_neuron(
    curves: Curves,
    *,
    quantity: str = "output a",
    title: str = "One neuron",
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """The output, or the cost, of one neuron by epoch, a line for each way of training it.

    Args:
        curves: name -> (points,): the value after 0, 1, 2, ... epochs.
        quantity: the label of the upright axis.
        legend: False leaves it out, where several pictures share one.
        ax: draw here instead of into a new figure.

    Raises:
        TypeError, ValueError: as in `learning_speed`; also several runs under one name.

    >>> single_neuron({"squared error": [0.8, 0.7, 0.5]}).get_xlabel()
    'epoch'
    """
    place = "single_neuron"
    runs, epochs = checked_curves(place, curves, None)
    for name, array in runs.items():
        if len(array) != 1:
            raise ValueError(
                f"mn.plot.{place}: curves[{name!r}]: expected one run, shape (points,), got "
                f"{len(array)} runs. For many runs use mn.plot.learning_speed."
            )
    ax = style.new_axes(ax, place)
    for index, (name, array) in enumerate(runs.items()):
        ax.plot(epochs, array[0], label=name, linewidth=2, **style.line(index))
    ax.set_ylim(bottom=0)
    return _finished(ax, legend, title, "epoch", quantity)


def _lines_and_bands(
    place: str, curves: Curves, steps: ArrayLike | None, logarithmic: bool, ax: Axes | None
) -> Axes:
    """Mean and band of each name, by step."""
    runs, at = checked_curves(place, curves, steps)
    if logarithmic:
        not_negative(place, runs)
    ax = style.new_axes(ax, place)
    for index, (name, array) in enumerate(runs.items()):
        low, high = np.percentile(array, BAND, axis=0)
        ax.fill_between(at, low, high, color=style.colour(index), alpha=0.18, linewidth=0)
        mark = style.marker(index) if len(at) == 1 else None  # one point makes no line
        ax.plot(at, array.mean(axis=0), label=name, linewidth=2, marker=mark, **style.line(index))
    if logarithmic:
        ax.set_yscale("log")
    _axis_of_steps(ax, at)
    return ax


def _finished(ax: Axes, legend: bool, title: str, x: str, y: str) -> Axes:
    """Title, labels, grid, and the legend if it is wanted here."""
    style.label(ax, title, x, y)
    if legend:
        style.legend_below(ax)
    return ax


def _axis_of_steps(ax: Axes, at: Array) -> None:
    """Logarithmic from step 1 on; step 0 has its place to the left of it."""
    ax.set_xscale("symlog", linthresh=1, linscale=0.5)
    inside = [tick for tick in _TICKS if at[0] <= tick <= at[-1]]
    _ticks_of_steps(ax.xaxis, _TICKS if len(inside) > 1 else sorted({*inside, at[0], at[-1]}))
    if len(at) > 1:
        ax.set_xlim(at[0], at[-1])


def _ticks_of_steps(axis: Axis, ticks: Sequence[float] = _TICKS) -> None:
    """Numbers of steps as one says them, not as powers of ten."""
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(NullLocator())
