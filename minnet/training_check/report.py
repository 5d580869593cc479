"""The report of `check_training`: findings, causes before consequences, as text, data and HTML."""

from __future__ import annotations

import html
import textwrap
from dataclasses import asdict, dataclass, field
from typing import Any

from minnet.training_check.codes import CODES, RANK, SYMPTOMS
from minnet.utils import checks

HINTS = {"none": (), "place": ("severity", "place"), "cause": ("severity", "place", "code")}
"""What a level of hints shows of a finding; "full" shows all."""


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        code: its name. severity: "mistake" keeps the network from learning, "remark" might.
        place: `layers[3]`, `y`, `SGD(learning_rate=...)`. message: what was measured.
        next_step: code to paste.
    """

    code: str
    severity: str
    place: str
    message: str
    next_step: str

    def text(self) -> str:
        """The finding as a paragraph."""
        head = f"{self.severity} at {self.place} [{self.code}]"
        wrap = textwrap.TextWrapper(96, "  ", "    ", break_long_words=False)
        body = (self.message, CODES[self.code].reason, f"Next step: {self.next_step}")
        return "\n".join([head, *map(wrap.fill, body)])


@dataclass(repr=False)
class TrainingReport:
    """The result of `check_training`.

    Attributes:
        findings: mistakes before remarks, causes before their consequences.
        summary: how the training that was examined went as it is.

    >>> report = TrainingReport([], "It learns.")
    >>> report.ok, report.to_dict("none")
    (True, {'ok': True})
    """

    findings: list[Finding] = field(default_factory=list)
    summary: str = ""

    def __post_init__(self) -> None:
        once = {(f.code, f.place): f for f in reversed(self.findings)}.values()

        def order(f: Finding) -> tuple[Any, ...]:
            return f.code in SYMPTOMS, f.severity != "mistake", RANK[f.code], f.place

        self.findings = sorted(once, key=order)

    @property
    def ok(self) -> bool:
        """True if no mistake was found."""
        return not any(finding.severity == "mistake" for finding in self.findings)

    def to_dict(self, hints: str = "full") -> dict[str, Any]:
        """The report as plain data; `hints` as in `text`."""
        rows = [asdict(finding) for finding in self.findings]
        if _checked(hints) == "full":
            return {"ok": self.ok, "summary": self.summary, "findings": rows}
        shown = [{key: row[key] for key in HINTS[hints]} for row in rows]
        return {"ok": self.ok} if hints == "none" else {"ok": self.ok, "findings": shown}

    def text(self, hints: str = "full") -> str:
        """For people. `hints`: "none" says only whether, "place" also where, "cause" also why."""
        if _checked(hints) == "none":
            return f"check_training: {'no mistake' if self.ok else 'mistakes'} found."
        kinds = [finding.severity for finding in self.findings]
        counts = [
            f"{kinds.count(kind)} {kind}{'s' if kinds.count(kind) > 1 else ''}"
            for kind in ("mistake", "remark")
            if kind in kinds
        ]
        head = f"check_training: {' and '.join(counts) or 'nothing found'}."
        if hints == "full":
            return "\n\n".join(
                [f"{head} {self.summary}".strip(), *(f.text() for f in self.findings)]
            )
        lines = [
            f"  {f.severity} at {f.place}"
            + (f": {CODES[f.code].reason}" if hints == "cause" else "")
            for f in self.findings
        ]
        return "\n".join([head, *dict.fromkeys(lines)])

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        head, *paragraphs = (html.escape(part) for part in self.text().split("\n\n"))
        return f"<p>{head}</p>" + "".join(f"<pre>{part}</pre>" for part in paragraphs)


def _checked(hints: str) -> str:
    if hints != "full" and hints not in HINTS:
        raise ValueError(
            f"TrainingReport: hints: expected one of {', '.join(HINTS)}, full, got "
            f'{checks.describe(hints)}. Write hints="place".'
        )
    return hints
