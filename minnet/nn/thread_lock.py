"""Which thread may use a network now.

A layer keeps what its backward needs, so two forwards of one network at one time would mix. The
rule: evaluations (`predict`, `evaluate`, `activations`) in several threads wait for each other;
while one thread trains, every other thread is refused, also by `forward`.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class ThreadLock:
    """The rule for one network. A copy of the network gets a lock of its own.

    >>> lock = ThreadLock()
    >>> with lock.training(), lock.evaluating():  # a Trainer's validation
    ...     pass
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._training_thread: int | None = None

    @contextlib.contextmanager
    def evaluating(self) -> Iterator[None]:
        """Inside `with`: no other thread evaluates or begins to train.

        Raises:
            RuntimeError: another thread trains this network.
        """
        with self._lock:
            self.check()
            yield

    def training(self) -> _Training:
        """Inside `with`: other threads are refused.

        Raises:
            RuntimeError: another thread trains this network.
        """
        return _Training(self)

    def check(self) -> None:
        """Refuse a call from another thread than the one that trains; asked by each forward.

        Raises:
            RuntimeError: another thread trains this network.
        """
        if self._training_thread not in (None, threading.get_ident()):
            raise RuntimeError(
                "Network: expected to be used by one thread while it is trained, got a call from "
                "another. Wait for the end of fit, or use a copy: copy.deepcopy(network)."
            )

    def __reduce__(self) -> tuple[type[ThreadLock], tuple[()]]:
        """For copies and pickles."""
        return (ThreadLock, ())


class _Training:
    """The `with` of `ThreadLock.training`; a class is faster, and every step enters one."""

    def __init__(self, lock: ThreadLock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        lock = self._lock
        with lock._lock:
            lock.check()
            self._before, lock._training_thread = lock._training_thread, threading.get_ident()

    def __exit__(self, *_error: object) -> None:
        self._lock._training_thread = self._before
