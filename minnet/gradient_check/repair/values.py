"""The expressions of a function while it runs: their values, and which gradients they influence.

Both keep the number of trials small: a factor must have a shape that fits, and an expression that
changes a right gradient, or no wrong one, is not the one to edit.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.gradient_check.repair.student_function import (
    PROBE,
    Probe,
    StudentFunction,
    block,
    inside,
    parsed,
)
from minnet.gradient_check.repair.trial import Batch
from minnet.nn.parameter import Parameter

LARGEST_POOL = 24
_SEEN = (
    ast.Name,
    ast.Attribute,
    ast.BinOp,
    ast.Call,
    ast.Subscript,
    ast.UnaryOp,
    ast.Constant,
    ast.Compare,
)


@dataclass(frozen=True)
class Value:
    """An expression that can be written at a place, and what it was."""

    text: str
    value: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array; () for a number."""
        return np.shape(self.value)

    @property
    def is_number(self) -> bool:
        """A number without axes."""
        return not np.ndim(self.value)


@dataclass
class Expression:
    """One expression, its value, and what stands around it."""

    function: StudentFunction
    node: ast.AST
    value: Any
    seen: dict[ast.AST, Any]

    def at(self, node: ast.AST) -> str:
        """The source of a part, in parentheses where it needs them."""
        text = self.function.text(node)
        simple = isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant))
        return text if simple else f"({text})"

    @property
    def text(self) -> str:
        """Its source."""
        return self.at(self.node)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of its value."""
        return np.shape(self.value)

    def is_operand_of(self, *operators: type) -> bool:
        """Whether it is an operand of one of these operators."""
        parent = self.function.parents[self.node]
        return isinstance(getattr(parent, "op", None), operators)

    @property
    def is_loop_variable(self) -> bool:
        """Whether a loop of the function counts with it."""
        loops = [n for n in self.function.nodes if isinstance(n, ast.For)]
        return any(ast.unparse(loop.target) == self.text for loop in loops)

    @property
    def is_index(self) -> bool:
        """Whether it stands in an index, a range or a shape: a whole number, no gradient."""
        if isinstance(self.value, (int, np.integer)):
            return inside(self.function, self.node, (ast.Slice, ast.Subscript, ast.Tuple, ast.Call))
        parent = self.function.parents[self.node]
        return isinstance(parent, ast.Subscript) and self.node is parent.slice


def is_numeric(value: Any) -> bool:
    """Arrays and numbers, also truth values in an array."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf" and value.size > 0
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    """Counts, flags and labels, which a small change does not leave what they are."""
    return not isinstance(value, (np.ndarray, float)) or np.asarray(value).dtype.kind != "f"


def observe(
    function: StudentFunction, batch: Batch, probe: Probe, right: frozenset[str], in_forward: bool
) -> tuple[list[Expression], dict[ast.AST, Any]]:
    """The expressions to edit, whose change changes wrong gradients only; and all last values.

    right: the gradients that are right now.
    """
    arguments = function.tree.args.args
    nodes = [*arguments, *(node for node in function.nodes if _can_be_seen(function, node))]
    wrapped: dict[ast.AST, ast.AST] = {}
    for number, node in enumerate(nodes[len(arguments) :], len(arguments)):
        call = ast.parse(f"{PROBE}.see({number}, 0)", mode="eval").body
        call.args[1] = node  # type: ignore[attr-defined]
        wrapped[node] = call
    first = function.tree.body[0]
    looks = [parsed(f"{PROBE}.see({k}, {a.arg})") for k, a in enumerate(arguments)]
    wrapped[first] = block(*looks, first)
    probe.seen.clear()
    with function.running(function.compile(wrapped)):
        run = batch.run(in_forward)
        values = {nodes[number]: value for number, value in probe.seen.items()}
        kept = list(values)
        if run.error is None and not right.issuperset(batch.names):
            kept = [
                n
                for n in kept
                if _is_number(values[n])
                or _changes(nodes.index(n), batch, probe, right, in_forward)
            ]
    found = [Expression(function, n, values[n], values) for n in kept if n not in arguments]
    return found, values


def _changes(
    number: int, batch: Batch, probe: Probe, right: frozenset[str], in_forward: bool
) -> bool:
    """Whether another value of this expression changes wrong gradients, and nothing else."""
    probe.disturbed = number
    run = batch.run(in_forward)
    probe.disturbed = -1
    if in_forward and not np.array_equal(run.y, batch.y):
        return False
    changed = {
        name
        for name in batch.names
        if run.error or not np.array_equal(run.gradient(name), batch.base.gradient(name))
    }
    return bool(changed) and not changed & right


def _can_be_seen(function: StudentFunction, node: ast.AST) -> bool:
    if not isinstance(node, _SEEN) or not hasattr(node, "end_col_offset"):
        return False
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return False
    parent = function.parents[node]
    if isinstance(parent, ast.Call) and node is parent.func:
        return False
    return not inside(function, node, (ast.JoinedStr, ast.arguments))


def at_hand(
    function: StudentFunction, seen: dict[ast.AST, Any], obj: Any, more: dict[str, Any]
) -> list[Value]:
    """What can be put in: names and entries that occur, the other attributes of the object, more."""
    found: dict[str, Any] = {}
    for node, value in seen.items():
        if isinstance(node, ast.arg) and is_numeric(value):
            found[node.arg] = value
        parent = function.parents[node]
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            if is_numeric(value):
                found[parent.targets[0].id] = value
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and is_numeric(value):
            found.setdefault(function.text(node), value)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            held = function.text(node.value)  # U[0] occurs: U[1] and U[2] exist as well
            if np.ndim(value) == 2:
                array = seen[node.value]
                found.update({f"{held}[{k}]": array[k] for k in range(min(len(array), 6))})
    arguments = function.tree.args.args
    owner = arguments[0].arg if arguments else ""
    for name, value in getattr(obj, "__dict__", {}).items() if owner == "self" else ():
        text = f"{owner}.{name}"
        if isinstance(value, Parameter):
            text, value = f"{text}.value", value.value
        entries = [(text, value)]
        if isinstance(value, dict):
            entries = [(f"{text}[{key!r}]", item) for key, item in value.items()]
        elif isinstance(value, (tuple, list)) and len(value) < 8:
            entries = [(f"{text}[{key}]", item) for key, item in enumerate(value)]
        found.update({t: v for t, v in entries if is_numeric(v) and t not in found})
    found.update(more)
    shown = [(t, v) for t, v in found.items() if not t.endswith((".T", ".size", ".ndim"))]
    return _distinct([Value(text, value) for text, value in shown])[:LARGEST_POOL]


def from_forward(function: StudentFunction, seen: dict[ast.AST, Any]) -> dict[str, Any]:
    """What forward computes, written with what it keeps: `p * t` as `self.p * self.t`."""
    names: dict[str, str] = {}
    for node in function.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=False))
            for kept, name in pairs:
                if isinstance(kept, ast.Attribute) and isinstance(name, ast.Name):
                    names[name.id] = ast.unparse(kept)
    found: dict[str, Any] = {}
    for node, value in seen.items():
        if isinstance(node, (ast.BinOp, ast.Compare, ast.Call)) and isinstance(value, np.ndarray):
            text = _renamed(node, names, function.function.__globals__)
            if text and is_numeric(value):
                found[f"({text})"] = value
    return dict(list(found.items())[:8])


def _renamed(node: ast.AST, names: dict[str, str], known: dict[str, Any]) -> str:
    """The expression in other names; empty where a name is not at hand."""
    new = copy.deepcopy(node)
    for part in ast.walk(new):
        if isinstance(part, ast.Name):
            if part.id not in names and part.id not in known and part.id != "self":
                return ""
            part.id = names.get(part.id, part.id)
    return ast.unparse(new)


def _distinct(values: list[Value]) -> list[Value]:
    """Each array once, under its shortest name."""
    kept: dict[Any, Value] = {}
    for one in sorted(values, key=lambda v: len(v.text)):
        array = np.asarray(one.value)
        key = (array.shape, array.astype(float).tobytes()) if array.ndim else one.text
        kept.setdefault(key, one)
    return list(kept.values())
