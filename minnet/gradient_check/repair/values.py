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
    statement,
)
from minnet.gradient_check.repair.trial import Batch
from minnet.nn.parameter import Parameter

LARGEST_POOL = 24
_SIMPLE = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)
_SEEN = (*_SIMPLE, ast.BinOp, ast.UnaryOp, ast.Compare)
Seen = dict[Any, Any]  # a node, and the last value it had


@dataclass(frozen=True)
class Value:
    """An expression that can be written at a place, and what it was."""

    text: str
    value: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array; () for a number."""
        return np.shape(self.value)


@dataclass
class Expression:
    """One expression, its value, and what stands around it."""

    function: StudentFunction
    node: Any
    value: Any
    seen: Seen

    def at(self, node: ast.AST) -> str:
        """The source of a part, in parentheses where it needs them."""
        text = self.function.text(node)
        return text if isinstance(node, _SIMPLE) else f"({text})"

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
        return isinstance(getattr(self.function.parents[self.node], "op", None), operators)

    def is_in(self, *kinds: type) -> bool:
        """Whether it stands in an expression of one of these kinds."""
        node = self.node
        while not isinstance(node, ast.stmt):
            node = self.function.parents[node]
            if isinstance(node, kinds):
                return True
        return False

    @property
    def is_index(self) -> bool:
        """Whether it stands in an index, a range or a shape: no gradient."""
        if isinstance(self.value, (int, np.integer)):
            return self.is_in(ast.Slice, ast.Subscript, ast.Tuple, ast.Call)
        return self.node is getattr(self.function.parents[self.node], "slice", None)


def is_numeric(value: Any) -> bool:
    """Arrays and numbers, also truth values in an array."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf" and value.size > 0
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def fits(one: Value, into: Expression) -> bool:
    """Whether this value can be multiplied to the expression, which keeps its shape."""
    try:
        return np.broadcast_shapes(one.shape, into.shape) == into.shape
    except ValueError:
        return False


def sizes(pool: list[Value]) -> list[str]:
    """The sizes of the arrays at hand, each number once; sums of masks and weights."""
    found: dict[Any, str] = {}
    arrays = [v for v in pool if v.shape]
    for v in arrays:
        for axis, length in enumerate(v.shape):
            found.setdefault(length, f"{v.text}.shape[{axis}]" if axis else f"len({v.text})")
    for v in arrays:
        found.setdefault(v.value.size, f"{v.text}.size")
        for axis, length in enumerate(v.shape):
            found.setdefault(v.value.size // length, f"({v.text}.size // {v.text}.shape[{axis}])")
        if v.value.dtype == bool or len(v.shape) == 1:
            found.setdefault(float(v.value.sum()), f"{v.text}.sum()")
    return [text for number, text in found.items() if number != 1]


def observe(
    function: StudentFunction, batch: Batch, probe: Probe, right: frozenset[str], in_forward: bool
) -> tuple[list[Expression], Seen]:
    """The expressions to edit, whose change changes wrong gradients only; and all last values.

    right: the gradients that are right now.
    """
    arguments = function.tree.args.args
    nodes = [*arguments, *(node for node in function.nodes if _can_be_seen(function, node))]
    wrapped: dict[Any, Any] = {}
    for number, node in enumerate(nodes[len(arguments) :], len(arguments)):
        wrapped[node] = ast.parse(f"{PROBE}.see({number}, 0)", mode="eval").body
        wrapped[node].args[1] = node
    first = function.tree.body[0]
    looks = [statement(f"{PROBE}.see({k}, {a.arg})") for k, a in enumerate(arguments)]
    wrapped[first] = block(*looks, first)
    probe.seen.clear()
    with function.edited(wrapped):
        error = batch.run(in_forward).error
        seen = {nodes[number]: value for number, value in probe.seen.items()}
        kept = [n for n in seen if n not in arguments]
        if error is None and not right.issuperset(batch.slopes):
            kept = [
                node
                for node in kept
                if not _is_float(seen[node])
                or _changes_wrong_only(nodes.index(node), batch, probe, right, in_forward)
            ]
    return [Expression(function, node, seen[node], seen) for node in kept], seen


def _is_float(value: Any) -> bool:
    """Not counts, flags and labels, which a small change does not leave what they are."""
    return isinstance(value, float) or getattr(getattr(value, "dtype", None), "kind", "") == "f"


def _changes_wrong_only(
    number: int, batch: Batch, probe: Probe, right: frozenset[str], in_forward: bool
) -> bool:
    probe.disturbed = number
    run = batch.run(in_forward)
    probe.disturbed = -1
    if not np.array_equal(run.y, batch.y):
        return False
    changed = {
        name
        for name in batch.slopes
        if run.error or not np.array_equal(run.gradient(name), batch.base.gradient(name))
    }
    return bool(changed) and not changed & right


def _can_be_seen(function: StudentFunction, node: ast.AST) -> bool:
    if not isinstance(node, _SEEN) or not hasattr(node, "end_col_offset"):
        return False
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return False
    if node is getattr(function.parents[node], "func", None):
        return False
    return not Expression(function, node, None, {}).is_in(ast.JoinedStr, ast.arguments)


def at_hand(function: StudentFunction, seen: Seen, obj: Any, more: dict[str, Any]) -> list[Value]:
    """What can be put in: names and entries that occur, other attributes of the object, more."""
    found: dict[str, Any] = {}
    for node, value in seen.items():
        text, parent = function.text(node), function.parents[node]
        if isinstance(node, (ast.arg, ast.Name, ast.Attribute, ast.Subscript)):
            found.setdefault(text.partition(":")[0] if isinstance(node, ast.arg) else text, value)
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            found[parent.targets[0].id] = value
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            held = seen.get(node.value)  # U[0] occurs: U[1] and U[2] exist as well
            if isinstance(held, np.ndarray) and held.ndim == 3:
                found.update({f"{function.text(node.value)}[{k}]": u for k, u in enumerate(held)})
    if any(a.arg == "self" for a in function.tree.args.args):
        for name, value in getattr(obj, "__dict__", {}).items():
            text = f"self.{name}"
            entries = {text: value}
            if isinstance(value, Parameter):
                entries = {f"{text}.value": value.value}
            elif isinstance(value, (dict, tuple, list)) and len(value) < 8:
                pairs = value.items() if isinstance(value, dict) else enumerate(value)
                entries = {f"{text}[{key!r}]": item for key, item in pairs}
            found = {**entries, **found}
    kept: dict[Any, Value] = {}
    for text, value in sorted({**more, **found}.items(), key=lambda item: len(item[0])):
        if is_numeric(value) and not text.endswith((".T", ".size", ".ndim")):
            array = np.asarray(value)
            same = (array.shape, array.astype(float).tobytes()) if array.ndim else text
            kept.setdefault(same, Value(text, value))  # an array under its shortest name
    return list(kept.values())[:LARGEST_POOL]


def from_forward(function: StudentFunction, seen: Seen) -> dict[str, Any]:
    """What forward computes, written with what it keeps: `p * t` as `self.p * self.t`; numbers."""
    names: dict[str, str] = {}
    for node in function.nodes:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=False))
            pairs = [p for p in pairs if isinstance(p[0], ast.Attribute)]
            names.update({v.id: ast.unparse(t) for t, v in pairs if isinstance(v, ast.Name)})
    known = {*names, *function.function.__globals__, "self"}
    found: dict[str, Any] = {}
    for node, value in seen.items():
        if isinstance(node, ast.Constant) and is_numeric(value) and value not in (0, 1, 2):
            found[repr(value)] = value
        if isinstance(node, (ast.BinOp, ast.Compare, ast.Call)) and isinstance(value, np.ndarray):
            new = copy.deepcopy(node)
            parts = [part for part in ast.walk(new) if isinstance(part, ast.Name)]
            if {part.id for part in parts} <= known:
                for part in parts:
                    part.id = names.get(part.id, part.id)
                found[f"({ast.unparse(new)})"] = value
    return dict(list(found.items())[:10])
