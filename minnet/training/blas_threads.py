"""One thread for small matrix products: a second one gains nothing, and may wait for a busy core.

NumPy's matrix library (BLAS) splits a product among threads that wait for each other in a loop. If
another process uses one of the cores, a product that takes microseconds waits for milliseconds. A
fit therefore uses one thread while its products are small, if threadpoolctl is installed (the
extra `threads`; scikit-learn brings it along), and restores the number of threads afterwards.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from typing import Any

from minnet.nn.network import Network

SMALL = 1 << 25
"""Multiplications in a product: about a millisecond in one thread."""


@functools.cache
def _controller() -> Any:
    """What finds the loaded libraries; None without threadpoolctl."""
    try:
        import threadpoolctl  # type: ignore[import-untyped]
    except ImportError:
        return None
    return threadpoolctl.ThreadpoolController()


class _OneThread:
    """A `with` that several fits in several threads may enter: the last one restores the number."""

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._limit = _controller().limit(limits=1, user_api="blas")

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limit.restore_original_limits()


_one_thread = _OneThread()


def one_thread_if_small(network: Network, rows: int) -> contextlib.AbstractContextManager[Any]:
    """Inside `with`: one thread, if the products of a batch of so many rows are small.

    Those of convolutions are: they are computed in pieces that fit into the cache.
    """
    weights = [p.size for p in network.parameters().values() if len(p.shape) == 2]
    rows = rows if isinstance(rows, int) else 1  # else it is refused inside
    if rows * max(weights, default=0) > SMALL or _controller() is None:
        return contextlib.nullcontext()
    return _one_thread
