"""The door of a sweep: all that can be said about its arguments before the first run.

A sweep may take the night. A name that no function takes, or a function that no other process
can read, is told in the first second.
"""

from __future__ import annotations

import inspect
import itertools
import pickle
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor, Executor
from typing import Any

import numpy as np

from minnet.sweep.run import FIT, Plan, Settings, named
from minnet.utils import array_checks, checks
from minnet.utils.checks import describe

Grid = Mapping[str, Iterable[Any]]


def check_functions(make_trainer: object, executor: object, description: object) -> None:
    """A function, somebody who computes, and a text."""
    if not callable(make_trainer):
        raise TypeError(
            f"sweep: make_trainer: expected a function of the settings that returns a Trainer, "
            f"got {describe(make_trainer)}. Write def make_trainer(rate, seed): ..."
        )
    if executor is not None and not isinstance(executor, Executor):
        raise TypeError(
            f"sweep: executor: expected a concurrent.futures.Executor or None, got "
            f"{describe(executor)}. For example ProcessPoolExecutor(2); of a dask Client, "
            f"client.get_executor()."
        )
    if not isinstance(description, str):
        raise TypeError(f"sweep: description: expected a string, got {describe(description)}.")


def checked_data(name: str, data: Any) -> Any:
    """A function, or a pair of arrays that have one layout, also after a journey."""
    if callable(data):
        return data
    parts = [] if isinstance(data, (str, np.ndarray, Mapping)) else data
    try:
        x, y = parts
    except (TypeError, ValueError):
        raise TypeError(
            f"sweep: {name}: expected a pair (x, y) or a function of the settings that returns "
            f"one, got {describe(data)}. Write {name}=(x, y)."
        ) from None
    inputs = array_checks.samples("sweep", f"{name}: x", x)
    target = array_checks.numeric_array("sweep", f"{name}: y", y)
    array_checks.same_length("sweep", f"{name}: x", inputs, f"{name}: y", np.atleast_1d(target))
    return np.ascontiguousarray(inputs), np.ascontiguousarray(target)


def checked_grids(grid: object) -> list[Grid]:
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
    if name in FIT:
        return [checks.whole_number("sweep", f"grid[{name!r}]", value) for value in result]
    return result


def combinations_of(grid: Grid) -> list[Settings]:
    """Every combination of the values, the last name fastest."""
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def check_settings(plan: Plan, settings: Settings) -> None:
    """make_trainer finds all it needs in the settings, and every setting is for somebody."""
    functions = plan.functions()
    for place, function in functions.items():
        _check_call(place, function, settings)
    taken = set(FIT).union(*(named(function, settings) for function in functions.values()))
    for name in settings:
        if name not in taken:
            raise ValueError(
                f"sweep: grid: expected settings that {' or '.join(functions)} takes as an "
                f"argument, got {name!r}, which would change nothing. Write def "
                f"make_trainer({', '.join(settings)}): ..."
            )


def _check_call(place: str, function: Callable[..., Any], settings: Settings) -> None:
    """The function can be called with those settings that it names."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C do not tell
        return
    try:
        signature.bind(**named(function, settings))
    except TypeError as error:
        raise ValueError(
            f"sweep: {place}: expected a function that can be called with "
            f"{', '.join(settings)}, got {describe(function)} with the arguments {signature}: "
            f"{error}. Add the setting to the grid, or give the argument a default."
        ) from None


# ---- on the way to another process ---------------------------------------------------------


def check_sending(executor: Executor, plan: Plan, combinations: list[Settings]) -> None:
    """Whether a process of this pool can read all functions, callbacks and settings.

    That is tried out in one of them. A function of a notebook has a name here that means nothing
    there, and an error inside of the pool's own machinery would break the whole pool.
    """
    parts: dict[str, Any] = {**plan.functions(), "callbacks": plan.callbacks}
    for name in dict.fromkeys(name for settings in combinations for name in settings):
        values = {id(s[name]): s[name] for s in combinations if name in s}
        parts |= {f"grid[{name!r}][{n}]": value for n, value in enumerate(values.values())}
    packed = {name: _packed(name, part) for name, part in parts.items()}
    try:
        problem = executor.submit(unpack, packed).result()
    except BrokenExecutor as error:
        raise RuntimeError(
            f"sweep: executor: expected a pool whose processes start, got {describe(executor)} "
            f"where the first one ended at once. A script that uses it must be a file, and do its "
            f'work under if __name__ == "__main__":, because each new process reads it again.'
        ) from error
    except RuntimeError as error:
        raise RuntimeError(
            f"sweep: executor: expected one that takes work, got {describe(executor)}: {error}. "
            f"Call sweep inside of its with block."
        ) from error
    if problem is not None:
        name, reason = problem
        raise _not_sendable(name, parts[name], reason)


def unpack(packed: dict[str, bytes]) -> tuple[str, str] | None:
    """In the other process: the first part that cannot be read there, and why; None: all can."""
    for name, text in packed.items():
        try:
            pickle.loads(text)
        except Exception as error:
            return name, f"{type(error).__name__}: {error}"
    return None


def _packed(name: str, part: Any) -> bytes:
    try:
        return pickle.dumps(part)
    except Exception as error:
        raise _not_sendable(name, part, f"{type(error).__name__}: {error}") from error


def _not_sendable(name: str, part: object, reason: str) -> TypeError:
    kind = "a function" if callable(part) else "objects"
    return TypeError(
        f"sweep: {name}: expected {kind} that can be sent to another process, got "
        f"{describe(part)} ({reason}). Write functions and classes with def and class at the top "
        f"level of a file, not as a lambda, inside of a function or in a notebook, and import "
        f"them from there; or leave out executor."
    )
