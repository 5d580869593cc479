"""The sentence that a student sees for a part, at the level of hints that the teacher chose."""

from __future__ import annotations

from typing import Any

from minnet.coursework.assignment import Task
from minnet.coursework.finding import Finding
from minnet.coursework.source_facts import SourceFacts

_ALWAYS = ("missing", "not-written", "raises", "timeout", "crashed", "cannot-import")
"""Codes whose sentence tells no more than the student's own Python would."""


def printable(text: str, limit: int = 400) -> str:
    """Text of a student's process without control characters, cut."""
    return "".join(c if c.isprintable() else " " for c in text)[:limit]


def feedback(
    task: Task, part: str, finding: Finding, facts: SourceFacts, advice: Any, hints: str
) -> str:
    """Nothing for a part that is right, or with hints none; the place; the cause; what to do."""
    if not finding.code or hints == "none":
        return ""
    line = finding.line or facts.line(task, finding.method)
    if finding.code in _ALWAYS:
        return printable(finding.detail + (f" (line {line})" if finding.line else ""))
    where = f"look at {finding.method or task.title}" + (f", line {line}" if line else "")
    if hints == "place":
        return printable(f"{where}.")
    sentence = f"{where}. {finding.detail}."
    return printable(" ".join([sentence, *_advice(part, finding, advice, hints)]), 900)


def _advice(part: str, finding: Finding, advice: Any, hints: str) -> list[str]:
    """The sentences of the gradient check about this part; untrusted text."""
    mistakes = advice.get("mistakes") if isinstance(advice, dict) else None
    place = part.removesuffix(" gradient").replace("prediction", "input")
    for mistake in mistakes if isinstance(mistakes, list) else []:
        if isinstance(mistake, dict) and mistake.get("where") in (place, finding.method):
            more = [mistake.get("fix"), f"Next step: {mistake.get('next_step')}"]
            return [str(mistake.get("message")), *(str(m) for m in more if m and hints == "full")]
    return []
