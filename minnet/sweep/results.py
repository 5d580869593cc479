"""The runs of a sweep: each history with its settings.

One run proves little. So runs can be filtered and grouped: take those at one learning rate, group
those that differ only in the seed, and look at the mean and the spread of each group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.sweep.setting_values import equal_values, keys_of, label
from minnet.training.callbacks import Callback
from minnet.training.history import History
from minnet.utils.checks import boolean, describe, items, text
from minnet.utils.table import Table, table
from minnet.utils.types import Array

_NOT_RESULTS = ("epoch", "seconds", "learning_rate")
"""Columns of a History that do not say how well a run went."""


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """One run of a sweep.

    Attributes:
        settings: name -> value, as in the grid.
        history: of the run; None if it failed.
        callbacks: this run's own copies, with what they recorded; empty if it failed.
        error: the exception, or None; also a SystemExit. traceback: its traceback, as text.
        stacked: how many runs were trained together with it, itself among them; 1: it was alone.
        why_alone: the reason for that.
    """

    settings: dict[str, Any]
    history: History | None = None
    callbacks: tuple[Callback, ...] = ()
    error: BaseException | None = None
    traceback: str = ""
    stacked: int = 1
    why_alone: str = ""

    @property
    def name(self) -> str:
        """The settings in one line: `loss=MeanSquaredError, rate=0.1, seed=3`."""
        return ", ".join(f"{name}={label(value)}" for name, value in self.settings.items())

    def __repr__(self) -> str:
        end = "" if self.error is None else error_text(self.error)
        if self.history is not None:
            end = ", ".join(f"{name} {value:.4g}" for name, value in _last(self.history).items())
        return f"<Run {self.name}: {end or 'no epoch'}>"


class Runs:
    """Several runs, in the order of the grid; filtering and grouping give Runs again.

    Attributes:
        interrupted: True if Ctrl-C ended the sweep; runs that had not finished are missing, and
            `sweep(..., resume=runs)` trains them.

    >>> one, two = History(), History()
    >>> one.append({"epoch": 1, "loss": 0.5})
    >>> two.append({"epoch": 1, "loss": 0.25})
    >>> runs = Runs([Run({"rate": 0.1, "seed": 0}, one), Run({"rate": 1.0, "seed": 0}, two)])
    >>> runs
    rate  seed  epochs  loss
    ----  ----  ------  ----
     0.1     0       1   0.5
       1     0       1  0.25
    >>> runs.where(rate=1.0).curves("loss")
    array([[0.25]])
    >>> {rate: len(group) for rate, group in runs.group_by("rate").items()}
    {0.1: 1, 1.0: 1}
    """

    def __init__(self, runs: Iterable[Run], interrupted: bool = False) -> None:
        given = items(runs)
        if given is None or not all(isinstance(run, Run) for run in given):
            raise TypeError(
                f"Runs: runs: expected a list of Run objects, got {describe(runs)}. "
                f"Write Runs([Run(settings, history), ...]); mn.sweep makes them."
            )
        self._runs: list[Run] = given
        self.interrupted: bool = boolean("Runs", "interrupted", interrupted)

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __getitem__(self, index: int) -> Run:
        return self._runs[index]

    @property
    def names(self) -> list[str]:
        """The names of the settings, in the order of the grid."""
        return list(dict.fromkeys(name for run in self for name in run.settings))

    @property
    def finished(self) -> Runs:
        """The runs that have a history."""
        return self.filter(lambda run: run.error is None)

    @property
    def failed(self) -> Runs:
        """The runs that ended in an error: see `run.error` and `run.traceback`."""
        return self.filter(lambda run: run.error is not None)

    @property
    def why_not_stacked(self) -> str:
        """Why runs were trained one by one, in a sentence; empty if none was."""
        alone = Counter(run.why_alone for run in self if run.why_alone)
        if not alone:
            return ""
        reasons = "; ".join(f"{reason} ({count})" for reason, count in alone.items())
        return f"{alone.total()} of {len(self)} runs were trained one by one: {reasons}."

    def filter(self, wanted: Callable[[Run], bool]) -> Runs:
        """The runs for which `wanted(run)` is true: `lambda run: run.settings["rate"] > 1`."""
        if not callable(wanted):
            raise TypeError(
                f"Runs.filter: wanted: expected a function of a run, got {describe(wanted)}. "
                f'Write runs.filter(lambda run: run.settings["rate"] > 1).'
            )
        return Runs((run for run in self if wanted(run)), self.interrupted)

    def where(self, **settings: Any) -> Runs:
        """The runs that have all of these settings: `runs.where(loss="squared", rate=0.1)`.

        Raises:
            ValueError: a name or a value that no run has.
        """
        for name, value in settings.items():
            values = self.values(name)
            if not any(equal_values(value, other) for other in values):
                raise ValueError(
                    f"Runs.where: {name}: expected one of {', '.join(map(label, values))}, got "
                    f"{describe(value)}. For a range of values use runs.filter(function of a run)."
                )
        missing = object()
        return self.filter(
            lambda run: all(
                equal_values(v, run.settings.get(n, missing)) for n, v in settings.items()
            )
        )

    def values(self, name: str) -> list[Any]:
        """The different values of one setting, in order.

        Raises:
            ValueError: no run has such a setting.
        """
        if not isinstance(name, str) or name not in self.names:
            raise ValueError(
                f"Runs: name: expected one of the settings {', '.join(self.names) or '(no run)'}, "
                f"got {describe(name)}."
            )
        values: list[Any] = []
        for value in (run.settings[name] for run in self if name in run.settings):
            if not any(equal_values(value, other) for other in values):
                values.append(value)
        return values

    def group_by(self, *names: str) -> dict[Any, Runs]:
        """Runs that agree in these settings: value -> Runs; for several names tuples of values.

        A value that cannot be the key of a dict, such as a list, or that equals another key (1 and
        True), is replaced by its text.

        Raises:
            ValueError: no name, or a setting that no run has.
        """
        if not names:
            raise ValueError(
                "Runs.group_by: expected the names of settings, got none. Write for example "
                'runs.group_by("loss").'
            )
        keys = {name: keys_of(self.values(name)) for name in names}
        groups: dict[Any, list[Run]] = {}
        for run in self:
            key = tuple(keys[name](run.settings.get(name)) for name in names)
            groups.setdefault(key if len(names) > 1 else key[0], []).append(run)
        return {key: Runs(group, self.interrupted) for key, group in groups.items()}

    def rows(self) -> list[dict[str, Any]]:
        """One row for each run and epoch: its settings and its numbers, as pandas takes them.

        >>> history = History()
        >>> history.append({"epoch": 1, "loss": 0.5})
        >>> Runs([Run({"rate": 0.1}, history)]).rows()
        [{'rate': 0.1, 'epoch': 1, 'loss': 0.5}]
        """
        return [{**run.settings, **row} for run in self.finished for row in run.history or ()]

    def curves(self, column: str = "loss") -> Array:
        """One column of all histories: floats (runs, epochs), of the runs that did not fail.

        Raises:
            KeyError: a history has no such column. ValueError: no run finished, or they have
                different numbers of epochs.
        """
        text("Runs.curves", "column", column)
        rows = [run.history[column] for run in self.finished if run.history is not None]
        if not rows:
            reason = f"; the first of them: {self[0]!r}" if len(self) else ""
            raise ValueError(
                f"Runs.curves: expected at least one run that finished, got {len(self)} that "
                f"failed{reason}."
            )
        lengths = sorted({len(row) for row in rows})
        if len(lengths) > 1:
            raise ValueError(
                f"Runs.curves: {column}: expected histories of the same length, got from "
                f"{lengths[0]} to {lengths[-1]} epochs. Train all runs for the same number of "
                f"epochs (no early stopping), or keep only those of one length: "
                f"runs.filter(lambda run: len(run.history) == {lengths[-1]})."
            )
        return np.array(rows, dtype=float)

    def table(self) -> Table:
        """One line for each run: its settings, and the numbers of its last epoch."""
        return self._table(shortened=False)

    def _table(self, shortened: bool) -> Table:
        names = self.names
        results = list(dict.fromkeys(c for r in self for c in _last(r.history)))
        failed = ["error"] if len(self.failed) else []
        rows: list[list[object]] = []
        for run in self:
            last = _last(run.history)
            values = [_entry(run.settings.get(name)) for name in names]
            epochs = None if run.history is None else len(run.history)
            rows.append([*values, epochs, *map(last.get, results)])
            rows[-1] += [run.error and type(run.error).__name__ for _ in failed]
        return table([*names, "epochs", *results, *failed], rows, shortened=shortened)

    def __repr__(self) -> str:
        text = self._table(shortened=True) if len(self) else "Runs: no run"
        return f"{text}\n(interrupted)" if self.interrupted else str(text)

    def _repr_html_(self) -> str:
        return self._table(shortened=True).html + ("(interrupted)" if self.interrupted else "")


def error_text(error: BaseException) -> str:
    """Class and message of an error, also of one whose message fails.

    >>> error_text(ValueError("too large"))
    'ValueError: too large'
    """
    try:
        return f"{type(error).__name__}: {error}"
    except Exception as other:
        return f"{type(error).__name__}, whose message fails: {type(other).__name__}"


def _entry(value: object) -> object:
    """A setting in a table: numbers stay numbers, which are aligned to the right."""
    return value if value is None or isinstance(value, (int, float)) else label(value)


def _last(history: History | None) -> dict[str, float]:
    """The results of the last epoch."""
    row = list(history)[-1] if history is not None and len(history) else {}
    return {name: value for name, value in row.items() if name not in _NOT_RESULTS}
