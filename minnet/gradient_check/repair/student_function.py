"""The functions that a student wrote, as trees that can be edited, compiled and run for a while.

Only the code object of a function is exchanged, and put back at the end: whoever holds the function
(a class, a module, a closure) runs the edited code, and no file is touched.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import os
import re
import sys
import sysconfig
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from minnet.gradient_check.layer_under_test import shown_name

PROBE = "__minnet_repair__"
"""The global name under which edited code finds the `Probe`."""

_FUTURE = 0x1FF0000
"""The bits of `co_flags` that stand for `from __future__ import ...`."""
_PATHS = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
_NOT_THE_STUDENT = tuple(f"{p}{os.sep}" for p in (Path(__file__).resolve().parents[2], *_PATHS))


class TooManyRoundsError(Exception):
    """An edited loop runs much longer than the loops of the original."""


class Probe:
    """What edited code asks: which alternative is tried, and whether its loops go on for ever."""

    choice: int
    rounds: int
    limit: int

    def __init__(self) -> None:
        self.choice, self.rounds, self.limit = 0, 0, 10**9
        self.disturbed = -1
        self.seen: dict[int, Any] = {}

    def round(self) -> None:
        """Count one round of a loop."""
        self.rounds += 1
        if self.rounds > self.limit:
            raise TooManyRoundsError

    def see(self, number: int, value: Any) -> Any:
        """Keep the value of an expression, and pass it on; changed, if it is to be disturbed."""
        if number == self.disturbed:
            noise = np.random.default_rng(0).uniform(-1.5, 1.5, np.shape(value))
            return value * noise + noise
        self.seen[number] = value
        return value


class StudentFunction:
    """One function: its source as a tree, and the code that an edited tree gives."""

    first: int
    of_file: str

    def __init__(self, function: FunctionType) -> None:
        self.function, self.original = function, function.__code__
        rows, self.first = inspect.getsourcelines(function)
        source = textwrap.dedent("".join(rows))
        self.rows: list[bytes] = [row.encode() for row in source.splitlines(keepends=True)]
        (tree,) = ast.parse(source).body
        if not isinstance(tree, ast.FunctionDef):
            raise ValueError("not a function with a name")
        self.tree, self.of_file = tree, ""
        tree.decorator_list = []
        self.nodes = list(ast.walk(tree))
        self.parents = {c: n for n in self.nodes for c in ast.iter_child_nodes(n)}
        if _contents(self._compiled()) != _contents(self.original):
            raise ValueError("the file was changed after it was imported")
        for loop in [n for n in self.nodes if isinstance(n, (ast.For, ast.While))]:
            loop.body.insert(0, statement(f"{PROBE}.round()"))  # so that no edit can hang
        for name in self.original.co_freevars:  # an edit may drop the last use of one
            tree.body.append(statement(f"if 0: {name}"))
        self.loops: dict[str, list[ast.For]] = {}  # by what they count with
        for loop in [n for n in self.nodes if isinstance(n, ast.For)]:
            self.loops.setdefault(ast.unparse(loop.target), []).append(loop)
        self.slots: dict[ast.AST, tuple[Any, Any]] = {}
        for node in self.nodes:
            for name, held in ast.iter_fields(node):
                for index, item in enumerate(held) if isinstance(held, list) else ():
                    self.slots[item] = held, index
                if isinstance(held, ast.AST):
                    self.slots[held] = vars(node), name

    def line(self, node: ast.AST) -> int:
        """The line of a node in the student's file."""
        return self.first + int(getattr(node, "lineno", 1)) - 1

    def place(self, node: ast.AST) -> str:
        """The line, with the cell of a notebook, and the file where it is not that of the class."""
        name = shown_name(self.original.co_filename)
        cell = re.search(r"\bcell .+", name, re.IGNORECASE)
        return f"{cell[0] + ', ' if cell else ''}line {self.line(node)}{self.of_file}"

    def text(self, node: Any) -> str:
        """The source of a node."""
        if not hasattr(node, "end_col_offset"):
            return ast.unparse(node)
        rows = self.rows[node.lineno - 1 : node.end_lineno]
        rows[-1] = rows[-1][: node.end_col_offset]
        rows[0] = rows[0][node.col_offset :]
        return b"".join(rows).decode()

    @contextlib.contextmanager
    def replaced(self, replacements: dict[Any, Any]) -> Iterator[None]:
        """Inside `with` the tree holds other nodes in the place of these."""
        for node, new in replacements.items():
            held, key = self.slots[node]
            held[key] = new
        try:
            yield
        finally:
            for node in replacements:
                held, key = self.slots[node]
                held[key] = node

    @contextlib.contextmanager
    def edited(self, replacements: dict[Any, Any]) -> Iterator[None]:
        """Inside `with` every holder of the function runs it with other nodes."""
        with self.replaced(replacements):
            code = self._compiled()
        self.function.__code__ = code
        try:
            yield
        finally:
            self.function.__code__ = self.original

    def _compiled(self) -> CodeType:
        """The tree as code, inside a class of the same name: self.__x is called _C__x there."""
        *_, owner, name = [".", *self.function.__qualname__.split(".")]
        free = [name for name in self.original.co_freevars if name != "__class__"]
        names = ["__outer__", *([owner] if owner.isidentifier() else []), name]
        outer = ast.parse(f"def __outer__({', '.join(free)}): pass")
        held: Any = outer.body[0]
        if owner.isidentifier():
            held.body = [statement(f"class {owner}: pass")]
            held = held.body[0]
        held.body = [self.tree]
        flags = self.original.co_flags & _FUTURE
        code: Any = compile(outer, self.original.co_filename, "exec", flags, dont_inherit=True)
        for name in names:
            code = next(c for c in code.co_consts if getattr(c, "co_name", "") == name)
        assert isinstance(code, CodeType)
        return code


def statement(text: str) -> ast.stmt:
    """One statement."""
    return ast.parse(text).body[0]


def block(*statements: ast.stmt) -> ast.stmt:
    """Several statements, or none, in the place of one."""
    whole = ast.If(ast.Constant(True), list(statements) or [ast.Pass()], [])
    return ast.fix_missing_locations(whole)


def _contents(code: CodeType) -> tuple[Any, ...]:
    """Names and constants of a function; the same source gives the same."""
    constants = [_contents(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return code.co_names, code.co_varnames, sorted(map(str, constants))


def executed(run: Callable[[], Any]) -> list[StudentFunction]:
    """The student's functions that `run` goes through, in the order of their first call."""
    functions: dict[CodeType, FunctionType | None] = {}

    def note(frame: Any, event: str, _: Any) -> None:
        code = frame.f_code
        known = code in functions or code.co_filename.startswith(_NOT_THE_STUDENT)
        if event == "call" and not known:
            near = (f for f in _functions_near(frame) if f.__code__ is code)
            functions[code] = next(near, None)

    before = sys.gettrace()
    sys.settrace(note)
    try:
        run()
    finally:
        sys.settrace(before)
    found: list[StudentFunction] = []
    for function in functions.values():
        with contextlib.suppress(OSError, TypeError, ValueError, SyntaxError):
            if function is not None:
                found.append(StudentFunction(function))
    return found


def _functions_near(frame: Any) -> Iterator[FunctionType]:
    """Where the function that runs in a frame may be: its object's classes, its module, a caller.

    (The garbage collector knows all, but may not be asked where code of students runs.)
    """
    spaces = [vars(cls) for value in frame.f_locals.values() for cls in type(value).__mro__]
    spaces += [frame.f_globals, frame.f_back.f_locals if frame.f_back else {}]
    spaces += [
        vars(value) for space in spaces[-2:] for value in space.values() if isinstance(value, type)
    ]
    for space in spaces:
        for value in list(space.values()):
            value = value.fget if isinstance(value, property) else value
            value = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
            while isinstance(value, FunctionType):
                yield value
                value = vars(value).get("__wrapped__")
