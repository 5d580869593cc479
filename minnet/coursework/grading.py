"""Grades one submission: its process, its tasks one after the other, and its points."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.coursework.assignment import SOURCE_CODES, Assignment, Task
from minnet.coursework.examination import Examination
from minnet.coursework.feedback import feedback, printable
from minnet.coursework.finding import Finding
from minnet.coursework.results import Part, SubmissionResult, TaskResult
from minnet.coursework.source_facts import SourceFacts
from minnet.coursework.submission import Submission
from minnet.gradient_check.separate_process.student_process import Stopped, StudentProcess

_UNWRITTEN = ("not-written", "missing")
Findings = dict[str, Finding]


@dataclass(frozen=True)
class Options:
    """How to grade: hints for students, the deadline in seconds, the memory in MiB."""

    hints: str = "place"
    timeout: float = 60.0
    memory: int = 4096


class Grading:
    """The grading of one submission."""

    assignment: Assignment
    submission: Submission
    options: Options

    def __init__(self, assignment: Assignment, submission: Submission, options: Options) -> None:
        self.assignment, self.submission, self.options = assignment, submission, options
        self.generator = np.random.default_rng()
        self.findings: dict[str, Findings] = {}
        self.advice: dict[str, Any] = {}
        self.numeric: dict[str, bool] = {}
        self.used: dict[str, str] = {}
        self.facts = SourceFacts("")
        self.message, self.ending = "", ""

    def run(self) -> SubmissionResult:
        """The result; whatever the submission does, there is one."""
        start = time.monotonic()
        try:
            parts = self.submission.parts()
        except (OSError, ValueError, SyntaxError) as error:
            return self._result(
                "cannot-import", start, printable(f"{type(error).__name__}: {error}")
            )
        self.facts = SourceFacts("\n".join(parts))
        for _ in range(2):  # after a task that hangs or crashes, the others in a second process
            stopped = self._one_process(parts)
            if stopped != "again":
                break
        status = self.ending or ("cannot-import" if self.message else "graded")
        if (
            not self.ending
            and not self.message
            and not any(map(_is_written, self.findings.values()))
        ):
            status = "not-written"
        return self._result(status, start, self.message)

    def _one_process(self, parts: list[str]) -> str:
        """Grade what is not graded yet; "again" if a task ended the process."""
        task: Task | None = None
        options = self.options
        own = str(self.submission.file.resolve())
        readable = (
            (own, f"{self.submission.path.resolve()}/") if self.submission.path.is_dir() else (own,)
        )
        try:
            with StudentProcess(options.timeout, options.memory, readable) as process:
                if not self._load(process, parts, own):
                    return "done"
                for task in self.assignment.tasks:
                    if task.title not in self.findings:
                        self._grade_task(task, process)
        except Stopped as stopped:
            self.ending = self.ending or stopped.status
            if task is None:
                self.message = _ENDINGS[stopped.status].format("the file is loaded")
                return "done"
            if task.title not in self.findings:
                text = _ENDINGS[stopped.status].format(f"{task.title} is graded")
                finding = Finding(stopped.status, text)
                self.findings[task.title] = dict.fromkeys(task.part_names(), finding)
            return "again"
        return "done"

    def _load(self, process: StudentProcess, parts: list[str], path: str) -> bool:
        names = [task.name for task in self.assignment.tasks]
        answer = process.ask("load", parts=parts, path=path, names=names)
        error = answer.get("error") if isinstance(answer, dict) else {"text": "no answer"}
        if isinstance(error, dict):
            line = f" (line {error['line']})" if isinstance(error.get("line"), int) else ""
            self.message = printable(f"{error.get('text')}{line}")
        return not isinstance(error, dict)

    def _grade_task(self, task: Task, process: StudentProcess) -> None:
        examination = Examination(task, process.ask, self.generator)
        process.ask("count", references=_names(task))
        try:
            findings = examination.run()
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            text = f"the answers make no sense: {type(error).__name__}: {error}"
            findings = dict.fromkeys(task.part_names(), Finding("raises", text))
        self.numeric[task.title] = examination.is_numeric
        self.used[task.title] = str(process.ask("used", references=_names(task)))
        wrong = any(finding.code for finding in findings.values())
        if (
            wrong
            and _is_written(findings)
            and self.options.hints in ("cause", "full")
            and task.kind != "optimizer"
        ):
            self.advice[task.title] = self._advice(task, process)
        self.findings[task.title] = findings

    def _advice(self, task: Task, process: StudentProcess) -> Any:
        """What the gradient check says, in the student's process: shown, never counted."""
        try:
            inputs = task.draw(self.generator)
            answer = process.ask("advise", inputs=inputs)
        except Stopped:
            return None
        return answer

    def _result(self, status: str, start: float, message: str) -> SubmissionResult:
        shown = message if self.options.hints != "none" else ""
        missing = Finding(status if status != "graded" else "missing", message)
        tasks = [
            TaskResult(task.title, self._parts(task, self.findings.get(task.title), missing))
            for task in self.assignment.tasks
        ]
        file, name = str(self.submission.path), self.submission.name
        return SubmissionResult(name, file, status, tasks, shown, time.monotonic() - start)

    def _parts(self, task: Task, findings: Findings | None, missing: Finding) -> list[Part]:
        parts = []
        for name, points in task.part_points().items():
            finding = findings[name] if findings else missing
            code, score = finding.code, 0.0 if finding.code else points
            if not code:
                code = self._fact(task, name)
                score = 0.0 if code and code not in task.allow else points
            message = feedback(
                task, name, finding, self.facts, self.advice.get(task.title), self.options.hints
            )
            parts.append(Part(name, score, points, code, message))
        return parts

    def _fact(self, task: Task, part: str) -> str:
        """What the source says about a part that is right."""
        code = self.facts.code(task)
        if not code and self.used.get(task.title) in SOURCE_CODES:
            code = self.used[task.title]
        if not code and part.endswith(" gradient"):
            numeric = self.numeric.get(task.title, False) and self.facts.has_small_step(task)
            if numeric or self.facts.calls_forward_in_backward(task):
                code = "numerical-gradient"
        return code


_ENDINGS = {
    "timeout": "The time was over while {}.",
    "crashed": "The process ended (exit or crash) while {}.",
}


def _names(task: Task) -> list[list[str]]:
    """Module and name of the classes whose use is noted; a teacher's own are not in the process."""
    known = (c for c in task.references() if c.__module__.startswith("minnet."))
    return [[c.__module__, c.__name__] for c in known]


def _is_written(findings: Findings) -> bool:
    return any(finding.code not in _UNWRITTEN for finding in findings.values())
