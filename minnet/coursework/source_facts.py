"""What the source of a submission says: whether it uses the reference, or a difference quotient.

The source is only read here, never run. A fact is shown to the teacher; it takes points away only
where the task does not allow it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from minnet.coursework.assignment import Task
from minnet.gradient_check.separate_process.named_weight import plain

_BACKWARD = ("backward", "grad", "backprop")
_FORWARD = ("forward", "call", "loss", "self")
_FUNCTIONS = "minnet.nn.functional"


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
        self.imported: dict[str, str] = {}  # a name here: the whole name in minnet
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                module = "" if isinstance(node, ast.Import) else f"{node.module}."
                whole = {a.asname or a.name: f"{module}{a.name}" for a in node.names}
                self.imported.update({n: w for n, w in whole.items() if w.startswith("minnet")})
        self.statements: dict[str, list[ast.stmt]] = defaultdict(list)
        for statement in self.tree.body:
            for name in _defined(statement):
                self.statements[name].append(statement)

    def line(self, task: Task, method: str) -> int | None:
        """The line of a method of the task's class, or of its function."""
        for statement in self._own_statements(task):
            for node in ast.walk(statement):
                if isinstance(node, ast.FunctionDef) and plain(node.name).endswith(method or "?"):
                    return node.lineno
        return None

    def code(self, task: Task) -> str:
        """inherits-from-reference, calls-reference, or empty."""
        names = {cls.__name__ for cls in task.references()}
        nodes = list(self._reached(task))
        bases = [base for node in nodes if isinstance(node, ast.ClassDef) for base in node.bases]
        if any(self._is_reference(base, names) for base in bases):
            return "inherits-from-reference"
        return "calls-reference" if any(self._is_reference(n, names) for n in nodes) else ""

    def _is_reference(self, node: ast.AST, names: set[str]) -> bool:
        """mn.Sigmoid, Sigmoid imported from minnet, a function of minnet that computes it."""
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
            return any(isinstance(a, ast.Constant) and a.value in names for a in node.args)
        if isinstance(node, ast.Name):
            whole = self.imported.get(node.id, "")
            return whole.split(".")[-1] in names or whole.startswith(f"{_FUNCTIONS}.")
        root, path = node, list[str]()
        while isinstance(root, ast.Attribute):
            path.insert(0, root.attr)
            root = root.value
        if not path or not isinstance(root, ast.Name) or root.id not in self.imported:
            return False
        whole = ".".join([self.imported[root.id], *path])
        return path[-1] in names or whole.startswith(f"{_FUNCTIONS}.")

    def calls_forward_in_backward(self, task: Task) -> bool:
        """Whether backward calls forward."""
        for node in self._reached(task):
            if isinstance(node, ast.FunctionDef) and _is_backward(node.name):
                calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
                names = [plain(getattr(f, "attr", getattr(f, "id", ""))) for f in calls]
                if any(name.endswith(_FORWARD) for name in names):
                    return True
        return False

    def has_small_step(self, task: Task) -> bool:
        """Whether a small number stands in the code that could be the step of a difference."""
        values = (n.value for n in self._reached(task) if isinstance(n, ast.Constant))
        return any(isinstance(v, float) and 0 < v < 0.02 for v in values)

    def _own_statements(self, task: Task) -> list[ast.stmt]:
        names = task.name if isinstance(task.name, tuple) else (task.name,)
        found: list[ast.stmt] = []
        for known, statements in self.statements.items():
            is_function = all(isinstance(s, ast.FunctionDef) for s in statements)
            for name in map(plain, names):
                pair = (is_function and plain(known).startswith(name)) or plain(known).endswith(
                    name
                )
                found += statements if plain(known) == name or (is_function and pair) else []
        return found

    def _reached(self, task: Task) -> Iterator[ast.AST]:
        """All nodes of the task's code, and of what it uses of the same file."""
        waiting, seen = self._own_statements(task), set()
        while waiting:
            statement = waiting.pop()
            if id(statement) not in seen:
                seen.add(id(statement))
                for node in ast.walk(statement):
                    yield node
                    if isinstance(node, ast.Name) and node.id in self.statements:
                        waiting += self.statements[node.id]


def _is_backward(name: str) -> bool:
    return plain(name).startswith(_BACKWARD) or plain(name).endswith(_BACKWARD)


def _defined(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of the module defines, or whose attributes it sets."""
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
        yield statement.name
    for target in statement.targets if isinstance(statement, ast.Assign) else []:
        while isinstance(target, ast.Attribute):
            target = target.value
        if isinstance(target, ast.Name):
            yield target.id
