"""`python -m minnet check FILE.py ...`: a table with one row per class, then the explanations.

`python -m minnet codes` lists the mistakes that have a name.
"""

from __future__ import annotations

import argparse
import json
import linecache
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minnet.gradient_check.command_line.hang_location import SLOW, CodeLocation, read_location
from minnet.gradient_check.command_line.verdict import confirmed
from minnet.gradient_check.mistakes import explanation
from minnet.gradient_check.report import HINTS, Mistake, Report, shows_cause
from minnet.gradient_check.separate_process.student_process import Stopped, StudentProcess
from minnet.utils.table import table


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    top = argparse.ArgumentParser(prog="python -m minnet", description="minnet's tools.")
    commands = top.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="find mistakes in hand-written layers and losses")
    check.formatter_class = argparse.RawDescriptionHelpFormatter
    check.epilog = _CASES
    check.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="Python files, notebooks, folders"
    )
    check.add_argument("--class", dest="classes", action="append", metavar="NAME")
    check.add_argument("--json", action="store_true", help="for programs")
    check.add_argument("--hints", choices=HINTS, default="full", help="how much is said")
    check.add_argument(
        "--timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="for one class (default 60)",
    )
    check.add_argument("--seed", type=int, default=0)
    commands.add_parser("codes", help="list the mistakes that have a name, with an example each")
    return top


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, got {text!r}")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all classes are right, 1 if not, 2 if the arguments are wrong."""
    arguments = parser().parse_args(argv)
    if arguments.command == "codes":
        _write(explanation())
        return 0
    for path in arguments.files:
        if not files_in(path):
            sys.stderr.write(f"{path}: expected a Python file, found none. Check the path.\n")
            return 2
    files = [file for path in arguments.files for file in files_in(path)]
    results = [(path, report) for path in files for report in examine_file(path, arguments)]
    known = {report.name for _, report in results}
    absent = [name for name in arguments.classes or [] if name not in known]
    if absent:
        sys.stderr.write(f"--class: found no layer or loss {', '.join(absent)} in the files.\n")
        return 2
    _write(
        as_json(results, arguments.hints) if arguments.json else as_text(results, arguments.hints)
    )
    return 0 if results and all(report.ok for _, report in results) else 1


def files_in(path: Path) -> list[Path]:
    """The file itself, or the Python files and notebooks of a folder, without hidden ones."""
    if path.is_file():
        return [path]
    found = [*path.rglob("*.py"), *path.rglob("*.ipynb")] if path.is_dir() else []
    parts = {file: file.relative_to(path).parts for file in found}
    return sorted(f for f in found if not any(p.startswith((".", "__")) for p in parts[f]))


_CASES = """\
Inputs and constructor arguments are guessed from their names. Where that is not enough, add CASES
to the file, with a line for each class (or forward function of a pair):

  CASES = {
      Dense: (lambda: Dense(3, 4), (5, 3)),                # a shape, batch axis first, or an array
      Plain: (lambda: Plain(3), (5, 3), {"W": "dW"}),      # where the gradient of self.W is
      Column: (lambda: Column(3, 4), (3, 5), "columns"),   # samples are columns
      Gate: (Gate, ((5, 3), (5, 4))),                      # forward takes two inputs
      MyLoss: (MyLoss, prediction, target),
      affine_forward: ((5, 3), (3, 4), (4,)),              # its arguments, in order
  }
"""


def _write(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def as_json(results: list[tuple[Path, Report]], hints: str) -> str:
    """All reports as one document: ok, and classes with file, name, ok, checks, mistakes."""
    classes = [{"file": str(path), **report.to_dict(hints)} for path, report in results]
    ok = bool(results) and all(report.ok for _, report in results)
    return json.dumps({"ok": ok, "classes": classes}, indent=2)


def as_text(results: list[tuple[Path, Report]], hints: str) -> str:
    """The table, then one block per class that is not right."""
    if not results:
        return "No layer, activation or loss is defined here."
    rows = [[path.name, report.name, *_row(report, hints)] for path, report in results]
    heads = ["file", "class", "verdict"] + ([] if hints == "none" else ["where"])
    heads += ["mistake"] if shows_cause(hints) else []
    blocks = [str(table(heads, rows))]
    for _, report in results:
        if report.note:
            blocks.append(report.text())
        elif not report.ok and hints == "place":
            blocks.append(report.text("place"))
        elif not report.ok and shows_cause(hints):
            blocks += [mistake.paragraph(hints) for mistake in report.mistakes]
    return "\n\n".join(blocks)


def _row(report: Report, hints: str) -> list[str]:
    verdict = "right" if report.ok else "not examined" if report.note else "wrong"
    first = report.mistakes[0] if report.mistakes else None
    cells = [verdict]
    if hints != "none":
        cells.append(first.where if first else "")
    if shows_cause(hints):
        more = f" (and {len(report.mistakes) - 1} more)" if len(report.mistakes) > 1 else ""
        cells.append(first.code + more if first else "")
    return cells


def examine_file(path: Path, arguments: argparse.Namespace) -> list[Report]:
    """All classes of a file, in worker processes; a hanging one is stopped, the rest still run."""
    reports: dict[str, Report] = {}
    while True:
        stopped = CheckedFile(path, arguments, list(reports), arguments.classes).run(reports)
        if stopped is None:
            return list(reports.values())
        name, report = stopped
        reports[name] = report
        if name == path.name:
            return list(reports.values())


class CheckedFile:
    """One file in a process of its own.

    Args:
        only: the classes to check, None for all; skip: those that are done.
        every_line: let the process note each line before it runs, to see where it ends.
    """

    path: Path
    every_line: bool
    skip: list[str]
    only: list[str] | None

    def __init__(
        self,
        path: Path,
        arguments: argparse.Namespace,
        skip: list[str],
        only: list[str] | None,
        every_line: bool = False,
    ) -> None:
        self.path, self.arguments, self.current = path.resolve(), arguments, ""
        self.every_line, self.skip, self.only = every_line, skip, only
        self.location: CodeLocation | None = None
        self.slow = False  # do its calls still return?

    def run(self, reports: dict[str, Report]) -> tuple[str, Report] | None:
        """Collect reports; returns where the process was stopped, or None at the end."""
        readable = (str(self.path), f"{self.path.parent}{os.sep}")
        try:
            with StudentProcess(self.arguments.timeout, None, readable, "check") as process:
                try:
                    return self._examine(process, reports)
                except Stopped as stopped:
                    process.end()
                    self.location = read_location(process.folder / "location", self.path)
                    self.slow = (process.folder / SLOW).is_file()
                    ending = stopped.status
        except Stopped as stopped:
            ending = stopped.status
        return self._report_stopped(ending)

    def _examine(
        self, process: StudentProcess, reports: dict[str, Report]
    ) -> tuple[str, Report] | None:
        timeout, lines = self.arguments.timeout, self.every_line
        found = process.ask("load", path=str(self.path), timeout=timeout, every_line=lines)
        names = found.get("classes") if isinstance(found, dict) else None
        if not isinstance(names, list):
            text = found.get("failed") if isinstance(found, dict) else "no answer"
            note = f"The file cannot be imported: {text}."
            return self.path.name, Report(self.path.name, note=note)
        for name in map(str, names):
            if name not in self.skip and (self.only is None or name in self.only):
                self.current = name
                process.restart_clock()
                seed, hints = self.arguments.seed, self.arguments.hints
                data = process.ask("examine", name=name, seed=seed, hints=hints)
                process.restart_clock()
                reports[name] = confirmed(_report_of(name, data), process.ask)
        return None

    def _report_stopped(self, ending: str) -> tuple[str, Report]:
        """The report on a class that hangs, or that ends the interpreter."""
        if ending == "crashed" and not self.every_line:
            again = CheckedFile(self.path, self.arguments, [], [self.current], every_line=True)
            again.run({})
            self.location = again.location
        seconds = f"{self.arguments.timeout:g} seconds"
        reason, advice = (
            ("the process ended (exit or crash)", _AFTER_A_CRASH)
            if ending == "crashed"
            else (f"it did not return within {seconds}", _AFTER_A_TIMEOUT)
        )
        at = self.location
        place = f"{Path(at.file).name}, line {at.line}" if at else ""
        text = f"{reason}{f' (at {place}{self._line_text()})' if self.location else ''}."
        if not self.current:
            note = f"The file cannot be imported: {text}"
            return self.path.name, Report(self.path.name, note=note)
        if ending == "timeout" and self.slow:
            note = (
                f"It is slow: in {seconds} the check was not done. Allow more: --timeout SECONDS."
            )
            return self.current, Report(self.current, note=note)
        where = self.location.method if self.location else "forward"
        message = f"{self.current}.{where}: {text}"
        mistake = Mistake("raises", where, message, "stopped from outside.", place, advice)
        return self.current, Report(self.current, mistakes=[mistake])

    def _line_text(self) -> str:
        """The line itself, as in the messages about errors."""
        assert self.location is not None
        line = linecache.getline(self.location.file, self.location.line).strip()
        return f": {line}" if line else ""


_AFTER_A_TIMEOUT = (
    "Look for a loop that never ends at this place; if it is only slow, allow more time with "
    "--timeout SECONDS."
)
_AFTER_A_CRASH = "Look at this place for os._exit, exit() or a call that ends the interpreter."


def _report_of(name: str, data: Any) -> Report:
    """The report that a process sent; a note where it is none."""
    try:
        report = Report.from_dict(data)
        report.name = name
        str(report)
    except (KeyError, TypeError, ValueError, AttributeError):
        failed = data.get("failed") if isinstance(data, dict) else None
        return Report(name, note=f"The check gave no report: {failed or 'no data'}.")
    return report
