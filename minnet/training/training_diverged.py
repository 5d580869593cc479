"""Finds the layer that produced the first NaN or infinity, and says what the likely causes are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet.nn.error_location import short_repr
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.utils.types import Array


class TrainingDiverged(FloatingPointError):  # noqa: N818 (reads as a sentence)
    """A loss, gradient or weight is not finite.

    After a bad loss or gradient the network is as before the step. A weight that is not finite is
    the result of the step itself: the last checkpoint is from before it.

    Attributes:
        epoch, batch: counted from 1; None for a single `Trainer.step`. layer: the place.
    """

    def __init__(self, message: str, epoch: int | None, batch: int | None, layer: str) -> None:
        super().__init__(message)
        self.epoch, self.batch, self.layer = epoch, batch, layer

    def __reduce__(self) -> tuple[Any, ...]:
        """An exception with more arguments than its message must define how it is pickled."""
        return (type(self), (self.args[0], self.epoch, self.batch, self.layer))


def diverged(
    network: Network,
    x: Array,
    loss: float,
    learning_rate: float,
    epoch: int | None = None,
    batch: int | None = None,
    reason: str = "",
    loss_gradient: tuple[Array, bool] | None = None,
) -> TrainingDiverged:
    """The error for a step on x whose loss or gradient is not finite."""
    with np.errstate(all="ignore"):
        layer, finding = _first_bad_number(network, x, loss, loss_gradient)
    if reason and layer == "the loss":  # which explains it better
        finding = reason
    when = "this step" if epoch is None else f"epoch {epoch}, batch {batch}"
    largest = float(np.abs(x).max())
    kept = "The weights are as before this step."
    if finding.startswith("the weight "):
        kept = "The step itself made it so; resume from the last checkpoint, or start again."
    message = (
        f"Training diverged at {when}, in {layer}: {finding} {kept} Likely causes: the learning "
        f"rate ({learning_rate:g}) is too large; the inputs (up to {largest:.3g} in this batch) "
        f"are not standardized; a custom layer or loss takes the log or the inverse of 0. "
        f"mn.check_training(trainer, x, y) looks for the reason."
    )
    return TrainingDiverged(message, epoch, batch, layer)


def _first_bad_number(
    network: Network, x: Array, loss: float, loss_gradient: tuple[Array, bool] | None
) -> tuple[str, str]:
    """The place and a sentence. Looks at the weights, the outputs, the loss, then the gradients."""
    parameters = network.parameters()
    for name, parameter in parameters.items():
        if not np.isfinite(parameter.value).all():
            return parameter.name, f"the weight {name}{_bad_entry(parameter.value)}."
    for index, output in enumerate(network.activations(x)):
        if not np.isfinite(output).all():
            place = f"layers[{index}] {short_repr(network.layers[index])}"
            return place, f"its output{_bad_entry(output)}."
    if not math.isfinite(loss):
        return "the loss", f"its value is {loss}, though the prediction is finite."
    if loss_gradient is not None:
        grad, from_logits = loss_gradient
        if not np.isfinite(grad).all():
            return "the loss", f"its gradient{_bad_entry(np.asarray(grad))}."
        responsible = _backward_that_breaks(network.layers, grad, from_logits)
        if responsible is not None:
            return responsible, "its backward returned a gradient that is not finite."
    for name, parameter in reversed(parameters.items()):
        if parameter.trainable and not np.isfinite(parameter.grad).all():
            return parameter.name, f"the gradient of {name}{_bad_entry(parameter.grad)}."
    return "the network", f"the gradient is too large for {network.dtype}."


def _bad_entry(array: Array) -> str:
    """The first entry that is not finite, as `[3, 1] is nan`."""
    position = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    return f"[{', '.join(map(str, position))}] is {array[position]}"


def _backward_that_breaks(layers: list[Layer], grad: Array, from_logits: bool) -> str | None:
    """Repeats backward, layer by layer: the first that gets finite numbers and returns others."""
    for index in reversed(range(len(layers))):
        layer = layers[index]
        last = index == len(layers) - 1
        if last and from_logits:
            if isinstance(layer, Network):
                inside = _backward_that_breaks(layer.layers, grad, from_logits)
                return None if inside is None else f"layers[{index}].{inside}"
            continue  # the activation is part of the loss
        grad = np.asarray(layer.backward(grad))
        if not np.isfinite(grad).all():
            return f"layers[{index}] {short_repr(layer)}"
    return None
