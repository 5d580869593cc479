"""Ctrl-C during training: the first lets the current step finish, the second stops at once."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType


class KeyboardInterruptHandler:
    """A signal handler that remembers whether Ctrl-C was pressed, in `requested`."""

    def __init__(self) -> None:
        self.requested: bool = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """Called by Python when Ctrl-C is pressed."""
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


@contextlib.contextmanager
def handle_keyboard_interrupt() -> Iterator[KeyboardInterruptHandler]:
    """Inside `with`: Ctrl-C only sets `.requested`; afterwards the earlier handler is back.

    Signals reach the main thread only; in any other thread, and in a browser, which has no
    signals, nothing is changed.
    """
    handler = KeyboardInterruptHandler()
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or sys.platform == "emscripten":
        yield handler
        return
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, handler)
    try:
        yield handler
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
