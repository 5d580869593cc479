"""Edits of whole statements: `+=` for `=`, one left out, moved or exchanged, one that is missing."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from minnet.gradient_check.repair.student_function import StudentFunction, block, parsed
from minnet.gradient_check.repair.trial import Batch
from minnet.gradient_check.repair.values import Value


class StatementEdit(NamedTuple):
    """Statements that replace others, and the words for it."""

    cost: int
    replacements: dict[ast.AST, ast.AST]
    words: str
    line: int


def statement_edits(function: StudentFunction) -> Iterator[StatementEdit]:
    """All edits of the statements of a function."""
    statements = [n for n in function.nodes if isinstance(n, ast.stmt) and n is not function.tree]
    for node in statements:
        yield from _assignments(function, node)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
            words = f"remove `{_short(function, node)}`"
            yield StatementEdit(3, {node: block()}, words, function.line(node))
        if isinstance(node, ast.If):
            yield _should_be(
                function, 3, node, block(*node.body), "\n".join(map(ast.unparse, node.body))
            )
    for node in statements:
        yield from _loops(function, node)
    for one, other in itertools.combinations(statements, 2):
        yield from _two_statements(function, one, other)
    yield from _copies(function)


def _short(function: StudentFunction, node: ast.AST) -> str:
    return " ".join(function.text(node).split())


def _should_be(
    function: StudentFunction, cost: int, node: ast.AST, new: ast.stmt, text: str
) -> StatementEdit:
    words = f"`{_short(function, node)}` should be `{text}`"
    return StatementEdit(cost, {node: new}, words, function.line(node))


def _assignments(function: StudentFunction, node: ast.stmt) -> Iterator[StatementEdit]:
    text = ast.unparse(node)
    news: list[str] = []
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = ast.unparse(node.targets[0]), ast.unparse(node.value)
        if not isinstance(node.targets[0], ast.Tuple):
            news = [f"{target} += {value}", f"{target} -= {value}"]
        if isinstance(node.targets[0], ast.Subscript):
            place = node.targets[0]
            news.append(f"np.add.at({ast.unparse(place.value)}, {_index(place)}, {value})")
        elif isinstance(node.targets[0], ast.Tuple):
            for i, j in itertools.combinations(range(len(node.targets[0].elts)), 2):
                names = list(node.targets[0].elts)
                names[i], names[j] = names[j], names[i]
                news.append(f"{', '.join(map(ast.unparse, names))} = {value}")
    elif isinstance(node, ast.AugAssign):
        target, value = ast.unparse(node.target), ast.unparse(node.value)
        signs = {
            ast.Add: ("=", "-="),
            ast.Sub: ("+=", "="),
            ast.Mult: ("/=", "="),
            ast.Div: ("*=", "="),
        }
        news = [f"{target} {sign} {value}" for sign in signs.get(type(node.op), ())]
        if isinstance(node.target, ast.Subscript):
            news.append(
                f"np.add.at({ast.unparse(node.target.value)}, {_index(node.target)}, {value})"
            )
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for order in itertools.permutations(node.value.elts) if len(node.value.elts) < 4 else ():
            news.append(f"return {', '.join(map(ast.unparse, order))}")
    target = getattr(node, "target", None) or getattr(node, "targets", [None])[0]
    if isinstance(target, ast.Subscript) and "[:, " in text:  # one entry of each row
        news.append(text.replace("[:, ", f"[np.arange(len({ast.unparse(target.value)})), ", 1))
    for new in news:
        if new != text:
            yield _should_be(function, 1, node, parsed(new), new)


def _index(node: ast.Subscript) -> str:
    text = ast.unparse(node)[len(ast.unparse(node.value)) + 1 : -1]
    return f"np.s_[{text}]" if ":" in text else f"({text})" if "," in text else text


def _loops(function: StudentFunction, node: ast.stmt) -> Iterator[StatementEdit]:
    """The last statement of a loop after it; the statement after a loop into it."""
    if not isinstance(node, ast.For):
        return
    last = node.body[-1]
    if len(node.body) > 2 or isinstance(last, ast.Return):  # the counting of rounds is one of them
        inside, after = {last: block()}, block(node, last)
        words = f"`{_short(function, last)}` belongs after the loop"
        yield StatementEdit(2, {**inside, node: after}, words, function.line(last))
    siblings = next(
        held
        for _, held in ast.iter_fields(function.parents[node])
        if isinstance(held, list) and node in held
    )
    following = siblings[siblings.index(node) + 1 :][:2]
    for count in range(1, len(following) + 1):
        moved = following[:count]
        if all(
            isinstance(s, (ast.Assign, ast.AugAssign, ast.Expr)) and hasattr(s, "end_lineno")
            for s in moved
        ):
            words = f"`{_short(function, moved[0])}` belongs into the loop"
            new = {**{s: block() for s in moved}, last: block(last, *moved)}
            yield StatementEdit(3, new, words, function.line(moved[0]))


def _two_statements(
    function: StudentFunction, one: ast.stmt, other: ast.stmt
) -> Iterator[StatementEdit]:
    simple = (ast.Assign, ast.AugAssign)
    if not (isinstance(one, simple) and isinstance(other, simple)):
        return
    first, second = (s.targets[0] if isinstance(s, ast.Assign) else s.target for s in (one, other))
    numbers = f"{function.line(one)} and {function.line(other)}"
    if ast.unparse(first) != ast.unparse(second) and {type(first), type(second)} & {
        ast.Attribute,
        ast.Subscript,
    }:
        words = f"exchange `{ast.unparse(first)}` and `{ast.unparse(second)}` of lines {numbers}"
        yield StatementEdit(2, {first: second, second: first}, words, function.line(one))
    if function.parents[one] is function.parents[other]:
        words = f"move `{_short(function, other)}` before `{_short(function, one)}`"
        yield StatementEdit(
            3, {other: block(), one: block(other, one)}, words, function.line(other)
        )
        words = f"move `{_short(function, one)}` behind `{_short(function, other)}`"
        yield StatementEdit(3, {one: block(), other: block(other, one)}, words, function.line(one))


def _copies(function: StudentFunction) -> Iterator[StatementEdit]:
    """A copy of what must not be written to."""
    for argument in function.tree.args.args[1:]:
        first = function.tree.body[0]
        text = f"{argument.arg} = {argument.arg}.copy()"
        new = {first: block(first, parsed(text))}
        yield StatementEdit(3, new, f"write `{text}` first", function.line(first))
    for node in function.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            text = f"{ast.unparse(node.targets[0])} = {function.text(node.value)}.copy()"
            yield _should_be(function, 3, node, parsed(text), text)


def missing_statements(
    function: StudentFunction, batch: Batch, pool: list[Value]
) -> Iterator[StatementEdit]:
    """The gradient of a parameter that is never set, and the reset of a sum over calls."""
    returns = [n for n in function.nodes if isinstance(n, ast.Return)]
    if not returns:
        return
    last = returns[-1]
    arrays = [v for v in pool if v.shape]
    for weight in batch.harness.weights:
        path = weight.grad_path if weight.kind == "plain" else (*weight.name.split("."), "grad")
        target = "self." + ".".join(map(str, path))
        for value in _products(arrays, batch.harness.values[weight.name].shape):
            for sign in ("=", "+="):
                text = f"{target} {sign} {value}"
                new = {last: block(parsed(text), last)}
                yield StatementEdit(
                    5, new, f"`{text}` is missing before this line", function.line(last)
                )
    first = function.tree.body[0]
    for node in function.nodes:
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            root: ast.AST = node.target
            while isinstance(root, ast.Subscript):
                root = root.value
            name = ast.unparse(root)
            for text in (f"{name} = np.zeros_like({name})", f"{name} = 0"):
                new = {first: block(first, parsed(text))}
                yield StatementEdit(4, new, f"`{text}` is missing", function.line(first))


def _products(arrays: list[Value], shape: tuple[int, ...]) -> Iterator[str]:
    """Expressions of this shape that a gradient may be."""
    for a in arrays:
        axes = [tuple(range(len(a.shape) - len(shape)))]
        if len(a.shape) > 2 and len(shape) == 1:
            axes.append((0, *range(2, len(a.shape))))
        for axis in axes:
            if axis and tuple(n for k, n in enumerate(a.shape) if k not in axis) == shape:
                short = axis[0] if len(axis) == 1 else axis
                yield f"{a.text}.sum(axis={short})"
                for b in arrays:
                    if b.shape == a.shape and b.text != a.text:
                        yield f"({a.text} * {b.text}).sum(axis={short})"
        for b in arrays:
            if len(a.shape) == len(b.shape) == len(shape) == 2 and a.shape[0] == b.shape[0]:
                if (a.shape[1], b.shape[1]) == shape:
                    yield f"{a.text}.T @ {b.text}"
