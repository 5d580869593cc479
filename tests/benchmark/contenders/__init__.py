"""The contenders, one a file. Each says what it is called, what it needs, and how it trains.

A contender is made from a Workload and has `step(x, y)`, one training step on one batch that gives
its loss, `finish()`, which waits for what is still being computed, and `fit(x, y)`, one whole
training as one would write it there, or None. `takes(workload)` says what it can do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..workloads import Workload


class Plain:
    """What all contenders have; those that can also train for a while have `fit(x, y)`."""

    name = ""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload

    @staticmethod
    def takes(workload: Workload) -> bool:
        """True if it can train this network."""
        return True

    def prepared(self, x: np.ndarray, y: np.ndarray) -> tuple[Any, Any]:
        """A batch in the form in which it is held before the clock starts."""
        return x, y

    def step(self, x: Any, y: Any) -> Any:
        """One training step on a prepared batch; its loss."""
        raise NotImplementedError

    def finish(self) -> None:
        """Nothing is left running."""

    def batches(self, rows: int, generator: np.random.Generator) -> list[np.ndarray]:
        """The rows of each batch of a shuffled epoch."""
        order, batch = generator.permutation(rows), self.workload.batch
        return [order[start : start + batch] for start in range(0, rows, batch)]


def installed() -> tuple[list[type[Plain]], list[str]]:
    """The contenders that can run here, and a line about each that cannot."""
    from . import bare_products, hand_written, jax_jit, of_minnet, pytorch, scikit_learn

    found: list[type[Plain]] = [of_minnet.Minnet, hand_written.HandWritten, bare_products.Products]
    missing = []
    for module, package in ((pytorch, "torch"), (jax_jit, "jax"), (scikit_learn, "sklearn")):
        try:
            found += module.contenders()
        except ImportError:
            missing.append(f"{package} is not installed: left out")
    return found, missing
