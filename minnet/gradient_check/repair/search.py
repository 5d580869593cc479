"""Searches the edit that makes every gradient right: natural edits first, suspect lines first."""

from __future__ import annotations

import ast
import contextlib
import io
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from minnet.gradient_check.repair.expression_edits import (
    Edit,
    Expression,
    factors_and_terms,
    small_edits,
    templates,
    whole_shapes,
)
from minnet.gradient_check.repair.statement_edits import (
    StatementEdit,
    missing_statements,
    statement_edits,
)
from minnet.gradient_check.repair.student_function import PROBE, Probe, StudentFunction, executed
from minnet.gradient_check.repair.trial import Batch
from minnet.gradient_check.repair.values import Value, at_hand, is_numeric, observe

SECONDS = 2.0
_BATCH_OF_ALTERNATIVES = 64


@dataclass
class Change:
    """Nodes that replace others in one function, and the words that say so."""

    cost: float
    function: StudentFunction
    replacements: dict[ast.AST, ast.AST]
    words: str = ""
    line: int = 0
    forward_too: bool = False


@dataclass
class Search:
    """A search over all edits of the functions that a backward runs through.

    batches: the first is for trying, all are for the proof. suspects: lines to try first.
    confirm: a last question about an edit that is right on all batches.
    """

    batches: list[Batch]
    suspects: list[int] = field(default_factory=list)
    seconds: float = SECONDS
    confirm: Callable[[], bool] = lambda: True
    tried: int = 0

    def run(self) -> str | None:
        """The sentence that says the edit, or None."""
        self.probe = Probe()
        self.end = time.thread_time() + self.seconds
        first = self.batches[0]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            self.backward = executed(first.right)
            inside = {f.original for f in self.backward}
            self.forward = [
                f
                for f in executed(lambda: first.harness.forward(first.x, training=first.training))
                if f.original not in inside
            ]
            spaces = [f.function.__globals__ for f in self.backward + self.forward]
            for space in spaces:
                space[PROBE] = self.probe
            try:
                return self._search()
            finally:
                for function in self.backward + self.forward:
                    function.restore()
                for space in spaces:
                    space.pop(PROBE, None)

    def _search(self) -> str | None:
        for function in self.backward + self.forward:
            function.guard_loops()
        self.before = self.batches[0].right()
        if self.before == self.batches[0].wanted or not self.backward:
            return None
        self.probe.limit = 20 * (self.probe.steps + 50)
        self.places = [self._places(function) for function in self.backward]
        for stage in self._stages():
            found = sorted(self._works(stage), key=lambda c: (c.cost, len(c.words)))
            for change in found:
                if self._proven(change):
                    return f"Line {change.line}: {change.words}: with that all gradients are right."
            if self._late():
                break
        return None

    def _late(self) -> bool:
        return time.thread_time() > self.end

    # ------------------------------------------------------------------ what is tried

    def _places(self, function: StudentFunction) -> tuple[StudentFunction, list[Expression], list[Value]]:
        seen = observe(function, self.batches[0], self.probe)
        pool = at_hand(function, seen, self.batches[0].prepared)
        return function, [Expression(function, n, v) for n, v in seen.items()], pool

    def _stages(self) -> Iterator[Iterator[Change]]:
        """Groups of edits, each tried as a whole before the next."""
        kinds = [small_edits, factors_and_terms, whole_shapes, templates]
        for number, kind in enumerate(kinds):
            for near in (True, False) if self.suspects else (False,):
                yield self._expressions(kind, near)
            if number == 0:
                yield self._statements()
                yield self._everywhere()
            if number == 1:
                yield self._missing()
                yield self._stored()

    def _expressions(self, kind: Any, near: bool) -> Iterator[Change]:
        for function, expressions, pool in self.places:
            for expression in expressions:
                if self.suspects and (function.line(expression.node) in self.suspects) != near:
                    continue
                yield from self._alternatives(function, expression, kind(expression, pool))

    def _alternatives(
        self, function: StudentFunction, expression: Expression, edits: Iterable[Edit | None]
    ) -> Iterator[Change]:
        texts: dict[str, int] = {}
        for edit in edits:
            if edit is not None:
                texts.setdefault(edit.text, edit.cost)
        for text, cost in texts.items():
            new = _parsed(text)
            if new is not None:
                yield Change(cost, function, {expression.node: new})

    def _statements(self) -> Iterator[Change]:
        for function, _, _ in self.places:
            for edit in statement_edits(function):
                yield _change(function, edit)

    def _missing(self) -> Iterator[Change]:
        for function, _, pool in self.places:
            for edit in missing_statements(function, self.batches[0], pool):
                yield _change(function, edit)

    def _everywhere(self) -> Iterator[Change]:
        """The same small edit at every place of a function, and of a line."""
        for function, expressions, pool in self.places:
            groups: dict[Any, dict[ast.AST, ast.AST]] = {}
            for e in expressions:
                for edit in small_edits(e, pool):
                    new = _parsed(edit.text) if edit.key else None
                    if new is not None:
                        groups.setdefault(edit.key, {}).setdefault(e.node, new)
                        groups.setdefault((edit.key, function.line(e.node)), {}).setdefault(e.node, new)
            for nodes in groups.values():
                if len(nodes) > 1:
                    yield Change(2 + len(nodes), function, nodes)

    def _stored(self) -> Iterator[Change]:
        """Edits of what forward stores, as long as its output stays the same."""
        for function in self.forward:
            function, expressions, pool = self._places(function)
            for e in expressions:
                statement: ast.AST = e.node
                while not isinstance(statement, ast.stmt):
                    statement = function.parents[statement]
                if isinstance(statement, ast.Assign) and "self." in ast.unparse(statement.targets[0]):
                    for kind in (small_edits, factors_and_terms):
                        for change in self._alternatives(function, e, kind(e, pool)):
                            change.forward_too = True
                            yield change
            for edit in statement_edits(function):
                change = _change(function, edit)
                change.forward_too = True
                yield change

    # ------------------------------------------------------------------ trying

    def _works(self, changes: Iterator[Change]) -> Iterator[Change]:
        """Those that make everything right on the first batch; alternatives of a node at once."""
        group: list[Change] = []
        for change in changes:
            alike = group and group[0].replacements.keys() == change.replacements.keys()
            alike = alike and len(change.replacements) == 1 and isinstance(next(iter(change.replacements)), ast.expr)
            if group and (not alike or len(group) >= _BATCH_OF_ALTERNATIVES):
                yield from self._try(group)
                group = []
                if self._late():
                    return
            group.append(change)
        if group:
            yield from self._try(group)

    def _try(self, group: list[Change]) -> Iterator[Change]:
        first = group[0]
        if len(group) > 1:
            (node,) = first.replacements
            new = _chosen([c.replacements[node] for c in group], 0)
            replacements: dict[ast.AST, ast.AST] = {node: new}
        else:
            replacements = first.replacements
        try:
            code = first.function.compile(replacements)
            first.function.run_as(code)
        except Exception:  # no such code can be written
            return
        try:
            for number, change in enumerate(group):
                self.probe.choice = number
                self.probe.steps = 0
                self.tried += 1
                if self.batches[0].right(change.forward_too) == self.batches[0].wanted:
                    yield self._with_words(change)
                if self._late():
                    return
        finally:
            first.function.restore()

    def _proven(self, change: Change) -> bool:
        """All gradients right on the other batches, too, and on everything that the check asks."""
        change.function.run_as(change.function.compile(change.replacements))
        try:
            for batch in self.batches:
                self.probe.steps = 0
                if batch.right(forward_too=True) != batch.wanted:
                    return False
            self.probe.limit, limit = 10**9, self.probe.limit
            try:
                return self.confirm()
            finally:
                self.probe.limit = limit
        finally:
            change.function.restore()

    def _with_words(self, change: Change) -> Change:
        if not change.words:
            lines: dict[int, list[str]] = {}
            for node, new in change.replacements.items():
                words = _words(change.function, node, new, change.replacements)
                lines.setdefault(change.function.line(node), []).append(words)
            change.line = min(lines)
            texts = [
                "; ".join(dict.fromkeys(words)) if line == change.line else f"line {line}: " + "; ".join(dict.fromkeys(words))
                for line, words in sorted(lines.items())
            ]
            change.words = "; ".join(texts)
        return change


def _change(function: StudentFunction, edit: StatementEdit) -> Change:
    return Change(edit.cost, function, edit.replacements, edit.words, edit.line)


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _chosen(news: list[ast.AST], low: int) -> ast.expr:
    """One expression that is any of these, by the number that the probe holds."""
    if len(news) == 1:
        return news[0]  # type: ignore[return-value]
    half = len(news) // 2
    test = ast.parse(f"{PROBE}.choice < {low + half}", mode="eval").body
    return ast.IfExp(test, _chosen(news[:half], low), _chosen(news[half:], low + half))


def _words(
    function: StudentFunction, node: ast.AST, new: ast.AST, replacements: dict[ast.AST, ast.AST]
) -> str:
    """`old` should be `new`, of an expression large enough to be understood."""
    wide = node
    while not isinstance(wide, (ast.BinOp, ast.Call, ast.Compare, ast.IfExp, ast.stmt)):
        wide = function.parents[wide]
    old = " ".join(function.text(wide).split())
    with function.replaced(replacements):
        text = ast.unparse(new if wide is node else wide)
    return f"`{old}` should be `{text}`"
