"""One edit of a student's function: what it replaces, and the words for it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from minnet.gradient_check.repair.student_function import PROBE, StudentFunction

_STATEMENTS = (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)
_TELLING = (ast.BinOp, ast.Call, ast.Compare, *_STATEMENTS)


@dataclass
class Change:
    """Nodes, or texts of expressions, that replace others in one function."""

    cost: int
    code: str
    function: StudentFunction
    replacements: dict[Any, Any]
    words: str = ""
    right: frozenset[str] = frozenset()

    @property
    def line(self) -> int:
        """The first line that changes."""
        return min(self.function.line(node) for node in self.replacements)

    def explain(self) -> str:
        """The edit in words, by lines."""
        if self.words:
            first = min(self.replacements, key=self.function.line)
            return f"{self.function.place(first)}: {self.words}"
        new = {node: parsed([text])[0] for node, text in self.replacements.items()}
        texts: dict[str, None] = {}
        with self.function.replaced(new):
            for node in sorted(new, key=self.function.line):
                wide = node  # large enough to be understood
                while not isinstance(wide, _TELLING if len(new) == 1 else _STATEMENTS):
                    if isinstance(self.function.parents[wide], (ast.For, ast.If, ast.While)):
                        break
                    wide = self.function.parents[wide]
                old = " ".join(self.function.text(wide).split())
                edited = f"`{old}` should be `{ast.unparse(new.get(wide, wide))}`"
                texts[f"{self.function.place(node)}: {edited}"] = None
        return "; ".join(texts)


def parsed(news: list[Any]) -> list[Any]:
    """Texts as trees; all at once, which is faster. What is no expression becomes None."""
    if not isinstance(news[0], str):
        return news
    try:
        whole: Any = ast.parse("[" + ",\n".join(news) + ",]", mode="eval").body
        return list(whole.elts)
    except SyntaxError:
        if len(news) == 1:
            return [ast.parse("None", mode="eval").body]
        return [parsed([new])[0] for new in news]


def chosen(news: list[Any], low: int) -> Any:
    """One expression that is any of these, by the number that the probe holds."""
    if len(news) == 1:
        return news[0]
    half = len(news) // 2
    whole: Any = ast.parse(f"0 if {PROBE}.choice < {low + half} else 0", mode="eval").body
    whole.body, whole.orelse = chosen(news[:half], low), chosen(news[half:], low + half)
    return whole
