"""The grader's side.

Starts the process of a student, asks it, and ends it with all it has started.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from minnet.gradient_check.separate_process.messages import (
    ProtocolError,
    read_message,
    write_message,
)

_PACKAGE = Path(__file__).resolve().parents[2]
_SCRIPT = Path(__file__).with_name("main.py")
_STARTUP_SECONDS = 60.0
"""Seconds in which Python and NumPy may load on a busy machine, before a student's code runs."""
_FLAGS = ["-I", "-X", "utf8"] + (["-B"] if sys.dont_write_bytecode else [])
ANSWER_LIMIT = 64 << 20
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "NUMBER_OF_PROCESSORS")


class Stopped(Exception):  # noqa: N818 - how a process ended
    """The process gave no answer. Args: "timeout", or "crashed"."""

    @property
    def status(self) -> str:
        """timeout or crashed."""
        return str(self.args[0])


class StudentProcess:
    """One process for one submission; a context manager.

    Args:
        seconds: the deadline for all answers together, from the moment at which it is ready.
        memory: in MiB; None: as much as there is, and CPU time without a limit of its own.
        readable: paths that it may read besides Python and minnet.
        answers: which questions it answers, "coursework" or "check".
    """

    folder: Path
    seconds: float

    def __init__(
        self,
        seconds: float,
        memory: int | None = 4096,
        readable: tuple[str, ...] = (),
        answers: str = "coursework",
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.folder, self.seconds = Path(self._folder.name).resolve(), seconds
        folder = str(self.folder)
        options = {
            "package": str(_PACKAGE),
            "path": [str(Path(np.__file__).resolve().parents[1])],
            "folder": folder,
            "readable": list(readable),
            "seconds": seconds,
            "memory": memory,
            "answers": answers,
        }
        self._process = subprocess.Popen(
            [sys.executable, *_FLAGS, str(_SCRIPT), json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            start_new_session=os.name != "nt",
        )
        self._answers: queue.Queue[Any] = queue.Queue(maxsize=1)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._number, self._deadline = 0, time.monotonic() + _STARTUP_SECONDS
        try:
            self.ask("ready")
        except Stopped:
            self.close()
            raise
        self.restart_clock()

    def restart_clock(self) -> None:
        """A new deadline, for what comes now."""
        self._deadline = time.monotonic() + self.seconds

    def ask(self, question: str, **arguments: Any) -> Any:
        """One question; its answer.

        Raises:
            Stopped: there was none before the deadline, or the process has ended.
        """
        self._number += 1
        threading.Thread(
            target=self._send, args=([self._number, question, arguments],), daemon=True
        ).start()
        try:
            answer = self._answers.get(timeout=max(self._deadline - time.monotonic(), 0.001))
        except queue.Empty:
            raise Stopped("timeout") from None
        if not isinstance(answer, list) or len(answer) != 2 or answer[0] != self._number:
            raise Stopped(self._ending())
        return answer[1]

    def _ending(self) -> str:
        """The kernel ends a process whose CPU time is over: that is a timeout, too."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process.wait(timeout=0.5) == -getattr(signal, "SIGXCPU", 0):
                return "timeout"
        return "crashed"

    def _send(self, message: Any) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            write_message(self._process.stdin, message)  # type: ignore[arg-type]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while True:
            try:
                answer = read_message(self._process.stdout, ANSWER_LIMIT)  # type: ignore[arg-type]
            except (EOFError, OSError, ValueError, ProtocolError):
                self._answers.put(None)
                return
            self._answers.put(answer)

    def end(self) -> None:
        """End the process with its whole group."""
        if os.name == "nt":
            program = ["taskkill", "/F", "/T", "/PID", str(self._process.pid)]
            subprocess.run(program, capture_output=True, check=False)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process, and remove its folder."""
        self.end()
        with contextlib.suppress(queue.Empty):
            while self._answers.get(timeout=1) is not None:
                pass
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._folder.cleanup()

    def __enter__(self) -> StudentProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _environment(folder: str) -> dict[str, str]:
    """A clean environment: none of the grader's variables."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    homes = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), folder)
    return {"PATH": os.defpath, "MPLBACKEND": "Agg", **kept, **threads, **homes}
