"""Gradings without a process of their own: as fast as the student's code itself."""

import sys
from pathlib import Path

from minnet.coursework import grading
from minnet.coursework.assignment import load_assignment
from minnet.coursework.grading import Grading, Options
from minnet.coursework.submission import Submission
from minnet.coursework.try_out import local_ask
from minnet.gradient_check.separate_process.student_answers import StudentAnswers

EXERCISES = Path(__file__).parents[2] / "examples" / "coursework"
LAYERS = """
import minnet as mn
from minnet.coursework import Assignment, Task

ASSIGNMENT = Assignment("Layers by hand", [
    Task("Dense", like=mn.Linear, arguments=(4, 7), input=(5, 4),
         parameters={"W": "weight", "b": "bias"}, points=10),
    Task("Sigmoid", like=mn.Sigmoid, input=(5, 3), points=6),
    Task("MSE", like=mn.MeanSquaredError, prediction=(5, 3), target="real", points=6),
])
"""


class LocalProcess:
    """Answers here, where coverage and debuggers see it."""

    def __init__(self, *arguments):
        self.asked = local_ask(StudentAnswers())

    def __enter__(self):
        return self

    def __exit__(self, *ending):
        sys.modules.pop("submission", None)

    def ask(self, question, **arguments):
        if question == "count":  # it changes the classes of minnet, for good
            return {}
        return self.asked(question, **arguments)


def written(folder, text, name="assignment.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def grade(monkeypatch, folder, source, assignment=None, hints="full"):
    """The result for a source, graded here."""
    monkeypatch.setattr(grading, "StudentProcess", LocalProcess)
    path = assignment or written(folder, LAYERS)
    submission = Submission.of(written(folder, source, "student.py"))
    return Grading(load_assignment(path), submission, Options(hints)).run()


def lost(result):
    """The parts that have lost points, and the codes of all."""
    parts = [(task.name, part) for task in result.tasks for part in task.parts]
    return {(name, part.name) for name, part in parts if part.score < part.max_score}


def codes(result, task):
    """Part to code, for one task."""
    return {p.name: p.code for t in result.tasks if t.name == task for p in t.parts}
