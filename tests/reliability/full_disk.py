"""A full disk, no permission, no regular file: the earlier file is unchanged, OSError has the path.

Root may write everywhere: what an ordinary user may not is tried in a child that has become nobody.
Places that this system does not offer (a tmpfs that can be mounted, another user) are left out and
said so.
"""

from __future__ import annotations

import contextlib
import encodings.cp437  # noqa: F401 (zipfile needs it; nobody may not read Python)
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from reliability_helpers import TEMPORARY, Report, fit, mn, size, trainer


def large() -> mn.Trainer:
    made = trainer()
    fit(made, 2)
    return made


class Case:
    """One way to fail, tried with a network and with a checkpoint."""

    def __init__(self, report: Report, made: mn.Trainer) -> None:
        self.report, self.made = report, made
        self.refused, self.tried, self.wrong = 0, 0, []
        self.verbs: list[Callable[[Path], None]] = [
            *(made.network.save, made.network.save_values, made.save_checkpoint),
        ]

    def checkpoint(self, path: Path) -> None:
        """The callback, in one more epoch."""
        fit(self.made, self.made.epochs + 1, mn.Checkpoint(path))

    def __call__(
        self, what: str, path: Path, limit: contextlib.AbstractContextManager[None]
    ) -> None:
        verbs = self.verbs
        if path.parent.is_dir():  # it says so before the training otherwise, by the folder's name
            verbs = [*verbs, self.checkpoint]
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


NOBODY = 65534


def read_only(case: Case, folder: Path) -> None:
    """The cases of an ordinary user, in a folder of their own."""
    path = folder / "earlier.minnet"
    case.made.save_checkpoint(path)
    path.chmod(0o400)
    case("a read-only file", path, Limit(None))
    path.chmod(0o600)
    folder.chmod(0o500)
    case("a file in a read-only folder", path, Limit(None))
    case("a new file in a read-only folder", folder / "new.minnet", Limit(None))
    folder.chmod(0o700)
    mn.load(path)  # still whole


def become_ordinary() -> None:
    """Give root's rights away for good."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def of_an_ordinary_user(case: Case) -> str:
    """`read_only` in a child without root's rights; what it found is added to the case."""
    if not hasattr(os, "fork"):
        return "not tried: Windows has no such rights"
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() == 0:
            os.chown(name, NOBODY, NOBODY)
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            said: object = "the child came to no end"
            try:
                become_ordinary()
                own = Case(case.report, case.made)
                read_only(own, Path(name))
                said = [own.tried, own.refused, own.wrong]
            except BaseException as error:
                said = repr(error)
            finally:
                os.write(writer, json.dumps([said, os.geteuid()]).encode())
                os._exit(0)
        os.waitpid(process, 0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            said, user = json.load(pipe)
    if isinstance(said, str):
        case.wrong.append(f"an ordinary user: {said}")
        return "FAILED"
    case.tried, case.refused = case.tried + said[0], case.refused + said[1]
    case.wrong += said[2]
    return f"tried as user {user}, {said[1]} of {said[0]} refused"


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
        if os.name == "posix" and os.geteuid() == 0 and Path("/proc/version").exists():
            case("a folder in which not even root may write", Path("/proc/x.minnet"), Limit(None))
        report.line("read-only folder and file", of_an_ordinary_user(case))
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
