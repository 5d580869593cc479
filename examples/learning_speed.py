"""How fast a network learns under squared error and under cross-entropy, and why.

(a) One neuron that starts wrong: the experiment of M. Nielsen, *Neural Networks and Deep
    Learning*, chapter 3, with its initial weights and its rate.
(b) Two classes: a small network on breast_cancer. (c) Three classes: on iris.

In (b) and (c) each pair of runs has the same split, the same first weights and the same batches;
only the loss differs. They are compared twice, because a loss may only need another
rate: at one rate for both, and each at its best rate from a grid. And they start twice: from
ordinary weights, and from weights five times as large, where a unit is often confident and wrong.
Both are measured in the same way, by cross-entropy and accuracy on held-out data.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import textwrap
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from typing import Any, NamedTuple

import common
import matplotlib.pyplot as plt
import numpy as np
from learning_speed_report import THRESHOLDS, comparison_table, findings
from learning_speed_runs import (
    BATCH,
    GOAL,
    HIDDEN,
    LOSSES,
    RATES,
    SAME_RATE,
    SITUATIONS,
    SQUARED_ERROR,
    STARTS,
    TASKS,
    TUNING_SEEDS,
    Curves,
    Rates,
    Results,
    Situation,
    best_rates,
    compare,
    rate_of,
    split,
    try_rates,
    watched_steps,
)

import minnet as mn
from minnet import plot
from minnet.utils.table import table

STEPS, SEEDS = 200, 20

# ---- (a) one neuron ------------------------------------------------------------------------

NEURON_STARTS = ((0.6, 0.9), (2.0, 2.0))
NEURON_EPOCHS = 300
NEURON_WAYS = {
    "cross-entropy, rate 0.15": (mn.BinaryCrossEntropy, 0.15),
    "squared error, rate 0.15": (mn.MeanSquaredError, 0.15),
    "cross-entropy, rate 0.005": (mn.BinaryCrossEntropy, 0.005),
}
PUBLISHED = {(0.6, 0.9): "0.82 -> 0.09", (2.0, 2.0): "0.98 -> 0.20"}  # squared error


class Trace(NamedTuple):
    """Output and cost after 0, 1, ... epochs, and dC/dz at the start: the gradient of the bias."""

    outputs: list[float]
    costs: list[float]
    gradient: float


def train_neuron(loss: type[mn.Loss], rate: float, weight: float, bias: float) -> Trace:
    """The input is 1, and the output should become 0."""
    neuron = mn.Network([mn.Linear(1, 1), mn.Sigmoid()], dtype="float64")
    neuron.flat_values = np.array([weight, bias])
    trainer = mn.Trainer(neuron, loss(), mn.SGD(learning_rate=rate))
    x, y = np.array([[1.0]]), np.array([0.0])
    outputs, costs, gradients = [neuron.predict(x).item()], [], []
    for _ in range(NEURON_EPOCHS):
        costs.append(trainer.step(x, y))
        gradients.append(float(neuron.flat_gradients[1]))
        outputs.append(neuron.predict(x).item())
    return Trace(outputs, [*costs, trainer.evaluate(x, y)["loss"]], gradients[0])


def lesson_of_one_neuron(pictures: common.Pictures) -> None:
    """The table of (a), and its figure: output above, cost below."""
    figure, axes = plt.subplots(2, 2, figsize=(12, 8.5), layout="constrained")
    rows: list[list[object]] = []
    for column, (weight, bias) in enumerate(NEURON_STARTS):
        traces = {
            way: train_neuron(loss, rate, weight, bias) for way, (loss, rate) in NEURON_WAYS.items()
        }
        for way, (outputs, _, gradient) in traces.items():
            published = PUBLISHED[weight, bias] if way.startswith(SQUARED_ERROR) else None
            ends = f"{outputs[0]:.4f} -> {outputs[-1]:.4f}"
            below_half = int(np.argmax(np.array(outputs) < 0.5)) or None
            start = f"w={weight:g}, b={bias:g}"
            rows.append([start, way, f"{gradient:.4f}", ends, published, below_half])
        for row, quantity in enumerate(("output a (should become 0)", "cost (each way its own)")):
            plot.single_neuron(
                {way: trace[row] for way, trace in traces.items()},
                quantity=quantity,
                title=f"start w = {weight:g}, b = {bias:g}: a = {traces[way].outputs[0]:.2f}",
                legend=False,
                ax=axes[row, column],
            )
    print("(a) One sigmoid neuron, input 1, target 0, 300 epochs\n")
    headers = ["start", "cost and rate", "dC/dz", "output", "published", "epochs to a < 0.5"]
    print(table(headers, rows))
    head(figure, "One neuron")
    pictures.save(figure, "learning_speed_neuron")


# ---- (b) two classes and (c) three: the pictures -------------------------------------------


def head(figure: Any, title: str) -> None:
    """A title at the top left, and one legend for all panels at the top right."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=22)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper right", ncol=len(labels), fontsize=14, frameon=False)


def draw_situations(
    pictures: common.Pictures, name: str, title: str, lines: list[Any], share: bool = True
) -> None:
    """One row of panels for each (task, panel, results); one column for each situation."""
    columns = len(SITUATIONS) // len(TASKS)
    figure, axes = plt.subplots(
        len(lines),
        columns,
        figsize=(4.2 * columns, 4.1 * len(lines)),
        layout="constrained",
        sharey="row" if share else False,
    )
    for row, (task, panel, results, rates) in zip(axes, lines, strict=True):
        for ax, situation in zip(row, [s for s in SITUATIONS if s[0] == task], strict=True):
            panel(results[situation], title=caption(situation, rates), legend=False, ax=ax)
            if ax is not row[0]:
                ax.set_ylabel("")
        if share and row[0].get_yscale() == "log":  # a band may reach down to nearly 0
            means = np.concatenate([line.get_ydata() for ax in row for line in ax.lines])
            row[0].set_ylim(bottom=means[means > 0].min() / 5)
    head(figure, title)
    pictures.save(figure, name)


def draw(
    pictures: common.Pictures, results: Results, rates: Rates, tried: Any, watched: Any
) -> None:
    """One figure of curves for each task; one of all bars, of all gradients, of the rates."""

    def loss(both: dict[str, Curves], **options: Any) -> None:
        curves = {name: curve.loss for name, curve in both.items()}
        quantity = "held-out cross-entropy"
        plot.learning_speed(curves, watched, quantity=quantity, logarithmic=True, **options)

    def accuracy(both: dict[str, Curves], **options: Any) -> None:
        curves = {name: curve.accuracy for name, curve in both.items()}
        plot.learning_speed(curves, watched, quantity="held-out accuracy", **options)

    def bars(both: dict[str, Curves], **options: Any) -> None:
        curves = {name: curve.accuracy for name, curve in both.items()}
        plot.median_steps(curves, THRESHOLDS, watched, **options)

    def gradient(both: dict[str, Curves], **options: Any) -> None:
        curves = {name: curve.gradient for name, curve in both.items()}
        plot.output_gradient(curves, watched[1:], **options)

    def lines(*panels: tuple[str, Any]) -> list[Any]:
        return [(task, panel, results, rates) for task, panel in panels]

    for task in TASKS:
        title = f"{task}: mean of the seeds, and the band of their middle 80 %"
        name = f"learning_speed_{task}"
        draw_situations(pictures, name, title, lines((task, loss), (task, accuracy)))
    everywhere = [lines(*((task, panel) for task in TASKS)) for panel in (bars, gradient)]
    title = "Median steps until held-out accuracy first reaches 90 % and 95 %"
    draw_situations(pictures, "learning_speed_steps", title, everywhere[0], share=False)
    title = "Why: the gradient that enters the network at its output"
    draw_situations(pictures, "learning_speed_gradient", title, everywhere[1])
    draw_rates(pictures, tried)


def draw_rates(pictures: common.Pictures, tried: dict[tuple[str, str, str], Any]) -> None:
    """How the best rates were found: on the tuning seeds."""
    figure, axes = plt.subplots(
        len(TASKS), len(STARTS), figsize=(11, 8.5), layout="constrained", sharey=True
    )
    for row, task in zip(axes, TASKS, strict=True):
        for ax, start in zip(row, STARTS, strict=True):
            steps = {loss: tried[task, start, loss] for loss in LOSSES}
            title = f"{task}, {start} start"
            plot.steps_by_rate(steps, RATES, title=title, legend=False, ax=ax)
            if ax is not row[0]:
                ax.set_ylabel("")
    head(figure, f"Steps to {100 * GOAL:g} % by rate")
    pictures.save(figure, "learning_speed_rates")


def caption(situation: Situation, rates: Rates) -> str:
    """The initial weights and the two rates, that of cross-entropy first."""
    task, start, comparison = situation
    used = list(dict.fromkeys(f"{rate_of(situation, loss, rates):g}" for loss in LOSSES))
    return f"{task}, {start} start\n{comparison}{'s' * (len(used) > 1)}: {' and '.join(used)}"


# ---- all of it -----------------------------------------------------------------------------


class Wishes(NamedTuple):
    """The options of the command line."""

    seeds: int
    steps: int
    processes: int
    pictures: common.Pictures


def arguments() -> Wishes:
    """Seeds, steps, processes, and the folder for the figures."""
    options = common.parser(__doc__)
    options.add_argument("--seeds", type=int, default=SEEDS, help="runs of each kind")
    options.add_argument("--steps", type=int, default=STEPS, help="updates in each run")
    options.add_argument("--processes", type=int, default=1, help="to share the runs among")
    given = options.parse_args()
    if min(given.seeds, given.steps, given.processes) < 1:
        options.error("--seeds, --steps and --processes: expected whole numbers from 1 on.")
    try:
        pictures = common.Pictures(given.output, given.show)
    except OSError as error:
        options.error(f"--output: cannot write to {str(given.output)!r} ({error.strerror}).")
    return Wishes(given.seeds, given.steps, given.processes, pictures)


@contextlib.contextmanager
def workers(processes: int) -> Iterator[Executor | None]:
    """The executor: this process, or several new ones. The numbers are the same."""
    if processes == 1:
        yield None
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield pool


def explanation(seeds: int, steps: int) -> str:
    """What was done, above the table."""
    epochs = [f"{math.ceil(len(split(t, 0)[0]) / BATCH)} ({t})" for t in TASKS]
    rates = ", ".join(f"{rate:g}" for rate in RATES)
    return f"""
(b) Two classes, (c) three: {HIDDEN} tanh units, then sigmoid or softmax; SGD, batches of {BATCH}.
{seeds} seeds, {steps} updates each; an epoch has {" or ".join(epochs)}. Accuracies are held-out.
Same rate: {SAME_RATE:g}. Own best rate: of {rates}, the one with the fewest steps to
{GOAL:.0%}, the mean over {len(TUNING_SEEDS)} other seeds (never counts as {tuning_steps(steps)}).
"""


def tuning_steps(steps: int) -> int:
    """A rate that has not reached the goal after half of the steps is not the best."""
    return max(1, steps // 2)


def main() -> None:
    """(a), then (b) and (c): table, findings, pictures."""
    seeds, steps, processes, pictures = arguments()
    lesson_of_one_neuron(pictures)

    watched = watched_steps(steps)
    with workers(processes) as executor:
        tried = try_rates(watched_steps(tuning_steps(steps)), executor)
        rates = best_rates(tried)
        results = compare(rates, seeds, watched, executor)
    print(explanation(seeds, steps))
    print(comparison_table(results, rates, watched))
    print("\nWhat was found:")
    for sentence in findings(results, rates, watched):
        print(textwrap.fill(sentence, 98, initial_indent="- ", subsequent_indent="  "))
    print()
    draw(pictures, results, rates, tried, watched)
    pictures.show()


if __name__ == "__main__":
    main()
