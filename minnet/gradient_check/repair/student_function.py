"""The functions that a student wrote, as trees that can be edited, compiled and run for a while.

Only the code object of a function is exchanged, and put back at the end: whoever holds the function
(a class, a module, a closure) runs the edited code, and no file is touched.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import inspect
import os
import sys
import sysconfig
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np

PROBE = "__minnet_repair__"
"""The global name under which edited code finds the `Probe`."""

_FLAGS = 0x1FF0000
"""The bits of `co_flags` that stand for `from __future__ import ...`."""
_NOT_THE_STUDENT = tuple(
    f"{path}{os.sep}"
    for path in (
        Path(__file__).resolve().parents[2],
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    )
)


class TooManySteps(Exception):  # noqa: N818 - no error of ours: it ends a trial
    """An edited loop runs much longer than the loops of the original."""


class Probe:
    """What edited code asks: which alternative is tried, and whether its loops go on for ever."""

    def __init__(self) -> None:
        self.choice = 0
        self.steps = 0
        self.limit = 10**9
        self.seen: dict[int, Any] = {}
        self.disturbed = -1

    def step(self) -> None:
        """Count one round of a loop."""
        self.steps += 1
        if self.steps > self.limit:
            raise TooManySteps

    def see(self, number: int, value: Any) -> Any:
        """Keep the value of an expression, and pass it on; changed, if it is to be disturbed."""
        if number == self.disturbed:
            noise = np.random.default_rng(0).uniform(-1.5, 1.5, np.shape(value))
            return value * noise + noise
        self.seen[number] = value
        return value


class StudentFunction:
    """One function: its source as a tree, and the code that an edited tree gives."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self.original = function.__code__
        rows, self.first = inspect.getsourcelines(function)
        self.source = textwrap.dedent("".join(rows))
        (self.tree,) = ast.parse(self.source).body
        if not isinstance(self.tree, ast.FunctionDef):
            raise ValueError("not a function with a name")
        self.tree.decorator_list = []
        self.rows = [row.encode() for row in self.source.splitlines(keepends=True)]
        self.nodes = list(ast.walk(self.tree))
        self.parents = {c: n for n in self.nodes for c in ast.iter_child_nodes(n)}
        if _contents(self.compile()) != _contents(self.original):
            raise ValueError("the file was changed after it was imported")

    def line(self, node: ast.AST) -> int:
        """The line of a node in the student's file."""
        return self.first + int(getattr(node, "lineno", 1)) - 1

    def text(self, node: ast.AST) -> str:
        """The source of a node."""
        if not hasattr(node, "end_col_offset"):
            return ast.unparse(node)
        first, last = node.lineno - 1, node.end_lineno - 1  # type: ignore[attr-defined]
        rows = self.rows[first : last + 1]
        rows[-1] = rows[-1][: node.end_col_offset]
        rows[0] = rows[0][node.col_offset :]  # type: ignore[attr-defined]
        return b"".join(rows).decode()

    @contextlib.contextmanager
    def replaced(self, replacements: dict[ast.AST, ast.AST]) -> Iterator[None]:
        """Inside `with` the tree holds other nodes in the place of these."""
        undo: list[Callable[[], None]] = []
        for node, new in replacements.items():
            parent = self.parents[node]
            for name, held in ast.iter_fields(parent):
                if held is node:
                    setattr(parent, name, new)
                    undo.append(lambda p=parent, n=name, o=node: setattr(p, n, o))  # type: ignore[misc]
                elif isinstance(held, list) and any(item is node for item in held):
                    index = next(i for i, item in enumerate(held) if item is node)
                    held[index] = new
                    undo.append(lambda h=held, i=index, o=node: h.__setitem__(i, o))  # type: ignore[misc]
        try:
            yield
        finally:
            for step in reversed(undo):
                step()

    def compile(self, replacements: dict[ast.AST, ast.AST] | None = None) -> CodeType:
        """The code of the function with some nodes replaced."""
        with self.replaced(replacements or {}):
            body = [self.tree]
            *_, owner, _ = ["", *self.function.__qualname__.split(".")]
            if owner.isidentifier():  # the name of the class turns self.__x into _C__x
                holder = ast.parse(f"class {owner}: pass").body[0]
                holder.body = body  # type: ignore[attr-defined]
                body = [holder]  # type: ignore[list-item]
            free = [name for name in self.original.co_freevars if name != "__class__"]
            outer = ast.parse(f"def __outer__({', '.join(free)}): pass")
            outer.body[0].body = body  # type: ignore[attr-defined]
            flags = self.original.co_flags & _FLAGS
            code = compile(outer, self.original.co_filename, "exec", flags, dont_inherit=True)
        for _ in range(3 if owner.isidentifier() else 2):
            inner = [c for c in code.co_consts if isinstance(c, CodeType)]
            code = next(c for c in inner if c.co_name in ("__outer__", owner, self.tree.name))
        return code

    @contextlib.contextmanager
    def running(self, code: CodeType) -> Iterator[None]:
        """Inside `with` every holder of the function runs this code."""
        self.function.__code__ = code
        try:
            yield
        finally:
            self.function.__code__ = self.original

    def guard_loops(self) -> None:
        """Count the rounds of every loop, so that an edit cannot hang; the lines stay the same."""
        for node in self.nodes:
            if isinstance(node, (ast.For, ast.While)):
                node.body.insert(0, ast.parse(f"{PROBE}.step()").body[0])
        for name in self.original.co_freevars:  # an edit may drop the last use of one
            self.tree.body.append(ast.parse(f"if 0: {name}").body[0])  # type: ignore[union-attr]


def parsed(text: str) -> ast.stmt:
    """A statement."""
    return ast.parse(text).body[0]


def block(*statements: ast.stmt) -> ast.stmt:
    """Several statements in the place of one."""
    whole = ast.If(ast.Constant(True), list(statements) or [ast.Pass()], [])
    return ast.copy_location(
        ast.fix_missing_locations(whole), statements[0] if statements else whole
    )


def inside(function: StudentFunction, node: ast.AST, kinds: tuple[type, ...]) -> bool:
    """Whether a node stands in an expression of one of these kinds."""
    while not isinstance(node, ast.stmt):
        node = function.parents[node]
        if isinstance(node, kinds):
            return True
    return False


def _contents(code: CodeType) -> tuple[Any, ...]:
    """Names and constants of a function; the same source gives the same."""
    constants = [_contents(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return code.co_names, code.co_varnames, sorted(map(str, constants))


def executed(run: Callable[[], Any]) -> list[StudentFunction]:
    """The student's functions that `run` goes through, in the order of their first call."""
    codes: dict[CodeType, None] = {}

    def note(frame: Any, event: str, _: Any) -> None:
        if event == "call" and not frame.f_code.co_filename.startswith(_NOT_THE_STUDENT):
            codes.setdefault(frame.f_code)

    before = sys.gettrace()
    sys.settrace(note)
    try:
        run()
    finally:
        sys.settrace(before)
    found: list[StudentFunction] = []
    holders = [h for h in gc.get_referrers(*codes) if isinstance(h, FunctionType)] if codes else []
    for code in codes:
        for holder in holders:
            if holder.__code__ is code:
                with contextlib.suppress(OSError, TypeError, ValueError, SyntaxError):
                    found.append(StudentFunction(holder))
                break
    return found
