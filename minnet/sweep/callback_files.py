"""Callbacks that write to files: each run of a sweep needs a file of its own."""

from __future__ import annotations

import copy
import io
import os
from collections.abc import Iterable
from typing import Any

_EXAMPLE = 'callbacks=lambda rate, seed: [mn.CSVLogger(f"rate={rate} seed={seed}.csv")].'


class SharedFileError(ValueError):
    """Several runs would write to one file. It ends the sweep, not only a run."""


def check_list(callbacks: list[Any]) -> None:
    """Refuse a list of callbacks that cannot be copied, or that write to a file.

    Raises:
        TypeError, ValueError: naming the callback.
    """
    try:
        copies = copy.deepcopy(callbacks)
    except Exception as error:
        raise TypeError(
            f"sweep: callbacks: expected callbacks of which each run can get a copy, got "
            f"{type(error).__name__}: {error}. Give a function of the settings that returns new "
            f"ones: {_EXAMPLE}"
        ) from error
    refuse(files_of(copies))


def refuse(files: list[str]) -> None:
    """The error for callbacks that write to these files in several runs."""
    if files:
        raise SharedFileError(
            f"sweep: callbacks: expected a file of its own for each run, got {files[0]} for "
            f"several, which would write over each other. Give a function of all settings that "
            f"differ: {_EXAMPLE}"
        )


def files_of(callbacks: Iterable[Any]) -> list[str]:
    """Where these callbacks write: paths, open files, and text under a name like `path`.

    >>> import minnet as mn
    >>> files_of([mn.EarlyStopping("loss"), mn.CSVLogger("run.csv")])
    ["CSVLogger.path = 'run.csv'"]
    """
    found = []
    for callback in callbacks:
        for name, value in getattr(callback, "__dict__", {}).items():
            named = any(word in name.lower() for word in ("path", "file", "folder"))
            if isinstance(value, (os.PathLike, io.IOBase)) or (named and isinstance(value, str)):
                where = getattr(value, "name", value) if isinstance(value, io.IOBase) else value
                found.append(f"{type(callback).__name__}.{name} = {str(where)!r}")
    return found
