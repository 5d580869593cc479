"""Figures of 100 runs under both losses, from the table that the study has measured.

The runs are those of `studies/learning_speed_many_runs.py`, which lie next to it as a table of
steps. Blue and vermilion are cross-entropy and squared error, thick is each loss at its own best
rate, thin both at one rate.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from minnet.plot import style

STUDIES = Path(__file__).resolve().parents[1] / "studies"
sys.path.insert(0, str(STUDIES))
try:
    import learning_speed_many_runs as study
finally:
    sys.path.remove(str(STUDIES))

Array = NDArray[Any]

RUNS = STUDIES / "learning_speed_runs.csv"
NAMES = {"tumours": "Tumours", "iris": "Iris"}
STARTS = {1: "ordinary weights", 5: "all weights times 5"}
SIX = 6.0  # 1 / the integral of s (1 - s) over s: the mean of the sigmoid's derivative
FIRST = LinearSegmentedColormap.from_list("first", [style.colour(1), "white", style.colour(0)])
LOOKS: list[dict[str, Any]] = [{"color": style.colour(0)}, {"color": style.colour(1), "ls": "--"}]


def steps_of(results: Any, situation: Any, loss: str, rate: float | None = None) -> Array:
    """The steps of all reported seeds, at the own best rate if none is given."""
    rate = study.best_rate(results, situation, loss) if rate is None else rate
    found: Array = results[study.Cell(*(*situation, loss, rate, "reported"))]
    return found


def learning_speed(quick: bool) -> Any:  # noqa: ARG001
    """Of 100 runs, how many have learnt by step n: the share that stays below 1 never learns."""
    results = study.read(RUNS)
    figure, axes = plt.subplots(2, 2, figsize=(9.2, 6.8), layout="constrained", sharey=True)
    for ax, situation in zip(axes.flat, study.FOUR, strict=True):
        for width, rate in ((1.1, study.ONE_RATE), (2.8, None)):
            for loss, look in zip(study.LOSSES, LOOKS, strict=True):
                steps = steps_of(results, situation, loss, rate)
                at = np.array(study.measured_steps())
                count = (steps[:, None] <= at).sum(axis=0)
                where = "one rate" if rate else "own best rate"
                ax.step(at, count, where="post", lw=width, label=f"{loss}, {where}", **look)
        ax.set_ylim(0, 101)
        axis_of_steps(ax.xaxis, "x", ax)
        title = f"{NAMES[situation.task]}, {STARTS[situation.factor]}"
        style.label(ax, title, "", "")
        ax.set_xlim(1, study.STEPS)
    figure.suptitle("Of 100 runs, how many have learnt after n steps?", fontsize=style.TITLE + 3)
    for ax in axes[1]:
        ax.set_xlabel("update steps n", fontsize=style.TEXT)
    shared_legend(figure, axes[0, 0], columns=2)
    return figure


def shared_legend(figure: Any, ax: Any, columns: int) -> None:
    """One legend below all panels."""
    handles, labels = ax.get_legend_handles_labels()
    look: dict[str, Any] = {"fontsize": style.TICKS, "frameon": False, "handlelength": 3}
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, **look)


def axis_of_steps(axis: Any, which: str, ax: Any) -> None:
    """A logarithmic axis of steps with plain numbers."""
    ax.set_xscale("log") if which == "x" else ax.set_yscale("log")
    axis.set_ticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    axis.set_minor_locator(NullLocator())


def by_rate(results: Any, situation: Any, loss: str) -> tuple[Array, Array]:
    """The rates, and the steps of all seeds at each: an array (rates, seeds)."""
    rates = study.rates_of("SGD")
    return np.array(rates), np.array([steps_of(results, situation, loss, r) for r in rates])


def steps_by_rate(quick: bool) -> Any:  # noqa: ARG001
    """Above: median steps by rate. Below: who is first, for each pair of rates."""
    results = study.read(RUNS)
    figure, axes = plt.subplots(2, 2, figsize=(9.2, 9.0), layout="constrained")
    for column, situation in zip(axes.T, (study.FOUR[0], study.FOUR[2]), strict=True):
        draw_curves(column[0], results, situation)
        image = draw_map(column[1], results, situation)
    figure.suptitle("The same curve, shifted", fontsize=style.TITLE + 3)
    bar = figure.colorbar(image, ax=axes[1], location="bottom", shrink=0.6, aspect=30)
    bar.set_label("seeds in which squared error (left) or cross-entropy (right) is first")
    bar.set_ticks([-100, -50, 0, 50, 100], labels=["100", "50", "equal", "50", "100"])
    return figure


def draw_curves(ax: Any, results: Any, situation: Any) -> None:
    """Median and quartiles; a median of "never" is not drawn, a band ends at all steps."""
    for loss, look in zip(study.LOSSES, LOOKS, strict=True):
        rates, steps = by_rate(results, situation, loss)
        low, median, high = np.percentile(steps, (25, 50, 75), axis=1, method="nearest")
        middle = np.where(np.isinf(median), np.nan, median)
        limit = study.STEPS
        ax.fill_between(
            rates,
            np.minimum(low, limit),
            np.minimum(high, limit),
            color=look["color"],
            alpha=0.2,
            lw=0,
        )
        ax.plot(rates, middle, lw=2, label=loss, **look)
        best = rates == study.best_rate(results, situation, loss)
        ax.plot(rates[best], middle[best], "o", color=look["color"], markersize=9)
    ax.axvline(study.ONE_RATE, color="0.5", linestyle=":", lw=1.5)
    ax.set_xscale("log")
    axis_of_steps(ax.yaxis, "y", ax)
    style.label(ax, NAMES[situation.task], "learning rate", "median steps, quartiles")
    ax.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    ax.legend(fontsize=style.TICKS, handlelength=3)


def draw_map(ax: Any, results: Any, situation: Any) -> Any:
    """Seeds in which cross-entropy is first, minus those in which squared error is."""
    rates, first = by_rate(results, situation, study.LOSSES[0])
    _, second = by_rate(results, situation, study.LOSSES[1])
    below, above = first[None] < second[:, None], first[None] > second[:, None]
    lead = below.sum(axis=2) - above.sum(axis=2)  # rows: squared error's rate
    image = ax.pcolormesh(rates, rates, lead, cmap=FIRST, vmin=-100, vmax=100, shading="nearest")
    ax.plot(rates, rates, color="black", lw=1.2)
    ax.plot(rates, SIX * rates, color="black", lw=1.2, linestyle="--")
    pair = [study.best_rate(results, situation, loss) for loss in study.LOSSES]
    ax.plot(*pair, marker="*", color="white", markeredgecolor="black", markersize=16)
    ax.set(xscale="log", yscale="log", xlim=(0.1, 100), ylim=(0.1, 100))
    style.label(ax, "equal (full), 6 times (dashed), best", "cross-entropy's rate", "")
    ax.set_ylabel("squared error's rate", fontsize=style.TEXT)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    ax.grid(visible=False)
    return image


def saturation(quick: bool) -> Any:  # noqa: ARG001
    """The output layer alone times 1 to 30, each loss at its own best rate."""
    results = study.read(RUNS)
    figure, axes = plt.subplots(1, 2, figsize=(9.2, 4.4), layout="constrained", sharey=True)
    for ax, task in zip(axes, study.TASKS, strict=True):
        situations = [s for s in (*study.FOUR, *study.OUTPUT) if s.task == task]
        situations = [s for s in situations if s.scaled == "output" or s.factor == 1]
        factors = [s.factor for s in situations]
        for loss, look in zip(study.LOSSES, LOOKS, strict=True):
            steps = [steps_of(results, s, loss) for s in situations]
            low, median, high = np.percentile(steps, (25, 50, 75), axis=1, method="nearest")
            band: dict[str, Any] = {"color": look["color"], "alpha": 0.2, "lw": 0}
            ax.fill_between(factors, low, np.minimum(high, study.STEPS), **band)
            shown = np.where(np.isinf(median), np.nan, median)
            ax.plot(factors, shown, lw=2, marker="o", label=loss, **look)
        ax.set_xscale("log")
        axis_of_steps(ax.yaxis, "y", ax)
        style.label(ax, NAMES[task], "first weights of the output layer, times", "")
        ax.set_xticks(factors, [str(f) for f in factors])
        ax.xaxis.set_minor_locator(NullLocator())
    axes[0].set_ylabel("median steps, quartiles", fontsize=style.TEXT)
    figure.suptitle("The output layer starts sure, each loss at its own best rate", fontsize=16)
    shared_legend(figure, axes[0], columns=2)
    return figure


def equal_length(quick: bool) -> Any:  # noqa: ARG001
    """One rate, own best rates, and updates of equal length: medians and quartiles."""
    results = study.read(RUNS)
    figure, axes = plt.subplots(1, 3, figsize=(9.2, 4.2), layout="constrained", sharey=True)
    titles = ("one rate", "own best rates", "updates of equal length")
    for ax, title in zip(axes, titles, strict=True):
        for row, situation in enumerate(study.FOUR):
            method = "direction" if title == titles[2] else "SGD"
            rate = study.ONE_RATE if title == titles[0] else None
            for loss, look, shift in zip(study.LOSSES, LOOKS, (-0.12, 0.12), strict=True):
                steps = steps_of(results, situation._replace(method=method), loss, rate)
                low, median, high = np.percentile(steps, (25, 50, 75), method="nearest")
                limit = study.STEPS * 1.3
                span = [min(low, limit), min(high, limit)]
                ax.plot(span, [row + shift] * 2, lw=3, alpha=0.5, **look)
                if np.isfinite(median):
                    point = {"color": look["color"], "marker": "o^"[shift > 0]}
                    label = loss if row == 0 else None
                    ax.plot([median], [row + shift], ls="", ms=9, label=label, **point)
        axis_of_steps(ax.xaxis, "x", ax)
        style.label(ax, title, "steps", "")
        ax.set_xlim(2, study.STEPS * 1.2)
    names = [f"{NAMES[s.task]}\n{STARTS[s.factor]}" for s in study.FOUR]
    axes[0].set_yticks(range(4), names)
    axes[0].invert_yaxis()
    figure.suptitle("Is it the length or the direction of the updates?", fontsize=16)
    shared_legend(figure, axes[0], columns=2)
    return figure


PICTURES = {
    "learning_speed": learning_speed,
    "steps_by_rate": steps_by_rate,
    "saturation": saturation,
    "equal_length": equal_length,
}


if __name__ == "__main__":
    import make_figures

    make_figures.main(pictures=PICTURES, description=__doc__)
