"""Edits of one expression, as texts in its place: what was meant by a student who wrote this.

In the texts {s} is the expression, {a} and {b} are its operands, {n} and {m} values at hand. The
cost orders edits: natural ones are cheap. A key says a change without its place, so that the same
change can be made everywhere at once.
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

from minnet.gradient_check.repair.values import Expression, Value, is_numeric


class Edit(NamedTuple):
    """A new text for one expression."""

    cost: int
    text: str
    key: tuple[Any, ...] = ()


_PRODUCTS = (
    "{a} @ {b}.T",
    "{a}.T @ {b}",
    "{a}.T @ {b}.T",
    "{b} @ {a}",
    "{b}.T @ {a}",
    "{b} @ {a}.T",
)
_OPERATORS: dict[type, tuple[str, ...]] = {
    ast.Add: ("{a} - {b}",),
    ast.Sub: ("{a} + {b}", "{b} - {a}"),
    ast.Mult: ("{a} / {b}", "{a} @ {b}", "{a}.T @ {b}"),
    ast.Div: ("{a} * {b}",),
    ast.FloorDiv: ("{a} / {b}",),
    ast.MatMult: (*_PRODUCTS, "{b}.T @ {a}.T", "{a} * {b}"),
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
_AXES = ("0", "1", "-1", "2", "3", "(0, 1)", "(1, 2)", "(0, 2)", "(2, 3)", "(0, 2, 3)", "(1, 2, 3)")


def small_edits(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """Sign, operator, order, axis, transpose, number, index, another value."""
    node = e.node
    if isinstance(node, ast.BinOp):
        a, b = e.at(node.left), e.at(node.right)
        for form in _OPERATORS.get(type(node.op), ()):
            text = form.format(a=a, b=b).replace(".T.T", "")
            yield Edit(1, text, (type(node.op).__name__, form))
        for pattern, new in _SIGMOID_OR_TANH:
            yield Edit(1, re.sub(pattern, new, e.text))
        yield from (Edit(2, part) for part in (a, b))
        yield Edit(3, f"{a} * {b}")
    elif isinstance(node, ast.Call):
        yield from _calls(e, node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = e.at(node.left), e.at(node.comparators[0])
        yield from (Edit(1, f"{left} {op} {right}") for op in (">", "<", ">=", "<=", "==", "!="))
    elif isinstance(node, ast.UnaryOp):
        yield Edit(1, e.at(node.operand))
    elif isinstance(node, ast.Constant) and is_numeric(e.value):
        old = e.value
        for value in (1, 2, 3, 0.5, 1e-9, -old, 2 * old, old / 2, old + 1, old - 1):
            if value == int(value) or not e.is_index:
                yield Edit(2, repr(int(value) if value == int(value) else value))
    elif isinstance(node, ast.Subscript):
        yield from _indices(e, node)
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Constant)):
        yield from _other_values(e, pool)
    if is_numeric(e.value) and not e.is_index:
        if not e.is_operand_of(ast.Mult, ast.Div, ast.MatMult, ast.USub):
            yield Edit(1 + e.is_operand_of(ast.Add, ast.Sub), f"-{e.text}", ("sign", e.text))
        if len(e.shape) == 2:
            yield Edit(1, f"{e.text}.T".replace(".T.T", ""), ("transpose", e.text))
        elif len(e.shape) > 2:
            yield Edit(2, f"{e.text}.swapaxes(-1, -2)", ("transpose", e.text))


def _calls(e: Expression, node: ast.Call) -> Iterator[Edit]:
    called: Any = node.func
    name, args = getattr(called, "attr", getattr(called, "id", "")), node.args
    held: Any = getattr(called, "value", None)
    is_method = held in e.seen and not isinstance(e.seen[held], ModuleType)
    for pair in _SWAPPED if held is not None else ():
        if name in pair:
            other = ast.Attribute(held, pair[1 - pair.index(name)])
            yield Edit(1, _with(node, func=other), pair)
    if name in _WITH_AXIS:
        yield from _axes(node, 0 if is_method else 1, name in _REDUCTIONS)
    if name == "range":
        yield Edit(2, f"reversed({e.text})")
    if name == "cumsum" and args and not is_method:
        for k in range(len(e.shape)):
            yield Edit(2, f"np.flip(np.cumsum(np.flip({e.at(args[0])}, {k}), {k}), {k})")
    if name == "einsum":
        yield from _letters(node)
    if is_method and is_numeric(e.value):
        yield Edit(2, e.at(held), (name, "removed"))
    elif args and not isinstance(args[0], ast.Starred) and name != "len":
        yield Edit(2, e.at(args[0]))
    if 1 < len(args) < 6:
        whole = name in ("transpose", "reshape")
        for order in itertools.permutations(args) if whole else _swaps(args):
            yield Edit(1, _with(node, args=list(order)))


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
    for axis, kept in itertools.product(("", *_AXES), ("", "True") if may_keep else ("",)):
        given = {**words, "axis": axis, "keepdims": kept}
        new = [*first, *(f"{word}={text}" for word, text in given.items() if text)]
        text = f"{ast.unparse(node.func)}({', '.join(new)})"
        yield Edit(1 + (kept != keep), text, ("axis", old, axis, kept != keep))


def _letters(node: ast.Call) -> Iterator[Edit]:
    """The letters of an einsum: another order of the result, or of one factor."""
    *factors, result = re.split(",|->", str(getattr(node.args[0], "value", "")).replace(" ", ""))
    parts = [*factors, result]
    for number, part in enumerate(parts):
        for order in itertools.permutations(part) if len(part) < 5 else ():
            new = [*parts[:number], "".join(order), *parts[number + 1 :]]
            whole = ast.Constant(",".join(new[:-1]) + "->" + new[-1])
            yield Edit(1 if part is result else 2, _with(node, args=[whole, *node.args[1:]]))


def _indices(e: Expression, node: ast.Subscript) -> Iterator[Edit]:
    """One step further or less far, the other end, the other direction."""
    parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    texts = [e.function.text(part) for part in parts]
    for number, part in enumerate(parts):
        for new in _other_indices(e, part):
            whole = ", ".join([*texts[:number], new, *texts[number + 1 :]])
            yield Edit(2, f"{e.at(node.value)}[{whole}]", (texts[number], new))
    yield from (Edit(2, f"{e.at(node.value)}[{', '.join(order)}]") for order in _swaps(texts))


def _other_indices(e: Expression, part: ast.AST) -> Iterator[str]:
    if isinstance(part, ast.Slice):
        low, high = (ast.unparse(p) if p else "" for p in (part.lower, part.upper))
        if part.step is not None or not low + high:
            yield from (":", "::-1")
        elif low and high:
            yield from (f"{low} + 1:{high} + 1", f"{low} - 1:{high} - 1")
        else:
            yield from (f"{high}:", f":{low}", "1:", ":-1")
    elif isinstance(part, (ast.Name, ast.BinOp)):
        text = ast.unparse(part)
        yield from (f"{text} + 1", f"{text} - 1")
        for loop in e.function.loops.get(text, []):  # counted from the other end
            ends = loop.iter.args if isinstance(loop.iter, ast.Call) else []
            yield from (f"{ast.unparse(end)} - 1 - {text}" for end in ends)


def _other_values(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    if e.text.endswith((".shape", ".T")) or not is_numeric(e.value):
        return
    for other in pool:
        same = other.shape == e.shape or (e.is_operand_of(ast.MatMult) and len(other.shape) > 1)
        if other.text != e.text and (same or (other.shape and fits(other, e))):
            yield Edit(2 if same else 3, other.text, ("value", e.text, other.text))
        if isinstance(other.value, int) and e.text in e.function.loops and e.is_in(ast.Slice):
            yield Edit(3, f"{e.text} * {other.text}", ("stride", other.text))
    if isinstance(e.value, (int, np.integer)):
        yield from (Edit(3, text, ("value", e.text, text)) for text in sizes(pool))


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


_FACTORS = (
    *("{s} * {n}", "{s} / {n}", "{s} * (1 - {n})", "{s} * {n} * (1 - {n})", "{s} * (1 - {n} ** 2)"),
    *("{s} * ({n} > 0)", "{s} * {n} ** 2", "{s} * ({n} < 0)", "{s} * (1 + {n})"),
    *("{s} * np.exp({n})", "{s} * np.sign({n})", "{s} * np.cos({n})", "{s} * 2 * {n}"),
    *("{s} * (1 - np.tanh({n}) ** 2)", "{s} / {n} ** 2", "{s} / (1 - {n})", "{s} / np.sqrt({n})"),
)
_OF_NUMBERS = ("{s} * {n}", "{s} / {n}", "{s} / np.sqrt({n})", "{s} * (1 - {n})", "{s} / (1 - {n})")


def factors_and_terms(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """One factor, one divisor or one term more."""
    s = e.text
    if not is_numeric(e.value) or e.is_index or isinstance(e.node, ast.Constant):
        return
    factor = not e.is_operand_of(ast.Mult, ast.Div, ast.USub)
    term = not e.is_operand_of(ast.Add, ast.Sub)
    for n in pool:
        if n.text != s and fits(n, e):
            forms = _FACTORS if n.shape else _OF_NUMBERS
            for number, form in enumerate(forms if factor else ()):
                yield Edit(3 + (number > 5), form.format(s=s, n=n.text))
            yield from (Edit(3, f"{s} {sign} {n.text}") for sign in ("+-" if term else ""))
    for number_text in (*sizes(pool), "2", "4", "3") if factor else ():
        yield from (Edit(4, f"{s} {sign} {number_text}") for sign in "*/")
    for form in ("{s} + 1", "{s} - 1", "1 - {s}", "{s} ** 2") if term else ():
        yield Edit(4, form.format(s=s))


def whole_shapes(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """A sum that is missing, axes in another order, reversed, or another function of the same."""
    if not isinstance(e.value, np.ndarray) or not e.shape or e.is_index:
        return
    s, count = e.text, len(e.shape)
    for axis in [*_AXES[:count], *_AXES[5:]]:
        yield Edit(5, f"{s}.sum(axis={axis})")
        yield Edit(6, f"{s}.sum(axis={axis}, keepdims=True)")
        yield Edit(6, f"{s} - {s}.mean(axis={axis}, keepdims=True)")
    yield from (Edit(5, f"np.flip({s}, {axis})") for axis in [*range(count), "(-2, -1)"])
    reshaped = getattr(e.function.parents[e.node], "attr", "") == "reshape"
    for order in itertools.permutations(range(count)) if 2 < count < 5 else ():
        yield Edit(3 if reshaped else 5, f"{s}.transpose{order}")
    for function in ("sign", "exp", "log", "abs", "sqrt", "tanh"):
        yield Edit(5, f"np.{function}({s})")
    for other in pool:
        if np.size(other.value) == e.value.size and other.shape != e.shape:
            yield Edit(5, f"{s}.reshape({other.text}.shape)")


_COUPLED = (
    "{n} * ({s} - ({s} * {n}).sum(axis={k}, keepdims=True))",
    "{s} - {n} * ({s} * {n}).sum(axis={k}, keepdims=True)",
    "{s} - {n} * ({s} * {n}).mean(axis={k}, keepdims=True)",
)
_OF_TWO = (
    "{n} * ({m} - ({m} * {n}).sum(axis=-1, keepdims=True))",
    "{m} - np.exp({n}) * {m}.sum(axis=-1, keepdims=True)",
)
_TERMS = ("{s} + {m} * {n}", "{s} - {m} * {n}", "{s} - {m} * {n} ** 2")
_MASKS = ("{s} * ({m} - {n})", "{s} * ({m} > {n})", "{s} * ({m} == {n})")


def templates(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """Products of two values as one more term, and the derivatives of coupled functions."""
    if not isinstance(e.value, np.ndarray) or e.is_index or not e.shape:
        return
    term, factor = (not e.is_operand_of(*o) for o in ((ast.Add, ast.Sub), (ast.Mult,)))
    arrays = [v for v in pool if v.shape]
    for n in arrays:
        for form in _COUPLED if n.shape == e.shape else ():
            for axis in dict.fromkeys((-1, 0, *range(1, len(e.shape) - 1))):
                yield Edit(5, form.format(s=e.text, n=n.text, k=axis))
    for m, n in itertools.permutations(arrays, 2):
        forms: tuple[str, ...] = _OF_TWO if m.shape == n.shape == e.shape else ()
        if fits(m, e) and fits(n, e):
            forms += _MASKS * factor + _TERMS * term
        for left, right in itertools.product(("", ".T"), repeat=2) if term else ():
            if _matmul_shape(m.shape, n.shape, left, right) == e.shape:
                forms += (f"{{s}} + {{m}}{left} @ {{n}}{right}",)
        yield from (Edit(6, form.format(s=e.text, m=m.text, n=n.text)) for form in forms)


def _matmul_shape(m: tuple[int, ...], n: tuple[int, ...], left: str, right: str) -> Any:
    if len(n) != 2 or len(m) < 2 or (left and len(m) > 2):
        return None
    one, other = m[::-1] if left else m, n[::-1] if right else n
    return (*one[:-1], other[1]) if one[-1] == other[0] else None
