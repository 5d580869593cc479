"""The door of the Trainer: what a user gives is checked and converted once, before any step."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.metrics import CLASS_METRICS, Metric, target_classes
from minnet.nn.activations import Softmax
from minnet.nn.error_location import explain
from minnet.nn.layer import Layer, find, written
from minnet.nn.layers import BatchNorm
from minnet.nn.losses import Loss, sample_weights
from minnet.nn.network import Network
from minnet.optimizers import Optimizer
from minnet.utils import array_checks, checks
from minnet.utils.checks import describe
from minnet.utils.types import Array


def check_loss(loss: object) -> Loss:
    """A Loss object; a class gets the mend."""
    if isinstance(loss, type) and issubclass(loss, Loss):
        raise TypeError(
            f"Trainer: loss: expected a Loss, got the class {loss.__name__}. "
            f"Make an object of it: {loss.__name__}()."
        )
    if not isinstance(loss, Loss):
        raise TypeError(
            f"Trainer: loss: expected a Loss, got {describe(loss)}. A loss of your own is a "
            f"subclass of mn.Loss with forward(prediction, target) and backward()."
        )
    return loss


def check_optimizer(optimizer: object, network: Network) -> Optimizer:
    """An Optimizer that does not remember another network."""
    if isinstance(optimizer, type) and issubclass(optimizer, Optimizer):
        raise TypeError(
            f"Trainer: optimizer: expected an Optimizer, got the class {optimizer.__name__}. "
            f"Make an object of it: {optimizer.__name__}(learning_rate=...)."
        )
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"Trainer: optimizer: expected an Optimizer, got {describe(optimizer)}. An optimizer "
            f"of your own is a subclass of mn.Optimizer with step(values, grads)."
        )
    if optimizer.serves(network):
        return optimizer
    raise ValueError(
        f"Trainer: optimizer: expected an optimizer of its own, got {optimizer!r}, which trains "
        f"another network and remembers its steps. Make a new one."
    )


def check_ending(network: Network, loss: Loss) -> None:
    """Refuse two softmaxes in a row, and a last layer that the loss cannot judge."""
    chain = list(_in_a_row(network))
    for first, second in itertools.pairwise(chain):
        if isinstance(first, Softmax) and isinstance(second, Softmax):
            raise ValueError(
                f"Trainer: expected one softmax, got {explain(second)} right behind another: the "
                f"second flattens the probabilities and slows learning. Take one away."
            )
    loss.check_last_layer(network.output_layer)


def _in_a_row(network: Network) -> Iterator[Layer]:
    """The layers in the order in which data pass them, nested networks opened."""
    for layer in network.layers:
        if isinstance(layer, Network):
            yield from _in_a_row(layer)
        else:
            yield layer


def can_fuse(network: Network, loss: Loss) -> bool:
    """True if the network ends in exactly the loss's canonical activation, both built in.

    A student's subclass of either is called like any layer, because it may compute anything.
    """
    last: Layer = network
    while isinstance(last, Network):
        if type(last) is not Network:
            return False
        last = last.layers[-1]
    on_last_axis = not isinstance(last, Softmax) or last.axis == -1
    return checks.is_built_in(loss) and type(last) is loss.canonical and on_last_axis


@contextlib.contextmanager
def undisturbed(network: Network) -> Iterator[None]:
    """Inside `with`: evaluation mode; a layer that draws random numbers draws them again later."""
    state = network.random.bit_generator.state
    try:
        with network.evaluating():
            yield
    finally:
        network.random.bit_generator.state = state


def output_shape(network: Network, loss: Loss, x: Array, rows: int = 32) -> tuple[int, ...]:
    """The shape of a prediction for all of x, told by a trial with its first rows.

    Raises:
        ValueError: by the layer whose input has the wrong width, or by the loss if the
            prediction is not in its domain. Nothing has been changed then.
    """
    with undisturbed(network):
        prediction = network.forward(x[:rows])
    if prediction.ndim < 2 or len(prediction) != len(x[:rows]):
        raise ValueError(
            f"{explain(network.output_layer)}: expected an output of shape (m, ...), one row for "
            f"each of {len(x[:rows])} samples, got {prediction.shape}."
        )
    loss.check_prediction(prediction)
    return (len(x), *prediction.shape[1:])


def batch(place: str, x: ArrayLike, dtype: np.dtype[Any]) -> Array:
    """The x of a single step, checked as all samples are, but faster where nothing is wrong.

    A sum of squares is finite only if each entry is; where it is not, the full look names the
    entry, or finds that the squares alone were too large.
    """
    if type(x) is np.ndarray and x.dtype == dtype and x.ndim > 1 and x.size:
        entries = x.reshape(-1)
        if math.isfinite(entries.dot(entries)):
            return x
    return array_checks.samples(place, "x", x, dtype=dtype)


def check_two_classes(loss: Loss, labels: ArrayLike, target: Array) -> None:
    """Refuse to train k >= 2 outputs with labels that are all the same."""
    given = np.asarray(labels)
    ignored = getattr(loss, "ignore_label", None)
    if ignored is not None and given.ndim == 1:
        given = given[given != ignored]
    if given.ndim == 1 and target.shape[1:] != (1,) and (given == given[0]).all():
        raise ValueError(
            f"fit: y: expected labels of at least two classes, got {given[0]} in all "
            f"{len(given)} rows. Are the data sorted by class and cut before shuffling? "
            f"Use mn.data.train_test_split(..., stratify=True)."
        )


def check_smallest_batch(network: Network, samples: int, batch_size: int) -> None:
    """Refuse a fit whose last batch leaves batch normalization a single value."""
    smallest = samples % batch_size or min(samples, batch_size)
    for name, layer in find(network):
        if isinstance(layer, BatchNorm):
            try:
                layer.check_batch(smallest)
            except ValueError as error:
                error.args = (f"{written(name)} {error}",)
                raise


def check_metrics(metrics: dict[str, Metric], loss: Loss, target: Array) -> None:
    """Refuse targets that are no classes where a metric counts classes."""
    if any(metric in CLASS_METRICS for metric in metrics.values()):
        _, labels = loss.for_metrics(np.zeros((len(target), 1)), target)
        target_classes(labels)


@contextlib.contextmanager
def naming(place: str) -> Iterator[None]:
    """Inside `with`: an error about data says which of the data it means."""
    try:
        yield
    except (TypeError, ValueError) as error:
        error.args = (f"{place}: {str(error).removeprefix(': ')}",)
        raise


def check_sample_weight(loss: Loss, sample_weight: ArrayLike, target: Array) -> Array:
    """One weight for each sample, for a loss that takes them."""
    if "sample_weight" not in inspect.signature(loss.forward).parameters:
        raise TypeError(
            f"fit: sample_weight: expected a loss whose forward takes sample_weight=None, got "
            f"{loss!r}. Add the argument, and divide by the sum of the weights."
        )
    checked = sample_weights.check_sample_weight("fit", sample_weight, len(target))
    sample_weights.check_not_all_zero("fit", "sample_weight", checked)
    if not (checked * loss.counts(target)).any():
        raise ValueError(
            f"fit: sample_weight: expected a weight above 0 for a sample that counts under "
            f"{loss!r}, got 0 for all whose label is not ignored and whose class_weight is not 0."
        )
    return checked
