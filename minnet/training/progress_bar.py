"""The progress bar of a training: its steps, and the numbers of the epoch."""

from __future__ import annotations

import sys
import time
from typing import Any

from minnet.training.history import Row
from minnet.utils.progress_bar import can_show, new_bar

_HIDDEN = ("epoch", "seconds", "learning_rate")
_SECONDS_BETWEEN_UPDATES = 0.1


class ProgressBar:
    """A bar that counts steps and shows the epoch, the loss and the metrics."""

    def __init__(self, shown: bool, epochs: int, steps: int, first_epoch: int = 1) -> None:
        self._bar: Any = None
        self._last_epoch = first_epoch + epochs - 1
        self._row: dict[str, str] = {}
        self._next = 0.0
        self._steps = 0  # not shown by the bar yet
        if shown and can_show():
            self._bar = new_bar(epochs * steps, "step")

    def epoch(self, epoch: int) -> None:
        """A new epoch begins."""
        if self._bar is not None:
            self._bar.set_description(f"epoch {epoch}/{self._last_epoch}", refresh=False)

    def step(self, loss: float) -> None:
        """One more step; the bar is updated a few times a second, with the loss of the step."""
        if self._bar is None:
            return
        self._steps += 1
        now = time.perf_counter()
        if now >= self._next:
            self._next = now + _SECONDS_BETWEEN_UPDATES
            self._bar.set_postfix({**self._row, "loss": f"{loss:.4f}"}, refresh=False)
            self._bar.update(self._steps)
            self._steps = 0

    def end_of_epoch(self, row: Row) -> None:
        """Show the numbers of the whole epoch."""
        if self._bar is not None:
            self._row = {k: f"{v:.4f}" for k, v in row.items() if k not in _HIDDEN}
            self._bar.set_postfix(self._row, refresh=False)  # epochs may be short

    def say(self, text: str) -> None:
        """A line of its own, above the bar."""
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.update(self._steps)
            self._bar.refresh()
            self._bar.close()
