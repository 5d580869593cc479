"""Many runs as arrays: checked before they are drawn, and asked when they reached a threshold."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from minnet.utils import array_checks, checks
from minnet.utils.types import Array

Curves = Mapping[str, ArrayLike]


def steps_to_reach(curves: ArrayLike, threshold: float, steps: ArrayLike | None = None) -> Array:
    """For each run the first step at which its curve is at least `threshold`; inf if at none.

    Args:
        curves: (runs, points), for example accuracies. threshold: in the same unit.
        steps: the update step of each point; 0, 1, 2, ... if left out.

    Returns:
        Floats (runs,).

    >>> steps_to_reach([[0.5, 0.8, 0.95], [0.6, 0.7, 0.8]], 0.9, steps=[0, 5, 10])
    array([10., inf])
    """
    runs, at = checked_curves("steps_to_reach", {"curves": curves}, steps)
    limit = checks.number("mn.plot.steps_to_reach", "threshold", threshold)
    reached = runs["curves"] >= limit
    first: Array = np.where(reached.any(axis=1), at[reached.argmax(axis=1)], np.inf)
    return first


def checked_curves(
    place: str, curves: Curves, steps: ArrayLike | None, name: str = "steps"
) -> tuple[dict[str, Array], Array]:
    """Every set of curves as floats (runs, points), all with the same points; and their steps.

    `name` is what the caller calls its steps.
    """
    if not isinstance(curves, Mapping):
        raise TypeError(
            f"mn.plot.{place}: curves: expected a dict, name -> array (runs, points), got "
            f'{checks.describe(curves)}. One set of curves: {{"a name": array}}.'
        )
    if not curves:
        raise ValueError(f"mn.plot.{place}: curves: expected at least one name, got an empty dict.")
    runs = {str(key): _checked_runs(place, key, value) for key, value in curves.items()}
    lengths = {key: array.shape[1] for key, array in runs.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"mn.plot.{place}: curves: expected the same number of points under each name, got "
            f"{', '.join(f'{key!r}: {length}' for key, length in lengths.items())}. Measure all "
            f"of them at the same {name}."
        )
    return runs, _checked_steps(place, steps, next(iter(lengths.values())), name)


def _checked_runs(place: str, key: object, value: ArrayLike) -> Array:
    """One set of curves: finite floats (runs, points)."""
    where = f"mn.plot.{place}", f"curves[{key!r}]"
    array = array_checks.numeric_array(*where, value)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"{where[0]}: {where[1]}: expected shape (runs, points), or (points,) for one run, "
            f"got {array.shape}."
        )
    array_checks.not_empty(*where, array)
    array_checks.finite(*where, array)
    return np.atleast_2d(array).astype(float)


def _checked_steps(place: str, steps: ArrayLike | None, points: int, name: str) -> Array:
    """The step of each point: as many as there are points, from 0 on, increasing."""
    if steps is None:
        return np.arange(points, dtype=float)
    array = array_checks.numeric_array(f"mn.plot.{place}", name, steps)
    if array.shape != (points,):
        raise ValueError(
            f"mn.plot.{place}: {name}: expected one for each of the {points} points of a curve, "
            f"shape ({points},), got {array.shape}."
        )
    array_checks.finite(f"mn.plot.{place}", name, array)
    if array[0] < 0 or (np.diff(array.astype(float)) <= 0).any():
        raise ValueError(
            f"mn.plot.{place}: {name}: expected numbers from 0 on that increase, got "
            f"{checks.describe(array.tolist())}. Sort the points by it."
        )
    return array.astype(float)


def checked_thresholds(place: str, thresholds: Sequence[float]) -> list[float]:
    """One or more accuracies."""
    if not isinstance(thresholds, (list, tuple, np.ndarray)) or not len(thresholds):
        raise TypeError(
            f"mn.plot.{place}: thresholds: expected a list of accuracies such as (0.9, 0.95), got "
            f"{checks.describe(thresholds)}."
        )
    where = f"mn.plot.{place}", "thresholds"
    return [checks.number(*where, threshold, minimum=0, maximum=1) for threshold in thresholds]


def not_negative(place: str, runs: dict[str, Array]) -> None:
    """Refuse what has no place on a logarithmic axis; a 0 lies below its lower end."""
    _refuse(place, runs, lambda array: array < 0, "numbers from 0 on for a logarithmic axis")
    if not any((array > 0).any() for array in runs.values()):
        raise ValueError(
            f"mn.plot.{place}: expected a number above 0 for a logarithmic axis, got zeros alone. "
            f"A loss or gradient of 0 everywhere has nothing to draw."
        )


def refuse_never(place: str, curves: object) -> None:
    """A run that never arrived has no number of steps, and a mean over it none either."""
    for name, array in curves.items() if isinstance(curves, dict) else ():
        never = False
        with contextlib.suppress(TypeError, ValueError):  # what is no number is told below
            never = bool(np.isinf(np.asarray(array, dtype=float)).any())
        if never:
            raise ValueError(
                f"mn.plot.{place}: {name}: expected numbers of steps, got inf, a run that never "
                f"arrived. Put in the number of all steps: np.minimum(steps, 200)."
            )


def between_0_and_1(place: str, runs: dict[str, Array]) -> None:
    """Refuse what is no accuracy, with its place."""
    wanted = "accuracies from 0 to 1 (95 % is 0.95)"
    _refuse(place, runs, lambda array: (array < 0) | (array > 1), wanted)


def _refuse(
    place: str, runs: dict[str, Array], wrong: Callable[[Array], Array], wanted: str
) -> None:
    for key, array in runs.items():
        positions = np.argwhere(wrong(array))
        if len(positions):
            run, point = (int(i) for i in positions[0])
            raise ValueError(
                f"mn.plot.{place}: curves[{key!r}]: expected {wanted}, got "
                f"{array[run, point]:g} in run {run}, point {point}."
            )
