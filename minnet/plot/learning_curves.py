"""Learning curves: what each epoch of a training brought, on training and validation data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from minnet.plot import style
from minnet.training.history import History
from minnet.utils.checks import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNITS = {
    "loss": "mean per sample",
    "accuracy": "share of samples",
    "seconds": "wall time of an epoch",
    "learning_rate": "step size",
}
"""What the numbers of a History are counted in."""

_MOST_NAMES = 3  # two curves each; more are not told apart
_MARKS = 10  # markers along one curve


def history(history: History, names: str | Sequence[str] = "loss", ax: Axes | None = None) -> Axes:
    """Learning curves by epoch: each name on training data and, where there is one, validation.

    Args:
        history: what `fit` returned.
        names: one to three columns of the History, as "loss" or ["loss", "accuracy"]; the
            curve of "val_loss" comes with "loss".
        ax: where to draw; None makes a new figure.

    Returns:
        The Axes; horizontal: epochs from 1, vertical: the value, in the units of `UNITS`.

    Raises:
        TypeError: history is no History, ax is no Axes, or names are no names.
        ValueError: a history without epochs, a name that it does not have, too many names.

    >>> import minnet as mn
    >>> from minnet.plot import history
    >>> record = mn.History()
    >>> record.append({"epoch": 1, "loss": 0.7, "val_loss": 0.8})
    >>> record.append({"epoch": 2, "loss": 0.5, "val_loss": 0.7})
    >>> [curve.get_label() for curve in history(record).lines]
    ['loss, training', 'loss, validation']
    """
    from matplotlib.ticker import MaxNLocator

    chosen = _checked_names(history, names)
    ax = style.new_axes(ax, "history")
    for index, name in enumerate(chosen):
        for offset, (column, data) in enumerate(_columns(history, name)):
            epochs, values = _points(history, column)
            text = f"{name}, {data}" if data else name
            ax.plot(
                epochs,
                values,
                label=text,
                marker=style.marker(2 * index + offset),
                markersize=5,
                markevery=max(1, len(epochs) // _MARKS),
                **style.line(2 * index + offset),
            )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    only = chosen[0] if len(chosen) == 1 else None
    vertical = f"{only} ({UNITS[only]})" if only in UNITS else only or "value"
    style.label(ax, f"Learning curves: {', '.join(chosen)}", "epoch", vertical)
    style.legend_below(ax, columns=2)
    return ax


def _columns(history: History, name: str) -> list[tuple[str, str]]:
    """The columns that belong to a name, each with the kind of data that it was measured on."""
    if f"val_{name}" in history:
        return [(name, "training"), (f"val_{name}", "validation")]
    return [(name, "")]


def _points(history: History, column: str) -> tuple[list[float], list[float]]:
    """Epochs and values of one column, for the rows that have it."""
    rows = [(row.get("epoch", n), row[column]) for n, row in enumerate(history, 1) if column in row]
    return [epoch for epoch, _ in rows], [value for _, value in rows]


def _checked_names(history: object, names: str | Sequence[str]) -> list[str]:
    """The names as a list, each one a column of a History that has epochs."""
    place = "mn.plot.history"
    if not isinstance(history, History):
        raise TypeError(
            f"{place}: history: expected the History that fit returns, got {describe(history)}. "
            f"Of a Trainer it is trainer.history."
        )
    if len(history) == 0:
        raise ValueError(
            f"{place}: history: expected at least one epoch, got a History without any. "
            f"Call trainer.fit first."
        )
    chosen = [names] if isinstance(names, str) else names
    if not isinstance(chosen, Sequence) or not all(isinstance(name, str) for name in chosen):
        raise TypeError(
            f'{place}: names: expected names such as "loss" or ["loss", "accuracy"], got '
            f"{describe(names)}."
        )
    if not 1 <= len(chosen) <= _MOST_NAMES or len(set(chosen)) < len(chosen):
        raise ValueError(
            f"{place}: names: expected one to {_MOST_NAMES} different names, got {list(chosen)}. "
            f"Draw further ones into a picture of their own."
        )
    for name in chosen:
        if name not in history:
            known = ", ".join(column for column in history.names if column != "epoch")
            raise ValueError(f"{place}: names: expected one of {known}, got {name!r}.")
    return list(chosen)
