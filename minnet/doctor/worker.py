"""The process in which a student's file runs: it may print, hang or crash without harm.

One line of JSON for each event goes to the standard output of the process; what the student's
code prints goes to the standard error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

from minnet.doctor.files import classes_in, examine, load, refused_report
from minnet.doctor.report import Report


def main(arguments: list[str]) -> None:
    """Arguments: the file, the seed, and as JSON the classes wanted (or null) and to be skipped."""
    path, seed, wanted, skip = (
        Path(arguments[0]),
        int(arguments[1]),
        *map(json.loads, arguments[2:]),
    )
    out, sys.stdout = sys.stdout, sys.stderr
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
        known = name in bad
        report = refused_report(bad[name]) if known else _examined(module, found[name], seed)
        _tell(out, report=report.to_dict())
    _tell(out, done=True)


def _examined(module: Any, cls: type, seed: int) -> Report:
    try:
        return examine(module, cls, seed)
    except (Exception, SystemExit) as error:
        return Report(cls.__name__, note=f"The examination broke: {type(error).__name__}: {error}")


def _tell(out: TextIO, **event: Any) -> None:
    out.write(json.dumps(event) + "\n")
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
