"""Edits of one expression, as texts in its place: what was meant by a student who wrote this.

In the texts {s} is the expression, {a} and {b} are its operands, {n} and {m} values at hand. The cost
orders edits: natural ones are cheap. A key says a change without its place, so that the same change
can be made everywhere at once.
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

from minnet.gradient_check.repair.student_function import inside
from minnet.gradient_check.repair.values import Expression, Value, is_numeric


class Edit(NamedTuple):
    """A new text for one expression."""

    cost: int
    text: str
    key: tuple[Any, ...] = ()


_OPERATORS: dict[type, tuple[str, ...]] = {
    ast.Add: ("{a} - {b}",),
    ast.Sub: ("{a} + {b}", "{b} - {a}"),
    ast.Mult: ("{a} / {b}", "{a} @ {b}", "{a}.T @ {b}"),
    ast.Div: ("{a} * {b}",),
    ast.FloorDiv: ("{a} / {b}",),
    ast.MatMult: (
        "{a} @ {b}.T",
        "{a}.T @ {b}",
        "{a}.T @ {b}.T",
        "{b} @ {a}",
        "{b}.T @ {a}",
        "{b} @ {a}.T",
        "{b}.T @ {a}.T",
        "{a} * {b}",
    ),
}
_SWAPPED = {
    ("sum", "mean"),
    ("sum", "max"),
    ("cumsum", "sum"),
    ("max", "min"),
    ("argmax", "argmin"),
    ("repeat", "tile"),
    ("zeros_like", "ones_like"),
    ("maximum", "minimum"),
    ("hstack", "vstack"),
    ("var", "std"),
    ("tanh", "sinh"),
    ("tanh", "cosh"),
    ("sin", "cos"),
    ("exp", "log"),
}
_REDUCTIONS = {"sum", "mean", "max", "min", "var", "std", "argmax", "cumsum", "prod", "flip"}
_WITH_AXIS = _REDUCTIONS | {"concatenate", "stack", "repeat", "split"}
_AXES = ("0", "1", "-1", "2", "3", "(0, 1)", "(1, 2)", "(0, 2)", "(2, 3)", "(0, 2, 3)", "(1, 2, 3)")


_DERIVATIVES = (
    (r"([\w.]+) \* \(1 - \1\)", r"(1 - \1 ** 2)"),
    (r"\(1 - ([\w.]+) \*\* 2\)", r"\1 * (1 - \1)"),
)
"""Of a sigmoid where that of a tanh belongs, and the other way round."""


def small_edits(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """Sign, operator, order, axis, transpose, number, index, another value."""
    node = e.node
    if isinstance(node, ast.BinOp):
        a, b = e.at(node.left), e.at(node.right)
        for form in _OPERATORS.get(type(node.op), ()):
            text = form.format(a=a, b=b).replace(".T.T", "")
            yield Edit(1, text, (type(node.op).__name__, form))
        yield from (Edit(2, part) for part in (a, b))
        for pattern, new in _DERIVATIVES:
            yield Edit(1, re.sub(pattern, new, e.text))
        if isinstance(node.op, (ast.Add, ast.Sub)):
            yield Edit(3, f"{a} * {b}")
    elif isinstance(node, ast.Call):
        yield from _calls(e, node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = e.at(node.left), e.at(node.comparators[0])
        yield from (Edit(1, f"{left} {op} {right}") for op in (">", "<", ">=", "<=", "==", "!="))
    elif isinstance(node, ast.UnaryOp):
        yield Edit(1, e.at(node.operand))
    elif isinstance(node, ast.Constant) and is_numeric(e.value):
        yield from _numbers(e)
    elif isinstance(node, ast.Subscript):
        yield from _indices(e, node)
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Constant)):
        yield from _other_values(e, pool)
    if not is_numeric(e.value) or e.is_index:
        return
    if not e.is_operand_of(ast.Mult, ast.Div, ast.MatMult, ast.USub):
        yield Edit(1, f"-{e.text}", ("sign", e.text))
    if len(e.shape) == 2:
        yield Edit(1, f"{e.text}.T".replace(".T.T", ""), ("transpose", e.text))
    elif len(e.shape) > 2:
        yield Edit(2, f"{e.text}.swapaxes(-1, -2)", ("transpose", e.text))


def _changed(node: Any, **fields: Any) -> str:
    """The text of a call with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return ast.unparse(new)


def _calls(e: Expression, node: ast.Call) -> Iterator[Edit]:
    called, args = node.func, node.args
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    is_method = isinstance(called, ast.Attribute) and not isinstance(
        e.seen.get(called.value, np), ModuleType
    )
    if isinstance(called, ast.Attribute):
        for pair in _SWAPPED:
            if name in pair:
                other = pair[1 - pair.index(name)]
                yield Edit(1, _changed(node, func=_changed_attribute(called, other)), pair)
    if name in _WITH_AXIS:
        yield from _axes(node, 0 if is_method else 1, name in _REDUCTIONS)
    if name == "range":
        yield Edit(2, f"reversed({e.text})")
    if name == "cumsum" and args:
        for k in range(len(e.shape)):
            yield Edit(2, f"np.flip(np.cumsum(np.flip({e.at(args[0])}, {k}), {k}), {k})")
    if name == "einsum":
        yield from _letters(node)
    if is_method and isinstance(called, ast.Attribute) and is_numeric(e.value):
        yield Edit(2, e.at(called.value), (name, "removed"))
    elif args and not isinstance(args[0], ast.Starred) and name != "len":
        yield Edit(2, e.at(args[0]))
    orders = itertools.permutations(args) if name in ("transpose", "reshape") else _swaps(args)
    if 1 < len(args) < 6:
        yield from (Edit(1, _changed(node, args=list(order))) for order in orders)


def _changed_attribute(node: ast.Attribute, name: str) -> ast.Attribute:
    return ast.Attribute(node.value, name, node.ctx)


def _swaps(items: list[Any]) -> Iterator[list[Any]]:
    for i, j in itertools.combinations(range(len(items)), 2):
        order = list(items)
        order[i], order[j] = order[j], order[i]
        yield order


def _axes(node: ast.Call, position: int, may_keep: bool) -> Iterator[Edit]:
    """Another axis, none, or one where there was none; keepdims or not."""
    words = {k.arg: ast.unparse(k.value) for k in node.keywords}
    old = words.pop("axis", None) or "".join(map(ast.unparse, node.args[position : position + 1]))
    keep = words.pop("keepdims", "")
    rest = [ast.unparse(node.func), *(ast.unparse(a) for a in node.args[:position])]
    tail = [f"{k}={v}" for k, v in words.items()]
    for axis, kept in itertools.product(("", *_AXES), ("", "True") if may_keep else ("",)):
        if (axis, kept) != (old, keep):
            new = [f"axis={axis}"] if axis else []
            new += ["keepdims=True"] if kept else []
            text = f"{rest[0]}({', '.join([*rest[1:], *new, *tail])})"
            yield Edit(1 + (kept != keep), text, ("axis", old, axis, kept != keep))


def _letters(node: ast.Call) -> Iterator[Edit]:
    """The letters of an einsum: another order of the result, or of one factor."""
    text = str(getattr(node.args[0], "value", ""))
    parts = text.replace("->", ",").replace(" ", "").split(",")
    for number, part in enumerate(parts) if "->" in text else ():
        for order in itertools.permutations(part) if len(part) < 5 else ():
            new = [*parts[:number], "".join(order), *parts[number + 1 :]]
            whole = ast.Constant(",".join(new[:-1]) + "->" + new[-1])
            cost = 1 if number == len(parts) - 1 else 2
            yield Edit(cost, _changed(node, args=[whole, *node.args[1:]]))


def _numbers(e: Expression) -> Iterator[Edit]:
    old = e.value
    news = [1, 2, 3, 0.5, -old, 2 * old, old / 2, old + 1, old - 1]
    for new in [n for n in news if n == int(n)] if e.is_index else [*news, 1e-9]:
        yield Edit(2, repr(int(new) if new == int(new) else new))
    yield Edit(4, "0")


def _indices(e: Expression, node: ast.Subscript) -> Iterator[Edit]:
    """One step further or less far, the other end, the other direction."""
    parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    texts = [e.function.text(part) for part in parts]

    def edit(new: list[str], key: tuple[Any, ...] = ()) -> Edit:
        return Edit(2, f"{e.at(node.value)}[{', '.join(new)}]", key)

    for number, part in enumerate(parts):
        for new in _other_indices(e, part, node.value):
            yield edit([*texts[:number], new, *texts[number + 1 :]], (texts[number], new))
    yield from (edit(order) for order in _swaps(texts))


def _other_indices(e: Expression, part: ast.AST, held: ast.AST) -> list[str]:
    if isinstance(part, ast.Slice):
        low, high = (ast.unparse(p) if p else "" for p in (part.lower, part.upper))
        if part.step is not None or not low + high:
            return [":", "::-1", f"np.arange(len({e.at(held)}))"]
        if low and high:
            return [f"{low} + {k}:{high} + {k}" for k in ("1", "(-1)")]
        return [f"{high}:", f":{low}", "1:", ":-1", *([f"1:{high} + 1"] if high else [])]
    text = ast.unparse(part)
    news = [f"{text} + 1", f"{text} - 1"] if isinstance(part, (ast.Name, ast.BinOp)) else []
    for loop in e.function.nodes:
        if isinstance(loop, ast.For) and ast.unparse(loop.target) == text:
            news += [
                f"{ast.unparse(n)} - 1 - {text}"
                for n in ast.walk(loop.iter)
                if n is not loop.iter and n in e.seen
            ]
    return [*news, ast.unparse(part.left)] if isinstance(part, ast.BinOp) else news


def _other_values(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    if e.text.endswith((".shape", ".T")) or not is_numeric(e.value):
        return
    for other in pool:
        same = other.shape == e.shape or (e.is_operand_of(ast.MatMult) and len(other.shape) > 1)
        if other.text != e.text and (same or (other.shape and fits(other.shape, e.shape))):
            yield Edit(2 if same else 3, other.text, ("value", e.text, other.text))
    if isinstance(e.value, (int, np.integer)):
        for text in sizes(pool):
            yield Edit(3, text, ("value", e.text, text))
    if e.is_loop_variable and inside(e.function, e.node, (ast.Slice,)):
        for other in pool:
            if other.is_number and other.value == int(other.value):
                yield Edit(3, f"{e.text} * {other.text}", ("stride", other.text))


def fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    """Whether an array of this shape can be multiplied to one of shape `into`, which it keeps."""
    try:
        return np.broadcast_shapes(shape, into) == into
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
        found.setdefault(np.size(v.value), f"{v.text}.size")
        for axis, length in enumerate(v.shape):
            found.setdefault(
                np.size(v.value) // length, f"({v.text}.size // {v.text}.shape[{axis}])"
            )
        if len(v.shape) == 1 or v.value.dtype == bool:
            found.setdefault(float(v.value.sum()), f"{v.text}.sum()")
    return [text for number, text in found.items() if number != 1]


_FACTORS = (
    "{n}",
    "(1 - {n})",
    "{n} * (1 - {n})",
    "(1 - {n} ** 2)",
    "({n} > 0)",
    "({n} < 0)",
    "{n} ** 2",
    "(1 + {n})",
    "np.exp({n})",
    "np.sign({n})",
    "np.cos({n})",
    "2 * {n}",
    "(1 - np.tanh({n}) ** 2)",
)


def factors_and_terms(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """One factor, one divisor or one term more."""
    s = e.text
    if not is_numeric(e.value) or e.is_index or isinstance(e.node, ast.Constant):
        return
    factor = not e.is_operand_of(ast.Mult, ast.Div, ast.USub)
    term = not e.is_operand_of(ast.Add, ast.Sub)
    for n in pool:
        if n.text == s:
            continue
        if factor and fits(n.shape, e.shape):
            for cost, form in enumerate(_FACTORS):
                yield Edit(3 + (cost > 4), f"{s} * {form.format(n=n.text)}")
            for form in ("{n}", "{n} ** 2", "(1 - {n})", "np.sqrt({n})"):
                yield Edit(3 + (form != "{n}"), f"{s} / {form.format(n=n.text)}")
        if term and fits(n.shape, e.shape):
            yield from (Edit(3, f"{s} {sign} {n.text}") for sign in "+-")
    for number in (*sizes(pool), "2", "4", "3") if factor else ():
        yield from (Edit(4, f"{s} {sign} {number}") for sign in "*/")
    for form in ("{s} + 1", "{s} - 1", "1 - {s}", "{s} ** 2") if term else ():
        yield Edit(4, form.format(s=s))


def whole_shapes(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """A sum that is missing, axes in another order, reversed, or another function of the same."""
    if not isinstance(e.value, np.ndarray) or not e.shape or e.is_index:
        return
    count = len(e.shape)
    for axis in [*_AXES[:count], *_AXES[5:]]:
        yield Edit(5, f"{e.text}.sum(axis={axis})")
        yield Edit(6, f"{e.text}.sum(axis={axis}, keepdims=True)")
        yield Edit(6, f"{e.text} - {e.text}.mean(axis={axis}, keepdims=True)")
    for axis in [*range(count), "(-2, -1)"]:
        yield Edit(5, f"np.flip({e.text}, {axis})")
        yield Edit(6, f"{e.text}.cumsum(axis={axis})")
    reshaped = getattr(e.function.parents[e.node], "attr", "") == "reshape"
    for order in itertools.permutations(range(count)) if 2 < count < 5 else ():
        yield Edit(3 if reshaped else 5, f"{e.text}.transpose{order}")
    for function in ("sign", "exp", "log", "abs", "sqrt", "tanh"):
        yield Edit(5, f"np.{function}({e.text})")
    for other in pool:
        if np.size(other.value) == np.size(e.value) and other.shape != e.shape:
            yield Edit(5, f"{e.text}.reshape({other.text}.shape)")


_COUPLED = (
    "{n} * ({s} - ({s} * {n}).sum(axis={k}, keepdims=True))",
    "{s} - {n} * ({s} * {n}).sum(axis={k}, keepdims=True)",
    "{s} - {n} * ({s} * {n}).mean(axis={k}, keepdims=True)",
)
_OF_TWO = (
    "{n} * ({m} - ({m} * {n}).sum(axis=-1, keepdims=True))",
    "{m} - np.exp({n}) * {m}.sum(axis=-1, keepdims=True)",
)
_PRODUCTS = ("{s} + {m} * {n}", "{s} - {m} * {n}", "{s} - {m} * {n} ** 2")
_MASKS = ("{s} * ({m} - {n})", "{s} * ({m} > {n})", "{s} * ({m} == {n})")


def templates(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """Products of two values as one more term, and the derivatives of coupled functions."""
    if not isinstance(e.value, np.ndarray) or e.is_index or not e.shape:
        return
    term = not e.is_operand_of(ast.Add, ast.Sub)
    arrays = [v for v in pool if v.shape]
    for n in arrays:
        for form in _COUPLED if n.shape == e.shape else ():
            for axis in dict.fromkeys((-1, 0, *range(1, len(e.shape) - 1))):
                yield Edit(6, form.format(s=e.text, n=n.text, k=axis))
    for m, n in itertools.product(arrays, repeat=2):
        forms: tuple[str, ...] = ()
        if m.shape == n.shape == e.shape and m is not n:
            forms = _OF_TWO
        if fits(m.shape, e.shape) and fits(n.shape, e.shape) and m is not n:
            forms += _MASKS * (not e.is_operand_of(ast.Mult)) + _PRODUCTS * term
        for left, right in itertools.product(("", ".T"), repeat=2) if term else ():
            if _matmul_shape(m.shape, n.shape, left, right) == e.shape:
                forms += (f"{{s}} + {{m}}{left} @ {{n}}{right}",)
        yield from (Edit(6, form.format(s=e.text, m=m.text, n=n.text)) for form in forms)


def _matmul_shape(m: tuple[int, ...], n: tuple[int, ...], left: str, right: str) -> Any:
    if len(n) != 2 or len(m) < 2 or (left and len(m) > 2):
        return None
    one, other = m[::-1] if left else m, n[::-1] if right else n
    return (*one[:-1], other[1]) if one[-1] == other[0] else None
