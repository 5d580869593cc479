"""No room, no right, no regular file: the earlier file stays whole, and OSError names the path.

Places that this system does not offer (a tmpfs that can be mounted, a user who is not root) are
left out and said so.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from rig import TEMPORARY, Report, fit, mn, size, trainer


def large() -> mn.Trainer:
    made = trainer()
    fit(made, 2)
    return made


class Case:
    """One way to fail, tried with a network and with a checkpoint."""

    def __init__(self, report: Report, made: mn.Trainer) -> None:
        self.report, self.made = report, made
        self.refused, self.tried, self.wrong = 0, 0, []

    def __call__(
        self, what: str, path: Path, limit: contextlib.AbstractContextManager[None]
    ) -> None:
        verbs: list[Callable[[Path], None]] = [
            *(self.made.network.save, self.made.network.save_values, self.made.save_checkpoint),
        ]
        for verb in verbs:
            before = path.read_bytes() if path.is_file() else None
            self.tried += 1
            try:
                with limit:
                    verb(path)
            except OSError as error:
                self.refused += 1
                if str(path) not in str(error):
                    self.wrong.append(f"{what}: no path in {error}")
            except BaseException as error:
                self.wrong.append(f"{what}: {error!r}")
            else:
                self.wrong.append(f"{what}: {verb.__name__} wrote the file")
            if (path.read_bytes() if path.is_file() else None) != before:
                self.wrong.append(f"{what}: the earlier file has changed")
            if path.parent.is_dir() and list(path.parent.glob(TEMPORARY)):
                self.wrong.append(f"{what}: a temporary file stays")


@contextlib.contextmanager
def at_most(length: int) -> Iterator[None]:
    """No file may become longer than this (RLIMIT_FSIZE)."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Limit:
    """The same, to be entered several times."""

    def __init__(self, length: int | None) -> None:
        self.length = length

    def __enter__(self) -> None:
        self.inside = contextlib.nullcontext() if self.length is None else at_most(self.length)
        self.inside.__enter__()

    def __exit__(self, *error: object) -> None:
        self.inside.__exit__(*error)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A tmpfs of 16 KiB, where this process may mount one."""
    place = folder / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        done = False
    try:
        yield place if done else None
    finally:
        if done:
            subprocess.run(["umount", str(place)], check=False)


def main() -> None:
    size(__doc__)
    report = Report("full disk")
    case = Case(report, large())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "earlier.minnet"
        mn.Network([mn.Linear(2, 2)], seed=0).save(path)
        if sys.platform != "win32":
            case.made.network.save_values(folder / "size")
            longest = (folder / "size").stat().st_size
            for length in np.linspace(0, longest - 1, 20).astype(int):
                case(f"at most {length} bytes", path, Limit(int(length)))
            report.line("sizes of RLIMIT_FSIZE", 20)
        with small_disk(folder) as place:
            report.line("tmpfs of 16 KiB", "tried" if place else "cannot be mounted here")
            if place:
                mn.Network([mn.Linear(2, 2)], seed=0).save(place / "earlier")
                with contextlib.suppress(OSError), (place / "filler").open("wb", 0) as file:
                    while True:
                        file.write(bytes(512))
                case("small tmpfs", place / "earlier", Limit(None))
        if os.name == "posix" and os.geteuid() != 0:
            folder.chmod(0o500)
            case("read-only folder", path, Limit(None))
            folder.chmod(0o700)
            report.line("read-only folder", "tried")
        elif Path("/proc/version").exists():
            case("a folder in which nobody may write", Path("/proc/x.minnet"), Limit(None))
            report.line("read-only folder", "/proc, because root may write everywhere else")
        if Path("/dev/full").exists():
            case("/dev/full", Path("/dev/full"), Limit(None))
            report.must("/dev/full is still a device", not Path("/dev/full").is_file())
        case("a folder", folder, Limit(None))
        case("a folder that is missing", folder / "missing" / "x.minnet", Limit(None))
        (folder / "link").symlink_to(path)
        case("a link", folder / "link", Limit(None))
        mn.load(path)  # still whole
    report.must(
        "OSError with the path, earlier file intact",
        not case.wrong,
        f"{case.refused} of {case.tried}",
    )
    for wrong in case.wrong:
        report.line("  wrong", wrong)
    report.end()


if __name__ == "__main__":
    main()
