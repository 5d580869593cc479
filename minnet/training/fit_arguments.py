"""The arguments of `fit`, checked and converted before anything changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from minnet.data.batches import Batches
from minnet.training import checks as training_checks
from minnet.training.callback import Callback
from minnet.training.callbacks.checks import checked_callbacks
from minnet.training.epoch_predictions import EpochPredictions
from minnet.training.gradient_warning import warn_of_wrong_gradients
from minnet.training.loop import Loop
from minnet.training.objective import first_predictions
from minnet.training.resume import CurrentFit
from minnet.training.state import TrainingState
from minnet.utils import array_checks, checks
from minnet.utils.types import Array


def prepared_loop(
    state: TrainingState,
    x: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    validation_data: Sequence[ArrayLike] | None = None,
    epochs: int | None = None,
    until: int | None = None,
    batch_size: int = 32,
    callbacks: Sequence[Callback] = (),
    shuffle: bool = True,
    measure_at: Sequence[int] = (),
) -> Loop:
    """The loop that `fit` was called for; nothing is trained yet.

    Raises:
        TypeError, ValueError: naming the argument.
    """
    last = _last_epoch(state.epochs, epochs, until)
    rows = checks.whole_number("fit", "batch_size", batch_size)
    shuffle = checks.boolean("fit", "shuffle", shuffle)
    checked = checked_callbacks(callbacks)
    batches = _checked_batches(state, x, y, rows, sample_weight)
    validation = _checked_validation(state, validation_data)
    steps = (last if state._loaded is not None else last - state.epochs) * batches.steps
    measured = training_checks.check_measure_at("fit", measure_at, validation is not None, steps)
    if state.check and state.objective.has_custom_parts:
        warn_of_wrong_gradients(state.network, batches.x)
    state.loss.begin_fit(batches.y)
    return Loop(state, CurrentFit(batches, validation, checked, shuffle, measured), last)


def _last_epoch(done: int, epochs: int | None, until: int | None) -> int:
    """The number of the epoch after which to stop."""
    if (epochs is None) == (until is None):
        raise ValueError(
            "fit: expected epochs (how many more) or until (how many in all), got "
            + ("neither" if epochs is None else "both")
            + ". Give one of the two."
        )
    if epochs is None:
        return checks.whole_number("fit", "until", until)
    return done + checks.whole_number("fit", "epochs", epochs)


def _checked_batches(
    state: TrainingState, x: ArrayLike, y: ArrayLike, rows: int, sample_weight: ArrayLike | None
) -> Batches:
    network = state.network
    state.objective.refresh()
    training_checks.check_optimizer(state.optimizer, network)
    for name, parameter in network.parameters().items():
        array_checks.finite("fit", f"the parameter {name}", parameter.value)
    inputs, target = _checked_pair(state, "fit", x, y)
    if state.check:
        training_checks.check_two_classes(state.loss, y, target)
    training_checks.check_smallest_batch(network, len(inputs), rows)
    with training_checks.prefix_errors("fit"):
        _check_metrics(state, inputs, target)
    weight = training_checks.check_sample_weight(
        "fit", state.loss, sample_weight, target, network.dtype
    )
    return Batches(inputs, target, rows, weight)


def _checked_validation(
    state: TrainingState, validation_data: Sequence[ArrayLike] | None
) -> tuple[Array, Array, Array | None] | None:
    if validation_data is None:
        return None
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        raise TypeError(
            f"fit: validation_data: expected a pair (x, y) or (x, y, weights), got "
            f"{checks.describe(validation_data)}. Write validation_data=(x_test, y_test)."
        )
    x, y, *weights = validation_data
    place = "fit: validation_data"
    with training_checks.prefix_errors(place):
        inputs, target = _checked_pair(state, "", x, y)
        _check_metrics(state, inputs, target)
    weight = training_checks.check_sample_weight(
        place, state.loss, weights[0] if weights else None, target, state.network.dtype
    )
    return inputs, target, weight


def _checked_pair(
    state: TrainingState, place: str, x: ArrayLike, y: ArrayLike
) -> tuple[Array, Array]:
    """Samples and targets of which the network's dtype keeps what distinguishes them."""
    inputs = state.objective.samples(place, x)
    target = state.objective.targets(inputs, y)
    if target.dtype.kind == "f":
        given = array_checks.numeric_array(place, "y", y)
        array_checks.survives_cast(place, "y", given, state.network.dtype)
    return inputs, array_checks.read_only(target)


def _check_metrics(state: TrainingState, x: Array, target: Array) -> None:
    """Ask every metric about all targets, so that none fails only after an epoch.

    The predictions are those of the first rows, over and over; not finite ones are left to the
    first step, which explains them.
    """
    first = first_predictions(state.network, x) if state.metrics else np.full(1, np.nan)
    if np.isfinite(first).all():
        record = EpochPredictions(state.metrics, target, None, state.loss)
        record.add(0, np.resize(first, (len(target), *first.shape[1:])))
        with training_checks.prefix_errors("metrics"):
            record.values()
