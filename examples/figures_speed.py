"""Figures of many runs under both losses: the first figure of the README, and steps as bars.

The runs are those of `learning_speed.py`: same split, same first weights and same batches for both
losses; only the loss differs.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from figures_losses import shared_legend
from figures_neuron import LOSSES as NEURON_LOSSES
from figures_neuron import STARTS, train_neuron
from learning_speed_runs import (
    LOSSES,
    SAME_RATE,
    TASKS,
    Curves,
    Setting,
    stack,
    train_one,
    watched_steps,
)

import minnet as mn
from minnet import plot
from minnet.plot import style

SEEDS, STEPS = 20, 200
BAND = (10, 90)
WORST = STARTS["single_neuron_saturated"]


def runs_of(task: str, start: str, quick: bool) -> tuple[dict[str, Curves], tuple[int, ...]]:
    """All seeds of a task under both losses at the same rate, and the measured steps."""
    seeds, watched = (3, watched_steps(10)) if quick else (SEEDS, watched_steps(STEPS))
    runs = {}
    for loss in LOSSES:
        settings = [Setting(task, start, loss, SAME_RATE, seed, watched) for seed in range(seeds)]
        runs[loss] = stack([train_one(setting) for setting in settings])
    return runs, watched


def learning_speed(quick: bool) -> Any:
    """The first figure of the README: one neuron, a real data set, and the reason."""
    figure, axes = plt.subplots(1, 3, figsize=(11.6, 4.0), layout="constrained")
    draw_neuron(axes[0])
    draw_medians(axes[1], quick)
    draw_reason(axes[2])
    shared_legend(figure, axes[0])
    for ax in axes:
        ax.tick_params(labelsize=style.TEXT)
        for text in (ax.xaxis.label, ax.yaxis.label, ax.title):
            text.set_fontsize(style.TITLE + 1)
    return figure


def draw_neuron(ax: Any) -> None:
    """The output of the neuron that starts confident and wrong."""
    runs = {name: train_neuron(loss(), *WORST, 300) for name, loss in NEURON_LOSSES.items()}
    curves = {name: run["output"] for name, run in runs.items()}
    title = "One neuron: output, target 0"
    plot.single_neuron(curves, quantity="output a", title=title, legend=False, ax=ax)


def draw_medians(ax: Any, quick: bool) -> None:
    """Median and middle 80 % of the held-out accuracy from a saturated start."""
    runs, watched = runs_of("breast_cancer", "saturated", quick)
    for index, curves in enumerate(runs.values()):
        low, median, high = np.percentile(curves.accuracy, (BAND[0], 50, BAND[1]), axis=0)
        colour = style.colour(index)
        ax.fill_between(watched, low, high, color=colour, alpha=0.2, linewidth=0)
        ax.plot(watched, median, linewidth=2, **style.line(index))
    ax.set_xlim(0, watched[-1])
    title = f"Tumours: median of {len(next(iter(runs.values())).accuracy)} runs"
    style.label(ax, title, "update step", "held-out accuracy")


def draw_reason(ax: Any) -> None:
    """The gradient that enters the network, over z; y = 0, so that it is never negative."""
    plot.logit_gradient(
        mn.Sigmoid(),
        {name: loss() for name, loss in NEURON_LOSSES.items()},
        [0],
        ax,
        title="Why: |dL/dz| for target 0",
        legend=False,
    )
    ax.axvline(sum(WORST), color="0.4", linestyle=":", linewidth=1.5)
    look: dict[str, Any] = {"rotation": 90, "va": "center", "fontsize": style.TEXT}
    ax.text(sum(WORST) + 0.4, 0.5, "start of the neuron", **look)
    ax.set_ylabel("|dL/dz|")


def steps_to_threshold(quick: bool) -> Any:
    """The median steps to an accuracy, for each loss, from two starts, on two data sets."""
    figure, axes = plt.subplots(2, 2, figsize=(11, 8.4), layout="constrained")
    for row, task in zip(axes, TASKS, strict=True):
        for ax, start in zip(row, ("ordinary", "saturated"), strict=True):
            runs, watched = runs_of(task, start, quick)
            curves = {loss: run.accuracy for loss, run in runs.items()}
            title = f"{task}, {start} start"
            plot.median_steps(curves, (0.9, 0.95), watched, title=title, legend=False, ax=ax)
    shared_legend(figure, axes[0, 0])
    return figure


PICTURES = {"learning_speed": learning_speed, "steps_to_threshold": steps_to_threshold}
