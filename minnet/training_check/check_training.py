"""`mn.check_training`: examines a training before it runs, and tries what would make it learn."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from numpy.typing import ArrayLike

from minnet.nn.activations import Identity
from minnet.nn.layer import Layer
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.optimizers import Optimizer
from minnet.training.trainer import Trainer
from minnet.training_check.diagnosis import diagnose
from minnet.training_check.examination import Examination
from minnet.training_check.report import TrainingReport
from minnet.utils import array_checks, checks
from minnet.utils.keyword_arguments import explained


@explained
def check_training(
    trainer: Trainer | Network | Iterable[Layer],
    x: ArrayLike,
    y: ArrayLike,
    epochs: int = 20,
    batch_size: int = 32,
    validation_data: Sequence[ArrayLike] | None = None,
    shuffle: bool = True,
    sample_weight: ArrayLike | None = None,
    *,
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
    seconds: float = 5.0,
    progress: bool = True,
) -> TrainingReport:
    """Find out why a network does not learn, or would not.

    Examines data, network, loss and start, then trains copies for a short time: as it is, and with
    one suspected cause removed. The given trainer, its network, optimizer and random streams do
    not change.

    Args:
        trainer: a Trainer; or layers, where `mn.Trainer` refuses them, with `loss` and `optimizer`.
        x, y, epochs, batch_size, validation_data, shuffle, sample_weight: as `fit` would get them.
        seconds: when to stop with trials. progress: show a bar.

    Returns:
        A TrainingReport. A finding is a "mistake" if `fit` refuses, if a trial without the cause
        learns clearly better, or if nothing can be learned at all; else a "remark".

    Raises:
        TypeError, ValueError: no trainer, data that cannot be arrays, seconds <= 0. What `fit` would
            refuse is a finding instead.

    >>> import numpy as np, minnet as mn
    >>> x = np.random.default_rng(0).normal(size=(100, 2))
    >>> y = (x[:, 0] > 0).astype(int)
    >>> trainer = mn.Trainer([mn.Linear(2, 1), mn.Sigmoid()], mn.BinaryCrossEntropy(),
    ...                      mn.SGD(1e-5), seed=0)
    >>> report = check_training(trainer, x, y, epochs=50, progress=False)
    >>> report.ok, report.findings[0].code
    (False, 'learning-rate-too-low')
    """
    place = "check_training"
    limit = checks.number(place, "seconds", seconds, minimum=0, above=True)
    copied = _copied_trainer(trainer, loss, optimizer)
    given_x, given_y = (
        array_checks.numeric_array(place, name, value) for name, value in (("x", x), ("y", y))
    )
    array_checks.not_empty(place, "x", given_x)
    array_checks.not_empty(place, "y", given_y)
    if given_x.ndim == 0:
        raise TypeError(f"{place}: x: expected an array of samples (m, features), got {x!r}.")
    weight = None
    if sample_weight is not None:
        weight = array_checks.numeric_array(place, "sample_weight", sample_weight)
    examination = Examination(
        copied, given_x, given_y,
        checks.whole_number(place, "epochs", epochs),
        checks.whole_number(place, "batch_size", batch_size),
        _validation(validation_data), checks.boolean(place, "shuffle", shuffle), weight, limit,
        validation_data,
    )  # fmt: skip
    return diagnose(examination, checks.boolean(place, "progress", progress))


def _copied_trainer(given: Any, loss: Loss | None, optimizer: Optimizer | None) -> Trainer:
    """A copy of the Trainer, or one of the parts, also of those that mn.Trainer refuses."""
    if isinstance(given, Trainer):
        if loss is not None or optimizer is not None:
            raise TypeError(
                "check_training: loss, optimizer: expected neither next to a Trainer, which has "
                "its own. Leave them out."
            )
        return copy.deepcopy(given)
    if loss is None or optimizer is None:
        raise TypeError(
            f"check_training: trainer: expected a Trainer, got {checks.describe(given)}. Write "
            f"check_training(mn.Trainer(network, loss, optimizer), x, y), or give loss=... and "
            f"optimizer=... next to the layers."
        )
    layers = copy.deepcopy(given.layers if isinstance(given, Network) else list(given))
    ending = Identity() if loss.canonical is None else loss.canonical()
    parts = (copy.deepcopy(loss), copy.deepcopy(optimizer))
    trainer = Trainer(Network([ending], seed=0), *parts, seed=0)
    trainer.network.layers[:] = layers
    trainer.network.refresh()
    return trainer


def _validation(given: Any) -> Any:
    """The pair as arrays; None if there is none, or if `fit` refuses it."""
    try:
        x, y, *_ = given
        return tuple(array_checks.numeric_array("validation", "", part) for part in (x, y))
    except (TypeError, ValueError):
        return None
