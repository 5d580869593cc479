"""Overfitting and three remedies: L2, dropout and early stopping side by side.

Two arcs of 60 points, blurred until they overlap. A network with 1200 parameters memorizes such
points: its loss on them keeps falling, and on unseen points it rises. Three remedies:

- L2: large weights are penalized, so the network stays smooth.
- Dropout: half of the hidden units are dropped in each step, so none can rely on another.
- Early stopping: end when the validation loss has not fallen for 30 epochs, and take the weights
  of the best epoch.

Each seed has its own points and first weights, the same ones for every remedy. There are three
sets: training; validation, which early stopping uses; and test, which is used only at the end. The
strengths of L2 and dropout were chosen with other seeds than those shown.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

import minnet as mn
from minnet import datasets
from minnet.plot import bands, decision_boundary, script_pictures, style
from minnet.utils.table import table

Array = NDArray[Any]
Points = tuple[Array, Array]

SEEDS = range(10, 18)
EPOCHS = 200
NOTHING, L2, DROPOUT, STOPPING = "nothing", "L2(0.01)", "Dropout(0.5)", "early stopping"
CURES = (NOTHING, L2, DROPOUT, STOPPING)


class Run(NamedTuple):
    """One training: the Trainer, its history, the epoch of the weights, and the test."""

    trainer: mn.Trainer
    record: mn.History
    best_epoch: int
    test: dict[str, float]


def blurred_arcs(n: int, seed: int) -> Points:
    """The two arcs, each point moved at random: no network can classify all of them."""
    arcs = datasets.double_arc(n, seed)
    moved = np.random.default_rng([seed, n]).normal(scale=0.25, size=arcs.x.shape)
    return arcs.x + moved, arcs.y


def three_sets(seed: int) -> tuple[Points, Points, Points]:
    """Training, validation, test."""
    sizes = {0: 60, 1: 200, 2: 2000}
    train, validation, test = (blurred_arcs(n, 3 * seed + i) for i, n in sizes.items())
    return train, validation, test


def layers(dropout: float) -> list[mn.Layer]:
    """Two hidden layers, each followed by dropout if there is any."""
    result: list[mn.Layer] = []
    for inputs in (2, 32):
        result += [mn.Linear(inputs, 32, weight_init="he_normal"), mn.ReLU()]
        result += [mn.Dropout(dropout)] if dropout else []
    return [*result, mn.Linear(32, 1), mn.Sigmoid()]


class WithoutPenaltyOrDropout(mn.Callback):
    """Adds the training points' cross-entropy in evaluation mode to the history.

    The loss of the history is that of training: with the penalty, and with units dropped. As
    such it cannot be compared from cure to cure; log_loss, the cross-entropy alone, can.
    """

    def __init__(self, points: Points) -> None:
        self.points = points

    def on_epoch_end(self, trainer: mn.Trainer, row: dict[str, float]) -> None:
        """One more column."""
        row["train_log_loss"] = trainer.evaluate(*self.points)["log_loss"]


def train(cure: str, seed: int) -> Run:
    """Sixty points, one remedy."""
    points, validation, test = three_sets(seed)
    trainer = mn.Trainer(
        layers(dropout=0.5 if cure == DROPOUT else 0.0),
        mn.BinaryCrossEntropy(),
        mn.Adam(0.01),
        metrics=["log_loss", "accuracy"],
        seed=seed,
        penalty=mn.L2(0.01) if cure == L2 else None,
    )
    stopping = mn.EarlyStopping("val_log_loss", patience=30)
    callbacks = [WithoutPenaltyOrDropout(points), *([stopping] if cure == STOPPING else [])]
    record = trainer.fit(
        *points, EPOCHS, 20, validation_data=validation, callbacks=callbacks, progress=False
    )
    return Run(trainer, record, stopping.best_epoch or len(record), trainer.evaluate(*test))


def report(runs: dict[str, list[Run]]) -> None:
    """Test loss and accuracy for each remedy, and the gain over `nothing`, seed by seed."""
    loss = {cure: np.array([run.test["log_loss"] for run in runs[cure]]) for cure in CURES}
    right = {cure: np.array([run.test["accuracy"] for run in runs[cure]]) for cure in CURES}
    rows: list[list[object]] = []
    for cure in CURES:
        at_end = [run.record["train_log_loss"][run.best_epoch - 1] for run in runs[cure]]
        numbers = (np.mean(at_end), loss[cure].mean(), spread(loss[cure]), right[cure].mean())
        rows.append([cure, *map(float, numbers), spread(right[cure])])
    print(f"\nCross-entropy and accuracy, mean of {len(SEEDS)} seeds (sd: standard deviation):\n")
    print(table(["cure", "loss, training", "loss, test", "sd", "accuracy, test", "sd"], rows))

    print("\nGain on the test points over no cure, from the same points and first weights:\n")
    rows = []
    for cure in CURES[1:]:
        less, more = loss[NOTHING] - loss[cure], right[cure] - right[NOTHING]
        row = [float(less.mean()), error(less), int((less > 0).sum())]
        rows.append([cure, *row, float(more.mean()), error(more), int((more > 0).sum())])
    gains = ["less loss", "se", "seeds", "more accuracy", "se", "seeds"]
    print(table(["cure", *gains], rows))
    print(f"\n(se: standard error of the mean; seeds: how many of {len(SEEDS)} gained.)")
    for line in findings(runs, loss, right):
        print(line)


def findings(runs: dict[str, list[Run]], loss: dict[str, Array], right: dict[str, Array]) -> Any:
    """What the tables say, in words."""
    held = np.array([run.record["val_log_loss"] for run in runs[NOTHING]]).mean(axis=0)
    seen = np.array([run.record["train_log_loss"] for run in runs[NOTHING]]).mean(axis=0)
    lowest = int(held.argmin())
    yield f"\nWithout a cure the mean validation loss is lowest after epoch {lowest + 1}"
    yield f"({held[lowest]:.3f}) and has risen to {held[-1]:.3f} after {EPOCHS} epochs; meanwhile"
    yield f"the training loss has gone on falling, from {seen[lowest]:.3f} to {seen[-1]:.3f}."
    stops = [run.best_epoch for run in runs[STOPPING]]
    lengths = [len(run.record) for run in runs[STOPPING]]
    yield f"Early stopping kept the weights of epochs {min(stops)} to {max(stops)} and trained for"
    yield f"{np.mean(lengths):.0f} epochs in the mean: the only cure that also saves time."
    unclear = [
        c
        for c in CURES[1:]
        if (loss[NOTHING] - loss[c]).mean() < 2 * error(loss[NOTHING] - loss[c])
    ]
    if unclear:
        yield f"(Less than two standard errors, so no clear gain: {', '.join(unclear)}.)"
    best = min(CURES, key=lambda cure: loss[cure].mean())
    second = min((c for c in CURES if c != best), key=lambda cure: loss[cure].mean())
    ahead = loss[second] - loss[best]
    clear = "clear" if ahead.mean() > 2 * error(ahead) else "no clear"
    yield f"\nBest on these points: {best}, ahead of {second} by {ahead.mean():.3f}"
    yield f"(se {error(ahead):.3f}): {clear} lead. Other data may have another winner."
    changes = [float((right[cure] - right[NOTHING]).mean()) for cure in CURES[1:]]
    yield f"The accuracy changes by {min(changes):+.3f} to {max(changes):+.3f}, where seeds alone"
    yield f"differ by {spread(right[NOTHING]):.3f} (sd). Overfitting makes a network sure of what"
    yield "is wrong, which the loss sees, more than it makes it wrong.\n"


def spread(values: Array) -> float:
    """The standard deviation between seeds."""
    return float(values.std(ddof=1))


def error(values: Array) -> float:
    """The standard error of the mean of the seeds."""
    return spread(values) / float(np.sqrt(len(values)))


def draw_curves(runs: dict[str, list[Run]]) -> Any:
    """Loss on training and on validation points, epoch by epoch, in the four cases."""
    figure, axes = plt.subplots(2, 2, figsize=(9.6, 7.6), layout="constrained", sharey=True)
    for ax, cure in zip(axes.flat, CURES, strict=True):
        # Early stopping is the training without a cure, left sooner.
        shown = runs[NOTHING if cure == STOPPING else cure]
        curves = {
            text: [run.record[column] for run in shown]
            for text, column in (("training", "train_log_loss"), ("validation", "val_log_loss"))
        }
        bands(curves, range(1, EPOCHS + 1), title=cure, logarithmic=True, legend=False, ax=ax)
        ax.set_ylabel("cross-entropy" if ax in axes[:, 0] else "")
        ax.set_xlabel("epoch" if ax in axes[1] else "")
    kept = [run.best_epoch for run in runs[STOPPING]]
    axes[1, 1].vlines(kept, 0, 0.15, transform=axes[1, 1].get_xaxis_transform(), color="black")
    axes[1, 1].set_title("early stopping: as without, left at the marks", fontsize=style.TITLE)
    handles = axes[0, 0].get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle(f"Mean of {len(SEEDS)} seeds, and the middle 80 % of them")
    return figure


def draw_boundaries(runs: dict[str, list[Run]]) -> Any:
    """The boundary of the network of the first seed, in the four cases."""
    points, _, _ = three_sets(SEEDS[0])
    figure, axes = plt.subplots(2, 2, figsize=(9.6, 8.4), layout="constrained")
    for ax, cure in zip(axes.flat, CURES, strict=True):
        run = runs[cure][0]
        decision_boundary(run.trainer, *points, ax=ax, class_names=("lower arc", "upper arc"))
        ax.set_title(f"{cure}: test accuracy {run.test['accuracy']:.2f}")
    figure.suptitle(f"The first of {len(SEEDS)} seeds")
    return figure


def main() -> None:
    """Train without and with each remedy, print and draw."""
    pictures = script_pictures.start(__doc__)
    runs: dict[str, list[Run]] = {cure: [] for cure in CURES}
    for seed in tqdm(SEEDS, desc="training", unit="seed"):
        for cure in CURES:
            runs[cure].append(train(cure, seed))
    report(runs)
    pictures.save(draw_curves(runs), "regularization_curves")
    pictures.save(draw_boundaries(runs), "regularization_boundaries")
    pictures.show()


if __name__ == "__main__":
    main()
