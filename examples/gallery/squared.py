"""Figures of squared error where it is right: regression, and a case in classification.

1. Regression: a linear output next to the same network with a sigmoid in front of the loss, which
   some textbooks advise. The targets are scaled to [0, 1], so that a sigmoid can reach them.
2. L. Hui and M. Belkin (2020) train classifiers with squared error on the raw scores, without
   a softmax, and find them as good. Here: penguins, next to softmax with each of the two losses.

Each method gets its own best rate, chosen on seeds that are not reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from curves import split
from numpy.typing import NDArray

import minnet as mn
from minnet import data, datasets, plot
from minnet.plot import style
from minnet.plot.style import plain_logarithmic

Array = NDArray[Any]

SEEDS, TUNING_SEEDS = range(20), range(1000, 1005)
BATCH = 16


class Effort(NamedTuple):
    """Numbers of seeds, rates and steps."""

    seeds: int
    tuning_seeds: int
    steps: int
    points: int


FULL, QUICK = Effort(20, 3, 1000, 25), Effort(3, 1, 60, 7)


def watched(steps: int, points: int) -> Array:
    """Steps at which a run is measured: 0, 1, and then in a geometric sequence."""
    return np.unique([0, *np.geomspace(1, steps, points).round().astype(int)])


def follow(trainer: mn.Trainer, rows: Any, steps: Array, measure: Any, seed: int) -> list[float]:
    """Train step by step on batches in random order; measure at the given steps."""
    x, y = rows
    order = np.random.default_rng(seed)
    values = [measure()]
    batches: Iterator[Array] = iter(())
    for step in range(1, int(steps[-1]) + 1):
        batch = next(batches, None)
        if batch is None:
            shuffled = order.permutation(len(x))
            batch, *others = np.array_split(shuffled, max(1, len(x) // BATCH))
            batches = iter(others)
        try:
            trainer.step(x[batch], y[batch])
        except mn.TrainingDiverged:
            return values + [float("inf")] * (len(steps) - len(values))
        if step in steps:
            values.append(measure())
    return values


# -- regression ------------------------------------------------------------------------------

OUTPUTS = {"linear output": (), "sigmoid output": (mn.Sigmoid,)}
REGRESSION_RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
NOISE = 0.08


def wave(rows: int, seed: int) -> tuple[Array, Array]:
    """A rising wave with noise: x in [-2, 2]."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(-2, 2, (rows, 1))
    return x, np.sin(2 * x) + x / 2 + NOISE * generator.standard_normal((rows, 1))


def regression_rows(seed: int) -> tuple[tuple[Array, Array], tuple[Array, Array], Any]:
    """Training rows and unseen rows, the targets scaled to [0, 1] on the training rows."""
    (x, y), (x_new, y_new) = wave(100, seed), wave(500, seed + 10_000)
    scaler = data.MinMaxScaler().fit(y)
    return (x, scaler.transform(y)), (x_new, scaler.transform(y_new)), scaler


def regression_trainer(output: str, rate: float, seed: int) -> mn.Trainer:
    """Sixteen tanh units, then nothing or a sigmoid, under squared error."""
    last = [kind() for kind in OUTPUTS[output]]
    layers = [mn.Linear(1, 16), mn.Tanh(), mn.Linear(16, 1), *last]
    return mn.Trainer(layers, mn.MeanSquaredError(), mn.SGD(rate), seed=seed)


def regression_run(output: str, rate: float, seed: int, steps: Array) -> list[float]:
    """The error on unseen rows, as a root mean square in the targets' scaled unit."""
    rows, (x, y), _ = regression_rows(seed)
    trainer = regression_trainer(output, rate, seed)

    def error() -> float:
        return float(np.sqrt(np.square(trainer.predict(x) - y).mean()))

    return follow(trainer, rows, steps, error, seed)


def regression_curves(effort: Effort) -> tuple[dict[str, Array], dict[str, list[float]], Array]:
    """Curves at each output's best rate; the tuning error by rate; the measured steps."""
    steps = watched(effort.steps, effort.points)
    curves, tried = {}, {}
    for output in OUTPUTS:
        tried[output] = [
            float(
                np.mean(
                    [
                        regression_run(output, rate, seed, steps[[0, -1]])[-1]
                        for seed in TUNING_SEEDS[: effort.tuning_seeds]
                    ]
                )
            )
            for rate in REGRESSION_RATES
        ]
        rate = best_rate(output, tried)
        runs = [regression_run(output, rate, seed, steps) for seed in SEEDS[: effort.seeds]]
        curves[f"{output}, rate {rate:g}"] = np.array(runs)
    return curves, tried, steps


def best_rate(output: str, tried: dict[str, list[float]]) -> float:
    """The rate with the least error on the tuning seeds."""
    return REGRESSION_RATES[int(np.argmin(tried[output]))]


def regression(quick: bool) -> Any:
    """One fit, the error by step, the error by rate."""
    effort = QUICK if quick else FULL
    curves, tried, steps = regression_curves(effort)
    figure, axes = plt.subplots(1, 3, figsize=(14, 4.7), layout="constrained")
    draw_fits(axes[0], curves, tried, effort)
    quantity = "error on unseen rows (RMS)"
    title = f"Mean of {effort.seeds} seeds, middle 80 %"
    plot.learning_speed(
        curves, steps, quantity=quantity, title=title, logarithmic=True, legend=False, ax=axes[1]
    )
    style.legend_below(axes[1], columns=1, handle=3)
    for index, (output, errors) in enumerate(tried.items()):
        shown = np.where(np.isfinite(errors), errors, np.nan)
        look: dict[str, Any] = {"marker": style.marker(index), **style.line(index)}
        axes[2].plot(REGRESSION_RATES, shown, label=output, linewidth=2, markersize=7, **look)
    axes[2].set_xscale("log")
    for ax in axes[1:]:
        ax.set_ylim(bottom=0.02)
        plain_logarithmic(ax)
    style.label(axes[2], f"After {effort.steps} steps, by rate", "learning rate", quantity)
    style.legend_below(axes[2], columns=2, handle=3)
    return figure


def median_seed(errors: Sequence[Array]) -> int:
    """The seed on which both outputs have a typical error.

    For each output the errors by seed; the seed whose ranks together lie nearest to the middle.
    """
    ranks = np.array([np.argsort(np.argsort(each)) for each in errors])
    return int(np.abs(ranks - len(errors[0]) // 2).sum(axis=0).argmin())


def draw_fits(
    ax: Any, curves: dict[str, Array], tried: dict[str, list[float]], effort: Effort
) -> None:
    """The curves of both outputs over the rows of one data set, in their own unit."""
    seed = median_seed([runs[:, -1] for runs in curves.values()])
    rows, _, scaler = regression_rows(seed)
    ax.scatter(rows[0], scaler.inverse_transform(rows[1]), s=12, color="0.6", label="data")
    at = np.linspace(-2, 2, 201).reshape(-1, 1)
    for index, output in enumerate(OUTPUTS):
        trainer = regression_trainer(output, best_rate(output, tried), seed)
        follow(trainer, rows, np.array([0, effort.steps]), lambda: 0.0, seed)
        fit = scaler.inverse_transform(trainer.predict(at))
        ax.plot(at, fit, label=output, linewidth=2, **style.line(index))
    style.label(ax, f"After {effort.steps} steps, one data set", "x", "y")
    style.legend_below(ax, columns=3, handle=2)


# -- classification --------------------------------------------------------------------------

WAYS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "softmax, cross-entropy": ((mn.Softmax,), mn.CategoricalCrossEntropy),
    "softmax, squared error": ((mn.Softmax,), mn.MeanSquaredError),
    "raw scores, squared error": ((), mn.MeanSquaredError),
}
RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
STARTS = {"ordinary start": 1.0, "saturated start": 5.0}
CLASS_STEPS = 300


def penguin_run(way: str, rate: float, factor: float, seed: int, steps: Array) -> list[float]:
    """Held-out accuracy at the measured steps."""
    x_train, x_held, y_train, y_held = split(datasets.penguins, seed)
    last, loss = WAYS[way]
    layers = [mn.Linear(4, 8), mn.Tanh(), mn.Linear(8, 3), *(kind() for kind in last)]
    network = mn.Network(layers, seed=seed)
    network.flat_values *= factor
    trainer = mn.Trainer(network, loss(), mn.SGD(rate), seed=seed)

    def accuracy() -> float:
        return float((network.predict(x_held).argmax(axis=1) == y_held).mean())

    values = follow(trainer, (x_train, y_train), steps, accuracy, seed)
    return [value if np.isfinite(value) else 0.0 for value in values]


def penguin_curves(factor: float, effort: Effort) -> tuple[dict[str, Array], Array]:
    """Accuracies of each method at the rate with the highest mean accuracy over all steps."""
    steps = watched(min(effort.steps, CLASS_STEPS), effort.points)
    curves = {}
    for way in WAYS:
        tried = [
            np.mean(
                [
                    penguin_run(way, rate, factor, seed, steps)
                    for seed in TUNING_SEEDS[: effort.tuning_seeds]
                ]
            )
            for rate in RATES
        ]
        rate = RATES[int(np.argmax(tried))]
        runs = [penguin_run(way, rate, factor, seed, steps) for seed in SEEDS[: effort.seeds]]
        curves[f"{way}, rate {rate:g}"] = np.array(runs)
    return curves, steps


def raw_scores(quick: bool) -> Any:
    """Three ways to train a classifier, from two starts."""
    figure, axes = plt.subplots(1, 2, figsize=(11.4, 5.2), layout="constrained", sharey=True)
    for ax, (title, factor) in zip(axes, STARTS.items(), strict=True):
        curves, steps = penguin_curves(factor, QUICK if quick else FULL)
        quantity = "held-out accuracy"
        plot.learning_speed(
            curves, steps, quantity=quantity, title=f"penguins, {title}", legend=False, ax=ax
        )
        style.legend_below(ax, columns=1, handle=3)
        ax.set(xlim=(1, steps[-1]), ylim=(0, 1.02))  # before step 1 all are alike
    axes[1].set_ylabel("")
    return figure


PICTURES = {"regression": regression, "raw_scores": raw_scores}

if __name__ == "__main__":
    import make_figures

    make_figures.main(pictures=PICTURES, description=__doc__)
