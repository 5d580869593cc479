"""`python -m minnet grade ASSIGNMENT.py SUBMISSION...`: the command line of the grading."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from minnet.coursework import results
from minnet.coursework.assignment import Assignment, AssignmentError, load_assignment
from minnet.coursework.grading import Grading, Options
from minnet.coursework.results import SubmissionResult
from minnet.coursework.submission import Submission
from minnet.gradient_check.report import HINTS

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
    grade.add_argument("--timeout", type=_above_0(float), default=60.0, metavar="S")
    grade.add_argument("--memory", type=_above_0(int), default=4096, metavar="MIB")
    grade.add_argument("--jobs", type=_above_0(int), default=os.cpu_count() or 1, metavar="N")
    return grade


def _above_0(kind: type) -> Callable[[str], float]:
    def convert(text: str) -> float:
        try:
            value: float = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < 1e6:
            raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
        return value

    return convert


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the grading itself ran, 2 for a wrong assignment or command line."""
    arguments = parser().parse_args(argv)
    try:
        assignment = load_assignment(arguments.assignment)
        submissions = known(arguments.submissions)
        if arguments.gradescope and len(submissions) > 1:
            raise AssignmentError("--gradescope: expected one submission, got several")
    except (AssignmentError, OSError) as error:
        _say(sys.stderr, str(error))
        return 2
    if not submissions:
        return 2
    options = Options(arguments.hints, arguments.timeout, arguments.memory)
    graded = grade_all(assignment, submissions, options, arguments.jobs)
    _say(sys.stdout, results.as_text(graded))
    documents = [
        (arguments.json, results.as_json(assignment.title, graded)),
        (arguments.gradescope, results.as_gradescope(graded[0])),
        (arguments.junit, results.as_junit(assignment.title, graded)),
        (arguments.csv, results.as_csv(graded)),
    ]
    try:
        for path, text in documents:
            if path is not None:
                path.write_text(text, encoding="utf-8")
    except OSError as error:
        _say(sys.stderr, str(error))
        return 2
    return 0


def known(paths: Sequence[Path]) -> list[Submission]:
    """The submissions that can be graded; one sentence for each that cannot."""
    found = []
    names: Counter[str] = Counter()
    for path in paths:
        submission = Submission.of(path)
        names[submission.name] += 1
        if not path.exists():
            _say(sys.stderr, f"{path}: expected a submission, found none. Check the path.")
        elif names[submission.name] > 1:
            _say(
                sys.stderr,
                f"{path}: expected one submission of each name, got two of "
                f"{submission.name}. The first is graded; rename this one.",
            )
        else:
            found.append(submission)
    return found


def grade_all(
    assignment: Assignment, submissions: list[Submission], options: Options, jobs: int
) -> list[SubmissionResult]:
    """All results, in the order of the submissions; each in a process of its own."""
    from tqdm.auto import tqdm

    with (
        ThreadPoolExecutor(jobs) as pool,
        tqdm(
            total=len(submissions),
            desc="grading",
            unit="submission",
            dynamic_ncols=True,
            ascii=True,
        ) as bar,
    ):
        waiting = [pool.submit(Grading(assignment, s, options).run) for s in submissions]
        for _ in as_completed(waiting):
            bar.update()
        return [future.result() for future in waiting]


def _say(stream: object, text: str) -> None:
    """Print, whatever the encoding of the stream."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), file=stream)  # type: ignore[call-overload]
