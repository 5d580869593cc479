"""Tracks the best value of a metric and the epochs since it improved."""

from __future__ import annotations

import math
from typing import Any

from minnet.metrics import METRICS, better
from minnet.training.history import Row
from minnet.utils import checks

MODES = ("min", "max")


class BestEpoch:
    """The best value of a column of the History, and the epochs since.

    Args:
        place: the callback, for messages. monitor: the column.
        patience: epochs in a row without improvement after which it is `exhausted`.
        minimum_change: only changes larger than this count as improvements.
        mode: "min" or "max"; None: known for `loss` and the metrics of `mn.metrics`.

    Attributes:
        best: None before the first number that is not NaN. waited: epochs since.
    """

    def __init__(
        self, place: str, monitor: str, patience: int, minimum_change: float, mode: str | None
    ) -> None:
        if not isinstance(monitor, str):
            raise TypeError(
                f"{place}: monitor: expected the name of a column of the History, for example "
                f'"val_loss", got {checks.describe(monitor)}.'
            )
        self.place, self.monitor = place, monitor
        self.patience: int = checks.whole_number(place, "patience", patience)
        self.minimum_change: float = checks.number(
            place, "minimum_change", minimum_change, minimum=0
        )
        self.mode: str = self._mode(mode)
        self.reset()

    def _mode(self, mode: str | None) -> str:
        """The direction, by the name of the column if it is not given."""
        known = better(self.monitor) if mode is None else mode
        if not isinstance(known, str) or known not in MODES:
            raise ValueError(
                f'{self.place}: mode: expected "min" (less is better) or "max", got '
                f"{checks.describe(mode)}. It can be left out for loss and {', '.join(METRICS)}, "
                f"with or without val_ in front."
            )
        return known

    def reset(self) -> None:
        """Forget all earlier epochs."""
        self.best: float | None = None
        self.waited = 0

    def state(self) -> dict[str, Any]:
        """What a checkpoint saves."""
        return {"monitor": self.monitor, "best": self.best, "waited": self.waited}

    def takes(self, state: dict[str, Any]) -> bool:
        """True if this is the state of the same column."""
        return bool(state.get("monitor", self.monitor) == self.monitor)

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.best, self.waited = state["best"], state["waited"]

    def improves(self, row: Row) -> bool:
        """True if this epoch is the best so far; NaN never is."""
        value = self._value(row)
        change = value if self.best is None else value - self.best
        change = -change if self.mode == "min" else change
        if math.isnan(value) or (self.best is not None and not change > self.minimum_change):
            self.waited += 1
            return False
        self.best, self.waited = value, 0
        return True

    @property
    def exhausted(self) -> bool:
        """True after `patience` epochs without improvement."""
        return self.waited >= self.patience

    def _value(self, row: Row) -> float:
        if self.monitor not in row:
            hint = ""
            if self.monitor.startswith("val_") and "val_loss" not in row:
                hint = " Columns with val_ come from fit(..., validation_data=(x, y))."
            raise ValueError(
                f"{self.place}: monitor: expected one of {', '.join(row)}, got "
                f"{self.monitor!r}.{hint}"
            )
        return float(row[self.monitor])
