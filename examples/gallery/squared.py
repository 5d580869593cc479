"""Figures of squared error where it is right: regression, and a case in classification.

1. Regression: a linear output next to the same network with a sigmoid in front of the loss, which
   some textbooks advise. The targets are scaled to [0, 1], so that a sigmoid can reach them.
2. L. Hui and M. Belkin (2020) train classifiers with squared error on the raw scores, without
   a softmax, and find them as good. Here: penguins, next to softmax with each of the two losses.

Each method gets its own best rate, chosen on seeds that are not reported.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from curves import split
from numpy.typing import NDArray

import minnet as mn
from minnet import data, datasets
from minnet.plot import style
from minnet.plot.style import plain_logarithmic

Array = NDArray[Any]

SEEDS, TUNING_SEEDS = range(20), range(1000, 1010)
BATCH = 16


class Effort(NamedTuple):
    """Numbers of seeds, tuning seeds and steps."""

    seeds: int
    tuning_seeds: int
    steps: int
    points: int


FULL, QUICK = Effort(20, 10, 1000, 25), Effort(3, 2, 60, 7)


def watched(steps: int, points: int) -> list[int]:
    """Steps at which a run is measured: 0, 1, and then in a geometric sequence."""
    return [0, *np.unique(np.geomspace(1, steps, points).round().astype(int)).tolist()]


def follow(
    way: str, rates: Sequence[float], seeds: Sequence[int], steps: list[int], make: Any
) -> Any:
    """rate -> array (seeds, steps) of the measured value; inf from where a run has diverged."""
    make_trainer, rows, unseen, column = make
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # some rates are too large on purpose
        runs = mn.sweep(
            make_trainer,
            {"way": [way], "rate": rates, "seed": seeds},
            rows,
            epochs=1 + steps[-1] * BATCH // len(rows(way, seeds[0])[0]),
            batch_size=BATCH,
            validation_data=unseen,
            measure_at=steps,
            progress=False,
        )
    found: dict[float, list[list[float]]] = {rate: [] for rate in rates}
    for run in runs:
        done = [] if run.history is None else run.history.steps[column]
        found[run.settings["rate"]].append([*done, *[math.inf] * (len(steps) - len(done))])
    return {rate: np.array(curves) for rate, curves in found.items()}


# -- regression ------------------------------------------------------------------------------

OUTPUTS: dict[str, tuple[Any, tuple[float, float]]] = {  # the loss, the span of the targets
    "linear": (mn.MeanSquaredError, (0.0, 1.0)),
    "sigmoid": (mn.MeanSquaredError, (0.0, 1.0)),
    "sigmoid, targets 0.1 to 0.9": (mn.MeanSquaredError, (0.1, 0.9)),
    "sigmoid, cross-entropy": (mn.BinaryCrossEntropy, (0.0, 1.0)),
}
GREYS: list[dict[str, Any]] = [
    {"color": "black"},
    {"color": "0.45", "linestyle": "--"},
    {"color": "0.3", "linestyle": ":"},
    {"color": style.colour(0), "linestyle": "-."},
]
REGRESSION_RATES = tuple(float(f"{10 ** (k / 5):.2g}") for k in range(-6, 8))  # 0.063 to 25
NOISE = 0.08


def wave(rows: int, seed: int) -> tuple[Array, Array]:
    """A rising wave with noise: x in [-2, 2]."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(-2, 2, (rows, 1))
    return x, np.sin(2 * x) + x / 2 + NOISE * generator.standard_normal((rows, 1))


def scaled(way: str, seed: int, y: Array) -> Array:
    """Targets in the span of this way, by the training rows of this seed."""
    low, high = OUTPUTS[way][1]
    scaler = data.MinMaxScaler().fit(wave(100, seed)[1])
    return np.asarray(low + (high - low) * scaler.transform(y))


def regression_rows(way: str, seed: int) -> tuple[Array, Array]:
    """Training rows."""
    x, y = wave(100, seed)
    return x, scaled(way, seed, y)


def unseen_rows(way: str, seed: int) -> tuple[Array, Array]:
    """Rows to measure the error on; for cross-entropy cut to what is a probability."""
    x, y = wave(500, seed + 10_000)
    targets = scaled(way, seed, y)
    return x, np.clip(targets, 0, 1) if OUTPUTS[way][0] is mn.BinaryCrossEntropy else targets


def regression_trainer(way: str, rate: float, seed: int) -> mn.Trainer:
    """Sixteen tanh units, then nothing or a sigmoid."""
    loss, (low, high) = OUTPUTS[way]

    def error(prediction: Array, target: Array) -> float:
        return float(np.sqrt(np.square(prediction - target).mean()) / (high - low))

    last = [] if way == "linear" else [mn.Sigmoid()]
    layers = [mn.Linear(1, 16), mn.Tanh(), mn.Linear(16, 1), *last]
    return mn.Trainer(layers, loss(), mn.SGD(rate), metrics=[error], seed=seed)


REGRESSION = (regression_trainer, regression_rows, unseen_rows, "val_error")


def noise_floor(seeds: Sequence[int] = SEEDS) -> float:
    """The noise in the unit of the scaled targets: no fit is better, as a mean over the seeds."""
    return float(np.mean([NOISE / np.ptp(wave(100, seed)[1]) for seed in seeds]))


def regression_curves(effort: Effort) -> tuple[dict[str, Array], dict[str, list[float]], list[int]]:
    """Curves at each way's best rate; the tuning error by rate; the measured steps."""
    steps = watched(effort.steps, effort.points)
    curves, tried = {}, {}
    for way in OUTPUTS:
        seeds = TUNING_SEEDS[: effort.tuning_seeds]
        found = follow(way, REGRESSION_RATES, seeds, [0, steps[-1]], REGRESSION)
        tried[way] = [float(found[rate][:, -1].mean()) for rate in REGRESSION_RATES]
        rate = best_rate(way, tried)
        curves[way] = follow(way, [rate], SEEDS[: effort.seeds], steps, REGRESSION)[rate]
    return curves, tried, steps


def best_rate(way: str, tried: dict[str, list[float]]) -> float:
    """The rate with the least error on the tuning seeds."""
    return REGRESSION_RATES[int(np.argmin(tried[way]))]


def regression(quick: bool) -> Any:
    """The error by step, and the error by rate."""
    effort = QUICK if quick else FULL
    curves, tried, steps = regression_curves(effort)
    figure, axes = plt.subplots(1, 2, figsize=(9.2, 5.0), layout="constrained", sharey=True)
    for (way, errors), look in zip(tried.items(), GREYS, strict=True):
        low, high = np.percentile(curves[way], (10, 90), axis=0)
        axes[0].fill_between(steps, low, high, color=look["color"], alpha=0.12, lw=0)
        axes[0].plot(steps, curves[way].mean(axis=0), lw=2, label=way, **look)
        shown = np.where(np.isfinite(errors), errors, np.nan)
        axes[1].plot(REGRESSION_RATES, shown, lw=2, marker="o", **look)
        if np.isinf(errors).any():
            at = REGRESSION_RATES[int(np.isinf(errors).argmax())]
            axes[1].plot([at], [0.3], marker="X", markersize=11, color=look["color"])
            axes[1].text(at, 0.34, f"{way}: diverges", ha="center", fontsize=style.TICKS)
    for ax in axes:
        ax.axhline(noise_floor(), color="0.6", lw=1.2)
        ax.set_xscale("log")
    axes[1].text(REGRESSION_RATES[0], noise_floor() * 1.03, "the noise", fontsize=style.TICKS)
    axes[0].set(xlim=(1, steps[-1]), ylim=(0.022, None))
    plain_logarithmic(axes[0])
    style.label(axes[0], f"Mean of {effort.seeds} seeds, middle 80 %", "update step", "error (RMS)")
    style.label(axes[1], f"After {effort.steps} steps, by rate", "learning rate", "")
    handles, labels = axes[0].get_legend_handles_labels()
    look = {"fontsize": style.TICKS, "frameon": False, "handlelength": 3}
    figure.legend(handles, labels, loc="outside lower center", ncols=2, **look)
    return figure


# -- classification --------------------------------------------------------------------------

WAYS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "softmax, cross-entropy": ((mn.Softmax,), mn.CategoricalCrossEntropy),
    "softmax, squared error": ((mn.Softmax,), mn.MeanSquaredError),
    "raw scores, squared error": ((), mn.MeanSquaredError),
}
RATES = tuple(float(f"{10 ** (k / 5):.2g}") for k in range(-5, 11))  # 0.1 to 100
STARTS = {"ordinary weights": 1.0, "all weights times 5": 5.0}
CLASS_STEPS = 300


@functools.cache
def penguins(seed: int) -> Any:
    """Training and held-out penguins."""
    return split(datasets.penguins, seed)


def penguin_curves(factor: float, effort: Effort) -> tuple[dict[str, Array], list[int]]:
    """Accuracies of each way at the rate with the highest mean accuracy over all steps."""

    def make_trainer(way: str, rate: float, seed: int) -> mn.Trainer:
        last, loss = WAYS[way]
        layers = [mn.Linear(4, 8), mn.Tanh(), mn.Linear(8, 3), *(kind() for kind in last)]
        network = mn.Network(layers, seed=seed)
        network.flat_values *= factor
        return mn.Trainer(network, loss(), mn.SGD(rate), metrics=["accuracy"], seed=seed)

    def rows(way: str, seed: int) -> Any:  # noqa: ARG001
        return penguins(seed)[0], penguins(seed)[2]

    def held_out(seed: int) -> Any:
        return penguins(seed)[1], penguins(seed)[3]

    make = (make_trainer, rows, held_out, "val_accuracy")
    steps = watched(min(effort.steps, CLASS_STEPS), effort.points)
    curves = {}
    for way in WAYS:
        tried = follow(way, RATES, TUNING_SEEDS[: effort.tuning_seeds], steps, make)
        means = [np.where(np.isinf(tried[rate]), 0, tried[rate]).mean() for rate in RATES]
        rate = RATES[int(np.argmax(means))]
        curves[f"{way}, rate {rate:g}"] = follow(way, [rate], SEEDS[: effort.seeds], steps, make)[
            rate
        ]
    return curves, steps


def raw_scores(quick: bool) -> Any:
    """Three ways to train a classifier, from two starts: the error on a logarithmic axis."""
    figure, axes = plt.subplots(1, 2, figsize=(9.2, 5.0), layout="constrained", sharey=True)
    looks: list[dict[str, Any]] = [style.line(0), style.line(1), {"color": "#8B3A00", "ls": ":"}]
    for ax, (title, factor) in zip(axes, STARTS.items(), strict=True):
        curves, steps = penguin_curves(factor, QUICK if quick else FULL)
        for (name, accuracy), look in zip(curves.items(), looks, strict=True):
            error = 1 - accuracy
            ax.plot(steps, error.mean(axis=0), lw=2, label=name, **look)
            own = slice(1 + looks.index(look), None, len(looks))  # bars of three ways, side by side
            low, high = np.percentile(error[:, own], (25, 75), axis=0)
            ax.vlines(steps[own], low, high, color=look["color"], alpha=0.5, lw=3)
        ax.set(xscale="log", xlim=(1, steps[-1]), ylim=(0.005, 1))
        style.label(ax, f"Penguins, {title}", "update step", "")
        plain_logarithmic(ax)
        style.legend_below(ax, columns=1, handle=3)
    axes[0].set_ylabel("held-out error: mean and quartiles", fontsize=style.TEXT)
    return figure


PICTURES = {"regression": regression, "raw_scores": raw_scores}


if __name__ == "__main__":
    import make_figures

    make_figures.main(pictures=PICTURES, description=__doc__)
