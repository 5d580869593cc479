"""The values that the expressions of a backward have while it runs: what an edit may put in.

Known values keep the number of trials small: a factor must have a shape that fits.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.gradient_check.repair.student_function import PROBE, Probe, StudentFunction
from minnet.gradient_check.repair.trial import Batch
from minnet.nn.parameter import Parameter

LARGEST_POOL = 24
_EXPRESSIONS = (
    ast.Name,
    ast.Attribute,
    ast.BinOp,
    ast.Call,
    ast.Subscript,
    ast.UnaryOp,
    ast.Constant,
    ast.Compare,
    ast.BoolOp,
    ast.IfExp,
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


def is_numeric(value: Any) -> bool:
    """Arrays and numbers, also truth values in an array."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf" and value.size > 0
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def observe(function: StudentFunction, batch: Batch, probe: Probe) -> dict[ast.AST, Any]:
    """The last value of every expression that ran, by its node."""
    nodes = [node for node in function.nodes if _can_be_seen(function, node)]
    wrapped: dict[ast.AST, ast.AST] = {}
    for number, node in enumerate(nodes):
        call = ast.parse(f"{PROBE}.see({number}, 0)", mode="eval").body
        call.args[1] = node  # type: ignore[attr-defined]
        wrapped[node] = call
    probe.seen.clear()
    function.run_as(function.compile(wrapped))
    batch.right(forward_too=True)
    function.restore()
    return {nodes[number]: value for number, value in probe.seen.items()}


def _can_be_seen(function: StudentFunction, node: ast.AST) -> bool:
    if not isinstance(node, _EXPRESSIONS) or not hasattr(node, "end_col_offset"):
        return False
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return False
    while not isinstance(node, ast.stmt):
        parent = function.parents[node]
        if isinstance(parent, (ast.JoinedStr, ast.arguments)):
            return False
        if isinstance(parent, ast.Call) and node is parent.func and not isinstance(node, ast.Call):
            return False
        if isinstance(parent, ast.FunctionDef) and node not in parent.body:
            return False
        if isinstance(parent, ast.AnnAssign) and node is parent.annotation:
            return False
        node = parent
    return True


def at_hand(function: StudentFunction, seen: dict[ast.AST, Any], obj: Any) -> list[Value]:
    """What can be put in: names and entries that occur, then the other attributes of the object."""
    found: dict[str, Any] = {}
    for node, value in seen.items():
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and is_numeric(value):
            found.setdefault(function.text(node), value)
    owner = function.tree.args.args[0].arg if function.tree.args.args else ""
    if type(obj).__name__ in function.function.__qualname__ or owner == "self":
        for name, value in vars(obj).items():
            text = f"{owner}.{name}"
            if isinstance(value, Parameter):
                text, value = f"{text}.value", value.value
            entries = [(text, value)]
            if isinstance(value, dict):
                entries = [(f"{text}[{key!r}]", item) for key, item in value.items()]
            elif isinstance(value, (tuple, list)) and len(value) < 8:
                entries = [(f"{text}[{key}]", item) for key, item in enumerate(value)]
            found.update({t: v for t, v in entries if is_numeric(v) and t not in found})
    shown = [(t, v) for t, v in found.items() if not t.endswith((".T", ".size", ".ndim"))]
    return _distinct([Value(text, value) for text, value in shown])[:LARGEST_POOL]


def _distinct(values: list[Value]) -> list[Value]:
    """Each value once, under its shortest name."""
    kept: dict[Any, Value] = {}
    for one in sorted(values, key=lambda v: len(v.text)):
        array = np.asarray(one.value)
        kept.setdefault((array.shape, array.astype(float).tobytes()), one)
    return list(kept.values())
