"""Several runs in one picture: the same number of each History, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from minnet.plot import style
from minnet.plot.learning_curves import UNITS
from minnet.training.history import History
from minnet.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = 10  # along one curve
_FEW_DECADES = 1000.0


def histories(
    histories: Mapping[str, History],
    name: str = "loss",
    ax: Axes | None = None,
    *,
    title: str | None = None,
    logarithmic: bool = False,
    legend: bool = True,
) -> Axes:
    """One number of several runs by epoch, a line for each run: rates, losses, optimizers.

    Args:
        histories: name of the run -> the History that `fit` returned.
        name: a column that each of them has, such as "loss" or "val_accuracy".
        ax: where to draw; None makes a new figure.
        logarithmic: True draws the number on a logarithmic axis.
        legend: False leaves it out, where several pictures share one.

    Returns:
        The Axes; horizontal: epochs from 1.

    Raises:
        TypeError, ValueError: no histories, one without epochs, one without that column.

    >>> first, second = History(), History()
    >>> first.append({"epoch": 1, "loss": 0.7})
    >>> second.append({"epoch": 1, "loss": 0.5})
    >>> [line.get_label() for line in histories({"rate 0.1": first, "rate 1": second}).lines]
    ['rate 0.1', 'rate 1']
    """
    from matplotlib.ticker import MaxNLocator

    place = "mn.plot.histories"
    _check(place, histories, name)
    logarithmic = checks.boolean(place, "logarithmic", logarithmic)
    ax = style.new_axes(ax, "histories")
    for index, (run, record) in enumerate(histories.items()):
        rows = [(row.get("epoch", n), row[name]) for n, row in enumerate(record, 1) if name in row]
        ax.plot(
            [epoch for epoch, _ in rows],
            [value for _, value in rows],
            label=str(run),
            linewidth=1.8,
            marker=style.marker(index),
            markersize=5,
            markevery=max(1, len(rows) // _MARKS),
            **style.line(index),
        )
    if logarithmic:
        plain_logarithmic(ax)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    unit = UNITS.get(name.removeprefix("val_"))
    vertical = f"{name} ({unit})" if unit else name
    style.label(ax, f"Runs compared: {name}" if title is None else title, "epoch", vertical)
    if legend:
        style.legend_below(ax, handle=3)
    return ax


def plain_logarithmic(ax: Axes) -> None:
    """A logarithmic upright axis with numbers as one says them: 0.02, 0.05, 0.1."""
    from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

    ax.set_yscale("log")
    low, high = ax.get_ylim()
    between = (1.0, 2.0, 5.0) if high / low < _FEW_DECADES else (1.0,)
    ax.yaxis.set_major_locator(LogLocator(subs=between))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.yaxis.set_minor_locator(NullLocator())


def _check(place: str, histories: object, name: object) -> None:
    """A dict of Histories, each with this column."""
    if not isinstance(histories, Mapping):
        raise TypeError(
            f"{place}: histories: expected a dict, name of the run -> History, got "
            f"{checks.describe(histories)}. For one run alone take mn.plot.history."
        )
    if not histories:
        raise ValueError(f"{place}: histories: expected at least one run, got an empty dict.")
    if not isinstance(name, str):
        raise TypeError(
            f'{place}: name: expected a column such as "loss", got {checks.describe(name)}.'
        )
    for run, record in histories.items():
        if not isinstance(record, History):
            raise TypeError(
                f"{place}: histories[{run!r}]: expected the History that fit returns, got "
                f"{checks.describe(record)}."
            )
        if name not in record:
            known = ", ".join(column for column in record.names if column != "epoch")
            raise ValueError(
                f"{place}: name: expected a column of histories[{run!r}], one of "
                f"{known or '(it has no epoch yet)'}, got {name!r}."
            )
