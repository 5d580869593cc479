"""Batch normalization: how it helps a deep network, and why it has two modes.

1. Eight hidden layers, with and without it, at six learning rates, from a good initialization and
   from weights that are too small. With it the initialization hardly matters, and no rate diverges.
   With good initial weights and the right rate a network does not need it.
2. In training a sample is normalized with its batch, so its output depends on the other samples.
   In evaluation running statistics replace those of the batch, and a sample always gets the same
   output.
3. The running mean and variance start at 0 and 1 and need some dozens of steps: until then the
   network computes something else in evaluation than in training.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

import minnet as mn
from minnet import data, datasets, initializers
from minnet.plot import bands, script_pictures, style
from minnet.utils.table import table

Array = NDArray[Any]

SEEDS = range(5)
HIDDEN, WIDTH = 8, 24
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
EPOCHS, BATCH = 8, 32
STARTS: dict[str, Any] = {"he_normal": "he_normal", "N(0, 0.05^2)": initializers.normal(0.0, 0.05)}
WITHOUT, WITH = "without", "with batch norm"
Key = tuple[str, str, float]


def deep(norm: bool, start: Any) -> list[mn.Layer]:
    """Eight hidden layers of 24 ReLUs, each with batch norm before it or not."""
    layers: list[mn.Layer] = []
    for index in range(HIDDEN):
        layers += [mn.Linear(WIDTH if index else 30, WIDTH, weight_init=start)]
        layers += [mn.BatchNorm(WIDTH)] if norm else []
        layers += [mn.ReLU()]
    return [*layers, mn.Linear(WIDTH, 1, weight_init=start), mn.Sigmoid()]


def trainer_of(norm: bool, start: Any, rate: float, seed: int) -> mn.Trainer:
    """Plain SGD, which does not adapt to gradients of the wrong size."""
    layers = deep(norm, start)
    return mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(rate), ["accuracy"], seed=seed)


@cache  # every network of a seed gets the same
def tumours(seed: int) -> list[Array]:
    """Training and test data, standardized."""
    x, y = datasets.breast_cancer()
    x_train, x_test, y_train, y_test = data.train_test_split(x, y, 0.3, seed, stratify=True)
    scaler = data.Standardizer().fit(x_train)
    return [scaler.transform(x_train), y_train, scaler.transform(x_test), y_test]


# -- 1. rates and starts -------------------------------------------------------------------


def train(norm: bool, start: Any, rate: float, seed: int) -> tuple[float, float]:
    """Training loss and test accuracy after training, in evaluation mode; NaN if it diverged."""
    x, y, x_test, y_test = tumours(seed)
    trainer = trainer_of(norm, start, rate, seed)
    try:
        trainer.fit(x, y, EPOCHS, BATCH, progress=False)
    except mn.TrainingDiverged:
        return np.nan, np.nan
    return trainer.evaluate(x, y)["loss"], trainer.evaluate(x_test, y_test)["accuracy"]


def lesson_of_rates(pictures: script_pictures.Pictures) -> None:
    """All rates, both initializations, with batch norm and without."""
    keys = [(way, name, rate) for name in STARTS for way in (WITHOUT, WITH) for rate in RATES]
    found: dict[Key, Array] = {}
    for way, name, rate in tqdm(keys, desc="rates", unit="rate"):
        runs = [train(way == WITH, STARTS[name], rate, seed) for seed in SEEDS]
        found[way, name, rate] = np.array(runs)
    print(f"1. breast_cancer, {HIDDEN} hidden layers, {EPOCHS} epochs, {len(SEEDS)} seeds\n")
    rows: list[list[object]] = []
    best: dict[tuple[str, str], Array] = {}
    for name in STARTS:
        for way in (WITHOUT, WITH):
            stable = stable_rates(found, way, name)
            rate = stable[int(np.argmin([found[way, name, r][:, 0].mean() for r in stable]))]
            best[way, name] = found[way, name, rate]
            means, spreads = best[way, name].mean(axis=0), best[way, name].std(axis=0, ddof=1)
            numbers = means[0], spreads[0], means[1], spreads[1]
            rows.append([way, name, stable[-1], rate, *map(float, numbers)])
    headers = ["largest rate", "best rate", "loss, training", "sd", "accuracy, test", "sd"]
    print(table(["network", "start", *headers], rows))
    print(f"\n(largest rate: of {RATES}, the last before one at which a run diverged.)")
    say_what_was_found(best)
    pictures.save(draw_rates(found), "batch_norm_rates")


def stable_rates(found: dict[Key, Array], way: str, name: str) -> list[float]:
    """The rates below the first at which a run diverged."""
    finite = [bool(np.isfinite(found[way, name, rate]).all()) for rate in RATES]
    return list(RATES[: [*finite, False].index(False)])


def say_what_was_found(best: dict[tuple[str, str], Array]) -> None:
    """Compare the initializations, and with batch norm against without, seed by seed."""
    good, small = STARTS
    for way in (WITHOUT, WITH):
        change = best[way, small][:, 0] - best[way, good][:, 0]
        print(f"{way.capitalize()}, the small start costs {in_words(change)} of training loss.")
    change = best[WITH, good][:, 0] - best[WITHOUT, good][:, 0]
    right = best[WITH, good][:, 1] - best[WITHOUT, good][:, 1]
    print(f"From the good start, batch norm changes the training loss by {in_words(change)}")
    print(f"and the test accuracy by {in_words(right)}. What it fixes is a bad start or a rate")
    print("that is too large; here there was neither. (+- is the standard error.)\n")


def in_words(change: Array) -> str:
    """Mean and standard error over the seeds."""
    return f"{change.mean():+.3f} +- {change.std(ddof=1) / np.sqrt(len(change)):.3f}"


def draw_rates(found: dict[Key, Array]) -> Any:
    """The training loss by rate; a line ends where a run diverged."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 5.0), layout="constrained", sharey=True)
    for ax, name in zip(axes, STARTS, strict=True):
        for index, way in enumerate((WITHOUT, WITH)):
            stable = stable_rates(found, way, name)
            losses = np.stack([found[way, name, rate][:, 0] for rate in stable], axis=1)
            bands({way: losses}, stable, logarithmic=True, legend=False, first=index, ax=ax)
        style.label(ax, f"start: {name}", "learning rate", "training loss" if ax is axes[0] else "")
        ax.set_xscale("log")
    handles = axes[0].get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle(f"After {EPOCHS} epochs: mean of {len(SEEDS)} seeds, and the middle 80 %")
    return figure


# -- 2. one sample in many batches ---------------------------------------------------------

COMPANIES, TUMOURS = 25, 5
SIZES = (2, 4, 8, 16, 32, 64, 128)


def wandering(trainer: mn.Trainer, x: Array, size: int, training: bool, seed: int) -> float:
    """How much the predicted probability of one tumour varies from batch to batch.

    The standard deviation over many batches of this size that contain it, mean of five tumours.
    """
    network = copy.deepcopy(trainer.network)  # forward in training updates the running statistics
    network.training = training
    generator = np.random.default_rng(seed)
    spreads = []
    for tumour in range(TUMOURS):
        answers = []
        for _ in range(COMPANIES):
            others = generator.choice(np.arange(TUMOURS, len(x)), size - 1, replace=False)
            answers.append(network.forward(x[[tumour, *others]])[0, 0])
        spreads.append(np.std(answers, dtype=np.float64))
    return float(np.mean(spreads))


def lesson_of_company(pictures: script_pictures.Pictures) -> None:
    """The same networks in both modes, with batches of several sizes."""
    found: dict[str, list[list[float]]] = {"training mode": [], "evaluation mode": []}
    for seed in tqdm(SEEDS, desc="company", unit="seed"):
        x, y, _, _ = tumours(seed)
        trainer = trainer_of(True, "he_normal", 0.1, seed)
        trainer.fit(x, y, EPOCHS, BATCH, progress=False)
        for mode, runs in found.items():
            runs.append([wandering(trainer, x, n, mode == "training mode", seed) for n in SIZES])
    print("\n2. The probability of one tumour in different batches: standard deviation\n")
    rows = [[mode, *map(float, np.mean(runs, axis=0))] for mode, runs in found.items()]
    print(table([f"mean of {len(SEEDS)} seeds; batch of", *map(str, SIZES)], rows), "\n")
    ax = bands(
        found,
        SIZES,
        title="One tumour, many batches",
        horizontal="batch size",
        quantity="probability, standard deviation",
    )
    ax.set_xscale("log", base=2)
    ax.set_xticks(SIZES, [str(size) for size in SIZES])
    pictures.save(ax.figure, "batch_norm_company")


# -- 3. the running means ------------------------------------------------------------------


class BothModes(mn.Callback):
    """Records the loss on all training data in both modes after some of the steps."""

    STEPS = (1, 2, 4, 8, 16, 32, 64)

    def __init__(self, x: Array, y: Array) -> None:
        self.x, self.y = x, y
        self.losses: dict[str, list[float]] = {"training mode": [], "evaluation mode": []}

    def on_step_end(self, trainer: mn.Trainer, loss: float) -> None:  # noqa: ARG002
        """Uses a copy, since its running statistics change; its rate of 0 keeps the weights."""
        if trainer.optimizer.steps not in self.STEPS:
            return
        self.losses["evaluation mode"].append(trainer.evaluate(self.x, self.y)["loss"])
        trial = copy.deepcopy(trainer)
        trial.optimizer.learning_rate = 0.0
        self.losses["training mode"].append(trial.step(self.x, self.y))


def lesson_of_running_means(pictures: script_pictures.Pictures) -> None:
    """Both losses, step by step, at a small rate and a large one."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 5.0), layout="constrained", sharey=True)
    rows: list[list[object]] = []
    for ax, rate in zip(axes, (0.1, 1.0), strict=True):
        watched = []
        for seed in tqdm(SEEDS, desc=f"running means, rate {rate:g}", unit="seed"):
            x, y, _, _ = tumours(seed)
            both = BothModes(x, y)
            trainer = trainer_of(True, "he_normal", rate, seed)
            trainer.fit(x, y, 5, BATCH, callbacks=[both], progress=False)
            watched.append(both.losses)
        curves = {mode: np.array([losses[mode] for losses in watched]) for mode in watched[0]}
        rows += [[f"{rate:g}", m, *map(float, runs.mean(axis=0))] for m, runs in curves.items()]
        bands(curves, BothModes.STEPS, logarithmic=True, legend=False, ax=ax)
        style.label(
            ax, f"rate {rate:g}", "step", "loss, all training data" if ax is axes[0] else ""
        )
        ax.set_xscale("log", base=2)
        ax.set_xticks(BothModes.STEPS, [str(step) for step in BothModes.STEPS])
    print(f"\n3. Loss on all training data, mean of {len(SEEDS)} seeds\n")
    print(table(["rate", "steps:", *map(str, BothModes.STEPS)], rows), "\n")
    handles = axes[0].get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle("The same network in its two modes")
    pictures.save(figure, "batch_norm_modes")


def main() -> None:
    """The three lessons, one after the other."""
    pictures = script_pictures.start(__doc__)
    lesson_of_rates(pictures)
    lesson_of_company(pictures)
    lesson_of_running_means(pictures)
    pictures.show()


if __name__ == "__main__":
    main()
