"""Writes the History to a CSV file during training, so that a crash loses no epoch."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from minnet.training.callback import Callback
from minnet.training.history import Row
from minnet.training.state import TrainingState
from minnet.utils import checks


class CSVLogger(Callback):
    """Writes the row of each epoch to a CSV file as soon as the epoch ends.

    Args:
        path: of the file, in a folder that exists. Numbers are in full precision.
        append: True appends to an existing file; False writes a new one. Later fits with the same
            logger always append.

    A column that appears later is added to the heading, and is empty in the rows before.
    Between two epochs the file is closed: it may be read or copied at any time.

    Raises:
        OSError: when a fit begins, if the file cannot be written there.

    >>> import tempfile, numpy as np, minnet as mn
    >>> x, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    >>> trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     logger = CSVLogger(Path(folder) / "run.csv")
    ...     history = trainer.fit(x, y, epochs=2, progress=False, callbacks=[logger])
    ...     print(logger.path.read_text(encoding="utf-8").splitlines()[0])
    epoch,loss,seconds,learning_rate
    """

    def __init__(self, path: str | os.PathLike[str], append: bool = False) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(
                f'CSVLogger: path: expected a path such as "run.csv", got {checks.describe(path)}.'
            )
        self.path = Path(path)
        self.append = checks.boolean("CSVLogger", "append", append)
        self._rows: list[dict[str, Any]] = []
        self._names: list[str] = []

    def on_fit_begin(self, trainer: TrainingState) -> None:  # noqa: ARG002
        """Open the file once before anything is trained, so that a bad path is reported now."""
        if self.append and self.path.exists():
            with self.path.open(encoding="utf-8", newline="") as file:
                reader = csv.DictReader(file)
                self._rows, self._names = list(reader), list(reader.fieldnames or ())
        try:
            with self.path.open("a" if self.append else "w", encoding="utf-8"):
                pass
        except OSError as error:
            raise type(error)(
                error.errno,
                f"CSVLogger: path: expected a file that can be written: {error.strerror}",
                str(self.path),
            ) from error
        self.append = True

    def on_epoch_end(self, trainer: TrainingState, row: Row) -> None:  # noqa: ARG002
        """Append a row; rewrite the whole file if a column is new."""
        self._rows.append(dict(row))
        new = [name for name in row if name not in self._names]
        self._names += new
        self._write("w" if new else "a", self._rows if new else self._rows[-1:])

    def _write(self, how: str, rows: list[dict[str, Any]]) -> None:
        """Write a new file, or append to it."""
        with self.path.open(how, encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self._names)
            if how == "w":
                writer.writeheader()
            writer.writerows(rows)

    def state(self) -> dict[str, Any]:
        """The rows so far."""
        return {"rows": self._rows, "names": self._names}

    def restore(self, trainer: TrainingState, state: dict[str, Any]) -> None:  # noqa: ARG002
        """Write the rows up to the checkpoint; those after it will be written again."""
        self._rows, self._names = list(state["rows"]), list(state["names"])
        self._write("w", self._rows)
