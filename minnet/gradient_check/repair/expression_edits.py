"""Edits of one expression, as texts in its place: what was meant by a student who wrote this.

In the texts {s} is the expression, {a} and {b} are its operands. The cost orders edits as a reader
would: signs, transposes, axes and single tokens first. A key says a change without its place, so
that the same change can be made everywhere at once.
"""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from minnet.gradient_check.repair.values import Expression, Value, fits, is_numeric, sizes


class Edit(NamedTuple):
    """A new text for one expression, and the code of the mistake that it undoes."""

    cost: int
    code: str
    text: str
    key: tuple[Any, ...] = ()


_PRODUCTS = "{a} @ {b}.T|{a}.T @ {b}|{a}.T @ {b}.T|{b} @ {a}|{b}.T @ {a}|{b} @ {a}.T|{b}.T @ {a}.T"
_OPERATORS: dict[type, list[tuple[str, str]]] = {
    ast.Add: [("sign-flipped", "{a} - {b}")],
    ast.Sub: [("sign-flipped", "{a} + {b}"), ("sign-flipped", "{b} - {a}")],
    ast.Mult: [
        ("extra-factor", "{a} / {b}"),
        ("wrong-operand", "{a} @ {b}"),
        ("wrong-operand", "{a}.T @ {b}"),
    ],
    ast.Div: [("extra-factor", "{a} * {b}")],
    ast.FloorDiv: [("integer-arithmetic", "{a} / {b}")],
    ast.MatMult: [("transposed", form) for form in _PRODUCTS.split("|")]
    + [("wrong-operand", "{a} * {b}")],
}
_SIGMOID_OR_TANH = (
    (r"([\w.]+) \* \(1 - \1\)", r"(1 - \1 ** 2)"),
    (r"\(1 - ([\w.]+) \*\* 2\)", r"\1 * (1 - \1)"),
)
_SWAPPED = (
    *(("sum", "mean"), ("sum", "max"), ("cumsum", "sum"), ("max", "min"), ("argmax", "argmin")),
    *(("repeat", "tile"), ("maximum", "minimum"), ("zeros_like", "ones_like"), ("var", "std")),
    *(("tanh", "sinh"), ("tanh", "cosh"), ("sin", "cos"), ("exp", "log"), ("hstack", "vstack")),
)
_REDUCTIONS = {"sum", "mean", "max", "min", "var", "std", "argmax", "cumsum", "prod"}
_WITH_AXIS = _REDUCTIONS | {"concatenate", "stack", "repeat", "split", "flip"}
AXES = ("0", "1", "-1", "2", "3", "(0, 1)", "(1, 2)", "(0, 2)", "(2, 3)", "(0, 2, 3)", "(1, 2, 3)")


def small_edits(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """Sign, operator, order, axis, transpose, number, index, another value."""
    node = e.node
    if isinstance(node, ast.BinOp):
        yield from _operators(e, node)
    elif isinstance(node, ast.Call):
        yield from _calls(e, node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = e.at(node.left), e.at(node.comparators[0])
        for op in (">", "<", ">=", "<=", "==", "!="):
            yield Edit(1, "mask-missing", f"{left} {op} {right}")
    elif isinstance(node, ast.UnaryOp):
        yield Edit(1, "sign-flipped", e.at(node.operand))
    elif isinstance(node, ast.Constant) and is_numeric(e.value):
        old = e.value
        for value in (1, 2, 3, 0.5, 1e-9, -old, 2 * old, old / 2, old + 1, old - 1):
            if value == int(value) or not e.is_index:
                code = "constant-factor" if e.is_operand_of(ast.Mult, ast.Div) else "wrong-operand"
                yield Edit(2, code, repr(int(value) if value == int(value) else value))
    elif isinstance(node, ast.Subscript):
        yield from _indices(e, node)
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Constant)):
        yield from _other_values(e, pool)
    if is_numeric(e.value) and not e.is_index:
        if not e.is_operand_of(ast.Mult, ast.Div, ast.MatMult, ast.USub):
            cost = 1 + e.is_operand_of(ast.Add, ast.Sub)
            yield Edit(cost, "sign-flipped", f"-{e.text}", ("sign", e.text))
        if len(e.shape) == 2:
            yield Edit(1, "transposed", f"{e.text}.T".replace(".T.T", ""), ("transpose", e.text))
        elif len(e.shape) > 2:
            yield Edit(2, "transposed", f"{e.text}.swapaxes(-1, -2)", ("transpose", e.text))


def _operators(e: Expression, node: ast.BinOp) -> Iterator[Edit]:
    """Another operator, another order, or one operand alone."""
    a, b = e.at(node.left), e.at(node.right)
    for code, form in _OPERATORS.get(type(node.op), ()):
        text = form.format(a=a, b=b).replace(".T.T", "")
        odd = form == "{b} - {a}" and isinstance(node.left, ast.Constant)  # 1 - s is meant
        yield Edit(1 + 2 * odd, code, text, (type(node.op).__name__, form))
    for pattern, new in _SIGMOID_OR_TANH:
        yield Edit(1, "wrong-operand", re.sub(pattern, new, e.text))
    code = "extra-factor" if isinstance(node.op, (ast.Mult, ast.Div)) else "wrong-operand"
    yield from (Edit(2, code, part) for part in (a, b))
    yield Edit(3, "wrong-operand", f"{a} * {b}")


def _calls(e: Expression, node: ast.Call) -> Iterator[Edit]:
    called: Any = node.func
    name, args = getattr(called, "attr", getattr(called, "id", "")), node.args
    held: Any = getattr(called, "value", None)
    is_method = held in e.seen and not isinstance(e.seen[held], ModuleType)
    for pair in _SWAPPED if held is not None else ():
        if name in pair:
            other = ast.Attribute(held, pair[1 - pair.index(name)])
            code = "sum-for-mean" if pair == ("sum", "mean") else "wrong-operand"
            yield Edit(1, code, _with(node, func=other), pair)
    if name in _WITH_AXIS:
        yield from _axes(node, 0 if is_method else 1, name in _REDUCTIONS)
    if name == "range":
        yield Edit(2, "wrong-index", f"reversed({e.text})")
    if name == "cumsum" and args and not is_method:
        for k in range(len(e.shape)):
            text = f"np.flip(np.cumsum(np.flip({e.at(args[0])}, {k}), {k}), {k})"
            yield Edit(2, "wrong-index", text)
    if name == "einsum":
        yield from _letters(node)
    if is_method and is_numeric(e.value):
        yield Edit(2, "wrong-operand", e.at(held), (name, "removed"))
    elif args and not isinstance(args[0], ast.Starred) and name != "len":
        yield Edit(2, "wrong-operand", e.at(args[0]))
    if 1 < len(args) < 6:
        whole = name in ("transpose", "reshape")
        for order in itertools.permutations(args) if whole else _swaps(args):
            yield Edit(1, "transposed" if whole else "wrong-operand", _with(node, args=[*order]))


def _with(node: Any, **fields: Any) -> str:
    """The text of a call with other fields."""
    new = copy.copy(node)
    vars(new).update(fields)
    return ast.unparse(new)


def _swaps(items: list[Any]) -> Iterator[list[Any]]:
    for i, j in itertools.combinations(range(len(items)), 2):
        order = list(items)
        order[i], order[j] = order[j], order[i]
        yield order


def _axes(node: ast.Call, position: int, may_keep: bool) -> Iterator[Edit]:
    """Another axis, none, or one where there was none; keepdims or not."""
    words = {str(k.arg): ast.unparse(k.value) for k in node.keywords}
    old = words.pop("axis", None) or "".join(map(ast.unparse, node.args[position : position + 1]))
    keep = words.pop("keepdims", "")
    first = [ast.unparse(a) for a in node.args[:position]]
    for axis, kept in itertools.product(("", *AXES), ("", "True") if may_keep else ("",)):
        given = {**words, "axis": axis, "keepdims": kept}
        new = [*first, *(f"{word}={text}" for word, text in given.items() if text)]
        text = f"{ast.unparse(node.func)}({', '.join(new)})"
        key = ("axis", old, axis, kept != keep)
        yield Edit(1 + (kept != keep), "summed-over-wrong-axis", text, key)


def _letters(node: ast.Call) -> Iterator[Edit]:
    """The letters of an einsum: another order of the result, or of one factor."""
    *factors, result = re.split(",|->", str(getattr(node.args[0], "value", "")).replace(" ", ""))
    parts = [*factors, result]
    for number, part in enumerate(parts):
        for order in itertools.permutations(part) if len(part) < 5 else ():
            new = [*parts[:number], "".join(order), *parts[number + 1 :]]
            whole = ast.Constant(",".join(new[:-1]) + "->" + new[-1])
            text = _with(node, args=[whole, *node.args[1:]])
            yield Edit(1 if part is result else 2, "transposed", text)


def _indices(e: Expression, node: ast.Subscript) -> Iterator[Edit]:
    """One step further or less far, the other end, the other direction."""
    parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    texts = [e.function.text(part) for part in parts]
    for number, part in enumerate(parts):
        for new in _other_indices(e, part):
            whole = ", ".join([*texts[:number], new, *texts[number + 1 :]])
            text = f"{e.at(node.value)}[{whole}]"
            yield Edit(2, "wrong-index", text, (texts[number], new))
    for order in _swaps(texts):
        yield Edit(2, "wrong-index", f"{e.at(node.value)}[{', '.join(order)}]")


def _other_indices(e: Expression, part: ast.AST) -> Iterator[str]:
    if isinstance(part, ast.Slice):
        low, high = (ast.unparse(p) if p else "" for p in (part.lower, part.upper))
        if part.step is not None or not low + high:
            yield from (":", "::-1")
        elif low and high:
            yield from (f"{low} + 1:{high} + 1", f"{low} - 1:{high} - 1")
        else:
            yield from (f"{high}:", f":{low}", "1:", ":-1", "1:-1")
    elif isinstance(part, (ast.Name, ast.BinOp)):
        text = ast.unparse(part)
        yield from (f"{text} + 1", f"{text} - 1")
        for loop in e.function.loops.get(text, []):  # counted from the other end
            ends = loop.iter.args if isinstance(loop.iter, ast.Call) else []
            yield from (f"{ast.unparse(end)} - 1 - {text}" for end in ends)


def _other_values(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """Another value at hand, where its shape fits; in an index, another size."""
    if e.text.endswith((".shape", ".T")) or not is_numeric(e.value):
        return
    whole = isinstance(e.value, (int, np.integer))
    code = "wrong-index" if whole and e.is_in(ast.Subscript) else "wrong-operand"
    for other in pool:
        same = other.shape == e.shape or (e.is_operand_of(ast.MatMult) and len(other.shape) > 1)
        if other.text != e.text and (same or (other.shape and fits(other, e))):
            yield Edit(2 if same else 3, code, other.text, ("value", e.text, other.text))
        if isinstance(other.value, int) and e.text in e.function.loops and e.is_in(ast.Slice):
            text = f"{e.text} * {other.text}"
            yield Edit(3, "wrong-index", text, ("stride", other.text))
    if isinstance(e.value, (int, np.integer)):
        yield from (Edit(3, code, text, ("value", e.text, text)) for text in sizes(pool))
