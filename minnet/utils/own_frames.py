"""Leaves the package's own frames out of the traceback of an error that comes out of user code."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TypeVar

E = TypeVar("E", bound=BaseException)

_PACKAGE = str(Path(__file__).parents[1])


def without_own_frames(error: E) -> E:
    """The same error; its traceback names the user's lines alone, if it has any.

    A wrong shape in a custom layer is otherwise found at the end of a dozen calls of the package.
    An error of the package's own keeps its traceback.
    """
    users: list[TracebackType] = []
    entry = error.__traceback__
    while entry is not None:
        if not entry.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            users.append(entry)
        entry = entry.tb_next
    kept: TracebackType | None = None
    for entry in reversed(users):
        kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return error.with_traceback(kept) if users else error
