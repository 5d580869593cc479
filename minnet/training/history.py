"""The History: a table of the numbers of each epoch."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from minnet.utils.checks import describe
from minnet.utils.keyword_arguments import Explained
from minnet.utils.table import Table, table

Row = dict[str, float]


class History(Explained):
    """A table of training: one row for each epoch, one column for each number.

    Columns: `epoch` (from 1), `loss` and each metric (means over the whole epoch), `val_loss` and
    so on where there are validation data, `seconds` (wall time of the epoch), `learning_rate` (that
    of the epoch's last step).

    Attributes:
        interrupted: True if Ctrl-C ended the training.
        advice: after a fit that learned nothing, what to do; else "".
        error: the exception that ended the fit, for `on_fit_end`; None if there was none.

    >>> history = History()
    >>> history.append({"epoch": 1, "loss": 0.7})
    >>> history.append({"epoch": 2, "loss": 0.5})
    >>> history["loss"], len(history)
    ([0.7, 0.5], 2)
    >>> [row["epoch"] for row in history]
    [1, 2]
    >>> history
    epoch  loss
    -----  ----
        1   0.7
        2   0.5
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.interrupted = False
        self.advice = ""
        self.error: BaseException | None = None

    @property
    def names(self) -> list[str]:
        """The columns, in order."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def append(self, row: Row) -> None:
        """Add the numbers of one epoch."""
        if not isinstance(row, Mapping) or not all(isinstance(name, str) for name in row):
            raise TypeError(
                f"History.append: row: expected a dict, name to number, got {describe(row)}. "
                f'Write append({{"epoch": 1, "loss": 0.5}}).'
            )
        self.rows.append(dict(row))

    def __getitem__(self, name: str) -> list[float]:
        """One column as a list, an entry for each epoch that has the number."""
        if name not in self.names:
            raise KeyError(
                f"History: expected one of {', '.join(self.names) or 'no epoch yet'}, got {name!r}."
            )
        return [row[name] for row in self.rows if name in row]

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[Row]:
        """One dict for each epoch."""
        return (dict(row) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def table(self) -> Table:
        """All epochs as a text table."""
        names = self.names
        return table(names, [[row.get(name) for name in names] for row in self.rows])

    def __repr__(self) -> str:
        text = self.table() if self.rows else "History: no epoch yet"
        notes = [*(["interrupted"] if self.interrupted else []), *filter(None, [self.advice])]
        return "\n".join([text, *(f"({note})" for note in notes)])

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write all epochs, in full precision: reading them gives the same floats."""
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(
                f"History.to_csv: path: expected a path, got {describe(path)}. "
                f'Write to_csv("history.csv").'
            )
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.names)
            writer.writeheader()
            writer.writerows(self.rows)
