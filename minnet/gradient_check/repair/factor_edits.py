"""Edits that add something to an expression: a factor, a term, a sum, a coupled derivative.

Standard factors of the chain rule cost less than others, and sums with unrelated values most.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from minnet.gradient_check.repair.expression_edits import AXES, Edit
from minnet.gradient_check.repair.values import Expression, Value, fits, is_numeric, sizes

_FACTORS: dict[int, tuple[str, ...]] = {
    3: (
        *("{s} * {n}", "{s} / {n}", "{s} * (1 - {n})", "{s} * {n} * (1 - {n})"),
        *("{s} * (1 - {n} ** 2)", "{s} * ({n} > 0)"),
    ),
    4: (
        *("{s} * {n} ** 2", "{s} * ({n} < 0)", "{s} * (1 + {n})", "{s} * np.exp({n})"),
        *("{s} * np.sign({n})", "{s} * np.cos({n})", "{s} * 2 * {n}", "{s} / {n} ** 2"),
        *("{s} * (1 - np.tanh({n}) ** 2)", "{s} / (1 - {n})", "{s} / np.sqrt({n})"),
    ),
}
_OF_NUMBERS = ("{s} * {n}", "{s} / {n}", "{s} / np.sqrt({n})", "{s} * (1 - {n})", "{s} / (1 - {n})")
_DERIVATIVES = ("(1 - {s} ** 2)", "({s} > 0)", "np.sign({s})", "np.tanh({s})")


def derivatives(e: Expression, _: list[Value]) -> Iterator[Edit]:
    """f(z) stands where f'(z) belongs."""
    node: Any = e.node
    if not is_numeric(e.value) or not e.shape or e.is_index:
        return
    if isinstance(node, (ast.Name, ast.Attribute)) and e.is_operand_of(ast.Mult, ast.Div):
        for form in _DERIVATIVES:
            yield Edit(2, "local-derivative-missing", form.format(s=e.text))
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "maximum":
        yield Edit(1, "local-derivative-missing", f"({e.at(node.args[0])} > 0)")


def factors_and_terms(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """One factor, one divisor or one term more."""
    s = e.text
    if not is_numeric(e.value) or e.is_index or isinstance(e.node, ast.Constant):
        return
    factor = not e.is_operand_of(ast.Mult, ast.Div, ast.USub)
    term = not e.is_operand_of(ast.Add, ast.Sub)
    for n in pool:
        if n.text == s or not fits(n, e):
            continue
        forms = _FACTORS if n.shape else {3: _OF_NUMBERS}
        code = "local-derivative-missing" if n.shape else "constant-factor"
        for cost, form in [(c, f) for c, group in forms.items() for f in group] if factor else ():
            yield Edit(cost, code, form.format(s=s, n=n.text))
        for sign in "+-" if term else "":
            cost = 4 if n.shape == e.shape else 6
            yield Edit(cost, "jacobian-term-missing", f"{s} {sign} {n.text}")
    for number in (*sizes(pool), "2", "4", "3") if factor else ():
        yield from (Edit(4, "constant-factor", f"{s} {sign} {number}") for sign in "*/")
    for form in ("{s} + 1", "{s} - 1", "1 - {s}", "{s} ** 2") if term else ():
        yield Edit(4, "jacobian-term-missing", form.format(s=s))


def whole_shapes(e: Expression, pool: list[Value]) -> Iterator[Edit]:
    """A sum that is missing, axes in another order, reversed, or another function of the same."""
    if not isinstance(e.value, np.ndarray) or not e.shape or e.is_index:
        return
    s, count = e.text, len(e.shape)
    for axis in [*AXES[:count], *AXES[5:]]:
        yield Edit(5, "summed-over-wrong-axis", f"{s}.sum(axis={axis})")
        yield Edit(6, "summed-over-wrong-axis", f"{s}.sum(axis={axis}, keepdims=True)")
        yield Edit(6, "mean-term-missing", f"{s} - {s}.mean(axis={axis}, keepdims=True)")
    for axis in [*range(count), "(-2, -1)"]:
        yield Edit(5, "wrong-index", f"np.flip({s}, {axis})")
    reshaped = getattr(e.function.parents[e.node], "attr", "") == "reshape"
    for order in itertools.permutations(range(count)) if 2 < count < 5 else ():
        yield Edit(3 if reshaped else 5, "transposed", f"{s}.transpose{order}")
    for function in ("sign", "exp", "log", "abs", "sqrt", "tanh"):
        yield Edit(5, "wrong-operand", f"np.{function}({s})")
    for other in pool:
        if np.size(other.value) == e.value.size and other.shape != e.shape:
            yield Edit(5, "wrong-shape", f"{s}.reshape({other.text}.shape)")


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
    code = "jacobian-term-missing"
    for n in arrays:
        for form in _COUPLED if n.shape == e.shape else ():
            for axis in dict.fromkeys((-1, 0, *range(1, len(e.shape) - 1))):
                yield Edit(5, code, form.format(s=e.text, n=n.text, k=axis))
    for m, n in itertools.permutations(arrays, 2):
        forms: tuple[str, ...] = _OF_TWO if m.shape == n.shape == e.shape else ()
        if fits(m, e) and fits(n, e):
            forms += _MASKS * factor + _TERMS * term
        for left, right in itertools.product(("", ".T"), repeat=2) if term else ():
            if _matmul_shape(m.shape, n.shape, left, right) == e.shape:
                forms += (f"{{s}} + {{m}}{left} @ {{n}}{right}",)
        for form in forms:
            edit = form.format(s=e.text, m=m.text, n=n.text)
            yield Edit(6, "mask-missing" if form in _MASKS[1:] else code, edit)


def _matmul_shape(m: tuple[int, ...], n: tuple[int, ...], left: str, right: str) -> Any:
    if len(n) != 2 or len(m) < 2 or (left and len(m) > 2):
        return None
    one, other = m[::-1] if left else m, n[::-1] if right else n
    return (*one[:-1], other[1]) if one[-1] == other[0] else None
