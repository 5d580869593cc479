"""One file in processes of its own: a class that hangs or crashes leaves the others."""

from __future__ import annotations

import linecache
import os
from pathlib import Path
from typing import Any

from minnet.gradient_check.command_line.hang_location import SLOW, CodeLocation, read_location
from minnet.gradient_check.command_line.verdict import confirmed
from minnet.gradient_check.report import Mistake, Report
from minnet.gradient_check.separate_process.messages import error_in
from minnet.gradient_check.separate_process.student_process import Stopped, StudentProcess

_AFTER_A_TIMEOUT = (
    "Look for a loop that never ends at this place; if it is only slow, allow more time with "
    "--timeout SECONDS."
)
_AFTER_A_CRASH = "Look at this place for os._exit, exit() or a call that ends the interpreter."


class CheckedFile:
    """The reports on the classes of one file.

    Args:
        timeout: for one class, in seconds. only: the classes to check, None for all.
        hints: how much will be shown; a fix is searched for only with "full".
        every_line: let the process note each line before it runs, to see where it ends.
    """

    path: Path
    timeout: float
    seed: int
    only: list[str] | None
    hints: str
    every_line: bool

    def __init__(
        self,
        path: Path,
        timeout: float,
        seed: int,
        only: list[str] | None,
        hints: str = "full",
        every_line: bool = False,
    ) -> None:
        self.path, self.timeout, self.seed = path.resolve(), timeout, seed
        self.only, self.hints, self.every_line = only, hints, every_line
        self.reports: dict[str, Report] = {}
        self.current = ""  # the class that is examined; empty while the file is loaded
        self.location: CodeLocation | None = None
        self.slow = False  # do its calls still return?

    def run(self) -> list[Report]:
        """All reports; after a class that ends its process, the others in a new one."""
        while True:
            self.current = ""
            ending = self.one_process()
            if ending is None:
                return list(self.reports.values())
            name = self.current or self.path.name
            self.reports[name] = self._report_stopped(name, ending)
            if not self.current:
                return list(self.reports.values())

    def one_process(self) -> str | None:
        """Examine what has no report yet; how the process was stopped, None if it was not."""
        readable = (str(self.path), f"{self.path.parent}{os.sep}")
        try:
            with StudentProcess(self.timeout, None, readable, "check") as process:
                try:
                    self._examine(process)
                except Stopped:
                    process.end()
                    self.location = read_location(process.folder / "location", self.path)
                    self.slow = (process.folder / SLOW).is_file()
                    raise
        except Stopped as stopped:
            return stopped.status
        return None

    def _examine(self, process: StudentProcess) -> None:
        path, lines = str(self.path), self.every_line
        found = process.ask("load", path=path, timeout=self.timeout, every_line=lines)
        names = found.get("classes") if isinstance(found, dict) else None
        if not isinstance(names, list):
            note = f"The file cannot be imported: {error_in(found)}."
            self.reports[self.path.name] = Report(self.path.name, note=note)
            return
        for name in map(str, names):
            if name not in self.reports and (self.only is None or name in self.only):
                self.current = name
                process.restart_clock()
                data = process.ask("examine", name=name, seed=self.seed, hints=self.hints)
                process.restart_clock()
                self.reports[name] = confirmed(_report_of(name, data), process.ask)

    def _report_stopped(self, name: str, ending: str) -> Report:
        """The report on a class that hangs, or that ends the interpreter."""
        if ending == "crashed" and not self.every_line:
            again = CheckedFile(self.path, self.timeout, self.seed, [self.current], every_line=True)
            again.one_process()
            self.location = again.location
        seconds = f"{self.timeout:g} seconds"
        if ending == "timeout" and self.slow and self.current:
            return Report(
                name,
                note=f"It is slow: in {seconds} the check was not done. "
                "Allow more: --timeout SECONDS.",
            )
        reason, advice = f"it did not return within {seconds}", _AFTER_A_TIMEOUT
        if ending == "crashed":
            reason, advice = "the process ended (exit or crash)", _AFTER_A_CRASH
        at, place, where = self.location, "", "forward"
        if at:
            place, where = f"{Path(at.file).name}, line {at.line}", at.method
            line = linecache.getline(at.file, at.line).strip()
            reason += f" (at {place}{f': {line}' if line else ''})"
        if not self.current:
            return Report(name, note=f"The file cannot be imported: {reason}.")
        message = f"{name}.{where}: {reason}."
        mistake = Mistake("raises", where, message, "stopped from outside.", place, advice)
        return Report(name, mistakes=[mistake])


def _report_of(name: str, data: Any) -> Report:
    """The report that a process sent; a note where it is none."""
    try:
        report = Report.from_dict(data)
        report.name = name
        str(report)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Report(name, note=f"The check gave no report: {error_in(data) or 'no data'}.")
    return report
