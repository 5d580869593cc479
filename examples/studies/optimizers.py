"""Eight optimizers and six schedules, each at its own best rate.

1. breast_cancer, a small network. All optimizers try the same ten rates; three seeds choose the
   rate, ten other seeds are reported.
2. Schedules: SGD with momentum and one peak rate; only the schedule differs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

import minnet as mn
from minnet import data, datasets, schedules
from minnet.plot import bands, schedule, script_pictures, style
from minnet.utils.table import table

Array = NDArray[Any]

OPTIMIZERS: dict[str, Callable[[float], mn.Optimizer]] = {
    "SGD": mn.SGD,
    "momentum": lambda rate: mn.SGD(rate, momentum=0.9),
    "Nesterov": lambda rate: mn.SGD(rate, momentum=0.9, nesterov=True),
    "AdaGrad": mn.AdaGrad,
    "AdaDelta": mn.AdaDelta,
    "RMSProp": mn.RMSProp,
    "Adam": mn.Adam,
    "AdamW": mn.AdamW,
}
FAMILIES = (list(OPTIMIZERS)[:4], list(OPTIMIZERS)[4:])  # eight lines in one figure are too many
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
CHOOSING, JUDGING = range(3), range(10, 20)
EPOCHS, BATCH = 10, 32
WIDE = (9.6, 5.2)


# -- 1. a network --------------------------------------------------------------------------


def tumours(seed: int) -> list[Array]:
    """Training and test data, standardized."""
    x, y = datasets.breast_cancer()
    x_train, x_test, y_train, y_test = data.train_test_split(x, y, 0.3, seed, stratify=True)
    scaler = data.Standardizer().fit(x_train)
    return [scaler.transform(x_train), y_train, scaler.transform(x_test), y_test]


def train(optimizer: mn.Optimizer, parts: list[Array], seed: int) -> tuple[list[float], float]:
    """The training loss of each epoch, and the test accuracy."""
    x, y, x_test, y_test = parts
    layers = [mn.Linear(30, 16), mn.Tanh(), mn.Linear(16, 1), mn.Sigmoid()]
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), optimizer, ["accuracy"], seed=seed)
    record = trainer.fit(x, y, EPOCHS, BATCH, progress=False)
    return record["loss"], trainer.evaluate(x_test, y_test)["accuracy"]


def lesson_of_the_network(pictures: script_pictures.Pictures) -> None:
    """Choose a rate for each optimizer, then measure it with other seeds."""
    parts = {seed: tumours(seed) for seed in (*CHOOSING, *JUDGING)}
    tried: dict[str, Array] = {}
    judged: dict[str, tuple[float, Array, Array]] = {}
    for name, make in tqdm(OPTIMIZERS.items(), desc="optimizers", unit="optimizer"):
        grid = [[train(make(r), parts[s], s)[0][-1] for r in RATES] for s in CHOOSING]
        tried[name] = np.array(grid)
        best = RATES[tried[name].mean(axis=0).argmin()]
        runs = [train(make(best), parts[s], s) for s in JUDGING]
        judged[name] = best, np.array([r[0] for r in runs]), np.array([r[1] for r in runs])
    print(f"\n1. breast_cancer: {EPOCHS} epochs, each at its best rate, {len(JUDGING)} seeds\n")
    rows: list[list[object]] = []
    for name, (best, losses, right) in judged.items():
        end = losses[:, -1]
        numbers = end.mean(), end.std(ddof=1), right.mean(), right.std(ddof=1)
        rows.append([name, best, *map(float, numbers)])
    headers = ["rate", "loss, training", "sd", "accuracy, test", "sd"]
    print(table(["optimizer", *headers], rows))
    say_what_was_found(tried, judged)
    pictures.save(draw_rates(tried), "optimizers_rates")
    by_epoch = {name: losses for name, (_, losses, _) in judged.items()}
    pictures.save(draw_losses(by_epoch), "optimizers_losses")


def say_what_was_found(
    tried: dict[str, Array], judged: dict[str, tuple[float, Array, Array]]
) -> None:
    """Print the results: the rate matters more than the optimizer."""
    rates = [best for best, _, _ in judged.values()]
    right = np.array([accuracies.mean() for _, _, accuracies in judged.values()])
    spread = np.mean([accuracies.std(ddof=1) for _, _, accuracies in judged.values()])
    print(
        f"\nThe best rates go from {min(rates):g} to {max(rates):g}: a rate means nothing without"
    )
    print("its optimizer.")
    edge = [name for name, (best, _, _) in judged.items() if best in (RATES[0], RATES[-1])]
    if edge:
        print(
            f"({', '.join(edge)}: best at the end of the grid; there may be a better one beyond.)"
        )
    few = "less than one of them" if np.ptp(right) < spread else "more than that"
    print(f"The mean test accuracies lie within {np.ptp(right):.3f} of each other; splits alone")
    print(f"differ by {spread:.3f} (sd): all the choice of an optimizer brings is {few}.")
    for rate in (0.01, 1.0):
        at_one = {name: losses[:, RATES.index(rate)].mean() for name, losses in tried.items()}
        least, most = min(at_one, key=at_one.__getitem__), max(at_one, key=at_one.__getitem__)
        print(
            f"At {rate:g} for all, {least} would look best ({at_one[least]:.3f}) and {most} worst "
            f"({at_one[most]:.3f})."
        )
    print()


def draw_rates(tried: dict[str, Array]) -> Any:
    """The final loss by rate: how carefully must the rate be chosen?"""
    figure, axes = plt.subplots(1, 2, figsize=WIDE, layout="constrained", sharey=True)
    for ax, names in zip(axes, FAMILIES, strict=True):
        bands({name: tried[name] for name in names}, RATES, logarithmic=True, legend=False, ax=ax)
        ax.set_xscale("log")
        vertical = f"training loss after {EPOCHS} epochs" if ax is axes[0] else ""
        style.label(ax, "Which learning rate?", "learning rate", vertical)
        style.legend_below(ax, columns=2, handle=3)
    figure.suptitle(f"Mean of {len(CHOOSING)} seeds, and the middle 80 % of them")
    return figure


def draw_losses(curves: dict[str, Array]) -> Any:
    """The loss by epoch, each at its best rate."""
    figure, axes = plt.subplots(1, 2, figsize=WIDE, layout="constrained", sharey=True)
    for ax, names in zip(axes, FAMILIES, strict=True):
        chosen = {name: curves[name] for name in names}
        bands(chosen, range(1, EPOCHS + 1), logarithmic=True, legend=False, ax=ax)
        style.label(ax, "Each at its best rate", "epoch", "training loss" if ax is axes[0] else "")
        style.legend_below(ax, columns=2, handle=3)
    figure.suptitle(f"Mean of {len(JUDGING)} seeds, and the middle 80 % of them")
    return figure


# -- 2. schedules --------------------------------------------------------------------------

PEAK, SMALL_BATCH = (
    0.3,
    8,
)  # three times the best constant rate for momentum, so that a schedule can help
CONSTANT = "constant", "constant, a tenth"


def courses(steps: int) -> dict[str, schedules.Rate]:
    """Six schedules with the same largest rate and number of steps, and a small constant rate."""
    return {
        CONSTANT[0]: schedules.Constant(PEAK),
        CONSTANT[1]: schedules.Constant(PEAK / 10),
        "step": schedules.StepDecay(PEAK, every=max(1, steps // 3), factor=0.1),
        "exponential": schedules.Exponential(PEAK, factor=0.01 ** (1 / steps)),
        "linear": schedules.Polynomial(PEAK, steps),
        "warm-up + cosine": schedules.WarmUp(
            schedules.Cosine(PEAK, steps - steps // 10), steps // 10
        ),
        "one-cycle": schedules.OneCycle(PEAK, steps),
    }


def noisy_training(course: schedules.Rate, parts: list[Array], seed: int) -> tuple[Array, float]:
    """The loss on all training data after each epoch, and the test accuracy."""
    x, y, x_test, y_test = parts
    layers = [mn.Linear(30, 16), mn.Tanh(), mn.Linear(16, 1), mn.Sigmoid()]
    optimizer = mn.SGD(course, momentum=0.9)
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), optimizer, ["accuracy"], seed=seed)
    record = trainer.fit(x, y, EPOCHS, SMALL_BATCH, validation_data=(x, y), progress=False)
    return np.array(record["val_loss"]), trainer.evaluate(x_test, y_test)["accuracy"]


def lesson_of_schedules(pictures: script_pictures.Pictures) -> None:
    """The same optimizer, peak and number of steps; small batches, so that there is noise."""
    parts = {seed: tumours(seed) for seed in JUDGING}
    steps = EPOCHS * -(-len(parts[JUDGING[0]][0]) // SMALL_BATCH)
    found = {
        name: [noisy_training(course, parts[seed], seed) for seed in JUDGING]
        for name, course in tqdm(courses(steps).items(), desc="schedules", unit="schedule")
    }
    rows: list[list[object]] = []
    for name, runs in found.items():
        end, right = np.array([(losses[-1], accuracy) for losses, accuracy in runs]).T
        numbers = end.mean(), end.std(ddof=1), right.mean(), right.std(ddof=1)
        rows.append([name, *map(float, numbers)])
    print(f"\n2. Schedules, {steps} steps of {SMALL_BATCH} tumours, {len(JUDGING)} seeds\n")
    print(table(["schedule", "loss, training", "sd", "accuracy, test", "sd"], rows), "\n")
    say_what_schedules_bring(
        {name: np.array([r[0][-1] for r in runs]) for name, runs in found.items()}
    )
    pictures.save(draw_schedules(found, steps), "optimizers_schedules")


def say_what_schedules_bring(ends: dict[str, Array]) -> None:
    """The best schedule against the better one of the two constant rates, seed by seed."""
    constant = min(CONSTANT, key=lambda name: ends[name].mean())
    best = min((name for name in ends if name not in CONSTANT), key=lambda name: ends[name].mean())
    ahead = ends[constant] - ends[best]
    error = ahead.std(ddof=1) / np.sqrt(len(ahead))
    print(f"The least loss is that of {best}; {constant!r} is the better constant rate, and ends")
    higher = int((ahead > 0).sum())
    print(
        f"{ahead.mean():.4f} higher (standard error {error:.4f}; {higher} of {len(ahead)} seeds)."
    )
    worse = [n for n in ends if n not in CONSTANT and ends[n].mean() >= ends[constant].mean()]
    if worse:
        print(f"No better than that constant rate: {', '.join(worse)}, whose rates fall early.")
    print()


def draw_schedules(found: dict[str, list[tuple[Array, float]]], steps: int) -> Any:
    """The rates by step, and the loss by epoch."""
    figure, axes = plt.subplots(1, 2, figsize=WIDE, layout="constrained")
    schedule(courses(steps), steps, axes[0])
    axes[0].legend_.remove()  # one for both panels, below
    curves = {name: [losses for losses, _ in runs] for name, runs in found.items()}
    bands(curves, range(1, EPOCHS + 1), logarithmic=True, legend=False, ax=axes[1])
    style.label(axes[1], "What comes of it", "epoch", "loss, all training data")
    handles = axes[1].get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return figure


def main() -> None:
    """The network, then the schedules."""
    pictures = script_pictures.start(__doc__)
    lesson_of_the_network(pictures)
    lesson_of_schedules(pictures)
    pictures.show()


if __name__ == "__main__":
    main()
