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
from collections.abc import Iterator
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


_lock = threading.Lock()
_limits: list[Any] = []  # the same one for each fit that is under way


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Several fits in several threads may enter it: the last one restores the number."""
    with _lock:
        _limits.append(_limits[0] if _limits else _controller().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            limit = _limits.pop()
            if not _limits:
                limit.restore_original_limits()


def one_thread_if_small(network: Network, rows: int) -> contextlib.AbstractContextManager[Any]:
    """Inside `with`: one thread, if the products of a batch of so many rows are small.

    Those of convolutions are: they are computed in pieces that fit into the cache.
    """
    weights = [p.size for p in network.parameters().values() if len(p.shape) == 2]
    rows = rows if isinstance(rows, int) else 1  # else it is refused inside
    if rows * max(weights, default=0) > SMALL or _controller() is None:
        return contextlib.nullcontext()
    return _one_thread()
