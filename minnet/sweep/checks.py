"""Checks of the arguments of `sweep`, all of them before the first run.

A sweep may take all night. A setting that no function takes is an error in the first second.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from minnet.sweep.callback_files import check_list
from minnet.sweep.run import FIT_SETTINGS, Settings, SweepSettings, accepted_settings
from minnet.sweep.setting_values import equal_values
from minnet.training.checks import check_measure_at
from minnet.training.trainer import Trainer
from minnet.utils import array_checks, checks
from minnet.utils.checks import describe

Grid = Mapping[str, Iterable[Any]]


def checked_make_trainer(make_trainer: Callable[..., Trainer]) -> Callable[..., Trainer]:
    """`make_trainer`, if it can be called."""
    if not callable(make_trainer):
        raise TypeError(
            f"sweep: make_trainer: expected a function of the settings that returns a Trainer, "
            f"got {describe(make_trainer)}. Write def make_trainer(rate, seed): ..."
        )
    return make_trainer


def checked_data(name: str, data: Any) -> Any:
    """A function as it is, or a pair of contiguous arrays; for validation also with weights.

    Arrays that were sent to another process are contiguous. The others are made so, because sums
    over another memory layout round differently.
    """
    if callable(data):
        return data
    parts = [] if isinstance(data, (str, np.ndarray, Mapping)) else data
    try:
        x, y, *weights = parts
        if len(weights) > (name == "validation_data"):
            raise ValueError(weights)
    except (TypeError, ValueError):
        raise TypeError(
            f"sweep: {name}: expected a pair (x, y) or a function of the settings that returns "
            f"one, got {describe(data)}. Write {name}=(x, y)."
        ) from None
    inputs = array_checks.samples("sweep", f"{name}: x", x)
    target = array_checks.numeric_array("sweep", f"{name}: y", y)
    array_checks.same_length("sweep", f"{name}: x", inputs, f"{name}: y", np.atleast_1d(target))
    for weight in weights:
        given = array_checks.numeric_array("sweep", f"{name}: weights", weight)
        array_checks.same_length("sweep", f"{name}: x", inputs, f"{name}: weights", given)
    return tuple(map(np.ascontiguousarray, (inputs, target, *weights)))


def checked_combinations(
    shared: SweepSettings, grid: object
) -> tuple[SweepSettings, list[Settings]]:
    """Every combination of the values, the last name fastest, if all functions can take them."""
    combinations = [
        dict(zip(one, values, strict=True))
        for one in _checked_grids(grid)
        for values in itertools.product(*one.values())
    ]
    for settings in combinations:
        _check_settings(shared, settings)
        if not callable(shared.data):  # data that a function makes are checked in each run
            rows = settings.get("batch_size", shared.batch_size)
            last = settings.get("epochs", shared.epochs) * -(-len(shared.data[0]) // rows)
            check_measure_at("sweep", shared.measure_at, True, last)
    if len(combinations) > 1 and not callable(shared.callbacks):
        check_list(shared.callbacks)
    return replace(shared, varying=varying_settings(combinations)), combinations


def _checked_grids(grid: object) -> list[dict[str, list[Any]]]:
    """One grid or several, each with at least one value under each name."""
    grids = [grid] if isinstance(grid, Mapping) else grid
    if not isinstance(grids, (list, tuple)) or not all(isinstance(g, Mapping) for g in grids):
        raise TypeError(
            f"sweep: grid: expected a dict, name -> list of values, or a list of such dicts, got "
            f'{describe(grid)}. Write for example {{"rate": [0.1, 1.0], "seed": range(5)}}.'
        )
    if not grids or not all(grids):
        raise ValueError("sweep: grid: expected at least one setting, got an empty grid.")
    return [{name: _values(name, values) for name, values in one.items()} for one in grids]


def _values(name: object, values: object) -> list[Any]:
    """The values of one setting."""
    if not isinstance(name, str) or not name.isidentifier():
        raise TypeError(
            f"sweep: grid: expected names of arguments as keys, got {describe(name)}. A setting "
            f'is given to make_trainer by its name, for example "rate".'
        )
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise TypeError(
            f"sweep: grid[{name!r}]: expected a list of values, got {describe(values)}. Put a "
            f"single value into brackets: [{values!r}]."
        )
    result = list(values)
    if not result:
        raise ValueError(f"sweep: grid[{name!r}]: expected at least one value, got none.")
    if name in FIT_SETTINGS:
        return [checks.whole_number("sweep", f"grid[{name!r}]", value) for value in result]
    return result


def varying_settings(combinations: list[Settings]) -> frozenset[str]:
    """The names of the settings that differ between runs.

    >>> sorted(varying_settings([{"rate": 0.1, "seed": 0}, {"rate": 0.1, "seed": 1}]))
    ['seed']
    """
    first = combinations[0]
    return frozenset(
        name
        for settings in combinations
        for name in {*first, *settings}
        if not (name in first and name in settings and equal_values(first[name], settings[name]))
    )


def _check_settings(shared: SweepSettings, settings: Settings) -> None:
    """Each function gets all of its arguments, and each setting is used by a function."""
    functions = shared.functions()
    for place, function in functions.items():
        _check_call(place, function, settings)
    taken = set(FIT_SETTINGS).union(
        *(accepted_settings(function, settings) for function in functions.values())
    )
    for name in settings:
        if name not in taken:
            raise ValueError(
                f"sweep: grid: expected settings that {' or '.join(functions)} takes as an "
                f"argument, got {name!r}, which would change nothing. Write def "
                f"make_trainer({', '.join(settings)}): ..."
            )


def _check_call(place: str, function: Callable[..., Any], settings: Settings) -> None:
    """The function can be called with the settings that are among its arguments."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C have no signature
        return
    try:
        signature.bind(**accepted_settings(function, settings))
    except TypeError as error:
        raise ValueError(
            f"sweep: {place}: expected a function that can be called with "
            f"{', '.join(settings)}, got {describe(function)} with the arguments {signature}: "
            f"{error}. Add the setting to the grid, or give the argument a default."
        ) from None
