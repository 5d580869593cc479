"""What `learning_speed.py` says about its runs: a table, and sentences computed from the numbers.

No result is typed in: each sentence is computed from the measured medians, also the sentences that
say where the difference nearly vanishes and which loss is ahead.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from learning_speed_runs import (
    COMPARISONS,
    GOAL,
    LOSSES,
    RATES,
    STARTS,
    TASKS,
    Curves,
    Rates,
    Results,
    Situation,
    rate_of,
)
from numpy.typing import NDArray

from minnet.plot import steps_to_reach
from minnet.utils.table import Table, table

Array = NDArray[Any]

THRESHOLDS = (0.90, 0.95)
ENDS = {RATES[0], RATES[-1]}
NEARLY_EQUAL = 1.5  # medians within this factor: the difference nearly vanishes


def first_steps(curves: Curves, watched: tuple[int, ...], goal: float = GOAL) -> Array:
    """For each seed the step at which held-out accuracy first reached the goal, or inf."""
    return steps_to_reach(curves.accuracy, goal, watched)


def in_words(steps: float, watched: tuple[int, ...]) -> str:
    """A median in words; it is no number if half of the seeds never reach the goal."""
    return f"{steps:g}" if math.isfinite(steps) else f"> {watched[-1]}"


def comparison_table(results: Results, rates: Rates, watched: tuple[int, ...]) -> Table:
    """Two rows a situation: medians, seeds that never reach the goal, which loss was first."""
    rows: list[list[object]] = []
    for situation, both in results.items():
        goal = {loss: first_steps(curves, watched) for loss, curves in both.items()}
        for loss, other in (LOSSES, LOSSES[::-1]):
            row: list[object] = [*situation, loss, rate_of(situation, loss, rates)]
            for threshold in THRESHOLDS:
                first = first_steps(both[loss], watched, threshold)
                row += [in_words(float(np.median(first)), watched), int(np.isinf(first).sum())]
            ahead = int((goal[loss] < goal[other]).sum())
            rows.append([*row, ahead, f"{both[loss].accuracy[:, -1].mean():.3f}"])
    reach = [name for t in THRESHOLDS for name in (f"to {t:.0%}", "never")]
    headers = ["data", "start", "compared at", "loss", "rate", *reach, "first in", "at the end"]
    return table(headers, rows)


def findings(results: Results, rates: Rates, watched: tuple[int, ...]) -> list[str]:
    """Sentences about the medians to the goal, the gradients, the rates, and the end."""
    medians = {s: medians_of(both, watched) for s, both in results.items()}
    lags = {s: lag(*medians[s]) for s in medians}

    def named(where: Callable[[float], bool]) -> str:
        chosen = [s for s in lags if where(lags[s])]
        return "; ".join(f"{', '.join(s)} ({against(s)})" for s in chosen) or "nowhere"

    def against(s: Situation) -> str:
        return " against ".join(in_words(steps, watched) for steps in medians[s])

    most = max(medians, key=lambda s: lag(*(min(steps, watched[-1]) for steps in medians[s])))
    ahead = sum(ratio > 1 for ratio in lags.values())
    return [
        f"Median steps to {GOAL:.0%}, cross-entropy against squared error: cross-entropy needs "
        f"fewer in {ahead} of {len(lags)} comparisons. Farthest apart: {', '.join(most)} "
        f"({against(most)}).",
        f"The difference nearly vanishes (a factor below {NEARLY_EQUAL:g}): "
        f"{named(lambda ratio: 1 / NEARLY_EQUAL < ratio < NEARLY_EQUAL)}.",
        f"Squared error needs fewer: {named(lambda ratio: ratio < 1)}.",
        f"Half of the runs or more never get there, under either: {named(math.isnan)}.",
        *gradients_in_words(results),
        rates_in_words(rates),
        end_in_words(results, watched[-1]),
    ]


def medians_of(both: dict[str, Curves], watched: tuple[int, ...]) -> tuple[float, float]:
    """Median steps to the goal, of cross-entropy and of squared error; inf: never."""
    first, second = (float(np.median(first_steps(both[loss], watched))) for loss in LOSSES)
    return first, second


def lag(cross_entropy: float, squared_error: float) -> float:
    """How many times the steps of cross-entropy squared error takes; NaN if both never arrive.

    >>> lag(4, 10), lag(4, math.inf), lag(math.inf, 10), lag(math.inf, math.inf)
    (2.5, inf, 0.0, nan)
    """
    return max(1, squared_error) / max(1, cross_entropy)


def gradients_in_words(results: Results) -> list[str]:
    """The reason: how large |dL/dz| is before the first update."""
    sentences = []
    for start in STARTS:
        parts = []
        for task in TASKS:
            both = results[task, start, COMPARISONS[0]]
            large, small = (both[loss].gradient[:, 0].mean() for loss in LOSSES)
            parts.append(f"{large:.2g} against {small:.2g} on {task} ({large / small:.1f} times)")
        sentences.append(f"|dL/dz| at the first update, {start} start: {', '.join(parts)}.")
    return sentences


def rates_in_words(rates: Rates) -> str:
    """A larger rate compensates for a small gradient, as far as one number can."""
    parts, factors = [], []
    for task, start in itertools.product(TASKS, STARTS):
        cross_entropy, squared_error = (rates[task, start, loss] for loss in LOSSES)
        edge = " (an end of the grid)" if {cross_entropy, squared_error} & ENDS else ""
        parts.append(f"{cross_entropy:g} and {squared_error:g} on {task}, {start} start{edge}")
        factors.append(squared_error / cross_entropy)
    return (
        f"Best rates, cross-entropy and squared error: {'; '.join(parts)}. That of squared error "
        f"is {min(factors):.2g} to {max(factors):.2g} times as large."
    )


def end_in_words(results: Results, last: int) -> str:
    """Faster is not the same as better: the accuracies after the last step."""
    gaps = {
        s: float(np.subtract(*(both[loss].accuracy[:, -1].mean() for loss in LOSSES)))
        for s, both in results.items()
    }
    low, high = min(gaps, key=lambda s: gaps[s]), max(gaps, key=lambda s: gaps[s])
    return (
        f"Held-out accuracy after step {last}, cross-entropy minus squared error: from "
        f"{gaps[low]:+.3f} ({', '.join(low)}) to {gaps[high]:+.3f} ({', '.join(high)})."
    )
