"""scikit-learn's MLPClassifier: one step is its `partial_fit` on one batch."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..workloads import Workload
from . import Plain


def contenders() -> list[type[Plain]]:
    """The one contender; ImportError where scikit-learn is missing."""
    import sklearn  # noqa: F401

    return [Classifier]


class Classifier(Plain):
    """Without its penalty and its momentum, to be the same training as all others'."""

    name = "scikit-learn MLP"

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        self.model = self._model()
        x, y = workload.data(workload.batch)
        self.model.partial_fit(x, y, classes=np.arange(workload.classes))
        start = workload.start()
        for ours, theirs in zip(start[::2], self.model.coefs_, strict=True):
            theirs[...] = ours
        for ours, theirs in zip(start[1::2], self.model.intercepts_, strict=True):
            theirs[...] = ours
        if workload.optimizer == "Adam":
            memory = self.model._optimizer
            memory.t = 0
            for array in [*memory.ms, *memory.vs]:
                array[...] = 0

    @staticmethod
    def takes(workload: Workload) -> bool:
        """It has no convolutions."""
        return all(part[0] != "conv" for part in workload.parts)

    def _model(self, epochs: int = 1) -> Any:
        from sklearn.neural_network import MLPClassifier

        workload = self.workload
        hidden = [part[2] for part in workload.parts if part[0] == "linear"][:-1]
        activation = workload.parts[1][0] if hidden else "identity"
        return MLPClassifier(
            hidden_layer_sizes=hidden,
            activation=activation,
            solver=workload.optimizer.lower(),
            learning_rate_init=workload.rate,
            alpha=0.0,
            momentum=0.0,
            nesterovs_momentum=False,
            batch_size=workload.batch,
            max_iter=epochs,
            tol=0.0,
            n_iter_no_change=epochs + 1,
            random_state=0,
        )

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """One call of partial_fit, which takes one step."""
        self.model.partial_fit(x, y)
        return float(self.model.loss_)

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:
        """A fit with as many epochs."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged yet
            self._model(self.workload.epochs).fit(x, y)
