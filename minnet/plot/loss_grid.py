"""Computes the loss over a grid of two parameters, and the path of gradient descent on it.

`loss_landscape.py` draws both.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from minnet.plot.checks import check_trainer, checked_span
from minnet.plot.decision_regions import plane_grid
from minnet.training.trainer import Trainer
from minnet.utils import checks
from minnet.utils.types import Array


class LossGrid(NamedTuple):
    """losses[i, j] is the loss where the first parameter is first[j] and the second second[i]."""

    first: Array
    second: Array
    losses: Array


def loss_grid(
    trainer: Trainer,
    x: ArrayLike,
    y: ArrayLike,
    first: tuple[float, float],
    second: tuple[float, float],
    *,
    entries: tuple[int, int] = (0, 1),
    points: int = 41,
) -> LossGrid:
    """The loss on x, y over a grid of two of the network's parameters; the others are constant.

    Args:
        trainer: not changed; a copy is evaluated.
        x: as in `evaluate`, like y.
        first: (low, high) of one parameter. second: of the other.
        entries: which two of `network.flat_values`.
        points: along each side of the grid.

    Raises:
        TypeError, ValueError: naming the argument.

    >>> import minnet as mn
    >>> trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    >>> loss_grid(trainer, [[1.0]], [0.0], (0, 2), (0, 4), points=3).losses.tolist()
    [[0.0, 0.5, 2.0], [2.0, 4.5, 8.0], [8.0, 12.5, 18.0]]
    """
    place = "mn.plot.loss_grid"
    check_trainer(place, trainer)
    spans = checked_span(place, first, "first"), checked_span(place, second, "second")
    count = checks.whole_number(place, "points", points, minimum=2)
    pair = _checked_entries(place, entries, trainer)
    trial = copy.deepcopy(trainer)
    trial.metrics = {}
    (across, up), at = plane_grid(spans, count)
    losses = []
    for position in at:
        trial.network.flat_values[list(pair)] = position
        losses.append(trial.evaluate(x, y)["loss"])
    return LossGrid(across, up, np.array(losses).reshape(count, count))


def descend(
    trainer: Trainer, x: ArrayLike, y: ArrayLike, steps: int, entries: tuple[int, int] = (0, 1)
) -> Array:
    """Train for some steps on all of x, y, and return the path: (steps + 1, 3).

    Each row is the two parameters and the loss there; row 0 is the start. The Trainer is trained.

    Raises:
        TypeError, ValueError: naming the argument. TrainingDiverged: as in `Trainer.step`.

    >>> import minnet as mn
    >>> trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.5), seed=0)
    >>> trainer.network.flat_values = [1.0, 1.0]
    >>> descend(trainer, [[1.0]], [0.0], steps=1).tolist()
    [[1.0, 1.0, 2.0], [0.0, 0.0, 0.0]]
    """
    place = "mn.plot.descend"
    check_trainer(place, trainer)
    count = checks.whole_number(place, "steps", steps)
    pair = _checked_entries(place, entries, trainer)
    rows = []
    for _ in range(count):
        position = trainer.network.flat_values[list(pair)]
        rows.append([*position, trainer.step(x, y)])
    rows.append([*trainer.network.flat_values[list(pair)], trainer.evaluate(x, y)["loss"]])
    return np.array(rows, dtype=float)


def _checked_entries(place: str, entries: object, trainer: Trainer) -> tuple[int, int]:
    """Two different positions in the flat vector."""
    last = trainer.network.flat_values.size - 1
    pair = checks.listed(entries)
    if pair is None or len(pair) != 2:
        raise TypeError(
            f"{place}: entries: expected two positions in network.flat_values, got "
            f"{checks.describe(entries)}."
        )
    first, second = (
        checks.whole_number(place, f"entries[{i}]", entry, minimum=0, maximum=last)
        for i, entry in enumerate(pair)
    )
    if first == second:
        raise ValueError(f"{place}: entries: expected two different positions, got {entries}.")
    return first, second
