"""`python -m minnet grade ASSIGNMENT.py SUBMISSION...`: the command line of the grading."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from minnet.coursework import results
from minnet.coursework.assignment import Assignment, AssignmentError, load_assignment
from minnet.coursework.grading import Grading, Options
from minnet.coursework.results import SubmissionResult
from minnet.coursework.submission import Submission
from minnet.gradient_check.report import HINTS
from minnet.utils.console import above_0, say
from minnet.utils.progress_bar import new_bar

_PROMISE = """
A submission runs in a process of its own, which only answers with arrays; every verdict is computed
here. That process has limits, and plain writes, removals and programs outside its temporary folder
are refused. It is no sandbox: ctypes, a shell, the network are beyond it. Where that matters, grade
in a container or as another user:
  docker run --rm --network none -v "$PWD":/course:ro IMAGE python -m minnet grade /course/A.py ...
  sudo -u nobody python -m minnet grade ASSIGNMENT.py SUBMISSION...
"""


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    grade = argparse.ArgumentParser(
        prog="minnet grade",
        description="Grade submissions: each a .py, an .ipynb, or a folder that holds one.",
        epilog=_PROMISE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    grade.add_argument("assignment", type=Path, metavar="ASSIGNMENT.py")
    grade.add_argument("submissions", nargs="+", type=Path, metavar="SUBMISSION")
    for name in ("json", "gradescope", "junit", "csv"):
        grade.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write marks as {name}")
    grade.add_argument("--hints", choices=HINTS, default="place", help="what students read")
    grade.add_argument("--timeout", type=above_0(float), default=60.0, metavar="S")
    grade.add_argument("--memory", type=above_0(int), default=4096, metavar="MIB")
    grade.add_argument("--jobs", type=above_0(int), default=os.cpu_count() or 1, metavar="N")
    return grade


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the grading itself ran, 2 for a wrong assignment or command line."""
    given = parser().parse_args(argv)
    try:
        assignment = load_assignment(given.assignment)
        submissions = known(given.submissions)
        if given.gradescope and len(submissions) > 1:
            raise AssignmentError("--gradescope: expected one submission, got several")
        if not submissions:
            return 2
        options = Options(given.hints, given.timeout, given.memory)
        graded = grade_all(assignment, submissions, options, given.jobs)
        say(results.as_text(graded))
        documents = [
            (given.json, results.as_json(assignment.title, graded)),
            (given.gradescope, results.as_gradescope(graded[0])),
            (given.junit, results.as_junit(assignment.title, graded)),
            (given.csv, results.as_csv(graded)),
        ]
        for path, text in documents:
            if path is not None:
                path.write_text(text, encoding="utf-8")
    except (AssignmentError, OSError) as error:
        say(str(error), sys.stderr)
        return 2
    return 0


def known(paths: Sequence[Path]) -> list[Submission]:
    """The submissions that can be graded; one sentence for each that cannot."""
    found: dict[str, Submission] = {}
    for path in paths:
        submission = Submission.of(path)
        if not path.exists():
            say(f"{path}: expected a submission, found none. Check the path.", sys.stderr)
        elif submission.name in found:
            text = f"expected one submission of each name, got two of {submission.name}"
            say(f"{path}: {text}. The first is graded; rename this one.", sys.stderr)
        else:
            found[submission.name] = submission
    return list(found.values())


def grade_all(
    assignment: Assignment, submissions: list[Submission], options: Options, jobs: int
) -> list[SubmissionResult]:
    """All results, in the order of the submissions; each in a process of its own."""
    with (
        ThreadPoolExecutor(jobs) as pool,
        new_bar(len(submissions), "submission", "grading") as bar,
    ):
        waiting = [pool.submit(Grading(assignment, s, options).run) for s in submissions]
        for _ in as_completed(waiting):
            bar.update()
        return [future.result() for future in waiting]
