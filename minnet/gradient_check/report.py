"""The report of a check: what was checked and which mistakes were found, as text and as JSON."""

from __future__ import annotations

import html
import json
import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from minnet.gradient_check.mistakes import CODES, RANK
from minnet.utils.table import table

HINTS = ("none", "place", "cause", "full")
"""How much a report says: only whether; also the line; also the cause; also the fix."""


def shows_cause(hints: str) -> bool:
    """Whether a report at this level names the mistake, not only its place."""
    return hints in ("cause", "full")


@dataclass(frozen=True)
class Check:
    """One check: its name, `right`, `wrong`, `skipped` or `remark`, and one sentence."""

    name: str
    verdict: str
    sentence: str


@dataclass(frozen=True)
class Mistake:
    """One mistake: what (code), where (a parameter, `input`, `forward`, `backward`), and why.

    place: file and line to look at. fix: an edit with which all gradients are right, if known.
    """

    code: str
    where: str
    message: str
    evidence: str
    place: str = ""
    advice: str = ""  # the next step, where that of the code does not fit
    fix: str | None = None

    @property
    def next_step(self) -> str:
        """What to do about it, in one sentence."""
        return self.advice or CODES[self.code].next_step

    def to_dict(self, hints: str = "full") -> dict[str, str | None]:
        """What may be said at this level of hints; the next step in full."""
        fields = {**asdict(self), "next_step": self.next_step}
        del fields["advice"]
        if hints == "cause":
            fields["fix"] = None
        return fields if shows_cause(hints) else {"where": self.where, "place": self.place}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Mistake:
        """The mistake that `to_dict()` described."""
        names = ("code", "where", "message", "evidence", "place")
        usual = CODES[data["code"]].next_step
        advice = data.get("next_step", usual)
        kept = {name: data[name] for name in names}
        return cls(**kept, advice="" if advice == usual else advice, fix=data.get("fix"))

    def paragraph(self, hints: str = "full") -> str:
        """Verdict, place, next step, the fix unless it is held back, and the numbers last."""
        lines = [f"[{self.code}] {self.message}"]
        if self.place:
            lines.append(f"Place: {self.place}.")
        lines.append(f"Next step: {self.next_step}")
        if self.fix and hints == "full":
            lines.append(f"Fix: {self.fix}")
        lines.append(f"Evidence: {self.evidence}")
        wrapped = (
            textwrap.fill(line, 96, subsequent_indent="    ", break_long_words=False)
            for line in lines
        )
        return "\n".join(wrapped)


@dataclass(repr=False)
class Report:
    """The result of `check_layer` and `check_loss`.

    Attributes:
        name: the class. checks: what was checked. mistakes: most specific first.

    >>> report = Report("Scale", [Check("shapes", "right", "All shapes fit.")])
    >>> report.ok
    True
    >>> report.assert_ok()
    """

    name: str
    checks: list[Check] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    note: str = ""  # why no check was possible
    point: Any = field(default=None, repr=False, compare=False)  # where gradients were compared
    search: Callable[[], None] | None = field(default=None, repr=False, compare=False)

    def find_fixes(self) -> None:
        """Search an edit that fixes the mistakes; done once, when a fix is first asked for."""
        search, self.search = self.search, None
        if search is not None:
            search()

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and pickled: the fixes themselves instead of the way to them."""
        self.find_fixes()
        return {**self.__dict__, "point": None}

    @property
    def ok(self) -> bool:
        """True if the checks were made and found no mistake."""
        return not self.mistakes and not self.note

    @property
    def remarks(self) -> list[str]:
        """What is legal, but perhaps not meant; a report with remarks is ok."""
        return [check.sentence for check in self.checks if check.verdict == "remark"]

    def sort(self) -> None:
        """Most specific first; mistakes of one rank keep the order in which they were found."""
        self.mistakes.sort(key=lambda mistake: RANK[mistake.code])

    def assert_ok(self) -> None:
        """Raise an AssertionError with the whole report if anything is wrong: for pytest."""
        if not self.ok:
            raise AssertionError(str(self))

    def to_dict(self, hints: str = "full") -> dict[str, Any]:
        """The report as plain data; `hints` as in `text`."""
        if hints == "full":
            self.find_fixes()
        result: dict[str, Any] = {"name": self.name, "ok": self.ok}
        if self.note:
            result["note"] = self.note
        if hints == "none":
            return result
        result["checks"] = [asdict(check) for check in self.checks] if shows_cause(hints) else []
        result["mistakes"] = [mistake.to_dict(hints) for mistake in self.mistakes]
        return result

    def to_json(self, hints: str = "full") -> str:
        """The report for programs: keys name, ok, checks, mistakes."""
        return json.dumps(self.to_dict(hints), indent=2)

    def text(self, hints: str = "full") -> str:
        """For people. `hints`: whether ("none"), "place", "cause", and the fix ("full")."""
        if hints == "full":
            self.find_fixes()
        if self.ok:
            lines = [f"{self.name}: right. {self._summary()}", *self.remarks]
            return "\n  remark: ".join(lines if shows_cause(hints) else lines[:1])
        if self.note:
            return f"{self.name}: not examined. {self.note}"
        count = len(self.mistakes)
        head = f"{self.name}: {count} mistake{'s' if count > 1 else ''}."
        if hints == "none":
            return f"{self.name}: wrong."
        if hints == "place":
            return "\n".join([head, *(f"  look at {spot}" for spot in self._spots())])
        rows = [[check.name, check.verdict, check.sentence] for check in self.checks]
        parts = [head, table(["check", "verdict", "what was checked"], rows)]
        return "\n\n".join([*parts, *(mistake.paragraph(hints) for mistake in self.mistakes)])

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """The report that `to_dict()` described."""
        checks = [Check(**check) for check in data.get("checks", [])]
        mistakes = [Mistake.from_dict(entry) for entry in data.get("mistakes", [])]
        return cls(data["name"], checks, mistakes, data.get("note", ""))

    def _spots(self) -> list[str]:
        spots = [
            f"{mistake.where}{f' ({mistake.place})' if mistake.place else ''}"
            for mistake in self.mistakes
        ]
        return list(dict.fromkeys(spots))

    def _summary(self) -> str:
        passed = sum(check.verdict == "right" for check in self.checks)
        return f"{passed} checks passed."

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """How a notebook shows the report: as text, line by line."""
        return f"<pre>{html.escape(self.text())}</pre>"
