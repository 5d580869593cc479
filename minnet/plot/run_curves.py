"""Curves of many runs: mean and spread of each of several groups, step by step.

One training run proves little: with another seed or another split the order may be reversed. So
every picture here takes all runs of a group, an array (runs, points), and shows their mean with
the band that holds the middle 80 % of them. The position of a name determines its colour, so
that a name looks the same in all pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot import style
from minnet.plot.checks import Curves, check_finite_steps, check_not_negative, checked_curves
from minnet.plot.sweep_curves import curves_of
from minnet.sweep.results import Runs
from minnet.utils import checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis


BAND = (10.0, 90.0)
"""The band lies between these percentiles of the runs."""

_TICKS = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)


@style.picture
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

    The x axis is logarithmic (with room for step 0), because much happens in the first few
    steps. The runs of a sweep are drawn by epoch, with a line for each group of them:
    `learning_speed(runs, by="loss")`.

    Args:
        curves: name -> array (runs, points), one run alone may be (points,); or the Runs of
            `mn.sweep`. Failed runs are left out, and the legend says how many.
        steps: the update step of each point, increasing; 0, 1, 2, ... if left out.
        by: for Runs, the setting (or several) that has a line for each value; None: one line.
        column: for Runs, the column of their histories. None: the first that all have of
            val_accuracy, accuracy, val_loss, loss: accuracies under different losses can be
            compared, the losses themselves cannot.
        quantity: what was measured, with its unit: the label of the y axis.
        logarithmic: True makes the y axis logarithmic; the values must then be >= 0.
        legend: False leaves it out, for several pictures that share one.
        ax: where to draw; None makes a new figure.

    Raises:
        TypeError, ValueError: no curves, numbers that are not finite, lengths that
            differ; a setting or a column that the runs do not have.

    >>> ax = learning_speed({"one": [[1.0, 0.5], [0.8, 0.3]]}, quantity="loss")
    >>> ax.lines[0].get_ydata().tolist(), ax.get_ylabel()
    ([0.9, 0.4], 'loss')
    """
    place = "mn.plot.learning_speed"
    drawn = curves_of(place, curves, steps, by, column)
    ax = _means_by_step(place, drawn.curves, drawn.steps, logarithmic, ax)
    y_label = drawn.quantity if quantity is None else quantity
    return style.finish(ax, title, drawn.unit, y_label, legend=legend, handle=2)


@style.picture
def output_gradient(
    curves: Curves,
    steps: ArrayLike | None = None,
    *,
    title: str = "Gradient at the output",
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """`|dL/dz|` by update step, z being the input of the last activation: the speed of learning.

    The gradient of each weight contains dL/dz as a factor. After a sigmoid it is a - y under
    cross-entropy, and (a - y) a (1 - a) under squared error.

    Args:
        curves: name -> array (runs, points) of numbers >= 0, such as the mean of `|dL/dz|`.
        steps: the update step of each gradient; 0, 1, 2, ... if left out.
        legend: False leaves it out, for several pictures that share one.
        ax: where to draw; None makes a new figure.

    Raises:
        TypeError, ValueError: as in `learning_speed`; also a negative number.

    >>> output_gradient({"one": [0.5, 0.25]}, steps=[1, 2]).get_yscale()
    'log'
    """
    ax = _means_by_step("mn.plot.output_gradient", curves, steps, True, ax)
    return style.finish(ax, title, "update step", "|dL/dz| per sample", legend=legend, handle=2)


@style.picture
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
        legend: False leaves it out, for several pictures that share one.
        ax: where to draw; None makes a new figure.

    Raises:
        TypeError, ValueError: as in `learning_speed`; also a rate that is not above 0.

    >>> ax = steps_by_rate({"one": [[90, 20, 50], [70, 30, 60]]}, rates=[0.1, 1, 10])
    >>> ax.lines[0].get_ydata().tolist()
    [80.0, 25.0, 55.0]
    """
    from matplotlib.ticker import NullLocator

    place = "mn.plot.steps_by_rate"
    check_finite_steps(place, curves)
    runs, at = checked_curves(place, curves, rates, "rates")
    if at[0] <= 0:
        raise ValueError(f"{place}: rates: expected numbers above 0, got {at[0]:g}.")
    check_not_negative(place, runs)
    ax = style.new_axes(ax)
    for index, (name, array) in enumerate(runs.items()):
        mean = array.mean(axis=0)
        line = style.curve(ax, index, at, mean, name)
        line.set(marker=style.marker(index), markevery=[int(mean.argmin())], markersize=11)
    ax.set_xscale("log")
    ax.set_xticks(at, [f"{rate:g}" for rate in at])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yscale("symlog", linthresh=1, linscale=0.5)
    _ticks_of_steps(ax.yaxis)
    return style.finish(ax, title, "learning rate", "mean update steps", legend=legend, handle=2)


@style.picture
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
        quantity: the label of the y axis.
        legend: False leaves it out, for several pictures that share one.
        ax: where to draw; None makes a new figure.

    Raises:
        TypeError, ValueError: as in `learning_speed`; also several runs under one name.

    >>> single_neuron({"squared error": [0.8, 0.7, 0.5]}).get_xlabel()
    'epoch'
    """
    place = "mn.plot.single_neuron"
    runs, epochs = checked_curves(place, curves, None)
    for name, array in runs.items():
        if len(array) != 1:
            raise ValueError(
                f"{place}: curves[{name!r}]: expected one run, shape (points,), got "
                f"{len(array)} runs. For many runs use mn.plot.learning_speed."
            )
    ax = style.new_axes(ax)
    for index, (name, array) in enumerate(runs.items()):
        style.curve(ax, index, epochs, array[0], name)
    ax.set_ylim(bottom=0)
    return style.finish(ax, title, "epoch", quantity, legend=legend, handle=2)


@style.picture
def bands(
    curves: Curves,
    at: ArrayLike | None = None,
    *,
    title: str = "Mean and spread",
    horizontal: str = "epoch",
    quantity: str = "value",
    logarithmic: bool = False,
    legend: bool = True,
    first: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """As `learning_speed`, over a linear x axis: epochs, layers, or learning rates.

    `learning_speed` shows the first few steps large. Overfitting comes late, and all layers are
    equally important: those need a linear axis.

    Args:
        curves: name -> array (runs, points); one run alone may be (points,).
        at: the x coordinate of each point, from 0 on, increasing; 0, 1, 2, ... if left out.
        horizontal: the label of the x axis, with its unit. quantity: that of the y axis.
        logarithmic: True makes the y axis logarithmic; the values must then be >= 0.
        legend: False leaves it out, for several pictures that share one.
        first: the number of the first name's colour, for names that continue those of another
            picture.
        ax: where to draw; None makes a new figure.

    Raises:
        TypeError, ValueError: no curves, numbers that are not finite, lengths that differ;
            coordinates that do not increase.

    >>> ax = bands({"one": [[1.0, 0.5], [0.8, 0.3]]}, at=[1, 2], quantity="loss")
    >>> ax.lines[0].get_ydata().tolist(), ax.get_xlabel(), ax.get_ylabel()
    ([0.9, 0.4], 'epoch', 'loss')
    """
    from matplotlib.ticker import MaxNLocator

    place = "mn.plot.bands"
    start = checks.whole_number(place, "first", first, minimum=0)
    runs, points = checked_curves(place, curves, at, "places")
    if logarithmic:
        check_not_negative(place, runs)
    ax = style.new_axes(ax)
    for index, (name, array) in enumerate(runs.items(), start):
        _draw_band(ax, index, points, array)
        style.marked_curve(ax, index, points, array.mean(axis=0), name)
    if (points == points.round()).all():
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    if logarithmic:
        style.plain_logarithmic(ax)
    return style.finish(ax, title, horizontal, quantity, legend=legend)


def _means_by_step(
    place: str, curves: Curves, steps: ArrayLike | None, logarithmic: bool, ax: Axes | None
) -> Axes:
    """Mean and band of each name over a logarithmic axis of update steps."""
    runs, at = checked_curves(place, curves, steps)
    if logarithmic:
        check_not_negative(place, runs)
    ax = style.new_axes(ax)
    for index, (name, array) in enumerate(runs.items()):
        _draw_band(ax, index, at, array)
        mark = style.marker(index) if len(at) == 1 else None  # a single point has no line
        style.curve(ax, index, at, array.mean(axis=0), name, marker=mark)
    if logarithmic:
        ax.set_yscale("log")
    _axis_of_steps(ax, at)
    return ax


def _draw_band(ax: Axes, index: int, x: Array, runs: Array) -> None:
    """The area from the 10th to the 90th percentile of the runs."""
    low, high = np.percentile(runs, BAND, axis=0)
    ax.fill_between(x, low, high, color=style.colour(index), alpha=0.18, linewidth=0)


def _axis_of_steps(ax: Axes, at: Array) -> None:
    """Logarithmic from step 1 on, with step 0 to the left of it."""
    ax.set_xscale("symlog", linthresh=1, linscale=0.5)
    inside = [tick for tick in _TICKS if at[0] <= tick <= at[-1]]
    _ticks_of_steps(ax.xaxis, _TICKS if len(inside) > 1 else sorted({*inside, at[0], at[-1]}))
    if len(at) > 1:
        ax.set_xlim(at[0], at[-1])


def _ticks_of_steps(axis: Axis, ticks: Sequence[float] = _TICKS) -> None:
    """Plain numbers of steps instead of powers of ten."""
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(NullLocator())
