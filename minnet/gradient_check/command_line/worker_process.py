"""The process in which a student's file runs: it may print, hang or crash without harm.

One line of JSON for each event goes to the standard output of the process; what the student's
code prints goes to the standard error. The current line goes to a file (see hang_location).
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

from minnet.gradient_check.command_line.hang_location import LocationRecorder, method_of
from minnet.gradient_check.command_line.student_file import (
    classes_in,
    examine,
    load,
    refused_report,
)
from minnet.gradient_check.harness import Harness
from minnet.gradient_check.prepare import explain_error
from minnet.gradient_check.report import Mistake, Report


def main(arguments: list[str]) -> None:
    """Arguments: the file; as JSON seed, classes (or null), classes to skip, recorder options."""
    path = Path(arguments[0])
    seed, wanted, skip, options = map(json.loads, arguments[1:])
    out, sys.stdout = sys.stdout, sys.stderr
    recorder = LocationRecorder(path, **options)
    _tell(out, ready=True)
    recorder.begin()
    try:
        module, refused = load(path)
    except BaseException as error:  # also sys.exit() in the file
        _tell(out, failed=f"{type(error).__name__}: {error}")
        return
    found = classes_in(module)
    bad = {r.name: r for r in refused}
    names = [n for n in found if wanted is None or n in wanted]
    _tell(out, classes=names, known=list(found))
    for name in names:
        if name in skip:
            continue
        _tell(out, start=name)
        recorder.begin()
        _Progress(out, name, options["timeout"]).start()
        known = name in bad
        report = refused_report(bad[name]) if known else _examined(module, found[name], seed)
        _tell(out, report=report.to_dict())
    _tell(out, done=True)


class _Progress(threading.Thread):
    """Tells, shortly before the time is over, that calls still return: slow is not wrong."""

    def __init__(self, out: TextIO, name: str, timeout: float) -> None:
        super().__init__(daemon=True)
        self.out, self.label, self.timeout = out, name, timeout

    def run(self) -> None:
        time.sleep(0.5 * self.timeout)
        before = Harness.calls
        time.sleep(0.4 * self.timeout)
        if Harness.calls > before:
            _tell(self.out, slow=self.label)


def _examined(module: Any, cls: type, seed: int) -> Report:
    try:
        return examine(module, cls, seed)
    except SystemExit as error:
        where = method_of(error)
        text = f"{cls.__name__}.{where}: it raises {explain_error(error)}"
        return Report(cls.__name__, mistakes=[Mistake("raises", where, text, "sys.exit().")])
    except Exception as error:
        return Report(
            cls.__name__, note=f"The check itself failed: {type(error).__name__}: {error}"
        )


def _tell(out: TextIO, **event: Any) -> None:
    out.write(json.dumps(event) + "\n")
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
