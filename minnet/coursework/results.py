"""Results of a grading, and the documents made of them: text, JSON, Gradescope, JUnit, CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, field
from xml.etree import ElementTree as ET

from minnet.utils.table import table

_TEXT = {"output_format": "text", "visibility": "visible"}


@dataclass
class Part:
    """One part of a task: the points, the code and a sentence; both empty where it is right."""

    name: str
    score: float
    max_score: float
    code: str = ""
    message: str = ""


@dataclass
class TaskResult:
    """One task of a submission."""

    name: str
    score: float = field(init=False)
    max_score: float = field(init=False)
    parts: list[Part]

    def __post_init__(self) -> None:
        self.score = rounded(sum(part.score for part in self.parts))
        self.max_score = rounded(sum(part.max_score for part in self.parts))


@dataclass
class SubmissionResult:
    """One submission: graded, not-written, cannot-import, timeout or crashed."""

    name: str
    file: str
    score: float = field(init=False)
    max_score: float = field(init=False)
    status: str
    tasks: list[TaskResult]
    message: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.score = rounded(sum(task.score for task in self.tasks))
        self.max_score = rounded(sum(task.max_score for task in self.tasks))

    def parts(self) -> list[tuple[TaskResult, Part]]:
        """All parts, each with its task."""
        return [(task, part) for task in self.tasks for part in task.parts]

    def text(self) -> str:
        """The sentences of all parts that have one; parts with the same share a line."""
        lines: dict[tuple[str, str], list[str]] = {}
        for task, part in self.parts():
            if part.message:
                lines.setdefault((task.name, part.message), []).append(part.name)
        found = [f"{task} ({', '.join(parts)}): {text}" for (task, text), parts in lines.items()]
        return self.message or "\n".join(found)


def rounded(points: float) -> float:
    """Points as they are shown and written."""
    return round(points, 6)


def as_text(results: list[SubmissionResult]) -> str:
    """A row a student, a column a task, then the messages."""
    heads = ["submission", "status", *(task.name for task in results[0].tasks), "score"]
    rows = [
        [r.name, r.status, *(f"{t.score:g}" for t in r.tasks), f"{r.score:g} / {r.max_score:g}"]
        for r in results
    ]
    texts = [r.name + "\n  " + r.text().replace("\n", "\n  ") for r in results if r.text()]
    return "\n\n".join([str(table(heads, rows)), *texts])


def as_json(title: str, results: list[SubmissionResult]) -> str:
    """The whole grading as one document."""
    submissions = [asdict(result) for result in results]
    for submission in submissions:
        del submission["message"], submission["seconds"]
        for part in [part for task in submission["tasks"] for part in task["parts"]]:
            part |= {name: rounded(part[name]) for name in ("score", "max_score")}
    return json.dumps({"assignment": title, "submissions": submissions}, indent=2) + "\n"


def as_gradescope(result: SubmissionResult) -> str:
    """Gradescope's results.json: one submission a file."""
    tests = [
        {
            "name": f"{task.name}: {part.name}",
            "score": rounded(part.score),
            "max_score": rounded(part.max_score),
            "status": "passed" if part.score == part.max_score else "failed",
            "output": part.message,
            "extra_data": {"code": part.code},
            **_TEXT,
        }
        for task, part in result.parts()
    ]
    data = {
        "score": result.score,
        "max_score": result.max_score,
        "execution_time": round(result.seconds, 3),
        "output": result.message,
        "extra_data": {"name": result.name, "status": result.status},
        "tests": tests,
        **_TEXT,
    }
    return json.dumps(data, indent=2) + "\n"


def as_junit(title: str, results: list[SubmissionResult]) -> str:
    """JUnit XML: a suite a submission, a test case a part."""
    root = ET.Element("testsuites", name=title)
    for result in results:
        suite = ET.SubElement(root, "testsuite", name=result.name, time=f"{result.seconds:.3f}")
        for task, part in result.parts():
            place = {"classname": f"{result.name}.{task.name}", "name": part.name}
            case = ET.SubElement(suite, "testcase", place)
            if part.score < part.max_score:
                failure = ET.SubElement(case, "failure", message=part.code, type=part.code)
                failure.text = part.message
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("testcase/failure"))))
        suite.set("errors", "0")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def as_csv(results: list[SubmissionResult]) -> str:
    """A row a student: name, status, the points of each task, the sum."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [task.name for task in results[0].tasks]
    writer.writerow(["name", "status", *names, "score", "max_score"])
    for r in results:
        writer.writerow([r.name, r.status, *(t.score for t in r.tasks), r.score, r.max_score])
    return text.getvalue()
