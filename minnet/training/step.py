"""One training step: forward, loss, backward, clip, update. All of training repeats this."""

from __future__ import annotations

import math

import numpy as np

from minnet.training.checks import check_optimizer
from minnet.training.state import TrainingState
from minnet.training.training_diverged import diverged
from minnet.utils.types import Array


def train_on(
    state: TrainingState,
    x: Array,
    y: Array,
    weight: Array | None = None,
    epoch: int | None = None,
    batch: int | None = None,
) -> float:
    """One training step on one batch; returns the loss of the batch before the update.

    Args:
        x: samples, checked already, like the targets y and the sample weights `weight`.
        epoch: for the error message, counted from 1, like `batch`.

    Raises:
        TrainingDiverged: a loss or gradient that is not finite (the weights are then as before),
            or a weight that is not finite after the update.
    """
    network, optimizer, clipping = state.network, state.optimizer, state.clipping
    flat = network._flat
    values, gradients = flat.values, flat.gradients
    if optimizer._by_parameter.parameters is not flat.trained:
        check_optimizer(optimizer, network)
        optimizer.follow(flat.trained)
    try:
        loss = state.objective.loss_and_gradient(x, y, weight, bool(state.metrics))
    except FloatingPointError as error:  # a loss that explains why it is not finite
        rate = optimizer.learning_rate
        raise diverged(network, x, math.nan, rate, epoch, batch, str(error)) from error
    if not (math.isfinite(loss) and math.isfinite(gradients.dot(gradients))):
        check_finite(state, x, loss, gradients, epoch, batch)
    if clipping.norm or clipping.value:
        clipping(gradients)
    optimizer.step(values, gradients)
    if not math.isfinite(values.dot(values)):
        check_finite(state, x, loss, values, epoch, batch)
    return loss


def check_finite(
    state: TrainingState, x: Array, loss: float, vector: Array, epoch: int | None, batch: int | None
) -> None:
    """Check each entry: a sum of squares can overflow although all entries are finite.

    Raises:
        TrainingDiverged: the loss or an entry is not finite; names the layer that is responsible.
    """
    if math.isfinite(loss) and np.isfinite(vector).all():
        return
    network, rate = state.network, state.optimizer.learning_rate
    gradient = None
    if math.isfinite(loss) and vector is network.flat_gradients:
        gradient = state.objective.loss_gradient()
    raise diverged(network, x, loss, rate, epoch, batch, loss_gradient=gradient)
