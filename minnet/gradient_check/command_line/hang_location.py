"""Finds the line at which a student's code hangs or crashes.

The process that hangs cannot say so. Python's own watchdog (faulthandler) writes its stack into a
file shortly before the time is over. What ends the interpreter leaves no stack at all:
then the class is checked again, with each line recorded before it runs.
"""

from __future__ import annotations

import contextlib
import faulthandler
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

METHODS = ("forward", "backward", "__init__")
_FRAME = re.compile(r'File "(?P<file>.*)", line (?P<line>\d+) in (?P<name>.+)')
_DUMP_AFTER = 0.85  # of the time limit: the watchdog writes before the process is stopped

SLOW = "slow"
"""The file next to it that says: the time is over soon, but calls still return."""


class CodeLocation(NamedTuple):
    """A line of the student's file or notebook, and the method to which it belongs."""

    line: int
    method: str
    file: str


class LocationRecorder:
    """Records where the student's code is, in the process that runs it.

    Args:
        path: the student's file. file: the file to write to. timeout: in seconds.
        every_line: record each line before it runs (slow) instead of the stack at the end.
    """

    path: str
    timeout: float
    every_line: bool

    def __init__(self, path: str, file: str, timeout: float, every_line: bool) -> None:
        self.path, self.timeout, self.every_line = path, timeout, every_line
        self.file = Path(file).open("w+b", buffering=0)  # noqa: SIM115 - open to the end

    def begin(self) -> None:
        """A new class: forget what was recorded, and start the clock."""
        self.file.seek(0)
        self.file.truncate()
        if self.every_line:
            sys.settrace(self._trace)
        else:
            faulthandler.dump_traceback_later(_DUMP_AFTER * self.timeout, file=self.file)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(self.path):
            return None
        if event in ("call", "line"):
            self.file.seek(0)
            self.file.write("".join(self._frames(frame)).encode("ascii", "backslashreplace"))
            self.file.truncate()
        return self._trace

    def _frames(self, frame: FrameType) -> Iterator[str]:
        """The stack in the format of faulthandler, innermost frame first."""
        outer: FrameType | None = frame
        while outer is not None:
            if outer.f_code.co_filename.startswith(self.path):
                code = outer.f_code
                yield f'File "{code.co_filename}", line {outer.f_lineno} in {code.co_name}\n'
            outer = outer.f_back


def read_location(record: Path, path: Path) -> CodeLocation | None:
    """The innermost line in the student's file, and the method around it."""
    with contextlib.suppress(OSError):
        wanted = str(path).encode("ascii", "backslashreplace").decode("ascii")
        frames = [
            match
            for match in _FRAME.finditer(record.read_text("ascii", "replace"))
            if match["file"].startswith(wanted)
        ]
        if frames:
            method = _method(match["name"] for match in frames)
            return CodeLocation(int(frames[0]["line"]), method, frames[0]["file"])
    return None


def _method(names: Iterable[str]) -> str:
    """The first of the methods that we call; what runs before them belongs to the constructor."""
    return next((name for name in names if name in METHODS), "__init__")


def method_of(error: BaseException) -> str:
    """Which method an error comes from, by its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    here = Path(__file__).parents[1]
    own = [frame.name for frame in frames if here not in Path(frame.filename).parents]
    return _method(reversed(own))
