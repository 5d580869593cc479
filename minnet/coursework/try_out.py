"""The parts of a task for one's own class, in this process: for notebooks and for pytest.

Nothing here is a grading: what a student runs, a student can change. Marks are given by `python -m
minnet grade`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.coursework.assignment import Assignment, AssignmentError, Task
from minnet.coursework.examination import Examination
from minnet.coursework.finding import Finding
from minnet.gradient_check.separate_process.messages import read_message, write_message
from minnet.gradient_check.separate_process.student_answers import StudentAnswers
from minnet.utils.table import table


def findings_of(task: Task, found: tuple[Any, ...]) -> dict[str, Finding]:
    """The findings on classes or functions that are given themselves."""
    answers = StudentAnswers()
    answers.namespace = {item.__name__: item for item in found}
    if len(found) == 1 and isinstance(found[0], type) and isinstance(task.name, str):
        answers.namespace = {task.name: found[0]}
    return Examination(task, local_ask(answers), np.random.default_rng()).run()


def local_ask(answers: StudentAnswers) -> Callable[..., Any]:
    """Questions to this process, through messages: both sides have arrays of their own."""

    def copied(message: Any) -> Any:
        pipe = io.BytesIO()
        write_message(pipe, message)
        return read_message(io.BytesIO(pipe.getvalue()), len(pipe.getvalue()))

    def ask(question: str, **arguments: Any) -> Any:
        return copied(answers.answer(question, copied(arguments)))

    return ask


def try_out(assignment: Assignment, found: tuple[Any, ...], marks: bool) -> None:
    """Print the parts of the tasks whose class or functions are among `found`."""
    names = [getattr(item, "__name__", "") for item in found]
    tasks = [t for t in assignment.tasks if any(_belongs(t, name) for name in names)]
    if not tasks:
        titles = ", ".join(task.title for task in assignment.tasks)
        raise AssignmentError(f"try_out: expected one of {titles}, got {', '.join(names)}.")
    rows = []
    for task in tasks:
        for part, finding in findings_of(task, found).items():
            points = task.part_points()[part]
            cells = [f"{0 if finding.code else points:g} / {points:g}"] if marks else []
            rows.append([task.title, part, finding.code or "right", *cells, finding.detail])
    heads = ["task", "part", "verdict", *(["points"] if marks else []), "what was found"]
    print(table(heads, rows))


def _belongs(task: Task, name: str) -> bool:
    names = task.name if isinstance(task.name, tuple) else (task.name,)
    return name in names or name.lower().replace("_", "").startswith(task.title.lower())


def check(*found: Any, like: type, **task: Any) -> None:
    """Raise an AssertionError unless a class does what its reference does: one line in pytest.

    Args:
        found: the class, or its two functions. like, task: as for `Task`.

    >>> import minnet as mn
    >>> check(mn.Tanh, like=mn.Tanh, input=(5, 3))
    """
    name = found[0].__name__ if len(found) == 1 else tuple(f.__name__ for f in found)
    made = Task(name, like=like, **task)
    wrong = [
        f"{part}: {f.detail} [{f.code}]" for part, f in findings_of(made, found).items() if f.code
    ]
    if wrong:
        raise AssertionError("\n".join([made.title, *wrong]))
