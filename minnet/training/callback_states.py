"""What the saved state of each built-in callback must look like.

A checkpoint is loaded before the callbacks exist, so their memory from a file is checked here: by
the class that it was saved for, and against the network that it will be put back into. The state
of a custom callback is known to that callback alone.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet.nn.network import Network
from minnet.saving.errors import InvalidFile, checked
from minnet.training.callback import Callback
from minnet.utils.checks import is_built_in


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_size(value: Any) -> bool:
    """A norm, a share or a rate; it may be NaN."""
    return type(value) in (int, float) and not value < 0


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and not math.isnan(value)


def _are_marks(value: Any) -> bool:
    return type(value) is np.ndarray and value.dtype == bool


_VALUES = "a finite array for each Parameter of the network, or nothing"

_TRACKER = {"monitor": str, "best": (None, _is_number), "waited": _is_count}
_SUMS = {
    **{"steps": _is_count, "sums": {str: _is_size}, "sum": _is_size},
    "alive": (None, _are_marks),
}
_EXPECTED: dict[str, dict[str, Any]] = {
    "CSVLogger": {"rows": [dict], "names": [str]},
    "Checkpoint": _TRACKER,
    "EarlyStopping": {
        **_TRACKER,
        "best_epoch": (None, _is_count),
        "stopped_epoch": (None, _is_count),
        "_kept": _VALUES,
    },
    "GradientMonitor": {
        **{name: {str: [_is_size]} for name in ("norms", "layer_norms", "dead")},
        "seen": [_SUMS],
    },
    "LearningRateLogger": {"steps": [_is_count], "rates": [_is_size]},
    "ReduceOnPlateau": {**_TRACKER, "reduced": [_is_count]},
}
"""The entries of each state: a type, a function, several in a tuple, [one for each item of a list],
{str: one for each value of a dict}, or a dict with one for each key."""


def saved_name(callback: Callback) -> str:
    """The name under which a state is saved; no custom class is taken for a built-in one."""
    name = type(callback).__name__
    return f"custom {name}" if name in _EXPECTED and not is_built_in(callback) else name


def check_state(name: str, state: dict[str, Any], network: Network) -> None:
    """Refuse a state that no callback of this name has saved.

    Raises:
        InvalidFile: naming the callback and the entry.
    """
    for entry, expected in _EXPECTED.get(name, {}).items():
        if entry == "monitor" and entry not in state:
            continue  # files of earlier versions
        if entry not in state or not _fits(state[entry], expected, network):
            raise InvalidFile(f"the {entry.strip('_')} of its {name} is not what a {name} saves.")


def _fits(value: Any, expected: Any, network: Network) -> bool:
    if expected is None or isinstance(expected, type):
        return value is None if expected is None else type(value) is expected
    if isinstance(expected, tuple):
        return any(_fits(value, one, network) for one in expected)
    if isinstance(expected, list):
        return type(value) is list and all(_fits(item, expected[0], network) for item in value)
    if isinstance(expected, dict):
        if type(value) is not dict:
            return False
        each = dict.fromkeys(value, expected[str]) if str in expected else expected
        return value.keys() == each.keys() and all(
            _fits(item, each[key], network) for key, item in value.items()
        )
    return _are_values(value, network) if expected is _VALUES else bool(expected(value))


def _are_values(value: Any, network: Network) -> bool:
    parameters = network.parameters()
    if type(value) is not dict or (value and set(value) != set(parameters)):
        return False
    return all(
        type(array) is np.ndarray
        and array.shape == parameters[name].shape
        and array.dtype == parameters[name].value.dtype
        and bool(np.isfinite(array).all())
        for name, array in value.items()
    )


def checked_states(states: Any, network: Network) -> list[tuple[str, dict[str, Any]]]:
    """The pairs of a name and a state in a file.

    Raises:
        InvalidFile: they are not that, or a built-in callback cannot have saved one of them.
    """
    result = []
    for entry in checked(states, list):
        if len(checked(entry, list)) != 2:
            raise InvalidFile("it has the state of a callback that is not a name and a dict.")
        name, state = checked(entry[0], str), checked(entry[1], dict)
        check_state(name, state, network)
        result.append((name, state))
    return result
