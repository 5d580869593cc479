"""minnet: the training step that `fit` takes, `step(x, y)` called from outside, and `fit`."""

from __future__ import annotations

import numpy as np

import minnet as mn
from minnet.training.step import train_on

from ..workloads import Workload
from . import Plain

_LAYERS = {
    "linear": mn.Linear,
    "conv": mn.Conv2d,
    "relu": mn.ReLU,
    "tanh": mn.Tanh,
    "pool": mn.MaxPool2d,
    "flatten": mn.Flatten,
}


def trainer_of(workload: Workload) -> mn.Trainer:
    """The Trainer of a workload, at its start."""
    layers = [_LAYERS[kind](*numbers) for kind, *numbers in workload.parts]
    network = mn.Network([*layers, mn.Softmax()], seed=workload.seed)
    for parameter, start in zip(network.parameters().values(), workload.start(), strict=True):
        parameter.value = start
    optimizer = getattr(mn, workload.optimizer)(workload.rate)
    return mn.Trainer(network, mn.CategoricalCrossEntropy(), optimizer, seed=workload.seed)


class Minnet(Plain):
    """A training step as `fit` takes it: its data were checked when the fit began."""

    name = "minnet"

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.trainer = trainer_of(workload)

        self.trainer.network.training = True

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """Forward, loss, backward, update; the loss and all numbers are watched, as always."""
        return train_on(self.trainer, x, y)

    def fit(self, x: np.ndarray, y: np.ndarray, progress: bool = True) -> None:
        """A whole fit, with shuffling, history and progress bar."""
        workload = self.workload
        self.trainer.fit(x, y, epochs=workload.epochs, batch_size=workload.batch, progress=progress)


class StepFromOutside(Minnet):
    """`Trainer.step`: looks at the network, checks x and y each time, and trains."""

    name = "minnet, step(x, y)"

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """One step of the Trainer, with its input checks."""
        return self.trainer.step(x, y)


class BareSteps(Minnet):
    """The steps of a fit on batches that lie ready: what `fit` adds to."""

    name = "minnet, bare steps"

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:  # type: ignore[override]
        """As many steps as a fit takes, and nothing else."""
        workload, network = self.workload, self.trainer.network
        starts = range(0, len(x), workload.batch)
        batches = [(x[s : s + workload.batch], y[s : s + workload.batch]) for s in starts]
        network.training = True
        for _ in range(workload.epochs):
            for part_x, part_y in batches:
                train_on(self.trainer, part_x, part_y)
        network.training = False
