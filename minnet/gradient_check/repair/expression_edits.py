"""Edits of one expression: what a student may have meant who wrote this.

Each edit is a text that replaces the text of the expression, with a cost: natural edits are cheap.
`key` says the change without its place, so that the same change can be tried everywhere at once.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from minnet.gradient_check.repair.student_function import StudentFunction
from minnet.gradient_check.repair.values import Value, is_numeric


class Edit(NamedTuple):
    """A new text for one expression."""

    cost: int
    text: str
    key: tuple[str, ...] = ()


@dataclass
class Expression:
    """One expression of the student's, its value, and what stands around it."""

    function: StudentFunction
    node: ast.AST
    value: Any

    @property
    def text(self) -> str:
        """Its source, in parentheses where it needs them."""
        text = self.function.text(self.node)
        simple = isinstance(self.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
        return text if simple else f"({text})"

    @property
    def shape(self) -> tuple[int, ...]:
        """Of its value."""
        return np.shape(self.value)

    @property
    def parent(self) -> ast.AST:
        """The node that holds it."""
        return self.function.parents[self.node]

    def is_part_of(self, *operators: type) -> bool:
        """Whether it is an operand of one of these operators."""
        return isinstance(self.parent, ast.BinOp) and isinstance(self.parent.op, operators)

    @property
    def is_index(self) -> bool:
        """Whether it stands in an index, a range or a shape: a whole number, no gradient."""
        if isinstance(self.parent, (ast.Slice, ast.Tuple)):
            return isinstance(self.value, (int, np.integer))
        return isinstance(self.parent, ast.Subscript) and self.node is self.parent.slice


def fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    """Whether an array of this shape can be multiplied to one of shape `into`, which it keeps."""
    try:
        return np.broadcast_shapes(shape, into) == into
    except ValueError:
        return False


def small_edits(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """Sign, operator, order, axis, transpose, number, another value."""
    node = e.node
    if isinstance(node, ast.BinOp):
        yield from _operators(e, node)
    elif isinstance(node, ast.Call):
        yield from _calls(e, node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = e.function.text(node.left), e.function.text(node.comparators[0])
        for sign in (">", "<", ">=", "<=", "==", "!="):
            yield Edit(2, f"{left} {sign} {right}")
    elif isinstance(node, ast.Constant):
        yield from _numbers(e, node)
    elif isinstance(node, ast.IfExp):
        parts = [e.function.text(part) for part in (node.body, node.test, node.orelse)]
        yield Edit(2, f"({parts[2]} if {parts[1]} else {parts[0]})")
    elif isinstance(node, ast.UnaryOp):
        yield Edit(1, e.function.text(node.operand))
    if isinstance(node, ast.Subscript):
        yield from _indices(e, node)
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        yield from _other_values(e, pool)
    if not is_numeric(e.value) or e.is_index:
        return
    if not e.is_part_of(ast.Mult, ast.Div, ast.MatMult) and not isinstance(e.parent, ast.UnaryOp):
        yield Edit(1, f"-{e.text}")
    if len(e.shape) == 2 and e.text.endswith(".T"):
        yield Edit(1, e.text[:-2], ("transpose",))
    elif len(e.shape) == 2:
        yield Edit(1, f"{e.text}.T", ("transpose",))
    elif len(e.shape) > 2:
        yield Edit(2, f"{e.text}.swapaxes(-1, -2)", ("transpose",))


def _operators(e: Expression, node: ast.BinOp) -> Iterator[Edit]:
    a, b = (Expression(e.function, part, e.value).text for part in (node.left, node.right))
    for kinds, sign in (
        (ast.Add, "-"),
        (ast.Sub, "+"),
        (ast.Mult, "/"),
        (ast.Div, "*"),
        (ast.FloorDiv, "/"),
        (ast.MatMult, "*"),
        (ast.Mult, "@"),
        (ast.Add, "*"),
        (ast.Sub, "*"),
    ):
        if isinstance(node.op, kinds):
            yield Edit(2 if sign in "@" else 1, f"{a} {sign} {b}", (type(node.op).__name__, sign))
    if isinstance(node.op, ast.Sub):
        yield Edit(1, f"{b} - {a}")
    if isinstance(node.op, ast.MatMult):
        plain_a, plain_b = (t.removesuffix(".T") for t in (a, b))
        for one, other in ((plain_a, plain_b), (plain_b, plain_a)):
            for left, right in itertools.product(("", ".T"), repeat=2):
                yield Edit(1 if one is plain_a else 2, f"{one}{left} @ {other}{right}")
        yield Edit(3, f"{a} @ {b}.swapaxes(-1, -2)")
        yield Edit(3, f"{a}.swapaxes(-1, -2) @ {b}")
    if not isinstance(node.op, ast.Pow):
        yield Edit(2, a)
        yield Edit(2, b)
    else:
        yield Edit(2, a)


_SWAPPED = {
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "cumsum": ("sum",),
    "max": ("min", "sum"),
    "min": ("max",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "repeat": ("tile",),
    "tile": ("repeat",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "empty_like": ("zeros_like",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "hstack": ("vstack",),
    "var": ("std",),
    "std": ("var",),
    "ceil": ("floor",),
}
_REDUCTIONS = ("sum", "mean", "max", "min", "var", "std", "argmax", "cumsum", "prod", "flip")


def _calls(e: Expression, node: ast.Call) -> Iterator[Edit]:
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    is_method = isinstance(called, ast.Attribute) and ast.unparse(called.value) not in ("np", "numpy")
    for other in _SWAPPED.get(name, ()):
        if isinstance(called, ast.Attribute):
            yield Edit(1, _changed(node, lambda c, o=other: setattr(c.func, "attr", o)), (name, other))
    if name in _REDUCTIONS or name in ("concatenate", "stack", "repeat", "split"):
        yield from _axes(e, node, 0 if is_method else 1)
    if name == "range":
        yield Edit(2, f"reversed({e.text})")
    elif name == "reversed":
        yield Edit(2, e.function.text(node.args[0]))
    elif is_method and isinstance(called, ast.Attribute) and is_numeric(e.value):
        yield Edit(3, e.function.text(called.value), (name, "removed"))
    elif node.args and not isinstance(node.args[0], ast.Starred) and name != "len":
        yield Edit(3, e.function.text(node.args[0]))
    if name == "einsum":
        yield from _letters(node)
    if name in ("transpose", "reshape") and is_method and 1 < len(node.args) < 6:
        for order in itertools.permutations(node.args) if len(node.args) < 5 else ():
            yield Edit(2, _changed(node, lambda c, o=order: setattr(c, "args", list(o))))
    if name not in ("see", "transpose", "reshape", "isinstance"):
        for i, j in itertools.combinations(range(len(node.args)), 2):
            yield Edit(1, _changed(node, lambda c, i=i, j=j: _exchange(c.args, i, j)))


def _changed(node: Any, change: Any) -> str:
    """The text of a copy with one change."""
    new = copy.deepcopy(node)
    change(new)
    return ast.unparse(new)


def _exchange(items: list[Any], i: int, j: int) -> None:
    items[i], items[j] = items[j], items[i]


def _axes(e: Expression, node: ast.Call, position: int) -> Iterator[Edit]:
    """Another axis, none, or one where there was none; keepdims or not."""
    value = None
    keywords = [k for k in node.keywords if k.arg == "axis"]
    if keywords:
        value = keywords[0].value
    elif len(node.args) > position:
        value = node.args[position]
    old = "" if value is None else ast.unparse(value)
    keep = any(k.arg == "keepdims" for k in node.keywords)
    for axis in ("", *AXES):
        for kept in (keep, not keep):
            if (axis, kept) == (old, keep):
                continue
            new = copy.deepcopy(node)
            new.keywords = [k for k in new.keywords if k.arg not in ("axis", "keepdims")]
            new.args = new.args[: position if value is not None and not keywords else None]
            words = [f"axis={axis}"] if axis else []
            words += ["keepdims=True"] if kept else []
            for word in words:
                new.keywords += ast.parse(f"f({word})", mode="eval").body.keywords  # type: ignore[attr-defined]
            yield Edit(1 + (kept != keep), ast.unparse(new), ("axis", old, axis, str(kept)))


AXES = ("0", "1", "-1", "2", "3", "(0, 1)", "(1, 2)", "(0, 2)", "(2, 3)", "(0, 2, 3)", "(1, 2, 3)", "(-2, -1)")


def _letters(node: ast.Call) -> Iterator[Edit]:
    """The letters of an einsum: another order of the result, or of one factor."""
    first = node.args[0]
    if not isinstance(first, ast.Constant) or "->" not in str(first.value):
        return
    factors, _, result = str(first.value).replace(" ", "").partition("->")
    parts = [*factors.split(","), result]
    for number, part in enumerate(parts):
        for order in itertools.permutations(part) if 1 < len(part) < 5 else ():
            new = [*parts[:number], "".join(order), *parts[number + 1 :]]
            if new != parts:
                text = ",".join(new[:-1]) + "->" + new[-1]
                cost = 1 if number == len(parts) - 1 else 2
                yield Edit(cost, _changed(node, lambda c, t=text: c.args.__setitem__(0, ast.Constant(t))))


def _numbers(e: Expression, node: ast.Constant) -> Iterator[Edit]:
    old = node.value
    if isinstance(old, bool) or not isinstance(old, (int, float)):
        return
    for new in dict.fromkeys((0, 1, 2, 3, 0.5, -1, -old, 2 * old, old / 2, old + 1, old - 1)):
        if new != old and not (e.is_index and isinstance(new, float)):
            yield Edit(2, repr(new))


def _indices(e: Expression, node: ast.Subscript) -> Iterator[Edit]:
    """One step further or less far, the other end, the other direction, an axis of another size."""
    held = Expression(e.function, node.value, None).text
    parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    texts = [e.function.text(part) for part in parts]
    for number, part in enumerate(parts):
        news: list[str] = []
        if isinstance(part, ast.Slice) and part.step is None:
            low, high = (ast.unparse(p) if p else "" for p in (part.lower, part.upper))
            news = [f"{low}:{high}:-1"] if not low and not high else [":"]
            if low or high:
                news += [f"{high}:", f":{low}"]
            if low and high:
                news += [f"{low} + {k}:{high} + {k}" for k in ("1", "(-1)")]
            if high and not low:
                news += [f"{high}:", f"1:{high} + 1", ":-1"]
            if not high:
                news += [":-1", "1:"]
        elif isinstance(part, ast.Slice):
            news = [":"]
        elif isinstance(part, (ast.Name, ast.BinOp)):
            text = texts[number]
            news = [f"{text} + 1", f"{text} - 1", *([ast.unparse(part.left)] if isinstance(part, ast.BinOp) else [])]
        for new in news:
            yield Edit(2, f"{held}[{', '.join([*texts[:number], new, *texts[number + 1 :]])}]")
    if len(parts) == 2:
        yield Edit(3, f"{held}[{texts[1]}, {texts[0]}]")


def _other_values(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    if e.text.endswith((".shape", ".T")) or not is_numeric(e.value):
        return
    for other in pool:
        same = other.shape == e.shape or (e.is_part_of(ast.MatMult) and len(other.shape) > 1)
        if other.text != e.text and (same or (fits(other.shape, e.shape) and not other.is_number)):
            yield Edit(2 if same else 3, other.text, ("value", e.text, other.text))
    if isinstance(e.value, (int, np.integer)):
        for text, _ in sizes(pool):
            yield Edit(4, text, ("size", e.text, text))


def sizes(pool: list[Value]) -> list[tuple[str, int]]:
    """The sizes of the arrays at hand, each number once."""
    found: dict[int, str] = {}
    for value in pool:
        for axis, length in enumerate(value.shape):
            found.setdefault(length, f"len({value.text})" if not axis else f"{value.text}.shape[{axis}]")
    for value in pool:
        size = int(np.size(value.value))
        found.setdefault(size, f"{value.text}.size")
        for axis, length in enumerate(value.shape):
            found.setdefault(size // length, f"{value.text}.size // {value.text}.shape[{axis}]")
    return [(text, length) for length, text in found.items() if length > 1]


DERIVATIVES = (
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
    "np.log({n})",
    "np.sqrt({n})",
    "(1 - np.tanh({n}) ** 2)",
)


def factors_and_terms(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """One factor, one divisor or one term more."""
    s = e.text
    if not is_numeric(e.value) or e.is_index:
        return
    inside = e.is_part_of(ast.Mult, ast.Div) or isinstance(e.parent, ast.UnaryOp)
    summed = e.is_part_of(ast.Add, ast.Sub)
    for n in pool:
        if not fits(n.shape, e.shape):
            continue
        if not inside:
            for cost, form in enumerate(DERIVATIVES):
                yield Edit(3 + (cost > 5), f"{s} * {form.format(n=n.text)}")
            yield Edit(3, f"{s} / {n.text}")
            yield Edit(4, f"{s} / {n.text} ** 2")
            yield Edit(4, f"{s} / (1 - {n.text})")
            yield Edit(4, f"{s} / np.sqrt({n.text})")
        if not summed:
            yield Edit(3, f"{s} + {n.text}")
            yield Edit(3, f"{s} - {n.text}")
    if inside:
        return
    for text, _ in sizes(pool):
        yield Edit(4, f"{s} / ({text})" if " " in text else f"{s} / {text}")
        yield Edit(4, f"{s} * ({text})" if " " in text else f"{s} * {text}")
    for constant in ("2", "0.5", "4", "0.25", "3"):
        yield Edit(4, f"{s} * {constant}")
    if not summed:
        yield Edit(4, f"{s} + 1")
        yield Edit(4, f"{s} - 1")
    yield Edit(4, f"{s} ** 2")


def whole_shapes(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """A sum that is missing, axes in another order, reversed, or another function of the same."""
    if not isinstance(e.value, np.ndarray) or not e.shape or e.is_index:
        return
    s, count = e.text, len(e.shape)
    axes = [str(k) for k in range(count)] + ["(0, 1)", "(1, 2)", "(2, 3)", "(0, 2, 3)", "(0, 2)"]
    for axis in axes:
        yield Edit(5, f"{s}.sum(axis={axis})")
        yield Edit(6, f"{s}.sum(axis={axis}, keepdims=True)")
        yield Edit(6, f"{s} - {s}.mean(axis={axis}, keepdims=True)")
    for axis in range(count):
        yield Edit(5, f"np.flip({s}, {axis})")
        yield Edit(6, f"{s}.cumsum(axis={axis})")
    if count > 1:
        yield Edit(5, f"np.flip({s}, (-2, -1))")
    for order in itertools.permutations(range(count)) if 2 < count < 5 else ():
        yield Edit(5, f"{s}.transpose{order}")
    for function in ("np.sign", "np.exp", "np.log", "np.abs", "np.sqrt", "np.tanh", "1 - "):
        yield Edit(5, f"{function}({s})")
    for other in pool:
        if np.size(other.value) == np.size(e.value) and other.shape != e.shape:
            yield Edit(5, f"{s}.reshape({other.text}.shape)")


def templates(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """Products of two values as one more term, and the derivatives of coupled functions."""
    if not isinstance(e.value, np.ndarray) or e.is_index or not e.shape:
        return
    s = e.text
    arrays = [v for v in pool if isinstance(v.value, np.ndarray) and v.shape]
    for a in arrays:
        if a.shape == e.shape:
            for axis in dict.fromkeys((-1, 1, 0)) if len(e.shape) > 1 else (-1,):
                inner = f"({s} * {a.text}).sum(axis={axis}, keepdims=True)"
                yield Edit(6, f"{a.text} * ({s} - {inner})")
                yield Edit(6, f"{s} - {a.text} * {inner}")
                yield Edit(6, f"{s} - {a.text} * {inner.replace('.sum', '.mean')}")
        for b in arrays:
            yield from _two(e, a, b)


def _two(e: Expression, a: Value, b: Value) -> Iterator[Edit]:
    """One more term that is a product of a and b; a softmax between them."""
    s, (m, n) = e.text, (a.text, b.text)
    if a.shape == b.shape == e.shape and m != n:
        yield Edit(6, f"{n} * ({m} - ({m} * {n}).sum(axis=-1, keepdims=True))")
    if not e.is_part_of(ast.Add, ast.Sub):
        if fits(a.shape, e.shape) and fits(b.shape, e.shape) and m < n:
            if np.broadcast_shapes(a.shape, b.shape) == e.shape:
                yield Edit(6, f"{s} + {m} * {n}")
                yield Edit(6, f"{s} - {m} * {n}")
                yield Edit(7, f"{s} - {m} * {n} ** 2")
        for left, right in itertools.product(("", ".T"), repeat=2):
            if len(a.shape) == len(b.shape) == len(e.shape) == 2:
                one = a.shape[::-1] if left else a.shape
                other = b.shape[::-1] if right else b.shape
                if one[1] == other[0] and (one[0], other[1]) == e.shape:
                    yield Edit(6, f"{s} + {m}{left} @ {n}{right}")
    if fits(a.shape, e.shape) and not e.is_part_of(ast.Mult, ast.Div) and fits(b.shape, e.shape):
        yield Edit(7, f"{s} * ({m} - {n})")
        yield Edit(7, f"{s} * ({m} > {n})") if m != n else None
        yield Edit(7, f"{s} * ({m} == {n})")
