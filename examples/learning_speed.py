"""How fast a classifier learns under squared error and under cross-entropy: two and three classes.

A small network learns to tell tumours apart (two classes) and iris flowers (three). Both losses
start from the same weights and see the same batches; only the loss differs. They are compared
at one rate, and each at its own best rate, which `studies/learning_speed_many_runs.py` has chosen
on other seeds. A run has learnt when its held-out accuracy reaches 95 % and stays there for three
measurements. Try --start 5: from weights five times as large units are often sure and wrong.
"""

import math
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn
from minnet.plot import script_pictures
from minnet.utils.table import table

GOAL, STEPS, BATCH = 0.95, 200, 32
LOSSES = ("cross-entropy", "squared error")
BEST = {  # data, start: the own best rates of cross-entropy and of squared error
    ("tumours", 1): (1.58, 6.31),
    ("tumours", 5): (6.31, 63.1),
    ("iris", 1): (1.58, 3.98),
    ("iris", 5): (2.51, 10.0),
}
MEASURED = sorted({*range(21), *(round(20 * 1.12**k) for k in range(20)), STEPS})
LOOKS: list[dict[str, Any]] = [{"color": "#0072B2"}, {"color": "#D55E00", "linestyle": "--"}]


def split(task: str, seed: int) -> list[Any]:
    """x and y to train on, held-out x and y; standardized by the rows to train on."""
    x, y = mn.datasets.breast_cancer() if task == "tumours" else mn.datasets.iris()
    x, x_held, y, y_held = mn.data.train_test_split(x, y, 0.3, seed=seed, stratify=True)
    scaler = mn.data.Standardizer().fit(x)
    return [scaler.transform(x), y, scaler.transform(x_held), y_held]


def train(task: str, rates: tuple[float, float], options: Any) -> list[Any]:
    """For each loss the held-out accuracy by step, an array (seeds, steps)."""
    rows = {seed: split(task, seed) for seed in range(options.seeds)}
    features = rows[0][0].shape[1]

    def make_trainer(loss: str, seed: int) -> mn.Trainer:
        outputs, last = (1, mn.Sigmoid()) if task == "tumours" else (3, mn.Softmax())
        hidden = [mn.Linear(features, options.hidden), mn.Tanh()]
        network = mn.Network([*hidden, mn.Linear(options.hidden, outputs), last], seed=seed)
        network.flat_values *= options.start
        usual = mn.BinaryCrossEntropy() if task == "tumours" else mn.CategoricalCrossEntropy()
        cost = usual if loss == LOSSES[0] else mn.MeanSquaredError()
        rate = mn.SGD(rates[LOSSES.index(loss)])
        return mn.Trainer(network, cost, rate, metrics=["accuracy"], seed=seed)

    runs = mn.sweep(
        make_trainer,
        {"loss": LOSSES, "seed": range(options.seeds)},
        lambda seed: rows[seed][:2],
        epochs=math.ceil(STEPS / (len(rows[0][0]) // BATCH)),
        batch_size=BATCH,
        validation_data=lambda seed: rows[seed][2:],
        measure_at=MEASURED,
        description=task,
    )
    groups = [[run.history for run in runs.where(loss=loss) if run.history] for loss in LOSSES]
    return [np.array([history.steps["val_accuracy"] for history in group]) for group in groups]


def steps_to_goal(accuracy: Any) -> Any:
    """For each seed the first of three measurements in a row at the goal, or inf."""
    there = accuracy >= GOAL
    kept = there[:, :-2] & there[:, 1:-1] & there[:, 2:]
    return np.where(kept.any(axis=1), np.array(MEASURED)[kept.argmax(axis=1)], math.inf)


def draw(title: str, found: dict[str, list[Any]], rates: dict[str, Any]) -> Any:
    """Accuracy by step, and how many runs have learnt: thick at own rates, thin at one rate."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.4), layout="constrained")
    for width, (name, accuracies) in zip((1.0, 2.5), found.items(), strict=True):
        for loss, accuracy, rate, look in zip(LOSSES, accuracies, rates[name], LOOKS, strict=True):
            label = f"{loss}, rate {rate:g}"
            axes[0].plot(MEASURED, accuracy.mean(axis=0), linewidth=width, label=label, **look)
            arrived = [(steps_to_goal(accuracy) <= step).sum() for step in MEASURED]
            axes[1].step(MEASURED, arrived, where="post", linewidth=width, label=label, **look)
    axes[0].set(xlabel="update step", ylabel="held-out accuracy (mean)", title=title)
    runs = len(found["one rate"][0])
    axes[1].set(xlabel="update step", ylabel="runs", title=f"Of {runs} runs, how many have learnt")
    for ax in axes:
        ax.set_xscale("symlog", linthresh=1, linscale=0.5)  # with room for step 0
        ax.set_xticks([0, 1, 3, 10, 30, 100], ["0", "1", "3", "10", "30", "100"])
        ax.grid(alpha=0.3)
    axes[0].legend(loc="lower right", fontsize=10)
    return figure


def main() -> None:
    """Train, print one table, draw two pictures."""
    parser = script_pictures.parser(__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="runs of each kind (default: 10)")
    parser.add_argument("--rate", type=float, default=1.0, help="the one rate (default: 1)")
    parser.add_argument("--hidden", type=int, default=8, help="hidden units (default: 8)")
    parser.add_argument("--start", type=int, default=1, choices=(1, 5), help="times the weights")
    options = script_pictures.read(parser)
    rows: list[list[Any]] = []
    for task, title in (("tumours", "Tumours, two classes"), ("iris", "Iris, three classes")):
        rates = {"one rate": (options.rate,) * 2, "own best": BEST[task, options.start]}
        found = {name: train(task, both, options) for name, both in rates.items()}
        for name, accuracies in found.items():
            steps = [steps_to_goal(accuracy) for accuracy in accuracies]
            for loss, own, other, rate in zip(LOSSES, steps, steps[::-1], rates[name], strict=True):
                row = [task, name, loss, rate, float(np.median(own)), int((own < other).sum())]
                rows.append([*row, int(np.isinf(own).sum())])
        options.pictures.save(draw(title, found, rates), f"learning_speed_{task}")
    headers = ["data", "compared at", "loss", "rate", "median steps", "first in", "never"]
    print(table(headers, rows))
    options.pictures.show()


if __name__ == "__main__":
    main()
