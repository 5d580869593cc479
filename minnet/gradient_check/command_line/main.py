"""`python -m minnet check FILE.py ...`: a table with one row per class, then the explanations.

`python -m minnet codes` lists the mistakes that have a name.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import linecache
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minnet.gradient_check.command_line.hang_location import read_location
from minnet.gradient_check.mistakes import explanation
from minnet.gradient_check.report import HINTS, Mistake, Report, shows_cause
from minnet.utils.table import table


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    top = argparse.ArgumentParser(prog="python -m minnet", description="minnet's tools.")
    commands = top.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="find mistakes in hand-written layers and losses")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE.py")
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
        if not path.is_file():
            sys.stderr.write(f"{path}: expected a Python file, found none. Check the path.\n")
            return 2
    results = [
        (path, report) for path in arguments.files for report in examine_file(path, arguments)
    ]
    known = {report.name for _, report in results}
    absent = [name for name in arguments.classes or [] if name not in known]
    if absent:
        sys.stderr.write(f"--class: found no layer or loss {', '.join(absent)} in the files.\n")
        return 2
    _write(
        as_json(results, arguments.hints) if arguments.json else as_text(results, arguments.hints)
    )
    return 0 if results and all(report.ok for _, report in results) else 1


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
        stopped = WorkerProcess(path, arguments, list(reports), arguments.classes).run(reports)
        if stopped is None:
            return list(reports.values())
        name, report = stopped
        reports[name] = report
        if name == path.name:
            return list(reports.values())


class WorkerProcess:
    """One worker process on one file.

    Args:
        only: the classes to check, None for all; skip: those that are done.
        every_line: let the worker note each line before it runs, to see where it ends.
    """

    def __init__(
        self,
        path: Path,
        arguments: argparse.Namespace,
        skip: list[str],
        only: list[str] | None,
        every_line: bool = False,
    ) -> None:
        self.path, self.arguments, self.current = path.resolve(), arguments, ""
        self.every_line = every_line
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.location_file = Path(self.folder.name) / "location"
        self.process = _start(
            [
                str(self.path),
                json.dumps(arguments.seed),
                json.dumps(only),
                json.dumps(skip),
                json.dumps(
                    {
                        "file": str(self.location_file),
                        "timeout": arguments.timeout,
                        "every_line": every_line,
                    }
                ),
            ]
        )
        self.events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(event, dict):
                self.events.put(event)
        self.events.put(None)

    def run(self, reports: dict[str, Report]) -> tuple[str, Report] | None:
        """Collect reports; returns where the worker was stopped, or None at the end."""
        ending, timeout = "", max(self.arguments.timeout, _STARTUP_SECONDS)
        try:
            while not ending:
                event = self.events.get(timeout=timeout)
                timeout = self.arguments.timeout
                if event is None:
                    ending = "crash"
                elif "failed" in event:
                    note = f"The file cannot be imported: {event['failed']}."
                    return self.path.name, Report(self.path.name, note=note)
                elif event.get("done"):
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self.process.wait(timeout=5)  # it leaves by itself
                    return None
                else:
                    self.current = event.get("start", self.current)
                    if "report" in event:
                        reports[event["report"]["name"]] = Report.from_dict(event["report"])
        except queue.Empty:
            ending = "timeout"
        finally:
            self._stop()
        return self._report_stopped(ending)

    def _stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.listener.join(timeout=5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.location = read_location(self.location_file, self.path)
        self.folder.cleanup()

    def _report_stopped(self, ending: str) -> tuple[str, Report]:
        """The report on a class that hangs, or that ends the interpreter."""
        if ending == "crash" and not self.every_line:
            again = WorkerProcess(self.path, self.arguments, [], [self.current], every_line=True)
            again.run({})
            self.location = again.location
        seconds = f"{self.arguments.timeout:g} seconds"
        reason, advice = (
            ("the process ended (exit or crash)", _AFTER_A_CRASH)
            if ending == "crash"
            else (f"it did not return within {seconds}", _AFTER_A_TIMEOUT)
        )
        place = f"{self.path.name}, line {self.location.line}" if self.location else ""
        text = f"{reason}{f' (at {place}{self._line_text()})' if self.location else ''}."
        if not self.current:
            note = f"The file cannot be imported: {text}"
            return self.path.name, Report(self.path.name, note=note)
        where = self.location.method if self.location else "forward"
        message = f"{self.current}.{where}: {text}"
        mistake = Mistake("raises", where, message, "stopped from outside.", place, advice)
        return self.current, Report(self.current, mistakes=[mistake])

    def _line_text(self) -> str:
        """The line itself, as in the messages about errors."""
        assert self.location is not None
        line = linecache.getline(str(self.path), self.location.line).strip()
        return f": {line}" if line else ""


_STARTUP_SECONDS = 60.0
"""Seconds in which Python and NumPy may load on a busy machine, before a student's code runs."""

_AFTER_A_TIMEOUT = (
    "Look for a loop that never ends at this place; if it is only slow, allow more time with "
    "--timeout SECONDS."
)
_AFTER_A_CRASH = "Look at this place for os._exit, exit() or a call that ends the interpreter."


def _start(arguments: list[str]) -> subprocess.Popen[str]:
    """Start the worker so that it finds minnet and opens no windows."""
    home = str(Path(__file__).resolve().parents[3])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "minnet.gradient_check.command_line.worker_process", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "MPLBACKEND": "Agg"},
        encoding="utf-8",
    )
