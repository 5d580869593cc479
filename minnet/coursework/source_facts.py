"""What the source of a submission says: whether it uses the reference, or a difference quotient.

The source is only read, never run, in the grader. A fact is shown to the teacher; it takes points away only where
the task does not allow it.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from typing import Any

from minnet.coursework.assignment import Task
from minnet.gradient_check.separate_process.student_objects import _plain

_BACKWARD = ("backward", "grad", "backprop")


class SourceFacts:
    """The parsed source of one submission.

    Args:
        source: the text of the file; text that is not Python has no facts.
    """

    def __init__(self, source: str) -> None:
        try:
            self.tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.tree = ast.parse("")
        self.imported: dict[str, Any] = {}
        for node in ast.walk(self.tree):
            self._note_import(node)
        self.statements = {}
        for statement in self.tree.body:
            for name in _defined(statement):
                self.statements.setdefault(name, []).append(statement)

    def _note_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "minnet":
                    whole = alias.name if alias.asname else "minnet"
                    self.imported[alias.asname or "minnet"] = _module(whole)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "minnet":
            module = _module(node.module or "")
            for alias in node.names:
                if alias.name == "*":
                    names = getattr(module, "__all__", [])
                    self.imported.update({n: getattr(module, n, None) for n in names})
                else:
                    self.imported[alias.asname or alias.name] = getattr(module, alias.name, None)

    def line(self, task: Task, method: str) -> int | None:
        """The line of a method of the task's class, or of its function."""
        for statement in self._own_statements(task):
            for node in ast.walk(statement):
                if isinstance(node, ast.FunctionDef) and (
                    node.name == method or _plain(node.name).endswith(method)
                ):
                    return node.lineno
        return None

    def code(self, task: Task) -> str:
        """inherits-from-reference, calls-reference, or empty."""
        nodes = list(self._reached(task))
        for node in nodes:
            if isinstance(node, ast.ClassDef) and any(
                self._is_reference(b, task) for b in node.bases
            ):
                return "inherits-from-reference"
        for node in nodes:
            whole = isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
            if whole and (self._is_reference(node, task) or self._is_function(node)):
                return "calls-reference"
        return ""

    def calls_forward_in_backward(self, task: Task) -> bool:
        """Whether backward calls forward with shifted arguments."""
        for node in self._reached(task):
            if not isinstance(node, ast.FunctionDef) or not _is_backward(node.name):
                continue
            for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
                name = (
                    call.func.attr
                    if isinstance(call.func, ast.Attribute)
                    else getattr(call.func, "id", "")
                )
                if _plain(name).endswith(("forward", "call", "loss")) or name == "self":
                    return True
        return False

    def has_small_step(self, task: Task) -> bool:
        """Whether a small number stands in the code that could be the step of a difference."""
        values = (n.value for n in self._reached(task) if isinstance(n, ast.Constant))
        return any(isinstance(v, float) and 0 < v < 0.02 for v in values)

    def _own_statements(self, task: Task) -> list[ast.stmt]:
        names = task.name if isinstance(task.name, tuple) else (task.name,)
        plain = {_plain(name) for name in names}
        found = []
        for known, statements in self.statements.items():
            core = _plain(known)
            is_pair = any(core.startswith(p) or core.endswith(p) for p in plain) and all(
                isinstance(s, ast.FunctionDef) for s in statements
            )
            if core in plain or is_pair:
                found += statements
        return found

    def _reached(self, task: Task) -> Iterator[ast.AST]:
        """All nodes of the task's code, and of what it uses of the same file."""
        waiting, seen = self._own_statements(task), set()
        while waiting:
            statement = waiting.pop()
            if id(statement) in seen:
                continue
            seen.add(id(statement))
            for node in ast.walk(statement):
                yield node
                if isinstance(node, ast.Name):
                    waiting += self.statements.get(node.id, [])

    def _resolved(self, node: ast.AST, depth: int = 8) -> Any:
        """The object of minnet that an expression names, or None."""
        if depth == 0:
            return None
        if isinstance(node, ast.Name):
            if node.id in self.imported:
                return self.imported[node.id]
            for statement in self.statements.get(node.id, []):
                if isinstance(statement, ast.Assign):
                    return self._resolved(statement.value, depth - 1)
            return None
        if isinstance(node, ast.Attribute):
            return _attribute(self._resolved(node.value, depth - 1), node.attr)
        is_getattr = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr"
        if is_getattr and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):  # type: ignore[attr-defined]
            return _attribute(self._resolved(node.args[0], depth - 1), str(node.args[1].value))  # type: ignore[attr-defined]
        return None

    def _is_reference(self, node: ast.AST, task: Task) -> bool:
        found = self._resolved(node)
        return isinstance(found, type) and issubclass(found, tuple(task.references()))

    def _is_function(self, node: ast.AST) -> bool:
        found = self._resolved(node)
        return callable(found) and getattr(found, "__module__", "") == "minnet.nn.functional"


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _attribute(owner: Any, name: str) -> Any:
    module = getattr(owner, "__module__", getattr(owner, "__name__", ""))
    return getattr(owner, name, None) if str(module).startswith("minnet") else None


def _is_backward(name: str) -> bool:
    return any(_plain(name).startswith(b) or _plain(name).endswith(b) for b in _BACKWARD)


def _defined(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of the module defines, or whose attributes it sets."""
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
        yield statement.name
    for node in ast.walk(statement) if isinstance(statement, ast.Assign) else []:
        target = node
        while isinstance(target, ast.Attribute):
            target = target.value
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            if isinstance(target, ast.Name):
                yield target.id
