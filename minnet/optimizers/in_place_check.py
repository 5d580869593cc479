"""Whether a custom optimizer changes the weights in place, found out in its first step.

`values = values - rate * grads` makes a new array, gives it the name of the old one, and no weight
changes: the mistake that everybody makes once, and that nothing else would report.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.utils.types import Array

_TRIALS = 100  # steps of a copy: an optimizer may collect gradients before it changes anything


def check_in_place(
    optimizer: Any, step: Callable[[Any, Array, Array], None], values: Array, grads: Array
) -> bool:
    """Take the step; True if the weights and all of the memory have changed, now or in a trial.

    False: there was no reason to change anything, ask again in the next step.

    Raises:
        ValueError: a copy of the optimizer took a hundred steps more, and nothing changed.
    """
    before = np.array(values)
    step(optimizer, values, grads)
    left = _unchanged(optimizer, before, values)
    if not left:
        return True
    if not np.any(grads) or not optimizer.learning_rate:
        return False
    left = [name for name in left if name in _unchanged_in_trial(optimizer, before, grads)]
    if left:
        values[...] = before
        raise ValueError(_message(optimizer, left[0]))
    return True


def _unchanged(optimizer: Any, before: Array, values: Array) -> list[str]:
    """The weights (as "") and each vector of the memory that is as it was at first."""
    memory = [n for n in optimizer.memory if n in optimizer.state and not optimizer.state[n].any()]
    return memory if (values != before).any() else ["", *memory]


def _unchanged_in_trial(optimizer: Any, values: Array, grads: Array) -> list[str]:
    """The same after many steps of a copy, in float64, where small steps are seen too."""
    before, grads = values.astype(np.float64), grads.astype(np.float64)
    trained = before.copy()
    try:
        trial = copy.deepcopy(optimizer)
        vars(trial).update(_changes_in_place=True, _in_step=False)
        for _ in range(_TRIALS):
            trial.step(trained, grads)
    except Exception:  # it cannot be tried out: not judged
        return []
    return _unchanged(trial, before, trained)


def _message(optimizer: Any, name: str) -> str:
    kind = type(optimizer)
    method = kind.update if "Optimizer.step" in kind.step.__qualname__ else kind.step
    names = list(inspect.signature(method).parameters)
    place = f"{kind.__name__}.{method.__name__}"
    if name:
        return (
            f"{place}: expected the memory {name!r} to be changed in place, got zeros after the "
            f"step: x = 0.9 * x + g makes a new array. Write x *= 0.9 and x += g, or x[...] = ..."
        )
    w = names[1] if len(names) > 1 else "values"
    return (
        f"{place}: expected {w} to be changed in place, got the same numbers after the step: "
        f"{w} = {w} - ... makes a new array. Write {w} -= ... or {w}[...] = ..."
    )
