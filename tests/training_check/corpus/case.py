"""What one training of the corpus is: parts, data, arguments of `fit`, and what is true of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import minnet as mn
from minnet import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Dropout,
    Linear,
    MeanAbsoluteError,
    MeanSquaredError,
    ReLU,
    RMSProp,
    Sigmoid,
    Softmax,
    Tanh,
)

__all__ = [  # what every file of cases takes from here
    "SGD", "Adam", "BinaryCrossEntropy", "CategoricalCrossEntropy", "Corpus", "Dropout",
    "Linear", "MeanAbsoluteError", "MeanSquaredError", "RMSProp", "ReLU", "Sigmoid", "Softmax",
    "Tanh", "Training", "curve", "digits", "generated", "measured", "rng", "scaled", "standard",
]  # fmt: skip


@dataclass
class Training:
    """The parts of a Trainer, the data, and how `fit` would be called."""

    layers: Any
    loss: Any
    optimizer: Any
    x: Any
    y: Any
    epochs: int
    batch_size: int = 32
    fit: dict[str, Any] = field(default_factory=dict)
    trainer: dict[str, Any] = field(default_factory=dict)

    def make_trainer(self, seed: int = 0) -> mn.Trainer:
        return mn.Trainer(self.layers, self.loss, self.optimizer, seed=seed, **self.trainer)

    def check(self, seed: int = 0, **more: Any) -> Any:
        """`mn.check_training` of the Trainer, or of its parts where mn.Trainer refuses them."""
        more = {"epochs": self.epochs, "batch_size": self.batch_size, **self.fit, **more}
        try:
            trainer = self.make_trainer(seed)
        except ValueError:
            parts = {"loss": self.loss, "optimizer": self.optimizer}
            return mn.check_training(self.layers, self.x, self.y, **parts, **more)
        return mn.check_training(trainer, self.x, self.y, **more)


@dataclass(frozen=True)
class Case:
    """A training that is made again at every call of `make`.

    `codes`: those that name something that is really wrong, the one that it was made for first;
    none for a right training. `source`: where the mistake is from.
    """

    name: str
    codes: tuple[str, ...]
    source: str
    make: Callable[[], Training]


class Corpus(list[Case]):
    """A list of cases with the decorator that adds one."""

    def add(self, codes: str, source: str) -> Callable[[Callable[[], Training]], Any]:
        def register(function: Callable[[], Training]) -> Callable[[], Training]:
            name = function.__name__
            assert name not in {case.name for case in self}, name
            self.append(Case(name, tuple(codes.split()), source, function))
            return function

        return register

    def right(self, source: str = "own") -> Callable[[Callable[[], Training]], Any]:
        return self.add("", source)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def standard(x: Any) -> np.ndarray:
    """Mean 0 and spread 1 in each column."""
    x = np.asarray(x, float)
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)


def measured(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A data set of the package as plain arrays, not scaled."""
    x, y = getattr(mn.datasets, name)()
    return np.array(x, float), np.array(y)


def scaled(name: str) -> tuple[np.ndarray, np.ndarray]:
    x, y = measured(name)
    return standard(x), y


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Rows of 64 pixels from 0 to 1."""
    x, y = measured("digits")
    return x.reshape(len(x), -1) / 16, y


def generated(name: str, n: int, seed: int, **more: Any) -> tuple[np.ndarray, np.ndarray]:
    points = getattr(mn.datasets, name)(n, seed=seed, **more)
    return np.array(points.x, float), np.array(points.y)


def curve(n: int, seed: int, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """y = sin(2 x) with noise."""
    r = rng(seed)
    x = r.uniform(-2, 2, (n, 1))
    return x, np.sin(2 * x[:, 0]) + noise * r.normal(size=n)
