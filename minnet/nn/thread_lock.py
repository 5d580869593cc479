"""Which thread may use a network now.

A layer keeps what its backward needs, so two forwards of one network at one time would mix. The
rule: evaluations (`predict`, `evaluate`, `activations`) of several threads wait for each other;
while one thread trains, every other that wants to train or evaluate is refused.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class Guard:
    """The rule for one network. A copy of the network gets its own.

    >>> guard = Guard()
    >>> with guard.training(), guard.evaluating():  # a Trainer's validation
    ...     pass
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._trains: int | None = None  # the thread

    @contextlib.contextmanager
    def evaluating(self) -> Iterator[None]:
        """Inside `with`: no other thread evaluates or begins to train.

        Raises:
            RuntimeError: another thread trains this network.
        """
        with self._lock:
            self._check()
            yield

    def training(self) -> Training:
        """Inside `with`: other threads are refused.

        Raises:
            RuntimeError: another thread trains this network.
        """
        return Training(self)

    def _check(self) -> None:
        if self._trains is not None and self._trains != threading.get_ident():
            raise RuntimeError(
                "Network: expected to be used by one thread while it is trained, got a call from "
                "another. Wait for the end of fit, or use a copy: copy.deepcopy(network)."
            )

    def __reduce__(self) -> tuple[type[Guard], tuple[()]]:
        """For copies and pickles."""
        return (Guard, ())


class Training:
    """The `with` of `Guard.training`; a class, since every single step enters one."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def __enter__(self) -> None:
        guard = self._guard
        with guard._lock:
            guard._check()
            self._before, guard._trains = guard._trains, threading.get_ident()

    def __exit__(self, *_error: object) -> None:
        self._guard._trains = self._before
