"""Edits of whole statements: `+=` for `=`; left out, moved, exchanged, or missing ones."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from minnet.gradient_check.repair.student_function import StudentFunction, block, statement
from minnet.gradient_check.repair.trial import Batch
from minnet.gradient_check.repair.values import Value

_SIGNS = {ast.Add: "= -=", ast.Sub: "+= =", ast.Mult: "/= =", ast.Div: "*= ="}
_CODES = {"=": "gradient-accumulates", "+=": "one-sample-only", "-=": "sign-flipped"}
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr)


class StatementEdit(NamedTuple):
    """Nodes that replace others, the words for it, and the code of the mistake, if any."""

    cost: int
    code: str
    replacements: dict[Any, Any]
    words: str


def statement_edits(function: StudentFunction) -> Iterator[StatementEdit]:
    """All edits of the statements of a function."""
    statements = [n for n in function.nodes if isinstance(n, ast.stmt) and n is not function.tree]
    for node in statements:
        old = _words(function, node)
        for code, new in _other_statements(node):
            if new != ast.unparse(node):
                yield StatementEdit(1, code, {node: statement(new)}, f"`{old}` should be `{new}`")
        if isinstance(node, _SIMPLE):
            yield StatementEdit(3, "", {node: block()}, f"remove `{old}`")
        if isinstance(node, ast.For):
            yield from _loops(function, node)
    for one, other in itertools.combinations([s for s in statements if isinstance(s, _SIMPLE)], 2):
        yield from _two_statements(function, one, other)
    first = function.tree.body[0]
    for argument in function.tree.args.args[1:]:
        text = f"{argument.arg} = {argument.arg}.copy()"
        yield StatementEdit(3, "", {first: block(statement(text), first)}, f"write `{text}` first")


def _words(function: StudentFunction, node: ast.AST) -> str:
    return " ".join(function.text(node).split())


def _other_statements(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """Other texts for an assignment or a return, each with its code."""
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        name, value = ast.unparse(target), ast.unparse(node.value)
        signs = _SIGNS.get(type(node.op), "") if isinstance(node, ast.AugAssign) else "+= -="
        if isinstance(target, ast.Tuple):
            for i, j in itertools.combinations(range(len(target.elts)), 2):
                names = [ast.unparse(item) for item in target.elts]
                names[i], names[j] = names[j], names[i]
                yield "wrong-operand", f"{', '.join(names)} = {value}"
            return
        for sign in signs.split():
            yield _CODES.get(sign, "constant-factor"), f"{name} {sign} {value}"
        if isinstance(node.value, (ast.Name, ast.Attribute)):
            yield "", f"{name} = {value}.copy()"
        if isinstance(target, ast.Subscript):
            held = ast.unparse(target.value)
            index = name[len(held) + 1 : -1]
            if ":" not in index:
                whole = f"({index})" if "," in index else index
                yield "one-sample-only", f"np.add.at({held}, {whole}, {value})"
            if index.startswith(":, "):  # one entry of each row
                sign = "=" if isinstance(node, ast.Assign) else "+="
                sign = "-=" if isinstance(getattr(node, "op", None), ast.Sub) else sign
                row = f"{held}[np.arange(len({held})), {index[3:]}]"
                yield "wrong-index", f"{row} {sign} {value}"
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for order in itertools.permutations(node.value.elts) if len(node.value.elts) < 4 else ():
            yield "wrong-operand", f"return {', '.join(map(ast.unparse, order))}"


def _loops(function: StudentFunction, node: ast.For) -> Iterator[StatementEdit]:
    """The last statement of a loop after it; the statements after a loop into it."""
    last = node.body[-1]
    if len(node.body) > 2 or isinstance(last, ast.Return):  # one counts the rounds
        words = f"`{_words(function, last)}` belongs after the loop"
        yield StatementEdit(2, "", {last: block(), node: block(node, last)}, words)
    held, index = function.slots[node]
    for count in (1, 2):
        moved = held[index + 1 : index + 1 + count]
        if len(moved) == count and all(
            isinstance(s, _SIMPLE) and s in function.slots for s in moved
        ):
            words = f"`{_words(function, moved[0])}` belongs into the loop"
            new = {**{s: block() for s in moved}, last: block(last, *moved)}
            yield StatementEdit(3, "", new, words)


def _two_statements(function: StudentFunction, one: Any, other: Any) -> Iterator[StatementEdit]:
    """The targets of two assignments exchanged; one of two statements moved to the other."""
    targets = [
        s.target if isinstance(s, ast.AugAssign) else getattr(s, "targets", [0])[0]
        for s in (one, other)
    ]
    names = [ast.unparse(t) if isinstance(t, ast.AST) else "" for t in targets]
    if names[0] != names[1] and all(isinstance(t, (ast.Attribute, ast.Subscript)) for t in targets):
        words = f"exchange `{names[0]}` and `{names[1]}` (line {function.line(other)})"
        yield StatementEdit(
            2, "wrong-operand", dict(zip(targets, reversed(targets), strict=True)), words
        )
    if function.parents[one] is function.parents[other]:
        texts = [_words(function, s) for s in (one, other)]
        words = f"move `{texts[1]}` before `{texts[0]}`"
        yield StatementEdit(3, "", {other: block(), one: block(other, one)}, words)
        words = f"move `{texts[0]}` behind `{texts[1]}`"
        yield StatementEdit(3, "", {one: block(), other: block(other, one)}, words)


def missing_statements(
    function: StudentFunction, batch: Batch, pool: list[Value]
) -> Iterator[StatementEdit]:
    """The gradient of a parameter that is never set, or set to something else; a sum's reset."""
    arrays = [v for v in pool if v.shape]
    assigned = [n for n in function.nodes if isinstance(n, ast.Assign)]
    for weight in batch.harness.weights:
        path = weight.grad_path if weight.kind == "plain" else (*weight.name.split("."), "grad")
        target = f"self.{'.'.join(map(str, path))}"
        given = [n for n in assigned if ast.unparse(n.targets[0]) == target]
        for value in _products(arrays, batch.harness.values[weight.name].shape):
            text = f"{target} = {value}"
            for node in given[-1:]:
                words = f"`{_words(function, node)}` should be `{text}`"
                yield StatementEdit(5, "wrong-operand", {node: statement(text)}, words)
            for last in [n for n in function.nodes if isinstance(n, ast.Return) and not given]:
                new = {last: block(statement(text), last)}
                code, words = "parameter-gradient-missing", f"write `{text}` before this line"
                yield StatementEdit(5, code, new, words)
    first = function.tree.body[0]
    for sum_ in [n for n in function.nodes if isinstance(n, ast.AugAssign)]:
        name = ast.unparse(sum_.target).partition("[")[0]
        for text in (f"{name} = np.zeros_like({name})", f"{name} = 0"):
            reset, words = {first: block(statement(text), first)}, f"write `{text}` first"
            yield StatementEdit(4, "gradient-accumulates", reset, words)


def _products(arrays: list[Value], shape: tuple[int, ...]) -> Iterator[str]:
    """Expressions of this shape that a gradient may be."""
    for a in arrays:
        axes = [tuple(range(len(a.shape) - len(shape))), (0, *range(2, len(a.shape)))]
        for axis in axes:
            if axis and tuple(n for k, n in enumerate(a.shape) if k not in axis) == shape:
                short = axis[0] if len(axis) == 1 else axis
                yield f"{a.text}.sum(axis={short})"
                for b in arrays:
                    if b.shape == a.shape and b is not a:
                        yield f"({a.text} * {b.text}).sum(axis={short})"
        for b in arrays:
            flat = len(a.shape) == len(b.shape) == 2 and a.shape[0] == b.shape[0]
            if flat and (a.shape[1], b.shape[1]) == shape:
                yield f"{a.text}.T @ {b.text}"
