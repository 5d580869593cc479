"""Argument checks of the plot functions, all of them before anything is drawn.

Networks, points and names come first, then curves: arrays (runs, points) under each of several
names.
"""

from __future__ import annotations

import contextlib
import numbers
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet import metrics
from minnet.nn.network import Network
from minnet.training.trainer import Trainer
from minnet.utils import array_checks, checks
from minnet.utils.checks import describe, items
from minnet.utils.types import Array

Curves = Mapping[str, ArrayLike]


def checked_mapping(place: str, name: str, value: object, entries: str) -> Mapping[str, Any]:
    """A dict of at least one name; `entries` says in the error what the values must be."""
    if not isinstance(value, Mapping):
        raise TypeError(
            f"{place}: {name}: expected a dict, name -> {entries}, got {describe(value)}. Write "
            f'for example {{"a name": ...}}.'
        )
    if not value:
        raise ValueError(
            f"{place}: {name}: expected at least one name, got an empty dict. Nothing would be "
            f"drawn."
        )
    return value


def checked_names(
    place: str, names: Sequence[str] | None, default: Sequence[str], name: str = "class_names"
) -> list[str]:
    """As many names as there are defaults, or the defaults."""
    if names is None:
        return list(default)
    given = None if isinstance(names, (str, bytes, Set, Mapping, Iterator)) else items(names)
    if given is None or not all(map(_is_name, given)):
        raise TypeError(
            f"{place}: {name}: expected a list of {len(default)} names, got {describe(names)}."
        )
    if len(given) != len(default):
        raise ValueError(
            f"{place}: {name}: expected {len(default)} names, got {len(given)}: {describe(names)}."
        )
    return [str(entry) for entry in given]


def _is_name(entry: object) -> bool:
    """A text, or a number that is short enough for one."""
    if isinstance(entry, (np.bool_, numbers.Real)):
        return bool(abs(entry) < 2**63)
    return isinstance(entry, str)


def checked_span(place: str, span: object, name: str = "span") -> tuple[float, float]:
    """Two numbers, the first below the second."""
    pair = checks.listed(span)
    if pair is None or len(pair) != 2:
        raise TypeError(f"{place}: {name}: expected two numbers (low, high), got {describe(span)}.")
    low, high = (checks.number(place, f"{name}[{i}]", end) for i, end in enumerate(pair))
    if low >= high:
        raise ValueError(f"{place}: {name}: expected low < high, got ({low:g}, {high:g}).")
    return low, high


# ---- networks and their data ---------------------------------------------------------------


def check_trainer(place: str, trainer: object) -> None:
    """Refuse what is not a Trainer."""
    if not isinstance(trainer, Trainer):
        raise TypeError(
            f"{place}: trainer: expected a Trainer, got {describe(trainer)}. A network alone has "
            f"no loss: mn.Trainer(network, loss, optimizer)."
        )


def network_of(place: str, trainer_or_network: Trainer | Network) -> Network:
    """The network, also if a Trainer was given."""
    if isinstance(trainer_or_network, Trainer):
        return trainer_or_network.network
    if not isinstance(trainer_or_network, Network):
        raise TypeError(
            f"{place}: trainer_or_network: expected a Trainer or a Network, got "
            f"{describe(trainer_or_network)}. Put single layers into one: mn.Network([...])."
        )
    return trainer_or_network


def points_of(place: str, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Points (m, 2) and their class labels (m,)."""
    points = array_checks.samples(place, "x", x)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(
            f"{place}: x: expected points of two features, shape (m, 2), got {points.shape}. A "
            f"picture of the plane shows two: train a network on two columns, x[:, [0, 1]]."
        )
    if points.dtype.kind == "b":
        raise TypeError(
            f"{place}: x: expected points of the plane, got bools, which have no scale between "
            f"them. Write x.astype(float) for 0 and 1."
        )
    labels = labels_of(place, y)
    array_checks.same_length(place, "x", points, "y", labels)
    return points, labels


def labels_of(place: str, y: ArrayLike) -> Array:
    """Class labels (m,); one-hot rows are turned into labels."""
    try:
        return metrics.target_classes(y)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{place}: y: {error}") from error


def check_binary_labels(place: str, labels: Array) -> None:
    """Refuse labels other than 0 and 1."""
    fix = f"Choose one class: y == {labels.max()} is True for it and False for all others."
    array_checks.refuse(place, "y", labels, labels > 1, "labels 0 and 1", fix)


def check_scaler(place: str, scaler: object) -> None:
    """None, or an object with `transform`."""
    transforms = False
    with contextlib.suppress(Exception):  # an object of the user's may raise anything
        transforms = callable(getattr(scaler, "transform", None))
    if scaler is not None and not transforms:
        raise TypeError(
            f"{place}: scaler: expected the mn.data.Standardizer or MinMaxScaler that scaled the "
            f"network's training data, or None, got {describe(scaler)}."
        )


def outputs(place: str, network: Network, scaler: Any, points: Array) -> Array:
    """The network's outputs at these points, which are scaled first if there is a scaler.

    Raises:
        ValueError: the network does not take two features.
    """
    try:
        result = network.predict(points if scaler is None else scaler.transform(points))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{place}: trainer_or_network: expected a network that takes two features (m, 2), "
            f"got one that refuses them: {error} A picture of the plane needs a network that was "
            f"trained on two columns, x[:, [0, 1]]."
        ) from error
    array_checks.finite(place, "the network's output", result)
    return result


def check_probability(place: str, name: str, output: Array) -> None:
    """Refuse a network whose output is not one number from 0 to 1 for each sample."""
    if output.shape[1:] != (1,) or output.min() < 0 or output.max() > 1:
        raise ValueError(
            f"{place}: {name}: expected one output from 0 to 1, got outputs of shape "
            f"{output.shape[1:]} from {output.min():.4g} to {output.max():.4g}. End the network in "
            f"mn.Linear(..., 1), mn.Sigmoid()."
        )


# ---- values and curves ---------------------------------------------------------------------


def checked_values(place: str, name: str, values: object) -> dict[str, Array]:
    """name -> finite floats, of any shape."""
    arrays = {}
    for key, value in checked_mapping(place, name, values, "numbers").items():
        where = f"{name}[{key!r}]"
        arrays[str(key)] = array_checks.numbers(place, where, value).astype(float)
    return arrays


def checked_curves(
    place: str, curves: Curves, steps: ArrayLike | None, name: str = "steps"
) -> tuple[dict[str, Array], Array]:
    """Each set of curves as floats (runs, points), all with the same points; and their steps.

    `name` is what the caller calls its steps.
    """
    runs = checked_values(place, "curves", curves)
    for key, array in runs.items():
        if array.ndim not in (1, 2):
            raise ValueError(
                f"{place}: curves[{key!r}]: expected shape (runs, points), or (points,) for one "
                f"run, got {array.shape}."
            )
        runs[key] = np.atleast_2d(array)
    lengths = {key: array.shape[1] for key, array in runs.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{place}: curves: expected the same number of points under each name, got "
            f"{', '.join(f'{key!r}: {length}' for key, length in lengths.items())}. Measure all "
            f"of them at the same {name}."
        )
    return runs, _checked_steps(place, steps, next(iter(lengths.values())), name)


def _checked_steps(place: str, steps: ArrayLike | None, points: int, name: str) -> Array:
    """The step of each point: as many as there are points, from 0 on, increasing."""
    if steps is None:
        return np.arange(points, dtype=float)
    array = array_checks.numeric_array(place, name, steps)
    if array.shape != (points,):
        raise ValueError(
            f"{place}: {name}: expected one for each of the {points} points of a curve, "
            f"shape ({points},), got {array.shape}."
        )
    array_checks.finite(place, name, array)
    if array[0] < 0 or (np.diff(array.astype(float)) <= 0).any():
        raise ValueError(
            f"{place}: {name}: expected numbers from 0 on that increase, got "
            f"{describe(array.tolist())}. Sort the points by it."
        )
    return array.astype(float)


def checked_list(place: str, name: str, value: object, what: str, **limits: Any) -> list[float]:
    """One or more numbers within the limits of `checks.number`; `what` they are, in the plural."""
    given = checks.listed(value)
    if not given:
        raise TypeError(f"{place}: {name}: expected a list of {what}, got {describe(value)}.")
    return [checks.number(place, f"{name}[{i}]", v, **limits) for i, v in enumerate(given)]


def check_not_negative(place: str, runs: dict[str, Array]) -> None:
    """Refuse negative numbers, and zeros alone, which a logarithmic axis cannot show."""
    for key, array in runs.items():
        _refuse(place, key, array, array < 0, "numbers from 0 on for a logarithmic axis")
    if not any((array > 0).any() for array in runs.values()):
        raise ValueError(
            f"{place}: expected a number above 0 for a logarithmic axis, got zeros alone. "
            f"A loss or gradient of 0 everywhere has nothing to draw."
        )


def check_finite_steps(place: str, curves: object) -> None:
    """Refuse inf, a run that never reached its goal: a mean over it does not exist."""
    for name, array in curves.items() if isinstance(curves, dict) else ():
        never = False
        with contextlib.suppress(TypeError, ValueError):  # not numbers: refused later
            never = bool(np.isinf(np.asarray(array, dtype=float)).any())
        if never:
            raise ValueError(
                f"{place}: {name}: expected numbers of steps, got inf, a run that never reached "
                f"its goal. Put in the number of all steps: np.minimum(steps, 200)."
            )


def check_accuracies(place: str, runs: dict[str, Array]) -> None:
    """Refuse numbers outside [0, 1], with their position."""
    for key, array in runs.items():
        wanted = "accuracies from 0 to 1 (95 % is 0.95)"
        _refuse(place, key, array, (array < 0) | (array > 1), wanted)


def _refuse(place: str, key: str, array: Array, wrong: Array, wanted: str) -> None:
    if wrong.any():
        run, point = (int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"{place}: curves[{key!r}]: expected {wanted}, got {array[run, point]:g} in run {run}, "
            f"point {point}."
        )
