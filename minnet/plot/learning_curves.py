"""Learning curves: one line per quantity or per run, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot import style
from minnet.plot.checks import checked_mapping, checked_values
from minnet.training.history import History
from minnet.utils import checks
from minnet.utils.checks import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNITS = {
    "loss": "mean per sample",
    "accuracy": "share of samples",
    "seconds": "wall time of an epoch",
    "learning_rate": "step size",
}
"""The units of the columns of a History."""

_COLOURS = ("#000000", "#009E73", "#CC79A7")  # of the names; full: training, dashed: validation
_MOST_NAMES = len(_COLOURS)  # two curves each; more cannot be told apart


@style.picture
def history(history: History, names: str | Sequence[str] = "loss", ax: Axes | None = None) -> Axes:
    """Learning curves by epoch: each name on training data and, if there are any, validation data.

    Args:
        history: what `fit` returned.
        names: one to three columns of the History, as "loss" or ["loss", "accuracy"]; the
            curve of "val_loss" comes with "loss".
        ax: where to draw; None makes a new figure.

    Returns:
        The Axes; x axis: epochs from 1, y axis: the value, in the units of `UNITS`.

    Raises:
        TypeError: not a History, not an Axes, or not names.
        ValueError: a history without epochs, a name that it does not have, too many names.

    >>> import minnet as mn
    >>> from minnet.plot import history
    >>> record = mn.History()
    >>> record.append({"epoch": 1, "loss": 0.7, "val_loss": 0.8})
    >>> record.append({"epoch": 2, "loss": 0.5, "val_loss": 0.7})
    >>> [curve.get_label() for curve in history(record).lines]
    ['loss, training', 'loss, validation']
    """
    place = "mn.plot.history"
    chosen = _checked_names(place, history, names)
    ax = style.new_axes(ax)
    for index, name in enumerate(chosen):
        both = f"val_{name}" in history
        columns = {name: f"{name}, training", f"val_{name}": f"{name}, validation"}
        for offset, (column, text) in enumerate(columns.items() if both else [(name, name)]):
            look: dict[str, Any] = {"color": _COLOURS[index], "linestyle": ("-", "--")[offset]}
            style.marked_curve(ax, 2 * index + offset, *_points(history, column), text, **look)
    y_label = _with_unit(chosen[0], chosen[0]) if len(chosen) == 1 else "value"
    _whole_epochs(ax)
    style.label(ax, f"Learning curves: {', '.join(chosen)}", "epoch", y_label)
    ax.title.set_parse_math(False)
    style.legend_below(ax, columns=2)
    return ax


@style.picture
def histories(
    histories: Mapping[str, History],
    name: str = "loss",
    ax: Axes | None = None,
    *,
    title: str | None = None,
    logarithmic: bool = False,
    legend: bool = True,
    first: int = 0,
) -> Axes:
    """One column of several histories by epoch, a line for each run.

    Args:
        histories: name of the run -> the History that `fit` returned.
        name: a column that each of them has, such as "loss" or "val_accuracy".
        ax: where to draw; None makes a new figure.
        logarithmic: True makes the y axis logarithmic.
        legend: False leaves it out, for several pictures that share one.
        first: the number of the first run's colour; from 2 on none is blue or vermilion.

    Returns:
        The Axes; x axis: epochs from 1.

    Raises:
        TypeError, ValueError: no histories, one without epochs, one without that column.

    >>> first, second = History(), History()
    >>> first.append({"epoch": 1, "loss": 0.7})
    >>> second.append({"epoch": 1, "loss": 0.5})
    >>> [line.get_label() for line in histories({"rate 0.1": first, "rate 1": second}).lines]
    ['rate 0.1', 'rate 1']
    """
    place = "mn.plot.histories"
    _check_histories(place, histories, name)
    start = checks.whole_number(place, "first", first, minimum=0)
    ax = style.new_axes(ax)
    for index, (run, record) in enumerate(histories.items(), start):
        style.marked_curve(ax, index, *_points(record, name), str(run), linewidth=1.8)
    if logarithmic:
        style.plain_logarithmic(ax)
    _whole_epochs(ax)
    y_label = _with_unit(name, name.removeprefix("val_"))
    shown = f"Runs compared: {name}" if title is None else title
    style.finish(ax, shown, "epoch", y_label, legend=legend)
    ax.title.set_parse_math(title is not None)
    return ax


@style.picture
def norms(
    curves: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    title: str = "Norms",
    quantity: str = "norm",
    logarithmic: bool = False,
    legend: bool = True,
) -> Axes:
    """The norm of each layer's weights, or of its gradients, epoch by epoch.

    Args:
        curves: name -> one number >= 0 for each epoch, for example the `norms` of a
            `GradientMonitor`.
        ax: where to draw; None makes a new figure.
        quantity: the label of the y axis. logarithmic: True makes that axis logarithmic.
        legend: False leaves it out, for several pictures that share one.

    Raises:
        TypeError, ValueError: no curves, numbers that are not finite, one below 0.

    >>> norms({"0.weight": [1.0, 1.2], "2.weight": [0.8, 1.1]}).get_xlabel()
    'epoch'
    """
    place = "mn.plot.norms"
    arrays = checked_values(place, "curves", curves)
    for name, array in arrays.items():
        if array.ndim != 1 or array.min() < 0:
            raise ValueError(
                f"{place}: curves[{name!r}]: expected one number >= 0 for each epoch, got shape "
                f"{array.shape} with least value {array.min():g}."
            )
    ax = style.new_axes(ax)
    for index, (name, array) in enumerate(arrays.items()):
        epochs = np.arange(1, len(array) + 1)
        style.marked_curve(ax, index + 2, epochs, array, name, linewidth=1.8)
    if logarithmic:
        style.plain_logarithmic(ax)
    return style.finish(ax, title, "epoch", quantity, legend=legend)


def _points(history: History, column: str) -> tuple[list[float], list[float]]:
    """Epochs and values of one column, for the rows that have it."""
    rows = [(row.get("epoch", n), row[column]) for n, row in enumerate(history, 1) if column in row]
    return [epoch for epoch, _ in rows], [value for _, value in rows]


def _with_unit(name: str, column: str) -> str:
    """The label of the y axis."""
    return f"{name} ({UNITS[column]})" if column in UNITS else name


def _whole_epochs(ax: Axes) -> None:
    """Ticks at whole epochs only."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def _checked_names(place: str, history: History, names: str | Sequence[str]) -> list[str]:
    """The names as a list, each one a column of a History that has epochs."""
    _check_history(place, "history", history)
    if len(history) == 0:
        raise ValueError(
            f"{place}: history: expected at least one epoch, got a History without any. "
            f"Call trainer.fit first."
        )
    chosen = one_to_three_names(place, names)
    for name in chosen:
        if name not in history:
            raise ValueError(f"{place}: names: expected one of {_known(history)}, got {name!r}.")
    return chosen


def one_to_three_names(place: str, names: object) -> list[str]:
    """The names of columns as a list."""
    chosen = [names] if isinstance(names, str) else checks.listed(names)
    if chosen is None or not all(isinstance(name, str) for name in chosen):
        raise TypeError(
            f'{place}: names: expected names such as "loss" or ["loss", "accuracy"], got '
            f"{describe(names)}."
        )
    if not 1 <= len(chosen) <= _MOST_NAMES or len(set(chosen)) < len(chosen):
        raise ValueError(
            f"{place}: names: expected one to {_MOST_NAMES} different names, got {chosen}. "
            f"Draw further ones into a second picture."
        )
    return chosen


def _check_histories(place: str, histories: object, name: object) -> None:
    """A dict of Histories, each with this column."""
    runs = checked_mapping(
        place, "histories", histories, "History (for one run use mn.plot.history)"
    )
    for run, record in runs.items():
        _check_history(place, f"histories[{run!r}]", record)
        if name not in record:
            raise ValueError(
                f"{place}: name: expected a column of histories[{run!r}], one of "
                f"{_known(record) or '(it has no epoch yet)'}, got {name!r}."
            )


def _check_history(place: str, argument: str, history: object) -> None:
    """Refuse what is not a History."""
    if not isinstance(history, History):
        raise TypeError(
            f"{place}: {argument}: expected the History that fit returns, got "
            f"{describe(history)}. A Trainer has it as trainer.history."
        )


def _known(history: History) -> str:
    """The columns that can be drawn."""
    return ", ".join(column for column in history.names if column != "epoch")
