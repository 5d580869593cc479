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
from minnet.training_check.trial import Copy
from minnet.utils import array_checks, checks
from minnet.utils.keyword_arguments import explained

_PLACE = "check_training"


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
    one suspected cause removed. The given trainer does not change.

    Args:
        trainer: a Trainer; or layers, where `mn.Trainer` refuses them, with `loss` and `optimizer`.
        x: as `fit` would get it, like y, epochs, batch_size, validation_data, shuffle and
            sample_weight.
        seconds: for all trials. progress: show a bar.

    Returns:
        A TrainingReport. A finding is a "mistake" if `fit` refuses, if a trial without the cause
        learns clearly better, or if nothing can be learned at all; else a "remark".

    Raises:
        TypeError, ValueError: no trainer, data that cannot be arrays, seconds <= 0. What `fit`
            would refuse is a finding instead.

    >>> import numpy as np, minnet as mn
    >>> x = np.random.default_rng(0).normal(size=(100, 2))
    >>> layers = [mn.Linear(2, 1), mn.Sigmoid()]
    >>> trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(1e-5), seed=0)
    >>> report = check_training(trainer, x, x[:, 0] < 0, epochs=50, progress=False)
    >>> report.ok, report.findings[0].code
    (False, 'learning-rate-too-low')
    """
    shown = checks.boolean(_PLACE, "progress", progress)
    limit = checks.number(_PLACE, "seconds", seconds, minimum=0, above=True)
    copied = _copied_trainer(trainer, loss, optimizer)
    weight = None if sample_weight is None else _array("sample_weight", sample_weight)
    training = Copy(
        copied,
        _array("x", x),
        _array("y", y),
        checks.whole_number(_PLACE, "epochs", epochs),
        checks.whole_number(_PLACE, "batch_size", batch_size),
        checks.boolean(_PLACE, "shuffle", shuffle),
        weight,
    )
    pair = _validation(validation_data)
    return diagnose(Examination(training, pair, validation_data, limit), shown)


def _array(name: str, value: ArrayLike) -> Any:
    """The data as an array with at least one row."""
    array = array_checks.numeric_array(_PLACE, name, value)
    array_checks.not_empty(_PLACE, name, array)
    if array.ndim == 0:
        raise TypeError(f"{_PLACE}: {name}: expected an array, got one number, {array}.")
    return array


def _copied_trainer(given: Any, loss: Loss | None, optimizer: Optimizer | None) -> Trainer:
    """A copy of the Trainer, or one of the parts, also of those that mn.Trainer refuses."""
    if isinstance(given, Trainer) and loss is None and optimizer is None:
        return copy.deepcopy(given)
    if isinstance(given, Trainer) or loss is None or optimizer is None:
        raise TypeError(
            f"{_PLACE}: trainer: expected a Trainer, or layers with loss=... and optimizer=..., "
            f"got {checks.describe(given)}. Write check_training(mn.Trainer(network, loss, "
            f"optimizer), x, y)."
        )
    return trainer_of_parts(given, loss, optimizer)


def trainer_of_parts(given: Any, loss: Loss, optimizer: Optimizer) -> Trainer:
    """A Trainer of copies of these parts, also of those that mn.Trainer refuses."""
    layers = given.layers if isinstance(given, Network) else list(given)
    ending = Identity() if loss.canonical is None else loss.canonical()
    trainer = Trainer(Network([ending], seed=0), *copy.deepcopy((loss, optimizer)), seed=0)
    trainer.network.layers[:] = copy.deepcopy(layers)
    trainer.network.refresh()
    return trainer


def _validation(given: Any) -> Any:
    """The pair as arrays; None if there is none, or none that `fit` takes."""
    try:
        return tuple(array_checks.numeric_array(_PLACE, "", part) for part in given[:2])
    except (TypeError, ValueError):
        return None
