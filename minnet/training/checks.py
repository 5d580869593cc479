"""Checks and converts what a user passes to a Trainer, once, before training starts."""

from __future__ import annotations

import contextlib
import copy
import inspect
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.activations import Sigmoid, Softmax
from minnet.nn.error_location import short_repr
from minnet.nn.layer import Layer
from minnet.nn.layers import BatchNorm
from minnet.nn.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Hinge,
    Loss,
    sample_weights,
)
from minnet.nn.network import Network
from minnet.nn.search import find
from minnet.optimizers import Optimizer
from minnet.utils import array_checks, checks
from minnet.utils.types import Array


def check_loss(loss: object) -> Loss:
    """`loss`, if it is a Loss object."""
    hint = "A custom loss is a subclass of mn.Loss with forward(prediction, target) and backward()."
    return checks.instance("Trainer: loss", loss, Loss, hint)


def check_optimizer(optimizer: object, network: Network) -> Optimizer:
    """`optimizer`, if it is an Optimizer object that has not trained another network."""
    hint = "A custom optimizer is a subclass of mn.Optimizer with step(values, grads)."
    checked = checks.instance("Trainer: optimizer", optimizer, Optimizer, hint, "learning_rate=...")
    if not checked.serves(network):
        raise ValueError(
            f"Trainer: optimizer: expected a new optimizer, got {checked!r}, which trains another "
            f"network and remembers its steps. Create one for each network."
        )
    return checked


def check_last_layers(network: Network, loss: Loss) -> None:
    """Refuse two softmaxes in a row, and a last layer whose output the loss cannot take."""
    for first, second in itertools.pairwise(_flattened(network)):
        if isinstance(first, Softmax) and isinstance(second, Softmax):
            raise ValueError(
                f"Trainer: expected one softmax, got {short_repr(second)} directly after another: "
                f"the second flattens the probabilities and slows learning. Remove one."
            )
    loss.check_last_layer(network.output_layer)


def _flattened(network: Network) -> Iterator[Layer]:
    """The layers in the order of the forward pass, nested networks included."""
    for layer in network.layers:
        if isinstance(layer, Network):
            yield from _flattened(layer)
        else:
            yield layer


def check_two_classes(loss: Loss, labels: ArrayLike, target: Array) -> None:
    """Refuse to train k >= 2 outputs with samples that are all of one class, but for a single one.

    (One sample to fit is the usual first test of a network.)
    """
    k = target.shape[1] if target.ndim == 2 else 2
    given = array_checks.numeric_array("fit", "y", labels)
    if given.ndim > 1:
        one_hot = target.ndim == 2 and ((target == 0) | (target == 1)).all()
        one_hot = one_hot and (target.sum(axis=1) == 1).all()
        given = target if target.ndim == 1 else target.argmax(axis=1) if one_hot else np.empty(0)
    ignored = getattr(loss, "ignore_label", None)
    if ignored is not None:
        given = given[given != ignored]
    if k > 1 and len(given) > 1 and (given == given[0]).all():
        raise ValueError(
            f"fit: y: expected labels of at least two classes, got {given[0]} in all "
            f"{len(given)} rows. Are the data sorted by class and split before shuffling? "
            f"Split all of them by mn.data.train_test_split(..., stratify=True)."
        )


def check_smallest_batch(network: Network, samples: int, batch_size: int) -> None:
    """Refuse a fit whose last batch is too small for batch normalization."""
    smallest = samples % batch_size or min(samples, batch_size)
    for found in find(network):
        if isinstance(found.item, BatchNorm):
            try:
                found.item.check_batch(smallest)
            except ValueError as error:
                error.args = (f"{found.code} {error}",)
                raise


def classifies(network: Network, loss: Loss, shape: tuple[int, ...]) -> bool:
    """True if the outputs of a network, of this shape for one sample, decide between classes.

    So they do under a loss of classes and after a sigmoid or softmax. A custom last layer is
    asked for its outputs of some numbers around 0, whether they lie between 0 and 1; not those of
    the data, because then the answer would depend on the data.
    """
    last = network.output_layer
    of_classes = isinstance(loss, (BinaryCrossEntropy, CategoricalCrossEntropy, Hinge))
    if of_classes or type(loss).as_probabilities is not Loss.as_probabilities:
        return True
    if isinstance(last, (Sigmoid, Softmax)) or checks.is_built_in(last):
        return isinstance(last, (Sigmoid, Softmax))
    numbers = np.random.default_rng(0).normal(0, 10, (32, *shape)).astype(network.dtype)
    try:
        with np.errstate(all="ignore"):
            output = np.asarray(copy.deepcopy(last).forward(numbers))
    except Exception:  # it takes another shape
        return False
    return bool(((output >= 0) & (output <= 1)).all())


def check_measure_at(
    place: str, measure_at: object, has_validation: bool, last: int | None = None
) -> frozenset[int]:
    """The steps of `measure_at`: whole numbers in rising order, none after the last step.

    Args:
        last: the last step of the fit; None: it is not known yet.
    """
    given = checks.items(measure_at)
    if given is None:
        raise TypeError(
            f"{place}: measure_at: expected a list of steps, got {checks.describe(measure_at)}. "
            f"Write measure_at=[0, 1, 2, 5, 10]."
        )
    steps = [
        checks.whole_number(place, f"measure_at[{i}]", step, minimum=0)
        for i, step in enumerate(given)
    ]
    for i, (before, step) in enumerate(itertools.pairwise(steps), 1):
        if step <= before:
            raise ValueError(
                f"{place}: measure_at: expected rising steps, got measure_at[{i}] = {step} after "
                f"{before}. Write sorted(set(steps))."
            )
    if steps and not has_validation:
        raise ValueError(
            f"{place}: measure_at: expected validation_data to measure on, got none. Add "
            f"validation_data=(x_test, y_test)."
        )
    if steps and last is not None and steps[-1] > last:
        raise ValueError(
            f"{place}: measure_at: expected steps up to the last one, {last} (epochs times batches "
            f"in an epoch), got {steps[-1]}. Leave it out, or train for more epochs."
        )
    return frozenset(steps)


@contextlib.contextmanager
def prefix_errors(place: str) -> Iterator[None]:
    """Inside `with`: the message of an error about data begins with `place`."""
    try:
        yield
    except (TypeError, ValueError) as error:
        error.args = (f"{place}: {str(error).removeprefix(': ')}",)
        raise


def check_sample_weight(
    place: str,
    loss: Loss,
    sample_weight: ArrayLike | None,
    target: Array,
    dtype: np.dtype[Any],
) -> Array | None:
    """The weights, one for each sample, if the loss takes them; None: no weights."""
    if sample_weight is None:
        return None
    if "sample_weight" not in inspect.signature(loss.forward).parameters:
        raise TypeError(
            f"{place}: sample_weight: expected a loss whose forward takes sample_weight=None, got "
            f"{loss!r}. Add the argument, and divide by the sum of the weights."
        )
    checked = sample_weights.check_sample_weight(place, sample_weight, len(target), dtype)
    sample_weights.check_not_all_zero(place, "sample_weight", checked)
    products = checked * loss.counts(target)
    if not products.any():
        raise ValueError(
            f"{place}: sample_weight: expected a weight above 0 for a sample that counts under "
            f"{loss!r}, got 0 for all whose label is not ignored and whose class_weight is not 0. "
            f"Leave sample_weight out, or give such a sample a weight."
        )
    sample_weights.check_weights_survive(place, "sample_weight", products, dtype)
    return checked
