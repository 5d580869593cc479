"""Searches the edit that makes every gradient right: natural edits first, suspect lines first."""

from __future__ import annotations

import ast
import contextlib
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from minnet.gradient_check.repair.change import Change, chosen, parsed
from minnet.gradient_check.repair.expression_edits import Edit, small_edits
from minnet.gradient_check.repair.factor_edits import (
    derivatives,
    factors_and_terms,
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
"""Of computing, for one layer."""
_AT_ONCE = 64
_FAR = 3


Group = list[Change]  # alternatives of one expression and one cost, or one change


class Search:
    """A search over all edits of the functions that a backward runs through.

    Args:
        batches: the first is for trying, all are for the proof.
        suspects: lines to try first, best first.
        confirm: a last question about an edit that is right on all batches.
    """

    batches: list[Batch]
    suspects: list[int]
    tried: int

    def __init__(
        self, batches: list[Batch], suspects: list[int], confirm: Callable[[], bool] = lambda: True
    ) -> None:
        self.batches, self.suspects, self.confirm = batches, suspects, confirm
        self.probe: Probe = Probe()
        self.parts: list[Change] = []  # what makes some of the wrong gradients right
        self.tried = 0

    def run(self) -> tuple[str, str] | None:
        """The sentence that says the edit, and the code of the mistake; or None."""
        self.end: float = time.thread_time() + SECONDS
        first = self.batches[0]
        self.backward: list[StudentFunction] = executed(first.run)
        known = {f.original for f in self.backward}
        both = executed(partial(first.run, forward_too=True))
        self.forward: list[StudentFunction] = [f for f in both if f.original not in known]
        for function in self.backward + self.forward:
            file = Path(function.original.co_filename)
            if file != Path(self.backward[0].original.co_filename):
                function.of_file = f" of {file.name}"
        spaces = [f.function.__globals__ for f in both]
        for space in spaces:
            space[PROBE] = self.probe
        try:
            return self._search()
        finally:
            for space in spaces:
                space.pop(PROBE, None)

    def _search(self) -> tuple[str, str] | None:
        self._prepare()
        if self.before == self.batches[0].wanted:
            return None
        for groups in self._levels():
            found = [([c], c.cost, c.explain()) for c in self._works(groups)]
            found.sort(key=lambda entry: (entry[1], len(entry[2])))
            for changes in [*(entry[0] for entry in found), *self._combined()]:
                if self._proven(changes):
                    changes.sort(key=lambda c: c.line)
                    text = "; ".join(c.explain() for c in changes)
                    sentence = f"{text[0].upper()}{text[1:]}: with that all gradients are right."
                    return sentence, changes[0].code
            if self._late():
                break
        return None

    def _late(self) -> bool:
        return time.thread_time() > self.end

    def _prepare(self) -> None:
        """What is right now, how long the loops are, what can be edited and put in."""
        first = self.batches[0]
        with contextlib.ExitStack() as stack:
            for function in self.backward:
                stack.enter_context(function.edited({}))
            self.before: frozenset[str] = first.right()
        self.probe.limit = 20 * (self.probe.rounds + 50)
        observed = partial(observe, batch=first, probe=self.probe, right=self.before)
        self.places: list[tuple[list[Expression], list[Value]]] = []
        more: dict[str, Any] = {}
        for function in self.forward:
            more.update(from_forward(function, observed(function, in_forward=True)[1]))
        for function in self.backward:
            expressions, seen = observed(function, in_forward=False)
            self.places.append((expressions, at_hand(function, seen, first.prepared["obj"], more)))
        self.distances: dict[int, int] = {
            line: min(k, 1) for k, line in enumerate(dict.fromkeys(self.suspects))
        }
        for function in self.backward:  # where the names of a suspect line are made
            names = [n for n in function.nodes if isinstance(n, ast.Name)]
            used = {n.id for n in names if function.line(n) in self.suspects}
            for n in names:
                if n.id in used and isinstance(n.ctx, ast.Store):
                    self.distances.setdefault(function.line(n), 2)

    def _distance(self, change: Change) -> int:
        """0 on the most suspect line, more elsewhere."""
        lines = {change.function.line(node) for node in change.replacements}
        return min(self.distances.get(n, _FAR) for n in lines) if self.distances else 0

    # ------------------------------------------------------------------ what is tried

    def _levels(self) -> Iterator[list[Group]]:
        """Edits by their cost, which is higher on lines that are not suspect."""
        levels: dict[int, list[Group]] = defaultdict(list)
        starts: list[tuple[int, Callable[[], Iterable[Group]]]] = [
            (1, self._statements),
            (1, self._everywhere),
            (1, partial(_alternatives, self.places, [small_edits, derivatives])),
            (3, partial(_alternatives, self.places, [factors_and_terms, whole_shapes])),
            (4, self._missing),
            (5, partial(_alternatives, self.places, [templates])),
        ]
        for level in range(1, 7 + _FAR):
            for make in [make for start, make in starts if start == level]:
                for group in make():
                    levels[group[0].cost + self._distance(group[0])].append(group)
            yield levels.pop(level, [])

    def _statements(self) -> Iterator[Group]:
        for function in self.backward:
            yield from (_of_statement(function, edit) for edit in statement_edits(function))

    def _missing(self) -> Iterator[Group]:
        for function, (_, pool) in zip(self.backward, self.places, strict=True):
            for edit in missing_statements(function, self.batches[0], pool):
                yield _of_statement(function, edit)

    def _everywhere(self) -> Iterator[Group]:
        """The same small edit at every place of a function, and of a line."""
        for expressions, pool in self.places:
            groups: dict[Any, dict[Any, str]] = defaultdict(dict)
            codes: dict[Any, str] = {}
            for e in expressions:
                for edit in small_edits(e, pool):
                    for key in (edit.key, (edit.key, e.function.line(e.node))) if edit.key else ():
                        groups[key].setdefault(e.node, edit.text)
                        codes[key] = edit.code
            for key, texts in groups.items():
                if len(texts) > 1:
                    yield [Change(2, codes[key], expressions[0].function, texts)]

    # ------------------------------------------------------------------ trying

    def _works(self, groups: list[Group]) -> Iterator[Change]:
        """Those that make everything right on the first batch."""
        for group in groups:
            for start in range(0, len(group), _AT_ONCE):
                if not self._late():
                    yield from self._try(group[start : start + _AT_ONCE])

    def _try(self, group: Group) -> Iterator[Change]:
        """Alternatives of one expression are compiled at once."""
        function, batch = group[0].function, self.batches[0]
        new = {node: parsed([text])[0] for node, text in group[0].replacements.items()}
        if len(group) > 1:
            (node,) = new
            new = {node: chosen(parsed([c.replacements[node] for c in group]), 0)}
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(function.edited(new))
            except Exception:  # no such code can be written
                return
            for self.probe.choice, change in enumerate(group):
                self.probe.rounds = 0
                self.tried += 1
                change.right = batch.right()
                if change.right == batch.wanted:
                    yield change
                elif self.before < change.right < batch.slopes.keys():
                    self.parts.append(change)
                if self._late():
                    return

    def _combined(self) -> Iterator[Group]:
        """Two edits on two lines that together make everything right."""
        pairs = [
            [a, b]
            for a, b in itertools.combinations(sorted(self.parts, key=lambda c: c.cost)[:60], 2)
            if a.right | b.right >= self.batches[0].slopes.keys() and a.line != b.line
        ]
        yield from sorted(pairs, key=lambda pair: pair[0].cost + pair[1].cost)[:20]

    def _proven(self, changes: list[Change]) -> bool:
        """All gradients right on all batches, and nothing wrong with all that the check asks."""
        together: dict[StudentFunction, dict[Any, Any]] = defaultdict(dict)
        for change in changes:
            new = {node: parsed([text])[0] for node, text in change.replacements.items()}
            together[change.function].update(new)
        with contextlib.ExitStack() as stack:
            for function, replacements in together.items():
                stack.enter_context(function.edited(replacements))
            for batch in self.batches:
                self.probe.rounds = -20 * self.probe.limit
                if batch.right(forward_too=True) != batch.wanted:
                    return False
            self.probe.rounds = -(10**9)
            return self.confirm()


def _alternatives(
    places: list[tuple[list[Expression], list[Value]]], kinds: list[Any]
) -> Iterator[Group]:
    """The edits of each expression, each text once, grouped by cost."""
    for expressions, pool in places:
        for e in expressions:
            cheapest: dict[str, Edit] = {}
            edits: Iterable[Edit] = itertools.chain(*(kind(e, pool) for kind in kinds))
            for edit in edits:
                cheapest[edit.text] = min(cheapest.get(edit.text, edit), edit)
            groups: dict[int, Group] = defaultdict(list)
            for text, edit in cheapest.items():
                groups[edit.cost].append(Change(edit.cost, edit.code, e.function, {e.node: text}))
            yield from groups.values()


def _of_statement(function: StudentFunction, edit: StatementEdit) -> Group:
    return [Change(edit.cost, edit.code, function, edit.replacements, edit.words)]
