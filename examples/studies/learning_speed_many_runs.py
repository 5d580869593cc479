"""How many steps until a classifier has learnt, under squared error and under cross-entropy?

Two losses are compared over paired seeds: the same split, first weights and batches, only the loss
differs. The goal is 95 % held-out accuracy, reached and kept: three measurements in a row. A run
that is not there after 200 steps is censored: it counts as later than every other, and has no
number. Rates are chosen on seeds that are not reported, from five per decade, by the mean number of
steps (at most 200 each). A comparison says in how many seeds each loss is first, what a sign test
makes of it, and a 95 % interval of the ratio of medians (bootstrap over seeds).

    python examples/studies/learning_speed_many_runs.py --seeds 100     # a quarter of an hour
    python examples/studies/learning_speed_many_runs.py --runs FILE     # its tables again

The runs are written as they come into a table, and a study that was interrupted goes on from it.
The gallery draws its pictures from the table that lies next to this file.
"""

from __future__ import annotations

import csv
import functools
import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet.plot import script_pictures
from minnet.utils.table import table

Array = NDArray[Any]

GOAL, KEPT = 0.95, 3
STEPS, BATCH, HIDDEN, ONE_RATE = 200, 32, 8, 1.0
SEEDS, TUNING_SEEDS = 100, range(1000, 1020)
LOSSES = ("cross-entropy", "squared error")
RATES = tuple(round(10 ** (k / 5), 3 - k // 5) for k in range(-5, 11))  # 0.1 to 100
OUTPUT_FACTORS = (2, 5, 10, 15, 30)
TASKS: dict[str, tuple[Any, int, type[mn.Activation], type[mn.Loss]]] = {
    "tumours": (mn.datasets.breast_cancer, 1, mn.Sigmoid, mn.BinaryCrossEntropy),
    "iris": (mn.datasets.iris, 3, mn.Softmax, mn.CategoricalCrossEntropy),
}
METHODS: dict[str, tuple[Any, float]] = {  # its optimizer by rate; by what the rates are multiplied
    "SGD": (mn.SGD, 1.0),
    "direction": (lambda rate: mn.SGD(1e6 * rate), 0.1),  # and gradients cut to 1e-6: see below
    "momentum": (lambda rate: mn.SGD(rate, momentum=0.9), 0.1),
    "Adam": (mn.Adam, 0.01),
}


class Situation(NamedTuple):
    """What is compared under both losses; `scaled` are the layers whose first weights grow."""

    task: str
    scaled: str
    factor: int
    method: str = "SGD"


class Cell(NamedTuple):
    """One entry of the table: a situation, a loss and a rate, for all seeds of one group."""

    task: str
    scaled: str
    factor: int
    method: str
    loss: str
    rate: float
    group: str


FOUR = [Situation(task, "all", factor) for task in TASKS for factor in (1, 5)]
OUTPUT = [Situation(task, "output", factor) for task in TASKS for factor in OUTPUT_FACTORS]
OTHER = [s._replace(method=name) for name in ("direction", "momentum", "Adam") for s in FOUR]
Results = dict[Cell, Array]  # the steps of each seed, inf: never


# -- one run ---------------------------------------------------------------------------------


@functools.cache
def split(task: str, seed: int) -> tuple[Array, Array, Array, Array]:
    """Training and held-out rows, standardized by the training rows."""
    x, y = TASKS[task][0]()
    x_train, x_held, y_train, y_held = mn.data.train_test_split(x, y, 0.3, seed=seed, stratify=True)
    scaler = mn.data.Standardizer().fit(x_train)
    return scaler.transform(x_train), scaler.transform(x_held), y_train, y_held


def accuracy(prediction: Array, target: Array) -> float:
    """The share of right answers: a quick one, for many short runs."""
    if prediction.shape[1] == 1:
        return float(((prediction > 0.5) == target.reshape(prediction.shape)).mean())
    label = target.argmax(axis=1) if target.ndim > 1 else target
    return float((prediction.argmax(axis=1) == label).mean())


def make_trainer(
    task: str, scaled: str, factor: int, method: str, loss: str, rate: float, seed: int
) -> mn.Trainer:
    """A network with its first weights. "direction": every update has the length `rate`."""
    _, outputs, last, cross_entropy = TASKS[task]
    layers = [mn.Linear(split(task, seed)[0].shape[1], HIDDEN), mn.Tanh()]
    network = mn.Network([*layers, mn.Linear(HIDDEN, outputs), last()], seed=seed)
    for name, parameter in network.parameters().items():
        if scaled == "all" or name.startswith("2."):
            parameter.value *= factor
    cost = cross_entropy() if loss == LOSSES[0] else mn.MeanSquaredError()
    clip = 1e-6 if method == "direction" else None
    optimizer = METHODS[method][0](rate)
    return mn.Trainer(network, cost, optimizer, metrics=[accuracy], seed=seed, clip_norm=clip)


def training_rows(task: str, seed: int) -> tuple[Array, Array]:
    """x and y of the training rows."""
    return split(task, seed)[0], split(task, seed)[2]


def held_out_rows(task: str, seed: int) -> tuple[Array, Array]:
    """x and y of the held-out rows."""
    return split(task, seed)[1], split(task, seed)[3]


def measured_steps() -> list[int]:
    """Every step at first, then gaps of a tenth: 0, 1, ..., 20, 22, 24, 26, 29, ..., 200."""
    steps = [0]
    while steps[-1] < STEPS:
        steps.append(max(steps[-1] + 1, round(1.1 * steps[-1])))
    return [*steps[:-1], STEPS]


def first_kept(steps: list[float], accuracies: list[float]) -> float:
    """The first step at which the goal is reached, if the next two measurements reach it too."""
    there = np.array(accuracies) >= GOAL
    kept = np.logical_and.reduce([there[k : len(there) - KEPT + 1 + k] for k in range(KEPT)])
    return steps[int(kept.argmax())] if kept.any() else math.inf


def run(
    situation: Situation, loss: str, rates: list[float], seeds: range, group: str
) -> Iterator[tuple[Cell, Array]]:
    """All rates and seeds of one situation and loss, as one sweep."""
    epochs = math.ceil(STEPS / (len(split(situation.task, 0)[0]) / BATCH))
    grid = {name: [value] for name, value in situation._asdict().items()}
    runs = mn.sweep(
        make_trainer,
        {**grid, "loss": [loss], "rate": rates, "seed": seeds},
        training_rows,
        epochs=epochs,
        batch_size=BATCH,
        validation_data=held_out_rows,
        measure_at=measured_steps(),
        description=f"{', '.join(map(str, situation))}, {loss}, {group}",
    )
    for rate, of_rate in runs.group_by("rate").items():
        found = [
            first_kept(r.history.steps["step"], r.history.steps["val_accuracy"])
            if r.history is not None
            else math.inf  # it diverged
            for r in of_rate
        ]
        yield Cell(*situation, loss, float(rate), group), np.array(found)


# -- all runs, and their table on disk -------------------------------------------------------


def rates_of(method: str) -> list[float]:
    """The grid of a method: five rates per decade."""
    return [float(f"{METHODS[method][1] * rate:.3g}") for rate in RATES]


def best_rate(results: Results, situation: Situation, loss: str) -> float:
    """The fewest steps as a mean over the tuning seeds, each at most all steps."""
    means = {
        cell.rate: np.minimum(steps, STEPS).mean()
        for cell, steps in results.items()
        if cell[:4] == situation and (cell.loss, cell.group) == (loss, "tuning")
    }
    return min(means, key=lambda rate: means[rate])


def measure(path: Path, seeds: int) -> Results:
    """What the table at `path` does not have yet is run and added to it."""
    results = read(path) if path.exists() else {}

    def add(situation: Situation, loss: str, rates: list[float], of: range, group: str) -> None:
        missing = [r for r in rates if Cell(*situation, loss, r, group) not in results]
        if missing:
            new = dict(run(situation, loss, missing, of, group))
            results.update(new)
            write(path, new)

    for situation, loss in itertools.product([*FOUR, *OUTPUT, *OTHER], LOSSES):
        add(situation, loss, rates_of(situation.method), TUNING_SEEDS, "tuning")
        best = best_rate(results, situation, loss)
        wanted = rates_of("SGD") if situation in FOUR else [best]
        add(situation, loss, wanted, range(seeds), "reported")
    return results


def read(path: Path) -> Results:
    """The table of an earlier run."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        Cell(
            *(row["task"], row["scaled"], int(row["factor"]), row["method"], row["loss"]),
            float(row["rate"]),
            row["group"],
        ): np.array([float(step) for step in row["steps"].split()])
        for row in rows
    }


def write(path: Path, results: Results) -> None:
    """Add rows to the table."""
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow([*Cell._fields, "steps"])
        for cell, steps in results.items():
            writer.writerow([*cell, " ".join(f"{step:g}" for step in steps)])


# -- what the runs say -----------------------------------------------------------------------


def sign_test(ahead: int, behind: int) -> float:
    """The two-sided probability of so uneven a split if both were equally often ahead.

    >>> round(sign_test(9, 1), 4)
    0.0215
    """
    n, few = ahead + behind, min(ahead, behind)
    return float(min(1.0, 2 * sum(math.comb(n, k) for k in range(few + 1)) / 2**n))


def interval_of_ratio(first: Array, second: Array) -> tuple[float, float]:
    """95 % of the ratio of medians, second by first, over resampled pairs of seeds; inf: later."""
    chosen = np.random.default_rng(0).integers(len(first), size=(2000, len(first)))
    below, above = np.median(first[chosen], axis=1), np.median(second[chosen], axis=1)
    with np.errstate(invalid="ignore"):
        ratios = np.where(np.isinf(below) & np.isinf(above), 1.0, above / below)
    low, high = np.percentile(ratios, (2.5, 97.5), method="nearest")
    return float(low), float(high)


def comparison(results: Results, situation: Situation, rates: list[float]) -> list[object]:
    """One row: medians, those who never learn, who is first in how many seeds, interval."""
    steps = [
        results[Cell(*situation, loss, rate, "reported")]
        for loss, rate in zip(LOSSES, rates, strict=True)
    ]
    ahead, behind = int((steps[0] < steps[1]).sum()), int((steps[0] > steps[1]).sum())
    low, high = interval_of_ratio(*steps)
    return [
        *(f"{rates[0]:g} / {rates[1]:g}", " / ".join(f"{np.median(s):g}" for s in steps)),
        " / ".join(str(int(np.isinf(s).sum())) for s in steps),
        f"{ahead} / {len(steps[0]) - ahead - behind} / {behind}",
        *(f"{sign_test(ahead, behind):.2g}", f"{low:.2g} to {high:.2g}"),
    ]


def report(results: Results) -> Any:
    """One row for each comparison that the table has runs for."""
    rows: list[list[object]] = []
    for situation in [*FOUR, *OUTPUT, *OTHER]:
        if any(not [c for c in results if c[:5] == (*situation, loss)] for loss in LOSSES):
            continue
        compared = {"own best": [best_rate(results, situation, loss) for loss in LOSSES]}
        if situation in FOUR:
            compared["one rate"] = [ONE_RATE, ONE_RATE]
        for name, rates in compared.items():
            rows.append([*situation, name, *comparison(results, situation, rates)])
    headers = ["rates", "median steps", "never", "first / tie / second", "sign test", "ratio, 95 %"]
    return table(["data", "scaled", "times", "method", "compared at", *headers], rows)


def main() -> None:
    """Read or make the runs, and print the table."""
    parser = script_pictures.parser(__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="runs that are reported")
    parser.add_argument("--runs", type=Path, help="print the tables of these runs; train nothing")
    options = script_pictures.read(parser)
    if options.runs is None:
        results = measure(options.output / "learning_speed_runs.csv", options.seeds)
    else:
        results = read(options.runs)
    print("Each pair: cross-entropy / squared error. Steps to 95 % held-out accuracy, kept.\n")
    print(report(results))


if __name__ == "__main__":
    main()
