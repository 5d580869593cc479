"""The report of `check_training`: findings, most important first, as text, data and HTML."""

from __future__ import annotations

import html
import json
import textwrap
from dataclasses import asdict, dataclass, field
from typing import Any

from minnet.training_check.codes import CODES, RANK, SYMPTOMS
from minnet.utils import checks

HINTS = ("none", "place", "cause", "full")


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

    def paragraph(self) -> str:
        """The finding as text."""
        lines = [
            f"{self.severity} at {self.place} [{self.code}]",
            self.message,
            CODES[self.code].reason,
            f"Next step: {self.next_step}",
        ]
        wrap = textwrap.TextWrapper(96, subsequent_indent="  ", break_long_words=False)
        return "\n  ".join(wrap.fill(line) for line in lines)


@dataclass
class TrainingReport:
    """The result of `check_training`.

    Attributes:
        findings: mistakes before remarks, causes before their consequences.
        summary: how the training that was examined went by itself.

    >>> report = TrainingReport([], "learns")
    >>> report.ok, report.to_dict()["findings"]
    (True, [])
    """

    findings: list[Finding] = field(default_factory=list)
    summary: str = ""

    @property
    def ok(self) -> bool:
        """True if no mistake was found."""
        return not any(finding.severity == "mistake" for finding in self.findings)

    def sort(self) -> None:
        """Mistakes before remarks, causes before consequences; each code at a place once."""
        seen = {(f.code, f.place): f for f in reversed(self.findings)}
        self.findings = sorted(
            seen.values(),
            key=lambda f: (f.code in SYMPTOMS, f.severity != "mistake", RANK[f.code], f.place),
        )

    def to_dict(self, hints: str = "full") -> dict[str, Any]:
        """The report as plain data; `hints` as in `text`."""
        keys = {"none": (), "place": ("severity", "place"), "cause": ("severity", "place", "code")}
        result: dict[str, Any] = {"ok": self.ok}
        if _checked(hints) == "none":
            return result
        rows = [asdict(finding) for finding in self.findings]
        if hints != "full":
            return {**result, "findings": [{key: row[key] for key in keys[hints]} for row in rows]}
        return {**result, "summary": self.summary, "findings": rows}

    def to_json(self, hints: str = "full") -> str:
        """The same for programs."""
        return json.dumps(self.to_dict(hints), indent=2)

    def text(self, hints: str = "full") -> str:
        """For people. `hints`: "none" says only whether, "place" also where, "cause" what it is."""
        counts = [
            f"{n} {kind}{'s' if n > 1 else ''}"
            for kind in ("mistake", "remark")
            if (n := sum(finding.severity == kind for finding in self.findings))
        ]
        head = f"check_training: {' and '.join(counts) or 'nothing found'}."
        if _checked(hints) == "none":
            return f"check_training: {'no mistake' if self.ok else 'mistakes'} found."
        if hints == "full":
            parts = [f"{head} {self.summary}".strip(), *(f.paragraph() for f in self.findings)]
            return "\n\n".join(parts)
        lines = [f"  {f.severity} at {f.place}" for f in self.findings]
        if hints == "cause":
            reasons = [CODES[f.code].reason for f in self.findings]
            lines = [f"{line}: {why}" for line, why in zip(lines, reasons, strict=True)]
        return "\n".join([head, *dict.fromkeys(lines)])

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        rows = [
            f"<tr><td><b>{f.severity}</b></td><td><code>{html.escape(f.place)}</code></td>"
            f"<td>{html.escape(f.message)}</td><td><code>{html.escape(f.next_step)}</code></td></tr>"
            for f in self.findings
        ]
        head = f"<p>{html.escape(self.text().partition(chr(10))[0])}</p>"
        return f"{head}<table>{''.join(rows)}</table>" if rows else head


def _checked(hints: str) -> str:
    if hints not in HINTS:
        raise ValueError(
            f"TrainingReport: hints: expected one of {', '.join(HINTS)}, got "
            f'{checks.describe(hints)}. Write hints="place".'
        )
    return hints
