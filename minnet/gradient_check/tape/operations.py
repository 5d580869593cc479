"""The tape: every NumPy operation of a student's forward and backward, with its line.

An operation keeps what went in, what came out, and a function that computes it again. This is all
that is needed to differentiate forward numerically, operation by operation, and to say where in
the student's file a value of backward was made.
"""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

from minnet.utils.types import Array

Compute = Callable[..., Any]
new_array, as_array = (
    np.array,
    np.asarray,
)  # while the tape is written, np.array is another function


LONGEST = 70
"""Characters of an expression in a sentence."""


class TraceLostError(Exception):
    """The trace cannot be followed: nothing is said then."""


class Operation:
    """One value on the tape.

    kind: `elementwise`, `moves` (each number of the result is one of the inputs'), `other`,
    or `leaf` (nothing was computed). phase: `forward` or `backward`.
    """

    line: int
    name: str
    value: Array

    def __init__(
        self,
        tape: Tape,
        compute: Compute | None,
        inputs: list[Operation],
        value: Any,
        kind: str,
        name: str,
    ) -> None:
        self.index, self.phase = len(tape.operations), tape.phase
        self.compute, self.inputs, self.kind, self.name = compute, inputs, kind, name
        self.value = new_array(value)
        self.line, self.code, self.offset = tape.place() if compute is not None else (0, None, 0)
        tape.operations.append(self)

    @property
    def is_differentiable(self) -> bool:
        """Whether it holds floats, and not a mask or indices."""
        return self.value.dtype.kind == "f"

    def text(self) -> str:
        """The student's expression; before Python 3.11, the line it is on."""
        text = " ".join(self._source()[1].split())
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."

    def variable(self) -> str:
        """The name that forward gives this value, as in `a = f(z)`; empty if it has none."""
        if self.code is None:
            return self.name
        before, _, after = self._source()
        found = re.fullmatch(r"\s*(?:self\.)?(\w+)\s*=\s*", before)
        return found[1] if found and not after.strip() else ""

    def _source(self) -> tuple[str, str, str]:
        """What stands before the expression in its line, the expression, and what is after it."""
        if self.code is None:
            return "", self.name, ""
        row = linecache.getline(self.code.co_filename, self.line)
        whole = "", row.strip(), ""
        if not hasattr(self.code, "co_positions"):
            return whole
        first, last, start, end = list(self.code.co_positions())[self.offset // 2]
        if first is None or first != last or start is None or end is None:
            return whole
        line = linecache.getline(self.code.co_filename, first).encode()
        before, text, after = (b.decode() for b in (line[:start], line[start:end], line[end:]))
        return (before, text.strip(), after) if text.strip() else whole


class Tape:
    """All operations in the order of their execution.

    Args:
        files: the student's files; a line is always one of these.
        helpers: code of functions outside classes. What they compute is placed where they are
            called from, if forward calls them, too (a softmax, say).
    """

    files: set[str]
    helpers: set[CodeType]

    def __init__(self, files: set[str], helpers: set[CodeType]) -> None:
        self.files, self.helpers = files, helpers
        self.operations: list[Operation] = []
        self.phase = "forward"
        self.shared: set[CodeType] = set()  # helpers that forward called
        self.floats: dict[float, Operation] = {}
        self.writes: list[tuple[Operation, int]] = []  # what was written into, and in which line

    def place(self) -> tuple[int, CodeType | None, int]:
        """Line, code and offset of the student's statement that is running."""
        frame = sys._getframe(2)
        first: Any = None
        while frame is not None:
            code = frame.f_code
            if code.co_filename in self.files:
                if code not in (self.helpers if self.phase == "forward" else self.shared):
                    first = first if self.phase == "forward" and first else frame
                    if self.phase == "backward" or code.co_name == "forward":
                        break
                if self.phase == "forward":
                    self.shared.add(code)
            frame = frame.f_back  # type: ignore[assignment]
        return (first.f_lineno, first.f_code, first.f_lasti) if first else (0, None, 0)

    def leaf(self, value: Any, name: str) -> Operation:
        """A value that was not computed: x, a weight, g (named), or a constant (not named)."""
        return Operation(self, None, [], value, "leaf", name)
