"""How long `import minnet` takes in addition to `import numpy`."""

from __future__ import annotations

import functools
import os
import statistics
import subprocess
import sys

from .timing import Run, taken_in_turns


def _python(code: str) -> None:
    """In a new interpreter that may keep its bytecode, as an installed package has it."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def measure(rounds: int = 15) -> tuple[float, float]:
    """(ratio, milliseconds more), medians of new interpreters started in turns."""
    codes = {"numpy": "import numpy", "minnet": "import minnet"}
    runs = {
        name: Run(functools.partial(_python, code), functools.partial(_python, code))
        for name, code in codes.items()
    }
    times = taken_in_turns(runs, rounds)
    more = times.blocks["minnet"] - times.blocks["numpy"]
    return times.ratio("minnet", "numpy")[0], 1000 * statistics.median(more)
