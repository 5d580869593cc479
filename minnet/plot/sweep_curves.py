"""Turns the runs of a sweep into curves: a name and an array (runs, epochs) for each group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot.checks import Curves
from minnet.sweep.results import Runs
from minnet.sweep.setting_values import distinct, label
from minnet.utils import checks

COLUMNS = {
    "val_accuracy": "held-out accuracy",
    "accuracy": "training accuracy",
    "val_loss": "held-out loss",
    "loss": "training loss",
}
"""The default is the first of these columns that all runs have; the values are axis labels."""


class Drawn(NamedTuple):
    """Curves, the x coordinates of their points, and the labels of both axes."""

    curves: Curves
    steps: ArrayLike | None
    unit: str
    quantity: str


def curves_of(
    place: str,
    curves: Curves | Runs,
    steps: ArrayLike | None,
    by: str | Sequence[str] | None,
    column: str | None,
) -> Drawn:
    """The curves as they are, or those of the groups of a sweep."""
    if not isinstance(curves, Runs):
        if by is not None or column is not None:
            raise TypeError(
                f"{place}: by and column: expected the Runs of mn.sweep with them, got "
                f"{checks.describe(curves)}. A dict of curves already has a name for each line."
            )
        return Drawn(curves, steps, "update step", "held-out loss")
    _check_runs(place, curves, steps)
    chosen = _column(place, curves, column)
    lines: dict[str, Any] = {}
    for names, values, group in _groups(place, curves, by):
        if len(group.finished):
            text = _name(names, values, group)
            if text in lines:  # rates with the same four digits
                text = _name(names, values, group, exact=True)
            lines[distinct(text, lines)] = group.curves(chosen)
    epochs = np.arange(1, 1 + max(array.shape[1] for array in lines.values()))
    return Drawn(lines, epochs, "epoch", COLUMNS.get(chosen, chosen))


def _check_runs(place: str, runs: Runs, steps: ArrayLike | None) -> None:
    """Refuse steps next to Runs, and Runs of which none has finished."""
    if steps is not None:
        raise TypeError(
            f"{place}: steps: expected None with the Runs of mn.sweep, which are drawn by epoch, "
            f"got {checks.describe(steps)}. Leave it out."
        )
    if not len(runs):
        raise ValueError(
            f"{place}: curves: expected at least one run, got none at all. Look at what "
            f"runs.filter or runs.where has left."
        )
    if not len(runs.finished):
        raise ValueError(
            f"{place}: curves: expected at least one run that finished, got {len(runs)} that "
            f"failed. Look at runs.failed[0].error."
        )


def _groups(
    place: str, runs: Runs, by: str | Sequence[str] | None
) -> list[tuple[tuple[str, ...], tuple[Any, ...], Runs]]:
    """The settings by which runs are grouped, the values of each group, and its runs."""
    if by is None:
        return [((), (), runs)]
    names = (by,) if isinstance(by, str) else by
    if not isinstance(names, (list, tuple)) or not names:
        raise TypeError(
            f"{place}: by: expected the name of a setting or a list of names, got "
            f"{checks.describe(by)}. For example by={runs.names[0]!r}."
        )
    try:
        groups = runs.group_by(*names)
    except ValueError as error:
        raise ValueError(f"{place}: by: {error}") from error
    one = len(names) == 1
    return [(tuple(names), (key,) if one else key, group) for key, group in groups.items()]


def _name(names: tuple[str, ...], values: tuple[Any, ...], group: Runs, exact: bool = False) -> str:
    """The entry in the legend: a number has the name of its setting, failed runs are counted."""
    written = repr if exact else label
    parts = [
        f"{name} = {written(value)}" if isinstance(value, (int, float)) else label(value)
        for name, value in zip(names, values, strict=True)
    ]
    text = ", ".join(parts) or "all runs"
    finished = len(group.finished)
    return text if finished == len(group) else f"{text} ({finished} of {len(group)} runs)"


def _column(place: str, runs: Runs, column: str | None) -> str:
    """The column to draw, which all histories have."""
    shared = [
        name
        for name in dict.fromkeys(n for r in runs for n in (r.history.names if r.history else []))
        if all(name in run.history for run in runs if run.history is not None)
    ]
    if column is None:
        column = next((name for name in COLUMNS if name in shared), None)
    if column not in shared:
        raise ValueError(
            f"{place}: column: expected one that all histories have "
            f"({', '.join(shared) or 'there is none'}), got {checks.describe(column)}."
        )
    return column
