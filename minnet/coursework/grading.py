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

_ENDINGS = {
    "timeout": "The time was over while {}.",
    "crashed": "The process ended (exit or crash) while {}.",
}


@dataclass(frozen=True)
class Options:
    """How to grade: hints for students, the deadline in seconds, the memory in MiB."""

    hints: str = "place"
    timeout: float = 60.0
    memory: int = 4096


@dataclass
class Graded:
    """What is known about one task: a finding for each part, and what only teachers see."""

    findings: dict[str, Finding]
    is_numeric: bool = False
    used: str = ""
    advice: Any = None

    @property
    def is_written(self) -> bool:
        """Whether the student has begun it."""
        return any(f.code not in ("not-written", "missing") for f in self.findings.values())


class Grading:
    """The grading of one submission."""

    def __init__(self, assignment: Assignment, submission: Submission, options: Options) -> None:
        self.assignment, self.submission, self.options = assignment, submission, options
        self.generator = np.random.default_rng()
        self.graded: dict[str, Graded] = {}
        self.facts = SourceFacts("")
        self.status, self.message = "", ""

    def run(self) -> SubmissionResult:
        """The result; whatever the submission does, there is one."""
        start = time.monotonic()
        try:
            parts = self.submission.parts()
        except (OSError, ValueError, SyntaxError) as error:
            self._cannot_import(f"{type(error).__name__}: {error}")
        else:
            self.facts = SourceFacts("\n".join(parts))
            # After a task that hangs or crashes, the others in a second process.
            _ = self._one_process(parts) or self._one_process(parts)
        written = any(graded.is_written for graded in self.graded.values())
        status = self.status or ("graded" if written else "not-written")
        shown = self.message if self.options.hints != "none" else ""
        absent = Finding(status if status != "graded" else "missing", self.message)
        tasks = []
        for task in self.assignment.tasks:
            graded = self.graded.get(task.title, Graded(dict.fromkeys(task.part_names(), absent)))
            tasks.append(TaskResult(task.title, self._parts(task, graded)))
        file, seconds = str(self.submission.path), time.monotonic() - start
        return SubmissionResult(self.submission.name, file, status, tasks, shown, seconds)

    def _cannot_import(self, message: str) -> None:
        self.status, self.message = "cannot-import", printable(message)

    def _one_process(self, parts: list[str]) -> bool:
        """Grade what is not graded yet; False if a task ended the process."""
        task: Task | None = None
        folder, own = self.submission.path.resolve(), str(self.submission.file.resolve())
        readable = (own, f"{folder}/") if folder.is_dir() else (own,)
        try:
            with StudentProcess(self.options.timeout, self.options.memory, readable) as process:
                if self._load(process, parts, own):
                    for task in self.assignment.tasks:
                        if task.title not in self.graded:
                            self._grade_task(task, process)
        except Stopped as stopped:
            text = _ENDINGS[stopped.status]
            if task is None:
                self.status, self.message = stopped.status, text.format("the file is loaded")
                return True
            if task.title not in self.graded:  # else only its advice was lost
                self.status = self.status or stopped.status
                finding = Finding(stopped.status, text.format(f"{task.title} is graded"))
                self.graded[task.title] = Graded(dict.fromkeys(task.part_names(), finding))
            return False
        return True

    def _load(self, process: StudentProcess, parts: list[str], path: str) -> bool:
        names = [task.name for task in self.assignment.tasks]
        answer = process.ask("load", parts=parts, path=path, names=names)
        error = answer.get("error") if isinstance(answer, dict) else {"text": "no answer"}
        if isinstance(error, dict):
            line = f" (line {error['line']})" if isinstance(error.get("line"), int) else ""
            self._cannot_import(f"{error.get('text')}{line}")
        return not isinstance(error, dict)

    def _grade_task(self, task: Task, process: StudentProcess) -> None:
        examination = Examination(task, process.ask, self.generator)
        known = [c for c in task.references() if c.__module__.startswith("minnet.")]
        names = [[c.__module__, c.__name__] for c in known]  # a teacher's own are not there
        process.ask("count", references=names)
        try:
            findings = examination.run()
        except Stopped:
            raise
        except Exception as error:
            text = f"the answers make no sense: {type(error).__name__}: {error}"
            findings = dict.fromkeys(task.part_names(), Finding("raises", text))
        used = str(process.ask("used", references=names))
        graded = Graded(findings, examination.is_numeric, used)
        wrong = any(finding.code for finding in findings.values()) and graded.is_written
        if wrong and self.options.hints in ("cause", "full") and task.kind != "optimizer":
            try:  # what the gradient check says there: shown, never counted
                inputs, hints = task.draw(self.generator), self.options.hints
                graded.advice = process.ask("advise", inputs=inputs, hints=hints)
            finally:
                self.graded[task.title] = graded
        self.graded[task.title] = graded

    def _parts(self, task: Task, graded: Graded) -> list[Part]:
        parts = []
        for name, points in task.part_points().items():
            finding = graded.findings[name]
            code = finding.code or self._fact(task, name, graded)
            lost = finding.code or (code and code not in task.allow)
            text = feedback(task, name, finding, self.facts, graded.advice, self.options.hints)
            parts.append(Part(name, 0.0 if lost else points, points, code, text))
        return parts

    def _fact(self, task: Task, part: str, graded: Graded) -> str:
        """What the source says about a part that is right."""
        code = self.facts.code(task)
        if not code and graded.used in SOURCE_CODES:
            code = graded.used
        if not code and part.endswith(" gradient"):
            numeric = graded.is_numeric and self.facts.has_small_step(task)
            if numeric or self.facts.calls_forward_in_backward(task):
                code = "numerical-gradient"
        return code
