"""Searches the edit that makes every gradient right: natural edits first, suspect lines first."""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from minnet.gradient_check.repair.expression_edits import (
    Edit,
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
from minnet.gradient_check.repair.values import Expression, Value, at_hand, from_forward, observe

SECONDS = 2.0
_AT_ONCE = 64
_FAR = 3


@dataclass
class Change:
    """Nodes that replace others in one function, and the words that say so."""

    cost: int
    function: StudentFunction
    replacements: dict[ast.AST, Any]
    line: int
    words: str = ""
    forward_too: bool = False
    right: frozenset[str] = frozenset()


Group = list[Change]


@dataclass
class _Place:
    """A function with the expressions to edit and the values to put in."""

    function: StudentFunction
    expressions: list[Expression]
    pool: list[Value]


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
    parts: list[Change] = field(default_factory=list)  # what makes some wrong gradient right

    def run(self) -> str | None:
        """The sentence that says the edit, or None."""
        self.probe = Probe()
        self.end = time.thread_time() + self.seconds
        first = self.batches[0]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            self.backward = executed(first.run)
            known = {f.original for f in self.backward}
            forward = executed(lambda: first.harness.forward(first.x, training=first.training))
            self.forward = [f for f in forward if f.original not in known]
            spaces = [f.function.__globals__ for f in self.backward + self.forward]
            for space in spaces:
                space[PROBE] = self.probe
            try:
                return self._search()
            finally:
                for space in spaces:
                    space.pop(PROBE, None)

    def _search(self) -> str | None:
        for function in self.backward + self.forward:
            function.guard_loops()
        first = self.batches[0]
        self.before = first.right()
        if self.before == first.wanted or not self.backward:
            return None
        self.probe.limit = 20 * (self._rounds() + 50)
        self.kept: dict[str, Any] = {}
        for function in self.forward:
            seen = observe(function, first, self.probe, self.before, True)[1]
            self.kept.update(from_forward(function, seen))
        self.places = [self._place(function) for function in self.backward]
        self._widen_suspects()
        for groups in self._levels():
            found = sorted(self._works(groups), key=lambda c: (c.cost, len(c.words)))
            for changes in [*([c] for c in found), *self._combined()]:
                if self._proven(changes):
                    return _sentence(changes)
            if self._late():
                break
        return None

    def _widen_suspects(self) -> None:
        """Where the names of a suspect line are made is a little suspect, too."""
        self.distances = dict.fromkeys(self.suspects, 1)
        self.distances.update(dict.fromkeys(self.suspects[:1], 0))
        for function in self.backward:
            names = {
                n.id
                for n in function.nodes
                if isinstance(n, ast.Name) and function.line(n) in self.suspects
            }
            for node in function.nodes:
                if isinstance(node, (ast.Assign, ast.AugAssign)):
                    made = {
                        n.id
                        for n in ast.walk(node)
                        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                    }
                    if made & names:
                        self.distances.setdefault(function.line(node), 2)

    def _distance(self, change: Change) -> int:
        """0 on a suspect line, more elsewhere."""
        lines = {change.function.line(node) for node in change.replacements}
        return min(self.distances.get(line, _FAR) for line in lines) if self.suspects else 0

    def _late(self) -> bool:
        return time.thread_time() > self.end

    def _rounds(self) -> int:
        """How many rounds the loops of the original make."""
        with contextlib.ExitStack() as stack:
            for function in self.backward:
                stack.enter_context(function.running(function.compile()))
            self.batches[0].run()
        return self.probe.steps

    # ------------------------------------------------------------------ what is tried

    def _place(self, function: StudentFunction, in_forward: bool = False) -> _Place:
        batch = self.batches[0]
        expressions, seen = observe(function, batch, self.probe, self.before, in_forward)
        more = {} if in_forward else self.kept
        return _Place(function, expressions, at_hand(function, seen, batch.prepared, more))

    def _levels(self) -> Iterator[list[Group]]:
        """Edits by their cost, which is higher on lines that are not suspect."""
        levels: dict[int, list[Group]] = defaultdict(list)
        for level in range(1, 7 + _FAR):
            for start, make in (
                (1, self._statements),
                (1, self._everywhere),
                (1, partial(self._expressions, small_edits)),
                (3, partial(self._expressions, factors_and_terms)),
                (4, self._missing),
                (4, self._stored),
                (3, partial(self._expressions, whole_shapes)),
                (6, partial(self._expressions, templates)),
            ):
                for group in make() if level == start else ():
                    levels[group[0].cost + self._distance(group[0])].append(group)
            yield levels.pop(level, [])

    def _expressions(self, kind: Any) -> Iterator[Group]:
        for place in self.places:
            for e in place.expressions:
                yield from _alternatives(e, kind(e, place.pool))

    def _statements(self) -> Iterator[Group]:
        for place in self.places:
            for edit in statement_edits(place.function):
                yield [_of_statement(place.function, edit)]

    def _missing(self) -> Iterator[Group]:
        for p in self.places:
            for edit in missing_statements(p.function, self.batches[0], p.pool):
                yield [_of_statement(p.function, edit)]

    def _everywhere(self) -> Iterator[Group]:
        """The same small edit at every place of a function, and of a line."""
        for place in self.places:
            function = place.function
            groups: dict[Any, dict[ast.AST, str]] = {}
            for e in place.expressions:
                for edit in small_edits(e, place.pool):
                    keys = (edit.key, (edit.key, function.line(e.node))) if edit.key else ()
                    for key in keys:
                        groups.setdefault(key, {}).setdefault(e.node, edit.text)
            for texts in groups.values():
                if len(texts) > 1:
                    yield [Change(2, function, dict(texts), function.line(next(iter(texts))))]

    def _stored(self) -> Iterator[Group]:
        """Edits of what forward stores, as long as its output stays the same."""
        for function in self.forward:
            place = self._place(function, True)
            for e in place.expressions:
                for kind in (small_edits, factors_and_terms):
                    for group in _alternatives(e, kind(e, place.pool)):
                        yield [replace(change, cost=5, forward_too=True) for change in group]
            for edit in statement_edits(function):
                yield [replace(_of_statement(function, edit), cost=5, forward_too=True)]

    # ------------------------------------------------------------------ trying

    def _works(self, groups: list[Group]) -> Iterator[Change]:
        """Those that make everything right on the first batch."""
        for group in groups:
            for start in range(0, len(group), _AT_ONCE):
                yield from self._try(group[start : start + _AT_ONCE])
                if self._late():
                    return

    def _try(self, group: Group) -> Iterator[Change]:
        """Alternatives of one expression are compiled at once."""
        function, batch = group[0].function, self.batches[0]
        replacements = {n: _parsed([new])[0] for n, new in group[0].replacements.items()}
        if len(group) > 1:
            (node,) = replacements
            news = _parsed([change.replacements[node] for change in group])
            replacements = {node: _chosen(news, 0)}
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(function.running(function.compile(replacements)))
            except Exception:  # no such code can be written
                return
            for number, change in enumerate(group):
                self.probe.choice = number
                self.probe.steps = 0
                self.tried += 1
                change.right = batch.right(change.forward_too)
                if change.right == batch.wanted:
                    yield _with_words(change)
                elif self.before < change.right < frozenset(batch.names):
                    self.parts.append(_with_words(change))
                if self._late():
                    return

    def _combined(self) -> Iterator[list[Change]]:
        """Two edits that together make everything right."""
        parts = sorted(self.parts, key=lambda c: (c.cost, len(c.words)))
        names = frozenset(self.batches[0].names)
        pairs = [(a, b) for a, b in itertools.combinations(parts, 2) if a.right | b.right >= names]
        pairs.sort(key=lambda pair: pair[0].cost + pair[1].cost)
        for a, b in pairs[:20]:
            if a.function is not b.function or a.line != b.line:
                yield [a, b]

    def _proven(self, changes: list[Change]) -> bool:
        """All gradients right on all batches, and nothing wrong with all that the check asks."""
        together: dict[StudentFunction, dict[ast.AST, ast.AST]] = {}
        for change in changes:
            together.setdefault(change.function, {}).update(change.replacements)
        with contextlib.ExitStack() as stack:
            for function, replacements in together.items():
                stack.enter_context(function.running(function.compile(replacements)))
            for batch in self.batches:
                self.probe.steps = 0
                if batch.right(forward_too=True) != batch.wanted:
                    return False
            self.probe.limit, limit = 10**9, self.probe.limit
            confirmed = self.confirm()
            self.probe.limit = limit
            return confirmed


def _alternatives(e: Expression, edits: Iterator[Edit]) -> Iterator[Group]:
    """The edits of one expression, each text once, grouped by cost."""
    cheapest: dict[str, int] = {}
    for edit in edits:
        cheapest[edit.text] = min(edit.cost, cheapest.get(edit.text, edit.cost))
    groups: dict[int, Group] = {}
    line = e.function.line(e.node)
    for text, cost in cheapest.items():
        groups.setdefault(cost, []).append(Change(cost, e.function, {e.node: text}, line))
    yield from groups.values()


def _of_statement(function: StudentFunction, edit: StatementEdit) -> Change:
    return Change(edit.cost, function, edit.replacements, edit.line, edit.words)


def _parsed(news: list[Any]) -> list[Any]:
    """Texts as trees; all at once, which is faster. What is no expression becomes None."""
    if not isinstance(news[0], str):
        return news
    try:
        return ast.parse("[" + ",\n".join(news) + ",]", mode="eval").body.elts  # type: ignore[attr-defined,no-any-return]
    except SyntaxError:
        one = ast.parse("None", mode="eval").body
        return [one] if len(news) == 1 else [_parsed([new])[0] for new in news]


def _chosen(news: list[ast.AST], low: int) -> ast.expr:
    """One expression that is any of these, by the number that the probe holds."""
    if len(news) == 1:
        return news[0]  # type: ignore[return-value]
    half = len(news) // 2
    whole = ast.parse(f"0 if {PROBE}.choice < {low + half} else 0", mode="eval").body
    assert isinstance(whole, ast.IfExp)
    whole.body, whole.orelse = _chosen(news[:half], low), _chosen(news[half:], low + half)
    return whole


def _sentence(changes: list[Change]) -> str:
    parts = [
        f"line {change.line}: {change.words}" for change in sorted(changes, key=lambda c: c.line)
    ]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}: with that all gradients are right."


def _with_words(change: Change) -> Change:
    if change.words:
        return change
    lines: dict[int, dict[str, None]] = {}
    change.replacements = {n: _parsed([new])[0] for n, new in change.replacements.items()}
    for node in change.replacements:
        words = _words(change.function, node, change.replacements)
        lines.setdefault(change.function.line(node), {})[words] = None
    first, *others = sorted(lines)
    change.line = first
    change.words = "; ".join(
        ["; ".join(lines[first]), *(f"line {n}: {'; '.join(lines[n])}" for n in others)]
    )
    return change


def _words(function: StudentFunction, node: ast.AST, replacements: dict[ast.AST, ast.AST]) -> str:
    """`old` should be `new`, of an expression large enough to be understood."""
    wide = node
    while not isinstance(wide, (ast.BinOp, ast.Call, ast.Compare, ast.Assign, ast.AugAssign)):
        parent = function.parents[wide]
        if isinstance(parent, ast.stmt) and not isinstance(parent, (ast.Assign, ast.AugAssign)):
            break
        wide = parent
    old = " ".join(function.text(wide).split())
    with function.replaced(replacements):
        text = ast.unparse(replacements.get(wide, wide))
    return f"`{old}` should be `{text}`"
