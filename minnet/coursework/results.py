"""Results of a grading, and the documents made of them: text, JSON, Gradescope, JUnit, CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from minnet.utils.table import table


@dataclass(frozen=True)
class Part:
    """One part of a task: the points, the code and a sentence; both empty where it is right."""

    name: str
    score: float
    max_score: float
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class TaskResult:
    """One task of a submission."""

    name: str
    parts: list[Part]

    @property
    def score(self) -> float:
        """The points of all parts."""
        return _rounded(sum(part.score for part in self.parts))

    @property
    def max_score(self) -> float:
        """The points that there are."""
        return _rounded(sum(part.max_score for part in self.parts))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        parts = [
            {**vars(p), "score": _rounded(p.score), "max_score": _rounded(p.max_score)}
            for p in self.parts
        ]
        return {"name": self.name, "score": self.score, "max_score": self.max_score, "parts": parts}


@dataclass(frozen=True)
class SubmissionResult:
    """One submission: graded, not-written, cannot-import, timeout or crashed."""

    name: str
    file: str
    status: str
    tasks: list[TaskResult]
    message: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def score(self) -> float:
        """The points of all tasks."""
        return _rounded(sum(task.score for task in self.tasks))

    @property
    def max_score(self) -> float:
        """The points that there are."""
        return _rounded(sum(task.max_score for task in self.tasks))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "name": self.name,
            "file": self.file,
            "score": self.score,
            "max_score": self.max_score,
            "status": self.status,
            "tasks": [task.to_dict() for task in self.tasks],
        }

    def text(self) -> str:
        """The sentences of all parts that have one; parts with the same share a line."""
        if self.message:
            return self.message
        lines: dict[tuple[str, str], list[str]] = {}
        for task in self.tasks:
            for part in task.parts:
                if part.message:
                    lines.setdefault((task.name, part.message), []).append(part.name)
        return "\n".join(f"{t} ({', '.join(parts)}): {text}" for (t, text), parts in lines.items())


def _rounded(points: float) -> float:
    return round(points, 6)


def as_text(results: list[SubmissionResult]) -> str:
    """A row a student, a column a task, then the messages."""
    tasks = [task.name for task in results[0].tasks]
    rows = [
        [r.name, r.status, *(f"{t.score:g}" for t in r.tasks), f"{r.score:g} / {r.max_score:g}"]
        for r in results
    ]
    blocks = [str(table(["submission", "status", *tasks, "score"], rows))]
    blocks += [f"{r.name}\n{_indented(r.text())}" for r in results if r.text()]
    return "\n\n".join(blocks)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def as_json(title: str, results: list[SubmissionResult]) -> str:
    """The whole grading as one document."""
    data = {"assignment": title, "submissions": [result.to_dict() for result in results]}
    return json.dumps(data, indent=2) + "\n"


def as_gradescope(result: SubmissionResult) -> str:
    """Gradescope's results.json: one submission a file."""
    tests = [
        {
            "name": f"{task.name}: {part.name}",
            "score": _rounded(part.score),
            "max_score": _rounded(part.max_score),
            "status": "passed" if part.score == part.max_score else "failed",
            "output": part.message,
            "output_format": "text",
            "visibility": "visible",
            "extra_data": {"code": part.code},
        }
        for task in result.tasks
        for part in task.parts
    ]
    data = {
        "score": result.score,
        "max_score": result.max_score,
        "execution_time": round(result.seconds, 3),
        "output": result.message,
        "output_format": "text",
        "visibility": "visible",
        "extra_data": {"name": result.name, "status": result.status},
        "tests": tests,
    }
    return json.dumps(data, indent=2) + "\n"


def as_junit(title: str, results: list[SubmissionResult]) -> str:
    """JUnit XML: a suite a submission, a test case a part."""
    root = ET.Element("testsuites", name=title)
    for result in results:
        parts = [(task, part) for task in result.tasks for part in task.parts]
        lost = [part for _, part in parts if part.score < part.max_score]
        counts = {"tests": str(len(parts)), "failures": str(len(lost)), "errors": "0"}
        counts |= {"name": result.name, "time": f"{result.seconds:.3f}"}
        suite = ET.SubElement(root, "testsuite", counts)
        for task, part in parts:
            place = {"classname": f"{result.name}.{task.name}", "name": part.name}
            case = ET.SubElement(suite, "testcase", place)
            if part.score < part.max_score:
                failure = ET.SubElement(case, "failure", message=part.code, type=part.code)
                failure.text = part.message
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def as_csv(results: list[SubmissionResult]) -> str:
    """A row a student: name, status, the points of each task, the sum."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    tasks = [task.name for task in results[0].tasks]
    writer.writerow(["name", "status", *tasks, "score", "max_score"])
    for r in results:
        writer.writerow([r.name, r.status, *(t.score for t in r.tasks), r.score, r.max_score])
    return text.getvalue()
