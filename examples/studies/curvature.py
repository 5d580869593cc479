"""Why squared error wants a larger rate: the curvature of the loss before training.

Gradient descent on a valley of curvature h is stable up to the rate 2/h. The largest eigenvalue of
the Hessian is found by power iteration; a product of the Hessian with a vector v is the difference
of two gradients, (g(w + e v) - g(w - e v)) / 2e (Pearlmutter 1994 has the exact one). Its ratio
under the two losses says by how much their rates should differ, before any run.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet.plot import script_pictures, style
from minnet.utils.table import table

Array = NDArray[Any]

SEEDS, HIDDEN, ITERATIONS, STEP = 10, 8, 40, 1e-4
LOSSES = ("cross-entropy", "squared error")
FACTORS = (1, 2, 5)  # of all first weights
TASKS: dict[str, tuple[Any, int, type[mn.Activation], type[mn.Loss]]] = {
    "tumours": (mn.datasets.breast_cancer, 1, mn.Sigmoid, mn.BinaryCrossEntropy),
    "iris": (mn.datasets.iris, 3, mn.Softmax, mn.CategoricalCrossEntropy),
}


def make_trainer(task: str, loss: str, factor: float, seed: int, units: int = HIDDEN) -> mn.Trainer:
    """The network of the other studies, in float64."""
    load, outputs, last, cross_entropy = TASKS[task]
    hidden = [mn.Linear(load().x.shape[1], units), mn.Tanh()]
    layers = [*hidden, mn.Linear(units, outputs), last()]
    network = mn.Network(layers, seed=seed, dtype="float64")
    network.flat_values *= factor
    cost = cross_entropy() if loss == LOSSES[0] else mn.MeanSquaredError()
    return mn.Trainer(network, cost, mn.SGD(0.0))  # a step of rate 0 computes the gradient only


def largest_eigenvalue(trainer: mn.Trainer, x: Array, y: Array, seed: int) -> float:
    """The eigenvalue of the Hessian that is largest in size, by power iteration."""
    network = trainer.network
    start = network.flat_values.copy()
    v = np.random.default_rng(seed).normal(size=start.shape)
    value = 0.0

    def gradient(values: Array) -> Array:
        network.flat_values[:] = values
        trainer.step(x, y)
        return np.array(network.flat_gradients)

    for _ in range(ITERATIONS):
        v /= np.linalg.norm(v)
        product = (gradient(start + STEP * v) - gradient(start - STEP * v)) / (2 * STEP)
        value, v = float(v @ product), product
    network.flat_values[:] = start
    return value


def measure(seeds: int, units: int = HIDDEN) -> dict[tuple[str, int, str], Array]:
    """task, factor, loss -> the eigenvalue of each seed."""
    found = {}
    for task, (load, *_) in TASKS.items():
        x, y = load()
        x = mn.data.Standardizer().fit_transform(x)
        for factor in FACTORS:
            for loss in LOSSES:
                trainers = [make_trainer(task, loss, factor, s, units) for s in range(seeds)]
                values = [largest_eigenvalue(t, x, y, seed) for seed, t in enumerate(trainers)]
                found[task, factor, loss] = np.array(values)
    return found


def draw(found: dict[tuple[str, int, str], Array]) -> Any:
    """The eigenvalue of every seed, and their median."""
    figure, axes = plt.subplots(1, 2, figsize=(9.2, 4.4), layout="constrained", sharey=True)
    for ax, task in zip(axes, TASKS, strict=True):
        for index, loss in enumerate(LOSSES):
            values = np.abs([found[task, factor, loss] for factor in FACTORS])
            style.curve(ax, index, FACTORS, np.median(values, axis=1), loss, marker="o")
            low, high = values.min(axis=1), values.max(axis=1)
            ax.fill_between(FACTORS, low, high, color=style.colour(index), alpha=0.15, lw=0)
        style.label(ax, task.capitalize(), "all first weights, times", "")
        ax.set_xticks(FACTORS)
        style.plain_logarithmic(ax)
    axes[0].set_ylabel("largest curvature: median, range", fontsize=style.TEXT)
    axes[0].legend(fontsize=style.TICKS)
    return figure


def main() -> None:
    """Measure, print one table, draw one picture."""
    parser = script_pictures.parser(__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="first weights (default: 10)")
    parser.add_argument("--hidden", type=int, default=HIDDEN, help="hidden units (default: 8)")
    options = script_pictures.read(parser)
    found = measure(options.seeds, options.hidden)
    rows: list[list[object]] = []
    for task in TASKS:
        for factor in FACTORS:
            pair = [found[task, factor, loss] for loss in LOSSES]
            medians = [float(np.median(values)) for values in pair]
            rows.append([task, factor, *medians, float(np.median(pair[0] / pair[1]))])
    print(f"Largest eigenvalue of the Hessian before training, {options.seeds} seeds: medians\n")
    print(table(["data", "times", *LOSSES, "median ratio"], rows))
    options.pictures.save(draw(found), "curvature")
    options.pictures.show()


if __name__ == "__main__":
    main()
