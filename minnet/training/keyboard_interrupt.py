"""Ctrl-C during training: the first lets the present step finish, the second ends at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Interruption:
    """Whether Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.requested = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


@contextlib.contextmanager
def interruption() -> Iterator[Interruption]:
    """Inside `with`: Ctrl-C only sets `.requested`; afterwards it is as before.

    Signals reach the main thread only; in any other thread nothing is changed.
    """
    handler = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield handler
        return
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, handler)
    try:
        yield handler
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
