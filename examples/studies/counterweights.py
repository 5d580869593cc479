"""What speaks for squared error, and where the speed of learning comes from.

1. Label noise: a share of the training labels is wrong. Which loss is more accurate in the end?
2. Number of classes: 2 to 10 digits. How many steps need a softmax under either loss, and squared
   error on the raw scores (Hui and Belkin 2020; slow with many classes: Demirkaya et al. 2020)?
3. Rate times |dL/dz|: how far a step moves the inputs of the output units, step by step, and of
   each layer of a deeper network, at one rate and at own best rates.

Paired seeds, each loss at its own best rate, chosen on seeds that are not reported, from five
rates per decade. A goal is reached and kept: three measurements in a row.

    python examples/studies/counterweights.py --seeds 20 --hidden 16     # a few minutes
"""

from __future__ import annotations

import functools
import itertools
import math
import warnings
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet.plot import script_pictures, style
from minnet.utils.table import table

Array = NDArray[Any]

STEPS, BATCH, GOAL = 300, 32, 0.9
RATES = tuple(float(f"{10 ** (k / 5):.2g}") for k in range(-10, 8))  # 0.01 to 25
TUNING_SEEDS = range(1000, 1010)
SHOWN, FIRST = 100, 10  # steps of part 3, and the one whose layers are drawn
NOISE, CLASSES, DEPTH = (0.0, 0.1, 0.2, 0.4), (2, 3, 5, 10), 4
MEASURED = [*range(0, 20), *range(20, STEPS + 1, 5)]
WAYS: dict[str, tuple[tuple[type[mn.Layer], ...], type[mn.Loss]]] = {
    "softmax, cross-entropy": ((mn.Softmax,), mn.CategoricalCrossEntropy),
    "softmax, squared error": ((mn.Softmax,), mn.MeanSquaredError),
    "raw scores, squared error": ((), mn.MeanSquaredError),
}
LOOKS: list[dict[str, Any]] = [style.line(0), style.line(1), {"color": "#8B3A00", "ls": ":"}]
Sides = tuple[Array, Array, Array, Array]


@functools.cache
def split(data: str, classes: int, noise: float, seed: int) -> Sides:
    """Training and held-out rows of the first classes, a share of the training labels wrong."""
    x, y = getattr(mn.datasets, data)()
    x, y = x[y < classes], np.asarray(y)[y < classes]
    x, x_held, y, y_held = mn.data.train_test_split(x, y, 0.3, seed=seed, stratify=True)
    scaler = mn.data.Standardizer().fit(x)
    generator = np.random.default_rng(seed)
    other = (y + generator.integers(1, classes, len(y))) % classes
    wrong = generator.permutation(len(y)) < round(noise * len(y))
    return scaler.transform(x), np.where(wrong, other, y), scaler.transform(x_held), y_held


class Task(NamedTuple):
    """What is learnt, and by how large a network."""

    data: str
    classes: int
    noise: float
    hidden: int
    depth: int = 1


def make_trainer(task: Task, way: str, rate: float, seed: int) -> mn.Trainer:
    """Tanh layers, then the output of this way."""
    features = split(*task[:3], seed)[0].shape[1]
    sizes = [features, *[task.hidden] * task.depth]
    layers: list[mn.Layer] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [mn.Linear(inputs, outputs), mn.Tanh()]
    last, loss = WAYS[way]
    layers += [mn.Linear(task.hidden, task.classes), *(kind() for kind in last)]
    return mn.Trainer(layers, loss(), mn.SGD(rate), metrics=["accuracy"], seed=seed)


def accuracies(task: Task, way: str, rates: Any, seeds: Any) -> dict[float, Array]:
    """rate -> held-out accuracies (seeds, measured steps); 0 from where a run has diverged."""
    rows = {seed: split(*task[:3], seed) for seed in seeds}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # some rates are too large on purpose
        runs = mn.sweep(
            lambda rate, seed: make_trainer(task, way, rate, seed),
            {"rate": rates, "seed": seeds},
            lambda seed: rows[seed][:2],
            epochs=math.ceil(STEPS / (len(rows[seeds[0]][0]) // BATCH)),
            batch_size=BATCH,
            validation_data=lambda seed: rows[seed][2:],
            measure_at=MEASURED,
            progress=False,
        )
    found: dict[float, list[list[float]]] = {rate: [] for rate in rates}
    for run in runs:
        done = [] if run.history is None else run.history.steps["val_accuracy"]
        found[run.settings["rate"]].append([*done, *[0.0] * (len(MEASURED) - len(done))])
    return {rate: np.array(curves) for rate, curves in found.items()}


def at_own_best(task: Task, way: str, seeds: int) -> tuple[float, Array]:
    """The rate with the highest mean accuracy over all steps, and the reported runs at it."""
    tried = accuracies(task, way, RATES, TUNING_SEEDS)
    rate = max(tried, key=lambda rate: float(tried[rate].mean()))
    return rate, accuracies(task, way, [rate], range(seeds))[rate]


def steps_to_goal(accuracy: Array) -> Array:
    """For each run the first of three measurements in a row at the goal, or inf."""
    there = accuracy >= GOAL
    kept = there[:, :-2] & there[:, 1:-1] & there[:, 2:]
    return np.where(kept.any(axis=1), np.array(MEASURED)[kept.argmax(axis=1)], math.inf)


def paired(first: Array, second: Array) -> list[object]:
    """In how many seeds the first is larger, equal, smaller; and the two-sided sign test."""
    ahead, behind = int((first > second).sum()), int((first < second).sum())
    n, few = ahead + behind, min(ahead, behind)
    chance = min(1.0, 2 * sum(math.comb(n, k) for k in range(few + 1)) / 2**n)
    return [f"{ahead} / {len(first) - n} / {behind}", f"{chance:.2g}"]


def label_noise(options: Any) -> tuple[list[list[object]], dict[str, list[Array]]]:
    """Held-out accuracy after all steps, over the last ten measurements."""
    ways = list(WAYS)[:2]
    rows: list[list[object]] = []
    ends: dict[str, list[Array]] = {way: [] for way in ways}
    for noise in NOISE:
        task = Task("iris", 3, noise, options.hidden)
        found = [at_own_best(task, way, options.seeds) for way in ways]
        both = [accuracy[:, -10:].mean(axis=1) for _, accuracy in found]
        for way, end in zip(ways, both, strict=True):
            ends[way].append(end)
        means = [f"{100 * end.mean():.1f} %" for end in both]
        rows.append([f"{noise:.0%}", *(rate for rate, _ in found), *means, *paired(*both)])
    return rows, ends


def many_classes(options: Any) -> tuple[list[list[object]], dict[str, list[Array]]]:
    """Steps to the goal for each way and number of classes."""
    rows: list[list[object]] = []
    steps: dict[str, list[Array]] = {way: [] for way in WAYS}
    for classes in CLASSES:
        for way in WAYS:
            task = Task("digits", classes, 0.0, options.hidden)
            rate, accuracy = at_own_best(task, way, options.seeds)
            steps[way].append(steps_to_goal(accuracy))
            median = float(np.median(steps[way][-1]))
            never = int(np.isinf(steps[way][-1]).sum())
            ahead = paired(steps[way][-1], steps[next(iter(WAYS))][-1])
            rows.append([classes, way, rate, median, never, *ahead])
    return rows, steps


# -- rate times |dL/dz| ----------------------------------------------------------------------


def movements(task: Task, way: str, rate: float, seed: int) -> Array:
    """rate |dL/dz| (steps, layers): the mean over a batch, z being the output of each Linear."""
    x, y, *_ = split(*task[:3], seed)
    trainer = make_trainer(task, way, rate, seed)
    order = np.random.default_rng(seed)
    found = []
    for _ in range(SHOWN):
        rows = order.permutation(len(x))[:BATCH]
        target = np.eye(task.classes)[y[rows]]
        trainer.loss.forward(trainer.network.forward(x[rows]), target)
        gradient, sizes = trainer.loss.backward(), []
        for layer in reversed(trainer.network.layers):  # the chain rule, link by link
            if isinstance(layer, mn.Linear):
                sizes.append(rate * float(np.linalg.norm(gradient, axis=1).sum()))
            gradient = layer.backward(gradient)
        found.append(sizes[::-1])
        trainer.step(x[rows], y[rows])
    return np.array(found)


def moved(options: Any) -> dict[tuple[str, str], tuple[float, Array]]:
    """(way, which rate) -> the rate, and its movements (steps, layers), medians over the seeds."""
    task = Task("iris", 3, 0.0, options.hidden, DEPTH)
    found = {}
    for way in list(WAYS)[:2]:
        rates = {"one rate": options.rate, "own best": at_own_best(task, way, options.seeds)[0]}
        for name, rate in rates.items():
            runs = [movements(task, way, rate, seed) for seed in range(options.seeds)]
            found[way, name] = rate, np.median(runs, axis=0)
    return found


# -- the tables and the picture --------------------------------------------------------------


def draw(ends: Any, steps: Any, moves: Any) -> Any:
    """Accuracy by noise, steps by classes, movement by step and by layer."""
    figure, axes = plt.subplots(2, 2, figsize=(9.6, 7.6), layout="constrained")
    noise, classes, by_step, by_layer = axes.flat
    for way, look in zip(WAYS, LOOKS, strict=True):
        median = [float(np.median(found)) for found in steps[way]]
        shown = [value if math.isfinite(value) else math.nan for value in median]
        classes.plot(CLASSES, shown, marker="o", label=way, linewidth=2, **look)
        if way in ends:
            means = [float(end.mean()) for end in ends[way]]
            noise.plot(NOISE, means, marker="o", linewidth=2, **look)
        for width, name in ((1.0, "one rate"), (2.6, "own best")):
            if (way, name) in moves:
                movement = moves[way, name][1]
                by_step.plot(range(1, SHOWN + 1), movement[:, -1], linewidth=width, **look)
                layers = range(1, movement.shape[1] + 1)
                by_layer.plot(layers, movement[FIRST - 1], marker="o", linewidth=width, **look)
    style.label(noise, "Wrong labels", "share of wrong labels", "held-out accuracy")
    style.label(classes, "Number of classes", "classes", "median steps to 90 %")
    what = "rate |dL/dz|"
    style.label(by_step, "Output layer: thin one rate, thick own", "step", what)
    style.label(by_layer, f"At step {FIRST}, by layer", "layer", what)
    by_step.set_xscale("log")
    for ax in (by_step, by_layer):
        style.plain_logarithmic(ax)
    handles, labels = classes.get_legend_handles_labels()
    look = {"fontsize": style.TICKS, "frameon": False, "handlelength": 3}
    figure.legend(handles, labels, loc="outside lower center", ncols=3, **look)
    return figure


def main() -> None:
    """Three tables and one picture."""
    parser = script_pictures.parser(__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="runs that are reported")
    parser.add_argument("--hidden", type=int, default=16, help="units of a hidden layer")
    parser.add_argument("--rate", type=float, default=1.0, help="the one rate of part 3")
    options = script_pictures.read(parser)
    print(f"1. Wrong labels, iris: held-out accuracy after {STEPS} steps, {options.seeds} seeds\n")
    noise, ends = label_noise(options)
    both = ["cross-entropy", "squared error"]
    headers = ["wrong", "rate of c.", "of s.", *both, "c. better / tie / worse", "sign test"]
    print(table(headers, noise))
    print(f"\n2. Digits: steps to {GOAL:.0%} held-out accuracy, kept\n")
    classes, steps = many_classes(options)
    headers = ["classes", "way", "rate", "median", "never", "later / tie / earlier", "sign test"]
    print(table(headers, classes))
    print(f"\n3. rate |dL/dz|, iris, {DEPTH} hidden layers: medians, first to last layer\n")
    moves = moved(options)
    rows: list[list[object]] = []
    for (way, name), (rate, movement) in moves.items():
        for step in (1, FIRST, SHOWN):
            sizes = ", ".join(f"{size:.2g}" for size in movement[step - 1])
            rows.append([way, name, rate, step, sizes])
    print(table(["way", "compared at", "rate", "step", "rate |dL/dz|"], rows))
    options.pictures.save(draw(ends, steps, moves), "counterweights")
    options.pictures.show()


if __name__ == "__main__":
    main()
