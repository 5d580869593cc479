"""A kill before and after every single operation of a save, and in the middle of its write.

`disk.write` is run in a child whose `os` counts what is asked of it and dies by SIGKILL at the
chosen place. Afterwards the path must hold the earlier or the new file, whole, the next save must
work, and nothing temporary may stay behind it. Needs a system with fork.
"""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from typing import Any

from reliability_helpers import TEMPORARY, Report, size, trainer

from minnet.saving import atomic_write as disk

COUNTED = ("open", "fdopen", "fchmod", "fsync", "replace", "close")


class Fatal:
    """The module `os`, until the operation at which the process dies."""

    def __init__(self, deadly: int, log: Path) -> None:
        self.deadly, self.log, self.count = deadly, log, 0

    def moment(self, name: str) -> None:
        """One more place to die."""
        with self.log.open("a", encoding="utf-8") as file:
            file.write(name + "\n")
        if self.count == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1

    def __getattr__(self, name: str) -> Any:
        function = getattr(os, name)
        if name not in COUNTED:
            return function

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.moment(f"before {name}")
            result = function(*args, **kwargs)
            self.moment(f"after {name}")
            return Torn(result, self) if name == "fdopen" else result

        return counted


class Torn:
    """A file that is written in two halves."""

    def __init__(self, file: Any, fatal: Fatal) -> None:
        self.file, self.fatal = file, fatal

    def write(self, data: bytes) -> None:
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        self.fatal.moment("in the middle of write")
        self.file.write(data[len(data) // 2 :])

    def flush(self) -> None:
        self.fatal.moment("before flush")
        self.file.flush()

    def fileno(self) -> int:
        return int(self.file.fileno())

    def __enter__(self) -> Torn:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.__exit__(*error)


def attempt(path: Path, deadly: int, log: Path) -> None:
    """Save a checkpoint in a child that dies at the given moment."""
    process = os.fork()
    if process == 0:
        made = trainer(seed=9)
        disk.os = Fatal(deadly, log)  # type: ignore[assignment]
        try:
            made.save_checkpoint(path)
        finally:
            os._exit(0)
    os.waitpid(process, 0)


def main() -> None:
    size(__doc__)
    report = Report("a kill at every operation of a save")
    if not hasattr(os, "fork"):
        report.line("kills", "this system has no fork")
        report.end()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log, wrong, kept, renewed = folder / "log", [], 0, 0
        path = folder / "run.minnet"
        trainer(seed=9).save_checkpoint(path)
        new = path.read_bytes()
        attempt(path, -1, log)
        moments = log.read_text(encoding="utf-8").splitlines()
        for deadly, moment in enumerate(moments):
            earlier = trainer(seed=8)
            earlier.save_checkpoint(path)
            old = path.read_bytes()
            attempt(path, deadly, log)
            found = path.read_bytes()
            kept, renewed = kept + (found == old), renewed + (found == new)
            if found not in (old, new):
                wrong.append(f"{moment}: neither the earlier nor the new file")
            trainer(seed=7).load_checkpoint(path)
            earlier.save_checkpoint(path)
            if list(folder.glob(TEMPORARY)):
                wrong.append(f"{moment}: a temporary file stays after the next save")
    report.line("moments", len(moments))
    report.line("the earlier file kept, the new one complete", (kept, renewed))
    report.must("whole files, and nothing left by the next save", not wrong, wrong or 0)
    report.end()


if __name__ == "__main__":
    main()
