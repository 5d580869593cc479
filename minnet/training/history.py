"""The History: a table of the numbers of each epoch."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping

from minnet.utils import checks
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

    _steps: History | None = None

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.interrupted = False
        self.advice = ""
        self.error: BaseException | None = None

    @property
    def steps(self) -> History:
        """A History of what `fit(..., measure_at=...)` measured: one row for each of these steps.

        Its columns are `step`, `val_loss` and so on.
        """
        if self._steps is None:
            self._steps = History()
        return self._steps

    @property
    def names(self) -> list[str]:
        """The columns, in order."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def append(self, row: Row) -> None:
        """Add the numbers of one epoch."""
        texts = isinstance(row, Mapping) and all(isinstance(name, str) for name in row)
        if not texts or any(isinstance(value, (str, bytes)) for value in row.values()):
            raise TypeError(
                f"History.append: row: expected a dict, name to number, got {describe(row)}. "
                f'Write append({{"epoch": 1, "loss": 0.5}}).'
            )
        self.rows.append(dict(row))

    def __getitem__(self, name: str) -> list[float]:
        """One column as a list, an entry for each epoch that has the number."""
        if name not in self.names:
            row = f" One epoch is history.rows[{name}]." if isinstance(name, int) else ""
            raise KeyError(
                f"History: expected one of {', '.join(self.names) or 'no epoch yet'}, "
                f"got {name!r}.{row}"
            )
        return [row[name] for row in self.rows if name in row]

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[Row]:
        """One dict for each epoch."""
        return (dict(row) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def keys(self) -> list[str]:
        """The columns, so that `dict(history)` works: name -> list."""
        return self.names

    _ipython_key_completions_ = keys  # what IPython offers after `history["`

    @property
    def history(self) -> dict[str, list[float]]:
        """The columns as a dict, as Keras has them: `history.history["loss"]`."""
        return {name: self[name] for name in self.names}

    def table(self) -> Table:
        """All epochs as a table."""
        return self._table(shortened=False)

    def _table(self, shortened: bool) -> Table:
        names = self.names
        rows = [[row.get(name) for name in names] for row in self.rows]
        return table(names, rows, shortened=shortened)

    def __repr__(self) -> str:
        text = self._table(shortened=True) if self.rows else "History: no epoch yet"
        return "\n".join([text, *self._notes()])

    def _notes(self) -> list[str]:
        notes = ["interrupted" if self.interrupted else "", self.advice]
        return [f"({note})" for note in notes if note]

    def _repr_html_(self) -> str:
        return "\n".join([self._table(shortened=True).html, *self._notes()])

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write all epochs, in full precision: reading them gives the same floats."""
        with checks.path("History.to_csv", path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.names)
            writer.writeheader()
            writer.writerows(self.rows)
