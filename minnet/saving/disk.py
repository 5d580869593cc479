"""Bytes on disk: written whole or not at all, read from regular files only."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import stat
import time
import zlib
from pathlib import Path

from minnet.saving.errors import Flaw

_LARGEST = 2**32 + 2**16
_WINDOWS = os.name == "nt"
_TRIES = 50 if _WINDOWS else 1  # there a reader may hold the old file open for a moment
_HOST = f"{zlib.crc32(platform.node().encode()):08x}"
_TEMPORARY = re.compile(rf"\.minnet-{_HOST}-([0-9]+)-[0-9a-f]+\.tmp")


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path`, atomically and durably.

    A temporary file in the same folder is written, brought to the disk, and renamed; then the
    folder is brought to the disk. Whoever reads meanwhile, or after a crash at any moment, finds
    the earlier file or the new one, whole.

    Raises:
        OSError: with the path; the earlier file is untouched, and no temporary file stays.
    """
    temporary = path.parent / f".minnet-{_HOST}-{os.getpid()}-{os.urandom(4).hex()}.tmp"
    try:
        mode = _mode(path)
        try:
            _write_all(temporary, data, mode)
            _replace(temporary, path)
        except BaseException:  # Ctrl-C too
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(path.parent)
    except OSError as error:
        reason = f"save: the file was not written: {error.strerror}"
        raise OSError(error.errno, reason, str(path)) from error
    _remove_what_the_dead_left(path.parent)


def read(path: Path) -> bytes:
    """All of a regular file; links, folders, pipes and devices are refused, not opened.

    Raises:
        Flaw, OSError: what is wrong.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        raise Flaw("there is no such file.") from None
    if stat.S_ISLNK(found.st_mode):
        raise Flaw("it is a symbolic link. Give the path of the file itself.")
    if not stat.S_ISREG(found.st_mode):
        raise Flaw("it is no regular file.")
    flags = os.O_RDONLY
    for name in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_NOINHERIT"):
        flags |= getattr(os, name, 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        opened = os.fstat(file.fileno())
        if not stat.S_ISREG(opened.st_mode):  # exchanged since the first look
            raise Flaw("it is no regular file.")
        if opened.st_size > _LARGEST:
            raise Flaw(f"it is too large, {opened.st_size} bytes.")
        return file.read(opened.st_size)


def _mode(path: Path) -> int | None:
    """The permissions of the file that is replaced; refuses what must not be replaced."""
    try:
        found = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found):
        raise OSError(errno.EINVAL, "expected the path of a regular file or of none, got another")
    return stat.S_IMODE(found)


def _write_all(temporary: Path, data: bytes, mode: int | None) -> None:
    """Write a new file and bring it to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    for name in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NOINHERIT"):
        flags |= getattr(os, name, 0)
    with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _replace(temporary: Path, path: Path) -> None:
    """Rename over the earlier file; Windows refuses while somebody reads it, so it tries again."""
    for left in reversed(range(_TRIES)):
        try:
            os.replace(temporary, path)  # noqa: PTH105 (the name of the promise)
            return
        except PermissionError:
            if not left:
                raise
            time.sleep(0.02)


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk; some systems cannot do this for a folder."""
    if _WINDOWS:
        return
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def _remove_what_the_dead_left(folder: Path) -> None:
    """Temporary files of processes of this machine that were killed while they saved."""
    if _WINDOWS:  # which has no harmless way to ask whether a process lives
        return
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            found = _TEMPORARY.fullmatch(file.name)
            if found and not _lives(int(found[1])):
                file.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    """True if there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
