"""Network and loss together: one function of the weights, with its gradient.

There are two ways to that gradient. *Fused*: where the network ends in the loss's canonical
activation, the loss is computed from the logits z, and dL/dz = (a - y)/m enters the network
below the activation. *Chain rule*: dL/da from the loss, then link by link through all layers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.metrics import Metric
from minnet.nn.layer import layers_of
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.optimizers.penalties import Penalty
from minnet.training import checks as door
from minnet.training.epoch_predictions import EpochPredictions
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

_EVALUATION_ROWS = 1000


class Objective:
    """The loss of a network on a batch, and its gradient in the network's parameters.

    Attributes:
        fused: which of the two ways is taken. prediction: of the last batch, if asked for.
        count: what the last loss was divided by: samples, or the sum of their weights.
    """

    def __init__(
        self, network: Network, loss: Loss, fuse: bool, penalties: Sequence[Penalty] = ()
    ) -> None:
        self.network, self.loss, self.fuse, self.penalties = network, loss, fuse, penalties
        self.prediction = np.empty(0)
        self.count = 0.0
        self._known: tuple[tuple[int, ...], tuple[int, ...]] | None = None
        self._seen: Array | None = None
        self._penalized: list[Parameter] = []  # on which penalties act
        self._own: list[object] = []  # layers and a loss that are not built in
        self.compose()

    def compose(self, quick: bool = False) -> None:
        """Look at the network as it stands now: its ending decides which way is taken."""
        self.network.refresh(quick)
        if self._seen is self.network.flat_values:
            return  # a network whose layers changed has new vectors
        door.check_ending(self.network, self.loss)
        self.fused = self.fuse and door.can_fuse(self.network, self.loss)
        self._seen, self._known = self.network.flat_values, None
        parameters = self.network.parameters().values() if self.penalties else ()
        self._penalized = [p for p in parameters if p.penalized]
        parts = [self.loss, *layers_of(self.network)]
        self._own = [part for part in parts if not checks.is_built_in(part)]
        if checks.is_built_in(self.loss):
            vars(self.loss)["_workspace"] = self.network.workspace

    def targets(self, x: Array, y: ArrayLike) -> Array:
        """The targets in the one form that the loss takes, checked."""
        if self._known is None or self._known[0] != x.shape[1:]:
            shape = door.output_shape(self.network, self.loss, x)
            self._known = (x.shape[1:], shape[1:])
        shape = (len(x), *self._known[1])
        return self.loss.prepare_target(y, shape, self.network.dtype)

    def protected(self, data: Array) -> Array:
        """The data of a step, read-only where a layer or loss of one's own might work in place."""
        return array_checks.read_only(data) if self._own else data

    def differentiate(
        self, x: Array, y: Array, weight: Array | None = None, keep_prediction: bool = False
    ) -> float:
        """The loss of a batch; the gradients are in the network afterwards, if it is finite."""
        value = self._differentiate(x, y, weight, keep_prediction)
        if not self.penalties:
            return value
        if math.isfinite(value):
            value += self._penalty()
            for parameter in self._penalized:
                for penalty in self.penalties:
                    parameter.grad += penalty.gradient(parameter.value)
        return value

    def _differentiate(
        self, x: Array, y: Array, weight: Array | None, keep_prediction: bool
    ) -> float:
        """The same without the penalties."""
        network, loss = self.network, self.loss
        weights = () if weight is None else (weight,)
        if self.fused:
            logits = network.forward_to_logits(x)
            value = loss.forward_from_logits(logits, y, *weights)
            self._count(len(x))
            if keep_prediction:
                self.prediction = network.output_layer.forward(logits)
            if math.isfinite(value):
                network.backward_from_logits(loss.backward_from_logits())
            return value
        prediction = network.forward(x)
        value = _loss_of(loss, prediction, y, *weights)
        self._count(len(x))
        if keep_prediction:
            self.prediction = prediction
        if math.isfinite(value):
            network.backward_first(_gradient(loss, loss.backward(), prediction))
        return value

    def loss_gradient(self) -> tuple[Array, bool]:
        """What the loss's backward gave in the last step, and whether it is dL/dz of the logits."""
        loss = self.loss
        return (loss.backward_from_logits() if self.fused else loss.backward()), self.fused

    def evaluate(self, x: Array, y: Array, metrics: dict[str, Metric]) -> dict[str, float]:
        """Loss and metrics in evaluation mode, piece by piece so that memory stays small."""
        total = seen = 0.0
        record = EpochPredictions(metrics, y, None, self.loss)
        with self.network.evaluating():
            for start in range(0, len(x), _EVALUATION_ROWS):
                part = slice(start, start + _EVALUATION_ROWS)
                value, prediction = self._value(x[part], y[part])
                total += value * self.count
                seen += self.count
                if metrics:
                    record.add(start, prediction)
        loss = total / seen + self._penalty()
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"evaluate: expected a finite loss, got {loss}. Look at the weights (are they "
                f"finite?) and at the size of the data."
            )
        return {"loss": loss, **record.values()}

    def _value(self, x: Array, y: Array) -> tuple[float, Array]:
        """Loss and prediction, without a gradient."""
        if self.fused:
            logits = self.network.forward_to_logits(x)
            value = self.loss.forward_from_logits(logits, y)
            self._count(len(x))
            return value, self.network.output_layer.forward(logits)
        prediction = self.network.forward(x)
        value = _loss_of(self.loss, prediction, y)
        self._count(len(x))
        return value, prediction

    def _count(self, samples: int) -> None:
        """Remember how much the batch counts in the mean over an epoch."""
        count = self.loss.count
        self.count = float(samples) if count is None else count

    def _penalty(self) -> float:
        """What the present weights cost."""
        if not self.penalties:
            return 0.0
        return sum(penalty.value(p.value) for penalty in self.penalties for p in self._penalized)


def _loss_of(loss: Loss, prediction: Array, *target: Array) -> float:
    """The loss as a float; an error in a student's forward says which loss it was."""
    try:
        return _one_number(loss, loss.forward(prediction, *target))
    except Exception as error:
        message = str(error)
        if len(error.args) == 1 and isinstance(error.args[0], str) and repr(loss) not in message:
            error.args = (
                f"{loss!r}.forward: {message} (called with a prediction of shape "
                f"{prediction.shape} and a target of shape {target[0].shape})",
            )
        raise


def _one_number(loss: Loss, value: Any) -> float:
    """What a loss's forward returned, as a float."""
    if type(value) is float:
        return value
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fiu":
        raise TypeError(
            f"{loss!r}.forward: expected one number for the batch, got "
            f"{checks.describe(value)}. Take the mean over the samples."
        )
    return float(array.reshape(()))


def _gradient(loss: Loss, gradient: Any, prediction: Array) -> Array:
    """What a loss's backward returned, of the prediction's shape and type."""
    if gradient is None:
        raise TypeError(f"{loss!r}.backward: expected the gradient, got None. Is a return missing?")
    array = np.asarray(gradient)
    if array.shape != prediction.shape:
        raise ValueError(
            f"{loss!r}.backward: expected the shape of the prediction, {prediction.shape}, got "
            f"{array.shape}."
        )
    return array.astype(prediction.dtype, copy=False)
