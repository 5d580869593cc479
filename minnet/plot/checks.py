"""The door of the pictures: networks, points and names are checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet import metrics
from minnet.nn.network import Network
from minnet.training.trainer import Trainer
from minnet.utils import array_checks
from minnet.utils.checks import describe
from minnet.utils.types import Array


def checked_names(
    place: str, names: Sequence[str] | None, default: Sequence[str], name: str = "class_names"
) -> list[str]:
    """As many names as there are defaults, or the defaults."""
    if names is None:
        return list(default)
    if isinstance(names, str) or not isinstance(names, (Sequence, np.ndarray)):
        raise TypeError(
            f"{place}: {name}: expected a list of {len(default)} names, got {describe(names)}."
        )
    if len(names) != len(default):
        raise ValueError(
            f"{place}: {name}: expected {len(default)} names, got {len(names)}: {list(names)}."
        )
    return [str(entry) for entry in names]


def network_of(place: str, trainer_or_network: Trainer | Network) -> Network:
    """The network itself, also where a Trainer was given."""
    if isinstance(trainer_or_network, Trainer):
        return trainer_or_network.network
    if not isinstance(trainer_or_network, Network):
        raise TypeError(
            f"{place}: trainer_or_network: expected a Trainer or a Network, got "
            f"{describe(trainer_or_network)}. Of single layers make one: mn.Network([...])."
        )
    return trainer_or_network


def points_of(place: str, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Points (m, 2) and their class labels (m,)."""
    points = array_checks.samples(place, "x", x)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(
            f"{place}: x: expected points of two features, shape (m, 2), got {points.shape}. A "
            f"picture in the plane shows two: train a network on two columns, x[:, [0, 1]]."
        )
    try:
        labels = metrics.target_classes(y)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{place}: y: {error}") from error
    array_checks.same_length(place, "x", points, "y", labels)
    return points, labels


def outputs(place: str, network: Network, scaler: Any, points: Array) -> Array:
    """What the network says at these points, scaled first if there is a scaler.

    Raises:
        ValueError: the network does not take two features.
    """
    try:
        result = network.predict(points if scaler is None else scaler.transform(points))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{place}: trainer_or_network: expected a network that takes two features (m, 2), "
            f"got one that refuses them: {error} A picture in the plane needs a network that was "
            f"trained on two columns, x[:, [0, 1]]."
        ) from error
    array_checks.finite(place, "the network's output", result)
    return result


def check_scaler(place: str, scaler: object) -> None:
    """None, or an object with `transform`."""
    if scaler is not None and not callable(getattr(scaler, "transform", None)):
        raise TypeError(
            f"{place}: scaler: expected the mn.data.Standardizer or MinMaxScaler that the "
            f"network's data went through, or None, got {describe(scaler)}."
        )
