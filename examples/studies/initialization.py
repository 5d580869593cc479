"""Where weights start decides whether a deep network learns at all.

1. Symmetry: hidden neurons with equal weights get equal gradients, and stay equal forever.
2. Size: each of ten layers multiplies a signal by about sqrt(fan_in) sd(w), or by
   sqrt(fan_in / 2) sd(w) with ReLU, which silences half of it. Below 1 the signal vanishes, above 1
   it explodes (or saturates tanh), and so does the gradient on its way back. Glorot's and He's
   initializations make the factor about 1.
3. Training from each of these initializations, each at the best of three rates.
"""

from __future__ import annotations

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
Initializer = initializers.Initializer

SEEDS = range(5)
HIDDEN, WIDTH = 10, 32
RATES = (0.01, 0.1, 0.5)
EPOCHS = 10
ACTIVATIONS: dict[str, type[mn.Activation]] = {"tanh": mn.Tanh, "ReLU": mn.ReLU}
ZEROS = "zeros"
STARTS: dict[str, Initializer] = {
    "N(0, 0.05^2)": initializers.normal(0.0, 0.05),
    "N(0, 0.5^2)": initializers.normal(0.0, 0.5),
    "glorot_normal": initializers.glorot_normal,
    "he_normal": initializers.he_normal,
    ZEROS: initializers.zeros,
}


# -- 1. symmetry ---------------------------------------------------------------------------


def eight_neurons(start: str | Initializer, seed: int) -> tuple[int, float]:
    """Train them on the two arcs: how many of them differ, and how accurate is the network?"""
    points, unseen = datasets.double_arc(400, seed), datasets.double_arc(1000, seed + 1000)
    first = mn.Linear(2, 8, weight_init=start)
    layers = [first, mn.Tanh(), mn.Linear(8, 1, weight_init=start), mn.Sigmoid()]
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.Adam(0.03), ["accuracy"], seed=seed)
    trainer.fit(points.x, points.y, epochs=60, progress=False)
    different = len(np.unique(first.weight.value.round(3), axis=1).T)
    return different, trainer.evaluate(unseen.x, unseen.y)["accuracy"]


def lesson_of_symmetry() -> None:
    """Zeros, equal numbers, and random numbers."""
    starts: dict[str, str | Initializer] = {
        ZEROS: ZEROS,
        "all 0.5": initializers.constant(0.5),
        "glorot_uniform": "glorot_uniform",
    }
    print("1. Symmetry: 8 hidden neurons on two arcs, after training\n")
    rows: list[list[object]] = []
    for name, start in starts.items():
        different, right = zip(*(eight_neurons(start, seed) for seed in SEEDS), strict=True)
        accuracies = np.array(right)
        numbers = float(accuracies.mean()), float(accuracies.std(ddof=1))
        rows.append([name, min(different), max(different), *numbers])
    print(table(["start", "different neurons: least", "most", "accuracy, unseen", "sd"], rows))
    print(
        "\nNeurons that start alike are one neuron, counted eight times. From zeros not even that"
    )
    print("one learns: each weight's gradient has another weight as a factor, and all are 0.")


# -- 2. sizes ------------------------------------------------------------------------------


def deep(activation: type[mn.Activation], start: Initializer, rate: float, seed: int) -> mn.Trainer:
    """Ten hidden layers of 32 units; weights from `start`, biases 0."""
    layers: list[mn.Layer] = []
    for index in range(HIDDEN):
        layers += [mn.Linear(WIDTH if index else 30, WIDTH, weight_init=start), activation()]
    layers += [mn.Linear(WIDTH, 1, weight_init=start), mn.Sigmoid()]
    return mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(rate), ["accuracy"], seed=seed)


@cache  # every network of a seed gets the same
def tumours(seed: int) -> list[Array]:
    """Training and test data, standardized."""
    x, y = datasets.breast_cancer()
    x_train, x_test, y_train, y_test = data.train_test_split(x, y, 0.3, seed, stratify=True)
    scaler = data.Standardizer().fit(x_train)
    return [scaler.transform(x_train), y_train, scaler.transform(x_test), y_test]


def sizes(activation: type[mn.Activation], start: Initializer, seed: int) -> tuple[Array, Array]:
    """Before training: the size of each hidden layer's output, and of dL/dz on its way back.

    dL/dz and not dL/dw: the latter has the layer's input as a factor, which grows as dL/dz fades.
    """
    network = deep(activation, start, 0.0, seed).network
    x, y = (part[:128] for part in tumours(seed)[:2])
    outputs = network.activations(x)[1::2][:HIDDEN]
    gradient = (network.forward(x) - y.reshape(-1, 1)) / len(x)  # sigmoid and cross-entropy
    sizes_of = []
    for layer in reversed(network.layers[:-1]):
        gradient = layer.backward(gradient)
        sizes_of.append(size(gradient))
    behind = sizes_of[::-1][1::2][:HIDDEN]  # each activation's backward gives dL/dz
    return np.array([size(array) for array in outputs]), np.array(behind)


def size(array: Array) -> float:
    """The root mean square of all entries."""
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))


def lesson_of_sizes(pictures: script_pictures.Pictures) -> None:
    """First and last layer in a table, all layers in a figure."""
    figure, axes = plt.subplots(2, 2, figsize=(9.6, 8.0), layout="constrained", sharex=True)
    rows: list[list[Any]] = []
    for column, (word, activation) in enumerate(ACTIVATIONS.items()):
        both = {
            name: [sizes(activation, start, seed) for seed in SEEDS]
            for name, start in STARTS.items()
        }
        for name, runs in both.items():
            output, gradient = np.mean(runs, axis=0)
            ends = output[0], output[-1], gradient[-1], gradient[0]
            rows.append([word, name, *map(float, ends)])
        for row, quantity in enumerate(("output, root mean square", "|dL/dz|, root mean square")):
            curves = {name: [run[row] for run in runs] for name, runs in both.items()}
            curves.pop(ZEROS)  # a logarithmic axis cannot show 0
            ax = bands(
                curves, range(1, HIDDEN + 1), logarithmic=True, legend=False, ax=axes[row, column]
            )
            style.label(ax, word, "hidden layer", "" if column else quantity)
    handles = axes[0, 0].get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    figure.suptitle(f"Before training: mean of {len(SEEDS)} seeds (zeros: 0 everywhere)")
    print(f"\n2. Before training, {HIDDEN} hidden layers of {WIDTH}, mean of {len(SEEDS)} seeds\n")
    headers = ["output: layer 1", f"layer {HIDDEN}", f"gradient: layer {HIDDEN}", "layer 1"]
    print(table(["activation", "start", *headers], rows))
    kept = {(word, name): last / first for word, name, first, last, _, _ in rows if first}
    he, glorot = kept["ReLU", "he_normal"], kept["ReLU", "glorot_normal"]
    print(f"\nOf a signal behind the first ReLU {he:.0%} arrives behind the last with he_normal,")
    print(f"{glorot:.0%} with glorot_normal, which has not the 2 that a ReLU needs.\n")
    pictures.save(figure, "initialization_sizes")


# -- 3. training ---------------------------------------------------------------------------


def train(activation: type[mn.Activation], start: Initializer, rate: float, seed: int) -> Any:
    """The training loss of each epoch and the test accuracy; None if it diverged."""
    x, y, x_test, y_test = tumours(seed)
    trainer = deep(activation, start, rate, seed)
    try:
        record = trainer.fit(x, y, EPOCHS, progress=False)
    except mn.TrainingDiverged:
        return None
    return record["loss"], trainer.evaluate(x_test, y_test)["accuracy"]


def best_rate(word: str, name: str) -> tuple[float | None, int, list[Any]]:
    """The rate with the lowest mean final loss, its runs, and how many runs diverged in all."""
    tried = {
        rate: [train(ACTIVATIONS[word], STARTS[name], rate, seed) for seed in SEEDS]
        for rate in RATES
    }
    diverged = sum(run is None for runs in tried.values() for run in runs)
    usable = {rate: runs for rate, runs in tried.items() if None not in runs}
    if not usable:
        return None, diverged, []
    best = min(usable, key=lambda rate: np.mean([losses[-1] for losses, _ in usable[rate]]))
    return best, diverged, usable[best]


def lesson_of_training(pictures: script_pictures.Pictures) -> None:
    """Each initialization at each rate; the best rate is shown, if any converges."""
    bar = tqdm([(word, name) for word in ACTIVATIONS for name in STARTS], "training", unit="start")
    found = {both: best_rate(*both) for both in bar}
    rows: list[list[object]] = []
    for (word, name), (rate, diverged, runs) in found.items():
        numbers: list[float | None] = [None] * 4
        if runs:
            end, right = np.array([(losses[-1], accuracy) for losses, accuracy in runs]).T
            numbers = [
                float(n) for n in (end.mean(), end.std(ddof=1), right.mean(), right.std(ddof=1))
            ]
        rows.append([word, name, rate, diverged, *numbers])
    print(f"\n3. After {EPOCHS} epochs at the best of the rates {RATES}, {len(SEEDS)} seeds\n")
    headers = ["best rate", "diverged", "loss, training", "sd", "accuracy, test", "sd"]
    print(table(["activation", "start", *headers], rows))
    print(f"\n(diverged: of {len(SEEDS) * len(RATES)} runs; a rate counts if no seed of it did.)")
    for word in ACTIVATIONS:
        ends = {n: np.array([losses[-1] for losses, _ in found[word, n][2]]) for n in STARTS}
        means = {name: float(values.mean()) for name, values in ends.items() if len(values)}
        ended = sorted(means, key=means.__getitem__)
        ahead = ends[ended[1]] - ends[ended[0]]
        error = ahead.std(ddof=1) / np.sqrt(len(ahead))
        lead = f"{ahead.mean():.4f} +- {error:.4f}"
        print(f"{word}: {ended[0]} is ahead of {ended[1]} by {lead}.")
        stuck = [name for name in means if means[name] > 0.95 * means[ZEROS]]
        print(f"{word}: no further than zeros: {', '.join(stuck)}.")
    print("(+-: standard error.)\n")
    pictures.save(draw_training(found), "initialization_training")


def draw_training(found: dict[tuple[str, str], tuple[float | None, int, list[Any]]]) -> Any:
    """The loss by epoch from each start; what diverged at all rates has no line."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 5.0), layout="constrained", sharey=True)
    for ax, word in zip(axes, ACTIVATIONS, strict=True):
        for index, name in enumerate(STARTS):
            _, _, runs = found[word, name]
            if runs:
                curve = {name: [losses for losses, _ in runs]}
                epochs = range(1, EPOCHS + 1)
                bands(curve, epochs, logarithmic=True, legend=False, first=index, ax=ax)
        style.label(ax, word, "epoch", "training loss" if ax is axes[0] else "")
    handles = axes[0].get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, frameon=False)
    figure.suptitle(f"Each start at its best rate: mean of {len(SEEDS)} seeds")
    return figure


def main() -> None:
    """The three lessons, one after the other."""
    pictures = script_pictures.start(__doc__)
    lesson_of_symmetry()
    lesson_of_sizes(pictures)
    lesson_of_training(pictures)
    pictures.show()


if __name__ == "__main__":
    main()
