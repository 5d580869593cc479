"""Writes the History to a CSV file during training, so that a crash loses no epoch."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

from minnet.training.callback import Callback
from minnet.training.history import Row
from minnet.training.state import TrainingState
from minnet.utils import checks
from minnet.utils.array_messages import is_text_of_number


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
        ValueError: before the first step, if rows cannot be appended to the file: it is no table
            of numbers with commas and the column epoch, or its last row is cut off. The file is
            untouched.

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
        self.path: Path = checks.path("CSVLogger", path)
        self.append = checks.boolean("CSVLogger", "append", append)
        self._rows: list[dict[str, Any]] = []
        self._names: list[str] = []
        self._encoding = "utf-8"
        self._unusable: ValueError | None = None

    def on_fit_begin(self, trainer: TrainingState) -> None:  # noqa: ARG002
        """Open the file once before anything is trained, so that a bad path is reported now."""
        self._unusable = None
        if self.append and self.path.exists():
            try:
                self._rows, self._names, self._encoding = _read(self.path)
            except ValueError as error:
                self._unusable = error  # unless a checkpoint restores all rows, see `restore`
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

    def on_epoch_begin(self, trainer: TrainingState, epoch: int) -> None:  # noqa: ARG002
        """Refuse a file that cannot be continued, before the first step."""
        if self._unusable is not None:
            raise self._unusable

    def on_epoch_end(self, trainer: TrainingState, row: Row) -> None:  # noqa: ARG002
        """Append a row; rewrite the whole file if a column is new."""
        self._rows.append(dict(row))
        new = [name for name in row if name not in self._names]
        self._names += new
        self._write("w" if new else "a", self._rows if new else self._rows[-1:])

    def _write(self, how: str, rows: list[dict[str, Any]]) -> None:
        """Write a new file, or append to it."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self._names)
        if how == "w":
            writer.writeheader()
        elif _lacks_newline(self.path):
            text.write("\r\n")
        writer.writerows(rows)
        encoding = self._encoding if how == "w" else "utf-8"  # no second byte order mark
        with self.path.open(how, encoding=encoding, newline="") as file:
            file.write(text.getvalue())

    def state(self) -> dict[str, Any]:
        """The rows so far."""
        return {"rows": self._rows, "names": self._names}

    def restore(self, trainer: TrainingState, state: dict[str, Any]) -> None:  # noqa: ARG002
        """Write the rows up to the checkpoint; those after it will be written again."""
        self._rows, self._names = list(state["rows"]), list(state["names"])
        self._write("w", self._rows)
        self._unusable = None


def _read(path: Path) -> tuple[list[dict[str, Any]], list[str], str]:
    """Rows, names and encoding of a table.

    Raises:
        ValueError: rows cannot be appended to it.
    """
    if not path.is_file():
        raise _unusable(path, "it is a folder, a pipe or a device")
    try:
        text = path.read_bytes().decode("utf-8")
        bom = text.startswith("\ufeff")
        lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
        table = [row for row in csv.reader(lines, strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unusable(path, f"it cannot be read: {error}") from error
    names, rows = (table[0], table[1:]) if table else ([], [])
    if table and ("epoch" not in names or any(name != name.strip() for name in names)):
        raise _unusable(path, f"its first line is {','.join(names)[:80]!r}")
    if len(set(names)) < len(names):
        raise _unusable(path, "a column is in it twice")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            cut = " (was it cut off?)" if number == len(rows) else ""
            raise _unusable(path, f"row {number} has {len(row)} cells, not {len(names)}{cut}")
        wrong = [cell for cell in row if cell and not is_text_of_number(cell)]
        if wrong:
            raise _unusable(path, f"row {number} has {wrong[0][:40]!r}, which is no number")
    if rows and not rows[-1][-1] and not text.endswith(("\n", "\r")):
        raise _unusable(path, "its last row ends in a comma (was it cut off?)")
    encoding = "utf-8-sig" if bom else "utf-8"
    return [dict(zip(names, row, strict=True)) for row in rows], names, encoding


def _unusable(path: Path, why: str) -> ValueError:
    return ValueError(
        f"CSVLogger: path: expected a table with commas, a heading with the column epoch and as "
        f"many cells in each row, to append to, got {path}: {why}. Correct the file, give another "
        f"path, or write a new one with append=False."
    )


def _lacks_newline(path: Path) -> bool:
    """True if the last line of the file has no end."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read() not in (b"\n", b"\r")
