"""What the saved state of each built-in callback must look like.

A checkpoint is loaded before the callbacks exist, so their memory from a file is checked here: by
the class that it was saved for, and against the network that it will be put back into. The state
of a custom callback is known to that callback alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.nn.network import Network
from minnet.saving.errors import InvalidFile, checked
from minnet.training.callback import Callback
from minnet.utils.checks import is_built_in

Check = Callable[[Any, Network], bool]


def saved_name(callback: Callback) -> str:
    """The name under which a state is saved; no custom class is taken for a built-in one."""
    name = type(callback).__name__
    return f"custom {name}" if name in _EXPECTED and not is_built_in(callback) else name


def check_state(name: str, state: dict[str, Any], network: Network) -> None:
    """Refuse a state that no callback of this name has saved.

    Raises:
        InvalidFile: naming the callback and the entry.
    """
    for entry, fits in _EXPECTED.get(name, {}).items():
        if entry == "monitor" and entry not in state:
            continue  # files of earlier versions
        if entry not in state or not fits(state[entry], network):
            raise InvalidFile(f"the {entry.strip('_')} of its {name} is not what a {name} saves.")


def _is_count(value: Any, _network: Network | None = None) -> bool:
    return type(value) is int and value >= 0


def _is_count_or_none(value: Any, _network: Network) -> bool:
    return value is None or _is_count(value)


def _is_best(value: Any, _network: Network) -> bool:
    return value is None or (type(value) in (int, float) and not math.isnan(value))


def _is_text(value: Any, _network: Network) -> bool:
    return type(value) is str


def _is_size(value: Any) -> bool:
    """A norm, a share or a rate."""
    return type(value) in (int, float) and not value < 0


def _are_counts(value: Any, _network: Network) -> bool:
    return type(value) is list and all(map(_is_count, value))


def _are_sizes(value: Any, _network: Network | None = None) -> bool:
    return type(value) is list and all(map(_is_size, value))


def _are_names(value: Any, _network: Network) -> bool:
    return type(value) is list and all(type(name) is str for name in value)


def _are_rows(value: Any, _network: Network) -> bool:
    return type(value) is list and all(type(row) is dict for row in value)


def _are_curves(value: Any, _network: Network) -> bool:
    return type(value) is dict and all(map(_are_sizes, value.values()))


def _are_values(value: Any, network: Network) -> bool:
    """Nothing, or a finite array for each Parameter of the network."""
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


def _are_sums(value: Any, _network: Network) -> bool:
    """The sums of an epoch of GradientMonitor."""
    if type(value) is not list:
        return False
    for sums in value:
        if type(sums) is not dict or set(sums) != {"steps", "sums", "sum", "alive"}:
            return False
        alive = sums["alive"]
        marks = alive is None or (type(alive) is np.ndarray and alive.dtype == bool)
        numbers = type(sums["sums"]) is dict and all(map(_is_size, sums["sums"].values()))
        if not (marks and numbers and _is_count(sums["steps"]) and _is_size(sums["sum"])):
            return False
    return True


_TRACKER: dict[str, Check] = {"monitor": _is_text, "best": _is_best, "waited": _is_count}

_EXPECTED: dict[str, dict[str, Check]] = {
    "CSVLogger": {"rows": _are_rows, "names": _are_names},
    "Checkpoint": _TRACKER,
    "EarlyStopping": {
        **_TRACKER,
        "best_epoch": _is_count_or_none,
        "stopped_epoch": _is_count_or_none,
        "_kept": _are_values,
    },
    "GradientMonitor": {
        "norms": _are_curves,
        "layer_norms": _are_curves,
        "dead": _are_curves,
        "seen": _are_sums,
    },
    "LearningRateLogger": {"steps": _are_counts, "rates": _are_sizes},
    "ReduceOnPlateau": {**_TRACKER, "reduced": _are_counts},
}


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
