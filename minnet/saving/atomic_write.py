"""Writes a file completely or not at all; reads regular files only."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import stat
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from minnet.saving.errors import InvalidFile

T = TypeVar("T")

_LARGEST = 2**32 + 2**16
_SAFE = sum(getattr(os, f"O_{n}", 0) for n in ("BINARY", "CLOEXEC", "NOFOLLOW", "NOINHERIT"))
_WINDOWS = os.name == "nt"
_TRIES = 50 if _WINDOWS else 1  # there an open file is locked for others for a moment
_ABANDONED = 3600.0  # seconds after which a temporary file on Windows counts as abandoned
_EFFECTIVE = os.access in os.supports_effective_ids
_FORGOTTEN = 86400.0  # the same for one of another machine or container


def _host() -> str:
    """Eight digits for this start of this machine or container, which has its process numbers."""
    parts = [platform.node()]
    with contextlib.suppress(OSError, AttributeError):  # Linux has it
        parts.append(os.readlink("/proc/self/ns/pid"))  # noqa: PTH115 (no Path at import)
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123
            parts.append(file.read())
    return f"{zlib.crc32(' '.join(parts).encode()):08x}"


_HOST = _host()
_TEMPORARY = re.compile(r"\.minnet-([0-9a-f]{8})-([0-9]+)-[0-9a-f]+\.tmp")


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path`, atomically and durably.

    A temporary file in the same folder is written, flushed to the disk, and renamed; then the
    folder is flushed to the disk. A reader finds the complete earlier file or the complete new
    one, at any moment, also after a crash.

    Raises:
        OSError: with the path; the earlier file is untouched, and no temporary file is left.
            If only the folder could not be flushed to the disk, the new file is there already,
            and the message says so.
    """
    temporary = path.parent / f".minnet-{_HOST}-{os.getpid()}-{os.urandom(4).hex()}.tmp"
    try:
        mode = _mode(path)
        try:
            _write_all(temporary, data, mode)
            _with_retries(lambda: os.replace(temporary, path))  # noqa: PTH105 (the function that is atomic)
        except BaseException:  # also Ctrl-C
            with contextlib.suppress(OSError):
                _with_retries(temporary.unlink)
            raise
    except OSError as error:
        raise _failed("the file was not written", path, error) from error
    try:
        _sync_folder(path.parent)
    except OSError as error:
        what = "the file was written, but a loss of power may still undo that"
        raise _failed(what, path, error) from error
    _remove_stale_temporary_files(path.parent)


def read(path: Path, check: Callable[[BinaryIO, int], None] | None = None) -> bytes:
    """All of a regular file; links, folders, pipes and devices are refused, not opened.

    `check(file, size)` may refuse a file before all of it is in memory.

    Raises:
        InvalidFile, OSError: what is wrong.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        raise InvalidFile("there is no such file.") from None
    if stat.S_ISLNK(found.st_mode):
        raise InvalidFile("it is a symbolic link. Give the path of the file itself.")
    if not stat.S_ISREG(found.st_mode):
        raise InvalidFile("it is not a regular file.")
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _SAFE
    with os.fdopen(_with_retries(lambda: os.open(path, flags)), "rb") as file:
        opened = os.fstat(file.fileno())
        if not stat.S_ISREG(opened.st_mode):  # replaced since lstat
            raise InvalidFile("it is not a regular file.")
        if opened.st_size > _LARGEST:
            raise InvalidFile(f"it is too large, {opened.st_size} bytes.")
        if check is not None:
            check(file, opened.st_size)
            file.seek(0)
        return file.read(opened.st_size)


def _failed(what: str, path: Path, error: OSError) -> OSError:
    """The error that the caller of `write` sees."""
    return OSError(error.errno, f"save: {what}: {error.strerror}", str(path))


def _mode(path: Path) -> int | None:
    """The permissions of the earlier file; an error if it must not be replaced."""
    try:
        found = path.lstat().st_mode
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise OSError(errno.EINVAL, f"expected a path that can be one, got an {error}") from None
    if not stat.S_ISREG(found):
        raise OSError(errno.EINVAL, "expected the path of a regular file or of none, got another")
    if not os.access(path, os.W_OK, effective_ids=_EFFECTIVE):  # a rename does not check this
        raise OSError(errno.EACCES, "it is read-only, and stays as it is")
    return stat.S_IMODE(found)


def _write_all(temporary: Path, data: bytes, mode: int | None) -> None:
    """Write a new file and flush it to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE
    with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _with_retries(act: Callable[[], T]) -> T:
    """Call `act`, again if need be: Windows refuses while another program has the file open."""
    for _ in range(_TRIES - 1):
        try:
            return act()
        except PermissionError:
            time.sleep(0.02)
    return act()


def _sync_folder(folder: Path) -> None:
    """Flush the new name to the disk; some systems cannot do this for a folder."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except PermissionError:  # on Windows always; elsewhere if it may not be listed
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def _remove_stale_temporary_files(folder: Path) -> None:
    """Temporary files of processes that were killed while they were saving."""
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            found = _TEMPORARY.fullmatch(file.name)
            if found and _is_abandoned(file, found[1], int(found[2])):
                file.unlink(missing_ok=True)


def _is_abandoned(temporary: Path, host: str, process: int) -> bool:
    """True if no process can still be writing it."""
    age = time.time() - temporary.stat().st_mtime
    if host != _HOST:  # another machine or container: its processes cannot be asked about from here
        return age > _FORGOTTEN
    if _WINDOWS:  # there is no harmless way to ask whether a process lives
        return age > _ABANDONED
    return not _is_alive(process)


def _is_alive(process: int) -> bool:
    """True if there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
