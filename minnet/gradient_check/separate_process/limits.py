"""Limits that the process of a student puts on itself, before it runs any of the student's code.

The operating system limits memory, CPU time, the size of files and the number of processes; an audit hook
refuses plain writes, removals and programs outside the temporary folder. This keeps the assignment, the
other submissions and the package as they are. It is no sandbox against code that leaves Python (ctypes,
a shell): that takes a container or another user. No mark depends on it.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_FILE_BYTES = 16 << 20
_MORE_PROCESSES = 64

_REFUSED = frozenset(
    "subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn os.startfile "
    "os.kill os.killpg pty.spawn os.chdir os.chown os.link os.symlink os.setxattr os.removexattr "
    "ctypes.dlopen ctypes.dlsym ctypes.dlsym/handle resource.setrlimit resource.prlimit "
    "socket.connect socket.bind socket.sendto sqlite3.connect gc.get_objects gc.get_referrers "
    "gc.get_referents sys._current_frames".split()
)
_WRITES = frozenset(
    "os.remove os.rename os.mkdir os.rmdir os.truncate os.chmod os.utime os.chflags".split()
)
_READS = frozenset("os.listdir os.scandir".split())
_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DEVICES = (b"/dev/null", b"/dev/urandom", b"/dev/random")
_SYSTEM = (b"/usr/", b"/lib", b"/etc/", b"/opt/", b"/System/", b"/Library/")


def limit_resources(seconds: float, memory: int | None) -> None:
    """Limit this process by the means of POSIX; elsewhere only the wall time is limited."""
    if sys.platform == "win32":
        return
    import resource

    limits = {} if memory is None else {"RLIMIT_AS": memory << 20, "RLIMIT_CPU": int(seconds) + 2}
    limits |= {
        "RLIMIT_FSIZE": _FILE_BYTES,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 256,
    }
    with contextlib.suppress(OSError, ValueError, IndexError):  # all tasks of the machine, so far
        tasks = Path("/proc/loadavg").read_text("ascii").split()[3].split("/")[1]
        limits["RLIMIT_NPROC"] = int(tasks) + _MORE_PROCESSES
    for name, value in limits.items():
        with contextlib.suppress(OSError, ValueError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _plain(path: str) -> bytes:
    return os.path.normcase(path).encode("utf-8", "surrogateescape")


def make_hook(folder: str, readable: list[str]) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook: writes only below `folder`, reads also below `readable` and the system's.

    The checks are on the text of a path: links cannot be made, the working folder is `folder` and
    stays it. All that the hook uses is bound to it here, so that nothing it needs can be replaced.
    """
    own = (_plain(folder + os.sep),)
    roots = (*own, *_SYSTEM, *(_plain(path) for path in readable))
    slash, is_windows = os.sep.encode(), os.name == "nt"

    def hook(
        event: str,
        arguments: tuple[Any, ...],
        refused: frozenset[str] = _REFUSED,
        writes: frozenset[str] = _WRITES,
        reads: frozenset[str] = _READS,
        writing: int = _WRITING_FLAGS,
        own: tuple[bytes, ...] = own,
        roots: tuple[bytes, ...] = roots,
        devices: tuple[bytes, ...] = _DEVICES,
        isinstance: Any = isinstance,  # noqa: A002 - the names are those of the builtins
        types: Any = (str, bytes, int),
        error: Any = PermissionError,
        folder_of: Any = (os.stat, stat.S_ISDIR),
        failed: Any = OSError,
        length: Any = len,
        windows: Any = (is_windows, slash),
    ) -> None:
        if event in refused:
            raise error(f"{event} is refused while a submission is graded")
        is_write = event in writes
        if not is_write and event not in reads and event != "open":
            return
        paths = arguments[: 2 if event == "os.rename" else 1]
        if event == "open" and arguments[2] & writing:
            is_write = True
        for path in paths:
            if path is None or isinstance(path, types[2]):
                continue  # a descriptor that is open already, or the working folder
            text = (
                types[0].encode(path, "utf-8", "surrogateescape")
                if isinstance(path, types[0])
                else types[1](path)
            )
            if windows[0]:
                text = text.lower().replace(b"/", b"\\")
            if text in devices:
                continue
            if event == "open" and arguments[1] is None and not is_write:
                try:  # a descriptor of a folder would be a way around these checks
                    is_write = folder_of[1](folder_of[0](text).st_mode)
                except failed:
                    pass
            absolute = text[:1] == b"/" or text[1:2] == b":" or text[:1] == b"\\"
            whole = text if absolute else own[0] + text
            if b".." in whole.split(windows[1]) or not whole.startswith(own if is_write else roots):
                if is_write or absolute:
                    raise error(13, f"{event} is refused outside the temporary folder", path)

    return hook
