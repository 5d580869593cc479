"""The runs behind `learning_speed.py`: what one of them is, and how many are compared.

They are sweeps: `make_trainer`, `training_rows` and `observers` are ordinary functions of the
settings, so that `mn.sweep` can run them on one processor or on many. Everything random in a run
comes from its seed: the split into training and held-out rows, the first weights, the order of
the batches. Two runs that differ in the loss alone share all three.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet import data, datasets
from minnet.sweep.results import Run
from minnet.sweep.sweep import sweep

Array = NDArray[Any]

CROSS_ENTROPY, SQUARED_ERROR = LOSSES = ("cross-entropy", "squared error")
STARTS = {"ordinary": 1.0, "saturated": 5.0}  # the factor on the first weights
COMPARISONS = ("same rate", "own best rate")
SAME_RATE = 1.0
RATES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
TUNING_SEEDS = range(1000, 1010)  # used to choose the rates, not reported
GOAL = 0.95  # the held-out accuracy that a rate is chosen for
HIDDEN, BATCH, TEST_FRACTION = 8, 32, 0.3


class Task(NamedTuple):
    """A data set, and the output layer of a network for it."""

    load: Any
    outputs: int
    last: type[mn.Activation]
    cross_entropy: type[mn.Loss]


TASKS = {
    "breast_cancer": Task(datasets.breast_cancer, 1, mn.Sigmoid, mn.BinaryCrossEntropy),
    "iris": Task(datasets.iris, 3, mn.Softmax, mn.CategoricalCrossEntropy),
}


class Setting(NamedTuple):
    """Everything one run depends on; `watched` are the update steps at which it is measured."""

    task: str
    start: str
    loss: str
    rate: float
    seed: int
    watched: tuple[int, ...]
    goal: float = math.inf  # the run may end where it reaches this held-out accuracy


class Curves(NamedTuple):
    """Held-out loss and accuracy at each watched step, |dL/dz| at each but step 0."""

    loss: Array
    accuracy: Array
    gradient: Array


class Gauge(mn.Activation):
    """Passes everything on unchanged, and records the size of the gradient: the mean over
    the batch of |dL/dz|, summed over the outputs. (The 1/m of the mean is in the loss.)
    """

    def forward(self, z: Array) -> Array:
        """The same numbers."""
        return z

    def backward(self, grad: Array) -> Array:
        """The same gradient, measured."""
        self.size = float(np.abs(grad).sum())
        return grad


class Observer(mn.Callback):
    """Measures the network on held-out data at the watched steps, in the middle of an epoch too.

    What it measured comes back from a sweep in `run.callbacks`, from another process as well.
    """

    def __init__(self, task: str, seed: int, watched: tuple[int, ...], goal: float) -> None:
        self.task, self.seed, self.goal = task, seed, goal
        self.watched, self.last = {*watched}, watched[-1]
        self.step = 0
        self.measured: list[dict[str, float]] = []
        self.gradients: list[float] = []

    def on_fit_begin(self, trainer: mn.Trainer) -> None:
        """Step 0, before the first update."""
        cross_entropy = TASKS[self.task].cross_entropy()
        self.judge = mn.Trainer(trainer.network, cross_entropy, mn.SGD(), metrics=["accuracy"])
        self.measure(trainer)

    def on_step_end(self, trainer: mn.Trainer, loss: float) -> None:  # noqa: ARG002
        """After each update."""
        self.step += 1
        if self.step in self.watched:
            self.gradients.append(gauge_of(trainer).size)
            self.measure(trainer)

    def measure(self, trainer: mn.Trainer) -> None:
        """One point of the curves, perhaps the last."""
        _, x_held, _, y_held = split(self.task, self.seed)
        self.measured.append(self.judge.evaluate(x_held, y_held))
        trainer.stop = self.step == self.last or self.measured[-1]["accuracy"] >= self.goal

    def on_fit_end(self, trainer: mn.Trainer, history: mn.History) -> None:  # noqa: ARG002
        """Only what was measured is sent back, not the network."""
        del self.judge

    def curves(self) -> Curves:
        """What was measured, as arrays."""
        loss, accuracy = ([row[name] for row in self.measured] for name in ("loss", "accuracy"))
        return Curves(np.array(loss), np.array(accuracy), np.array(self.gradients))


@functools.cache
def split(task: str, seed: int) -> tuple[Array, Array, Array, Array]:
    """Training and held-out rows, every feature with mean 0 and spread 1 on the training rows."""
    x, y = TASKS[task].load()
    x_train, x_held, y_train, y_held = data.train_test_split(
        x, y, test_fraction=TEST_FRACTION, seed=seed, stratify=True
    )
    scaler = data.Standardizer().fit(x_train)
    return scaler.transform(x_train), scaler.transform(x_held), y_train, y_held


def make_trainer(task: str, start: str, loss: str, rate: float, seed: int) -> mn.Trainer:
    """A network with its first weights, under the loss of this run."""
    kind, features = TASKS[task], split(task, seed)[0].shape[1]
    hidden = [mn.Linear(features, HIDDEN), mn.Tanh(), mn.Linear(HIDDEN, kind.outputs)]
    network = mn.Network([*hidden, Gauge(), kind.last()], seed=seed)
    network.flat_values *= STARTS[start]
    cost = kind.cross_entropy() if loss == CROSS_ENTROPY else mn.MeanSquaredError()
    return mn.Trainer(network, cost, mn.SGD(rate), seed=seed)


def gauge_of(trainer: mn.Trainer) -> Gauge:
    """It is placed before the last activation."""
    gauge = trainer.network.layers[-2]
    assert isinstance(gauge, Gauge)
    return gauge


def training_rows(task: str, seed: int) -> tuple[Array, Array]:
    """The training data of a run."""
    x_train, _, y_train, _ = split(task, seed)
    return x_train, y_train


def observers(task: str, seed: int, watched: tuple[int, ...], goal: float) -> list[mn.Callback]:
    """The callbacks that measure the run."""
    return [Observer(task, seed, watched, goal)]


# ---- (b) and (c) many runs -----------------------------------------------------------------

Situation = tuple[str, str, str]  # task, start, comparison
Rates = dict[tuple[str, str, str], float]  # task, start, loss
Results = dict[Situation, dict[str, Curves]]  # the curves of all seeds: arrays (runs, points)
SITUATIONS: list[Situation] = list(itertools.product(TASKS, STARTS, COMPARISONS))


def rate_of(situation: Situation, loss: str, rates: Rates) -> float:
    """The rate of this loss in this situation."""
    task, start, comparison = situation
    return SAME_RATE if comparison == COMPARISONS[0] else rates[task, start, loss]


def watched_steps(steps: int) -> tuple[int, ...]:
    """Where to measure: every step at first, then ever larger gaps (a tenth); and the last.

    >>> watched_steps(40)[-9:]
    (20, 22, 24, 26, 29, 32, 35, 38, 40)
    """
    watched = [0]
    while watched[-1] < steps:
        watched.append(max(watched[-1] + 1, round(1.1 * watched[-1])))
    return (*watched[:-1], steps)


def train_one(setting: Setting) -> Curves:
    """One run alone, from its first weights to its last watched step."""
    return train_all([setting])[setting]


def train_all(
    settings: Sequence[Setting], what: str = "", executor: Executor | None = None
) -> dict[Setting, Curves]:
    """Each setting once; the progress bar says for what."""
    different = list(dict.fromkeys(settings))
    runs = sweep(
        make_trainer,
        [{name: [value] for name, value in s._asdict().items()} for s in different],
        training_rows,
        epochs=1 + max(s.watched[-1] for s in different),  # the observer ends it earlier
        batch_size=BATCH,
        callbacks=observers,
        progress=bool(what),
        executor=executor,
        description=what,
    )
    return {s: curves_of(run) for s, run in zip(different, runs, strict=True)}


def curves_of(run: Run) -> Curves:
    """What the observer of this run has measured; a comparison misses no run."""
    if run.error is not None:
        raise RuntimeError(f"{run!r}\n{run.traceback}") from run.error
    (observer,) = run.callbacks
    assert isinstance(observer, Observer)
    return observer.curves()


def stack(runs: Sequence[Curves]) -> Curves:
    """The curves of several seeds as arrays (runs, points)."""
    return Curves(*(np.array(curves) for curves in zip(*runs, strict=True)))


def try_rates(
    watched: tuple[int, ...], executor: Executor | None = None
) -> dict[tuple[str, str, str], Array]:
    """The steps to the goal of each task, start and loss: an array (tuning seeds, rates).

    A run that never reaches the goal counts with all of its steps.
    """
    kinds = list(itertools.product(TASKS, STARTS, LOSSES))
    grid = {
        kind: [
            [Setting(*kind, rate, seed, watched, GOAL) for rate in RATES] for seed in TUNING_SEEDS
        ]
        for kind in kinds
    }
    settings = [s for rows in grid.values() for row in rows for s in row]
    runs = train_all(settings, "trying rates", executor)

    def steps(setting: Setting) -> int:
        return watched[len(runs[setting].accuracy) - 1]  # the run ended where it reached the goal

    return {kind: np.array([[steps(s) for s in row] for row in grid[kind]]) for kind in kinds}


def best_rates(tried: dict[tuple[str, str, str], Array]) -> Rates:
    """For each loss the rate with the fewest steps to the goal, as a mean over the tuning seeds.

    One rule for both losses, independent of their values; the reported seeds are others.
    """
    return {kind: RATES[int(steps.mean(axis=0).argmin())] for kind, steps in tried.items()}


def compare(
    rates: Rates, seeds: int, watched: tuple[int, ...], executor: Executor | None = None
) -> Results:
    """Both losses in each situation, on the same seeds."""

    def settings(situation: Situation, loss: str) -> list[Setting]:
        task, start, _ = situation
        rate = rate_of(situation, loss, rates)
        return [Setting(task, start, loss, rate, seed, watched) for seed in range(seeds)]

    wanted = {(s, loss): settings(s, loss) for s in SITUATIONS for loss in LOSSES}
    runs = train_all([s for group in wanted.values() for s in group], "comparing", executor)
    return {
        s: {loss: stack([runs[setting] for setting in wanted[s, loss]]) for loss in LOSSES}
        for s in SITUATIONS
    }
