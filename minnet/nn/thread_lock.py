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
    >>> with lock, lock.evaluating():  # a Trainer's validation
    ...     pass

    Inside `with lock` this thread trains, and the others are refused.

    Raises:
        RuntimeError: another thread trains this network.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._fits = 0  # of the thread that holds the lock: a callback may call step in a fit

    def __enter__(self) -> None:
        self._acquire()
        self._fits += 1

    def __exit__(self, *_error: object) -> None:
        self._fits -= 1
        self._lock.release()

    @contextlib.contextmanager
    def evaluating(self) -> Iterator[None]:
        """Inside `with`, for each forward too: no other thread evaluates or begins to train.

        Raises:
            RuntimeError: another thread trains this network.
        """
        self._acquire()
        try:
            yield
        finally:
            self._lock.release()

    def _acquire(self) -> None:
        """Wait for another thread that evaluates; refuse to wait for one that trains."""
        while not self._lock.acquire(timeout=0.005):
            if self._fits:
                raise RuntimeError(
                    "Network: expected to be used by one thread while it is trained, got a call "
                    "from another. Wait for the end of fit, or use a copy: copy.deepcopy(network)."
                )

    def __reduce__(self) -> tuple[type[ThreadLock], tuple[()]]:
        """For copies and pickles."""
        return (ThreadLock, ())
