"""Limits that the process of a student puts on itself, before it runs any of the student's code.

The operating system limits memory, CPU time, the size of files and the number of processes; an
audit hook refuses plain writes, removals and programs outside the temporary folder. This keeps the
assignment, the other submissions and the package as they are. It is no sandbox against code that
leaves Python (ctypes, a shell): that takes a container or another user. No mark depends on it.
"""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess  # noqa: F401 - what needs it finds it loaded: its own parts are refused
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

_WINDOWS = os.name == "nt"
_FILE_BYTES = 16 << 20
_MORE_PROCESSES = 64

_REFUSED = frozenset(
    """
    subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn os.startfile
    os.kill os.killpg pty.spawn os.chdir os.chown os.link os.symlink os.setxattr os.removexattr
    ctypes.dlopen ctypes.dlsym ctypes.dlsym/handle resource.setrlimit resource.prlimit
    socket.connect socket.bind socket.sendto sqlite3.connect gc.get_objects gc.get_referrers
    gc.get_referents sys._current_frames sys.setprofile sys.addaudithook
    """.split()  # noqa: SIM905
)
_WRITES = frozenset(
    """
    os.remove os.rename os.mkdir os.rmdir os.truncate os.chmod os.utime os.chflags
    """.split()  # noqa: SIM905
)
_READS = frozenset(["os.listdir", "os.scandir"])
_MODULES = frozenset(["_posixsubprocess", "readline", "_dbm", "_gdbm", "_curses"])
"""Modules that start programs or write files without an event for the hook."""

_WITHOUT_EVENT = {
    "posix": ("mknod", "mkfifo", "pidfd_open", "setpriority", "sched_setaffinity", "setpgid"),
    "_signal": ("pidfd_send_signal", "pthread_kill"),
    "_posixsubprocess": ("fork_exec",),
}
"""Functions for which Python has no event; they are taken out of their modules."""

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


def close_gaps() -> None:
    """Take out the functions that the hook would not see, wherever they are known."""
    homes = [(sys.modules.get(home), names) for home, names in _WITHOUT_EVENT.items()]
    taken = {
        id(getattr(home, name)) for home, names in homes for name in names if hasattr(home, name)
    }
    for module in [m for m in sys.modules.values() if isinstance(m, ModuleType)]:
        for name in [n for n, value in vars(module).items() if id(value) in taken]:
            delattr(module, name)


def _plain(path: str) -> bytes:
    return os.path.normcase(path).encode("utf-8", "surrogateescape")


def make_hook(folder: str, readable: list[str]) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook: writes only below `folder`, reads also below `readable` and the system's.

    The checks are on the text of a path: links cannot be made, the working folder is `folder` and
    stays it. All that the hook uses is bound to it here, so that nothing it needs can be replaced.
    """
    own = (_plain(folder + os.sep),)
    roots = (*own, *_SYSTEM, *(_plain(path) for path in readable))
    checks = (_REFUSED, _WRITES, _READS, _MODULES, _WRITING_FLAGS, _DEVICES, own, roots)
    kinds = (str, bytes, int, PermissionError, ImportError, OSError)
    names = (_WINDOWS, isinstance, os.stat, stat.S_ISDIR, *kinds)

    def hook(event: str, arguments: Any, checks: Any = checks, names: Any = names) -> None:
        refused, writes, reads, modules, writing, devices, own, roots = checks
        windows, is_a, status, is_folder, *kinds = names
        text_type, bytes_type, number, error, missing, failed = kinds
        if event == "import" and arguments[0] in modules:
            raise missing(f"{arguments[0]} is refused while a submission is graded")
        if event in refused:
            raise error(f"{event} is refused while a submission is graded")
        is_open, is_write = event == "open", event in writes
        if not is_open and not is_write and event not in reads:
            return
        for path in arguments[: 2 if event == "os.rename" else 1]:
            if path is None or is_a(path, number):
                continue  # a descriptor that is open already, or the working folder
            is_text = is_a(path, text_type)
            text = (
                text_type.encode(path, "utf-8", "surrogateescape") if is_text else bytes_type(path)
            )
            text = text.lower().replace(b"/", b"\\") if windows else text
            if is_open and arguments[2] & writing:
                is_write = True
            elif is_open and arguments[1] is None:  # a folder's descriptor would be a way around
                try:
                    is_write = is_folder(status(text).st_mode)
                except failed:
                    is_write = False
            absolute = text[:1] in (b"/", b"\\") or text[1:2] == b":"
            whole = text if absolute else own[0] + text
            inside = whole.startswith(own if is_write else roots) and b".." not in whole
            if not inside and text not in devices and (is_write or absolute):
                raise error(13, f"{event} is refused outside the temporary folder", path)

    return hook
