"""Times taken in turns: in each round every contender runs one short block.

What else the machine does then falls on all of them alike, and the ratio of two blocks of the same
round hardly feels it. The median of many such ratios is what is reported.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .contenders import Plain
from .workloads import Workload

ROUNDS = 60

REST = 0.04
"""Seconds before each block: threads of the contender before, which wait for more work in a loop
for up to some 30 ms, have gone to sleep then, and do not hold a core."""


@dataclass
class Times:
    """Seconds of each block, by the contender's name; blocks of one round stand in one column."""

    blocks: dict[str, np.ndarray]

    def ratio(self, name: str, to: str) -> tuple[float, float, float]:
        """The median of the paired ratios, and their quartiles."""
        ratios = self.blocks[name] / self.blocks[to]
        low, middle, high = np.percentile(ratios, [25, 50, 75])
        return float(middle), float(low), float(high)


class Run(NamedTuple):
    """What is timed, and what is done just before the clock starts."""

    warm: Callable[[], Any]
    run: Callable[[], Any]


def taken_in_turns(runs: dict[str, Run], rounds: int = ROUNDS, rest: float = 0.0) -> Times:
    """All in turns, in another order each round.

    What is done before the clock brings a contender's code and data back into the cache, and
    wakes its threads, after the others had the processor.
    """
    names = list(runs)
    blocks = {name: np.empty(rounds) for name in names}
    generator = np.random.default_rng(0)
    for index in range(rounds):
        for position in generator.permutation(len(names)):
            warm, run = runs[names[position]]
            time.sleep(rest)
            warm()
            begin = time.perf_counter()
            run()
            blocks[names[position]][index] = time.perf_counter() - begin
    return Times(blocks)


def time_steps(workload: Workload, kinds: list[type[Plain]], rounds: int = ROUNDS) -> Times:
    """Blocks of training steps of each contender, all on one and the same batch."""
    x, y = workload.data(workload.batch)
    runs = {}
    for kind in kinds:
        if kind.takes(workload):
            contender = kind(workload)
            batch = contender.prepared(x, y)
            few, many = max(1, workload.block // 5), workload.block
            runs[kind.name] = Run(_steps(contender, few, batch), _steps(contender, many, batch))
    return taken_in_turns(runs, rounds, REST)


def _steps(contender: Plain, steps: int, batch: tuple[Any, Any]) -> Callable[[], None]:
    """Several steps in a row: a single one of a small network is too short for the clock."""
    step, (x, y) = contender.step, batch

    def run() -> None:
        for _ in range(steps):
            step(x, y)
        contender.finish()

    return run


def time_fits(workload: Workload, kinds: list[type[Plain]], rounds: int) -> Times:
    """One whole fit of each contender."""
    x, y = workload.data()
    part = workload.data(workload.batch)
    runs = {}
    for kind in kinds:
        if kind.takes(workload) and hasattr(kind, "fit"):
            contender = kind(workload)
            contender.fit(x, y)
            one = _steps(contender, 1, contender.prepared(*part))
            runs[kind.name] = Run(one, functools.partial(contender.fit, x, y))
    return taken_in_turns(runs, rounds, REST)
