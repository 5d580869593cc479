"""Where a training stands: what a fit was given, and how far it has come.

A Trainer, a network and an optimizer know what they have learned. What else is needed to go on
exactly where a training was cut off is here: the data (as digests, so that other data are
refused), the callbacks with their memory, and the place within the epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minnet.data.feed import Feed
from minnet.training.callbacks import Callback
from minnet.utils.types import Array

_ROWS = 4096  # hashed at a time, so that data of another layout need no copy of their own


@dataclass
class Position:
    """How far an epoch has come: batches and samples done, and what has been summed up.

    `order` is where the stream that shuffles stood before the epoch.
    """

    order: dict[str, Any]
    batch: int = 0
    seen: int = 0
    total: float = 0.0
    counted: float = 0.0
    predictions: Array | None = None


@dataclass
class Standing:
    """What a checkpoint keeps of a fit: all that is not in network, optimizer and history."""

    data: dict[str, Any] | None = None
    memories: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    position: Position | None = None

    def check(self, session: Session) -> None:
        """Refuse other data than the checkpoint's, and the lack of a callback that remembers.

        Raises:
            ValueError: naming what is different.
        """
        for name, before in (self.data or {}).items():
            now = session.data[name]
            if now != before:
                was, given = ("others", "these") if isinstance(before, str) else (before, now)
                raise ValueError(
                    f"fit: {name}: expected the same as before the checkpoint, to end where the "
                    f"training would have ended without a break, got {given}, there {was}. "
                    f"For other data start a new Trainer and network.load_values(path)."
                )
        self.match(session.callbacks)

    def match(self, callbacks: Sequence[Callback]) -> list[tuple[Callback, dict[str, Any]]]:
        """Each callback of this fit with its memory of the earlier one."""
        left, pairs = list(callbacks), []
        for name, memory in self.memories:
            callback = next((c for c in left if type(c).__name__ == name and c.takes(memory)), None)
            if callback is None:
                of = f" of {memory['monitor']!r}" if "monitor" in memory else ""
                raise ValueError(
                    f"fit: callbacks: expected a {name}{of}, whose memory is in the checkpoint, "
                    f"got {[type(c).__name__ for c in callbacks]}. Give the callbacks of before."
                )
            left.remove(callback)
            pairs.append((callback, memory))
        return pairs


class Session:
    """One call of `fit`: its data, its callbacks, its place.

    Attributes:
        position: within the epoch; None between two epochs.
    """

    def __init__(
        self,
        feed: Feed,
        validation: tuple[Array, Array] | None,
        callbacks: Sequence[Callback],
        shuffle: bool,
    ) -> None:
        self.callbacks = list(callbacks)
        self._arrays: list[tuple[str, Array | None]] = [
            ("x", feed.x),
            ("y", feed.y),
            ("sample_weight", feed.weight),
            ("validation x", None if validation is None else validation[0]),
            ("validation y", None if validation is None else validation[1]),
        ]
        self._settings = {"batch_size": feed.batch_size, "shuffle": shuffle}
        self._data: dict[str, Any] | None = None
        self.position: Position | None = None

    @property
    def data(self) -> dict[str, Any]:
        """A digest of each array, and the settings; computed when first asked for."""
        if self._data is None:
            self._data = {name: digest(array) for name, array in self._arrays} | self._settings
        return self._data

    def standing(self) -> Standing:
        """What a checkpoint keeps."""
        memories = [(type(c).__name__, c.state()) for c in self.callbacks]
        return Standing(self.data, [(n, m) for n, m in memories if m], self.position)


def digest(array: Array | None) -> str | None:
    """SHA-256 over type, shape and numbers.

    >>> digest(np.zeros(3)) == digest(np.zeros(3)), digest(np.zeros(3)) == digest(np.zeros((3, 1)))
    (True, False)
    """
    import hashlib  # here: it loads OpenSSL, which `import minnet` alone does not need

    if array is None:
        return None
    result = hashlib.sha256(f"{array.dtype.newbyteorder('<').str} {array.shape} ".encode())
    for start in range(0, len(array), _ROWS):
        result.update(np.ascontiguousarray(array[start : start + _ROWS]).data.cast("B"))
    return result.hexdigest()
