"""The progress bar of tqdm, as this Python can show it."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any


def can_show() -> bool:
    """False in a program without a console (pythonw, a service): there is nothing to write to."""
    return sys.stderr is not None and not getattr(sys.stderr, "closed", False)


def new_bar(total: int, unit: str, description: str | None = None) -> Any:
    """A bar in the notebook if it can draw one (it has ipywidgets), else in plain text.

    It starts no thread: tqdm's own one wakes bars that are seldom updated, and cannot be started
    everywhere (in a browser, for example).
    """
    notebook = "ipykernel" in sys.modules and importlib.util.find_spec("ipywidgets") is not None
    # Imported here: it takes 50 ms.
    if notebook:
        from tqdm.notebook import tqdm
    else:
        from tqdm.std import tqdm  # type: ignore[assignment]

    class Bar(tqdm):  # type: ignore[type-arg]
        """A bar of tqdm without its thread."""

        monitor_interval = 0

    return Bar(total=total, desc=description, unit=unit, dynamic_ncols=True)
