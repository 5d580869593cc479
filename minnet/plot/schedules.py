"""Learning rates: the values of a schedule, and the result of a range test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from minnet.optimizers import schedules
from minnet.plot import style
from minnet.training.lr_finder import RangeTest
from minnet.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@style.picture
def schedule(
    schedule: schedules.Rate | Mapping[str, schedules.Rate], steps: int, ax: Axes | None = None
) -> Axes:
    """The learning rate of each step.

    Args:
        schedule: a schedule, or several by name.
        steps: how many steps are drawn, from step 0 on.
        ax: where to draw; None makes a new figure.

    Returns:
        The Axes; x axis: steps from 0, y axis: the learning rate.

    Raises:
        TypeError, ValueError: not a schedule, not a number of steps, a rate that is not a number.

    >>> import minnet as mn
    >>> ax = mn.plot.schedule(mn.schedules.Cosine(0.1, steps=4), steps=5)
    >>> ax.lines[0].get_ydata().round(3).tolist()
    [0.1, 0.085, 0.05, 0.015, 0.0]
    """
    place = "mn.plot.schedule"
    count = checks.whole_number(place, "steps", steps)
    named = schedule if isinstance(schedule, Mapping) else {"": schedule}
    rates = {name: _rates(place, one, count) for name, one in named.items()}
    if not rates:
        raise ValueError(f"{place}: schedule: expected at least one, got none.")
    ax = style.new_axes(ax)
    for index, (name, values) in enumerate(rates.items()):
        style.curve(ax, index, range(count), values, name)
    ax.set_ylim(bottom=0)
    title = "Learning rate" if len(rates) > 1 else _title(next(iter(named.values())))
    style.label(ax, title, "step (one update each)", "learning rate")
    if isinstance(schedule, Mapping):
        style.legend_below(ax)
    return ax


def _rates(place: str, schedule: object, steps: int) -> list[float]:
    """The checked rates of all steps."""
    if isinstance(schedule, type) or not callable(schedule):
        raise TypeError(
            f"{place}: schedule: expected a schedule, got {checks.describe(schedule)}. Give "
            f"an object such as mn.schedules.Cosine(0.1, steps=1000), or a function of the step."
        )
    return [schedules.rate_of(place, schedule, step) for step in range(steps)]


def _title(schedule: schedules.Rate) -> str:
    """The schedule's class or name."""
    name = type(schedule).__name__
    plain = name if isinstance(schedule, schedules.Schedule) else schedules.name_of(schedule)
    return f"Learning rate: {plain}"


@style.picture
def range_test(result: RangeTest, ax: Axes | None = None) -> Axes:
    """The loss over the learning rate, per batch and smoothed, with the suggested rate.

    Args:
        result: what `mn.lr_range_test` returned. ax: where to draw; None makes a new figure.

    Returns:
        The Axes; x axis: the learning rate, logarithmic, y axis: the loss.

    Raises:
        TypeError: result is not a RangeTest, or ax not an Axes.

    >>> found = RangeTest([0.01, 0.1, 1.0], [3.0, 1.0, 5.0], diverged=True)
    >>> [line.get_label() for line in range_test(found).lines]
    ['each batch', 'smoothed', 'suggestion: 0.01']
    """
    if not isinstance(result, RangeTest):
        raise TypeError(
            f"mn.plot.range_test: result: expected the RangeTest that mn.lr_range_test returns, "
            f"got {checks.describe(result)}. Write result = mn.lr_range_test(trainer, x, y)."
        )
    ax = style.new_axes(ax)
    ax.plot(result.rates, result.losses, label="each batch", color="0.6", linewidth=1)
    style.curve(ax, 0, result.rates, result.smoothed, "smoothed", color="black")
    if result.falls:
        rate = result.suggestion
        ax.axvline(rate, label=f"suggestion: {rate:.2g}", color="black", linestyle="--")
    ax.set_xscale("log")
    lowest, highest = min(result.losses), max(result.smoothed[0], min(result.smoothed))
    room = 0.25 * max(highest - lowest, 1e-12)
    ax.set_ylim(lowest - room / 4, highest + 4 * room)  # cuts off the divergence at the end
    style.label(ax, "Learning rate range test", "learning rate", "loss (mean per sample)")
    style.legend_below(ax)
    return ax
