"""Mean and spread of many runs on an ordinary axis: by epoch, by layer, or by learning rate.

`learning_speed` shows the first few steps large, on a logarithmic axis. Overfitting comes late,
and a layer counts like any other: for those the axis must be even.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot import style
from minnet.plot.overlay import plain_logarithmic
from minnet.plot.run_curves import BAND
from minnet.plot.runs import Curves, checked_curves, not_negative
from minnet.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = 10  # along one curve


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
    """Mean over the runs as a line, the 10th to the 90th percentile as a band.

    Args:
        curves: name -> array (runs, points); one run alone may be (points,).
        at: the place of each point on the level axis, from 0 on, increasing; 0, 1, 2, ... if
            left out.
        horizontal, quantity: the labels of the two axes, with their units.
        logarithmic: True draws the quantity on a logarithmic axis; it must then be >= 0.
        legend: False leaves it out, where several pictures share one.
        first: the number of the first name's colour, where names go on from another picture.
        ax: draw here instead of into a new figure.

    Raises:
        TypeError, ValueError: no curves, no finite numbers, lengths that differ; places that
            do not increase.

    >>> ax = bands({"one": [[1.0, 0.5], [0.8, 0.3]]}, at=[1, 2], quantity="loss")
    >>> ax.lines[0].get_ydata().tolist(), ax.get_xlabel(), ax.get_ylabel()
    ([0.9, 0.4], 'epoch', 'loss')
    """
    from matplotlib.ticker import MaxNLocator

    place = "mn.plot.bands"
    logarithmic = checks.boolean(place, "logarithmic", logarithmic)
    start = checks.whole_number(place, "first", first, minimum=0)
    runs, points = checked_curves("bands", curves, at, "places")
    if logarithmic:
        not_negative("bands", runs)
    ax = style.new_axes(ax, "bands")
    for index, (name, array) in enumerate(runs.items(), start):
        low, high = np.percentile(array, BAND, axis=0)
        ax.fill_between(points, low, high, color=style.colour(index), alpha=0.18, linewidth=0)
        ax.plot(
            points,
            array.mean(axis=0),
            label=name,
            linewidth=2,
            marker=style.marker(index),
            markersize=5,
            markevery=max(1, len(points) // _MARKS),
            **style.line(index),
        )
    if (points == points.round()).all():
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if logarithmic:
        plain_logarithmic(ax)
    style.label(ax, title, horizontal, quantity)
    if legend:
        style.legend_below(ax, handle=3)
    return ax
