"""Network and loss together: one function of the weights, with its gradient.

There are two ways to compute that gradient. *Fused*: if the network ends in the loss's canonical
activation, the loss is computed from the logits z, and dL/dz = (a - y)/m enters the network
below the activation. *Chain rule*: dL/da from the loss, then link by link through all layers.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.metrics import Metric
from minnet.nn.activations import Softmax
from minnet.nn.dtype import checked_samples
from minnet.nn.error_location import short_repr
from minnet.nn.layer import Layer
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.nn.search import layers_of
from minnet.optimizers.penalties import Penalty
from minnet.training.checks import check_last_layers
from minnet.training.epoch_predictions import EpochPredictions
from minnet.utils import array_checks, checks
from minnet.utils.types import Array

EVALUATION_ROWS = 1000  # evaluated at a time, so that memory stays small


class Objective:
    """The loss of a network on a batch, and its gradient in the network's parameters.

    Attributes:
        fused: True if the gradient is computed from the logits, False for the chain rule.
        prediction: of the last batch, if asked for.
        count: what the last loss was divided by: samples, or the sum of their weights.
    """

    def __init__(
        self, network: Network, loss: Loss, fuse: bool, penalties: Sequence[Penalty] = ()
    ) -> None:
        self.network: Network = network
        self.loss: Loss = loss
        self.fuse: bool = fuse
        self.penalties: Sequence[Penalty] = penalties
        self.prediction: Array = np.empty(0)
        self.count: float = 0.0
        self._shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None  # a sample's in and out
        self._values: Array | None = None  # flat_values at the last refresh
        self._penalized: list[Parameter] = []
        self.has_custom_parts: bool = False  # is a layer, or the loss, not built in?
        self.refresh()

    def loss_and_gradient(
        self, x: Array, y: Array, weight: Array | None = None, keep_prediction: bool = False
    ) -> float:
        """The loss of a batch; its gradient is then in network.flat_gradients, if it is finite."""
        network, loss = self.network, self.loss
        value, output = self._forward(x, y, weight)
        if keep_prediction:
            self.prediction = self._prediction(output)
        if not math.isfinite(value):
            return value
        if self.fused:  # dL/dz enters the network below its last activation
            network.backward_from_logits(loss.backward_from_logits())
        else:  # dL/da enters it at its end
            network._backward_parameters(_gradient(loss, loss.backward(), output))
        return self._add_penalties(value) if self.penalties else value

    def _forward(self, x: Array, y: Array, weight: Array | None) -> tuple[float, Array]:
        """The loss of a batch, and the output of the network: the logits where they are fused."""
        network, loss = self.network, self.loss
        weights = () if weight is None else (weight,)
        if self.fused:
            output = network._forward_to_logits(x)
            value = loss.forward_from_logits(output, y, *weights)
        else:
            output = network._forward(x)
            value = _loss_of(loss, output, y, *weights)
        self.count = len(x) if loss.count is None else loss.count
        return value, output

    def _prediction(self, output: Array) -> Array:
        return self.network.output_layer.forward(output) if self.fused else output

    def _add_penalties(self, loss: float) -> float:
        """The loss with all penalties; adds their gradients, too."""
        for parameter in self._penalized:
            for penalty in self.penalties:
                parameter.grad += penalty.gradient(parameter.value)
        return loss + self.penalty()

    def penalty(self) -> float:
        """The sum of all penalties for the current weights."""
        total = 0.0  # not by `sum`: it rounds otherwise from Python 3.12 on
        for penalty in self.penalties:
            for parameter in self._penalized:
                total += penalty.value(parameter.value)
        return total

    def loss_gradient(self) -> tuple[Array, bool]:
        """The loss's gradient in the last step, and whether it is with respect to the logits."""
        loss = self.loss
        return (loss.backward_from_logits() if self.fused else loss.backward()), self.fused

    def evaluate(
        self, x: Array, y: Array, metrics: dict[str, Metric], weight: Array | None = None
    ) -> dict[str, float]:
        """Loss and metrics in evaluation mode, a thousand rows at a time."""
        total = seen = 0.0
        record = EpochPredictions(metrics, y, None, self.loss)
        with self.network.evaluating():
            for start in range(0, len(x), EVALUATION_ROWS):
                part = slice(start, start + EVALUATION_ROWS)
                weights = None if weight is None else weight[part]
                value, output = self._forward(x[part], y[part], weights)
                total += value * self.count
                seen += self.count
                if metrics:
                    record.add(start, self._prediction(output))
        loss = total / seen + self.penalty()
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"evaluate: expected a finite loss, got {loss}. Check that the weights are finite "
                f"and that the inputs are not too large."
            )
        return {"loss": loss, **record.values()}

    # -- before training -------------------------------------------------------------------

    def refresh(self) -> None:
        """Find out whether layers were replaced, and whether the network's ending can be fused."""
        self.network.refresh()
        if self._values is self.network.flat_values:
            return  # a network whose layers changed has new vectors
        check_last_layers(self.network, self.loss)
        self.fused: bool = self.fuse and can_fuse(self.network, self.loss)
        self._values, self._shapes = self.network.flat_values, None
        parameters = self.network.parameters().values() if self.penalties else ()
        self._penalized = [p for p in parameters if p.penalized]
        parts = [self.loss, *layers_of(self.network)]
        self.has_custom_parts = not all(map(checks.is_built_in, parts))

    def targets(self, x: Array, y: ArrayLike) -> Array:
        """The targets in the form that the loss takes, checked."""
        if self._shapes is None or self._shapes[0] != x.shape[1:]:
            self._shapes = (x.shape[1:], output_shape(self.network, self.loss, x)[1:])
        return self.loss.prepare_target(y, (len(x), *self._shapes[1]), self.network.dtype)

    def batch(self, x: Any, y: ArrayLike) -> tuple[Array, Array]:
        """Samples and targets of a single step, checked like those of `fit`, but faster.

        Read-only if a custom layer or loss might work in place. Whether the cast to the network's
        dtype keeps what distinguishes samples is asked when samples of this shape come first.
        """
        inputs: Array = x
        dtype = self.network.dtype
        plain = type(x) is np.ndarray and x.dtype is dtype and x.ndim > 1 and x.size
        # A sum of squares is finite only if each entry is; else the full check names the entry.
        if not (plain and math.isfinite(np.vdot(x, x))):
            inputs = array_checks.samples("step", "x", x, dtype=dtype)
        if self._shapes is None or self._shapes[0] != inputs.shape[1:]:
            self.samples("step", x)
        target = self.targets(inputs, y)
        if self.has_custom_parts:
            return array_checks.read_only(inputs), array_checks.read_only(target)
        return inputs, target

    def samples(self, place: str, x: ArrayLike, looked_at: int = 1024) -> Array:
        """Samples of which the network's dtype keeps what distinguishes them."""
        network = self.network
        return checked_samples(place, x, network.dtype, network.takes_indices, looked_at)


def can_fuse(network: Network, loss: Loss) -> bool:
    """True if the network ends in exactly the loss's canonical activation, both built in.

    A custom subclass of either is called like any layer, because it may compute anything.
    """
    last: Layer = network
    while isinstance(last, Network):
        if type(last) is not Network:
            return False
        last = last.layers[-1]
    on_last_axis = not isinstance(last, Softmax) or last.axis == -1
    return checks.is_built_in(loss) and type(last) is loss.canonical and on_last_axis


def output_shape(network: Network, loss: Loss, x: Array, rows: int = 32) -> tuple[int, ...]:
    """The shape of a prediction for all of x, found by predicting its first rows.

    Raises:
        ValueError: by the layer whose input has the wrong width, or by the loss if the
            prediction is not in its domain. Nothing has been changed then.
    """
    prediction = first_predictions(network, x, rows)
    if prediction.ndim < 2 or len(prediction) != len(x[:rows]):
        raise ValueError(
            f"{short_repr(network.output_layer)}: expected an output of shape (m, ...), one row "
            f"for each of {len(x[:rows])} samples, got {prediction.shape}."
        )
    loss.check_prediction(prediction)
    return (len(x), *prediction.shape[1:])


def first_predictions(network: Network, x: Array, rows: int = 32) -> Array:
    """The predictions for the first rows of x; nothing of the network changes."""
    with without_side_effects(network):
        return network.forward(x[:rows])


@contextlib.contextmanager
def without_side_effects(network: Network) -> Iterator[None]:
    """Evaluation mode; afterwards the network's random generator is as before."""
    state = network.random.bit_generator.state
    try:
        with network.evaluating():
            yield
    finally:
        network.random.bit_generator.state = state


def _loss_of(loss: Loss, prediction: Array, *target: Array) -> float:
    """The loss as a float; an error in a custom loss names the loss."""
    try:
        value = loss.forward(prediction, *target)
        if type(value) is float:
            return value
        hint = "Take the mean over the samples."
        return checks.one_number(f"{loss!r}.forward", value, hint, kinds="fiu")
    except Exception as error:
        message = str(error)
        if len(error.args) == 1 and isinstance(error.args[0], str) and repr(loss) not in message:
            error.args = (
                f"{loss!r}.forward: {message} (called with a prediction of shape "
                f"{prediction.shape} and a target of shape {target[0].shape})",
            )
        raise


def _gradient(loss: Loss, gradient: Any, prediction: Array) -> Array:
    """The gradient that a loss's backward returned, in the prediction's shape and dtype."""
    if gradient is None:
        raise TypeError(f"{loss!r}.backward: expected the gradient, got None. Is a return missing?")
    array = np.asarray(gradient)
    if array.shape != prediction.shape:
        raise ValueError(
            f"{loss!r}.backward: expected the shape of the prediction, {prediction.shape}, got "
            f"{array.shape}."
        )
    return array.astype(prediction.dtype, copy=False)
