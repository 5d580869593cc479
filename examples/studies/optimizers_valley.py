"""Eight optimizers in a long and narrow valley, (x^2 + 30 y^2) / 2, each at its own best rate.

Plain SGD must take small steps because of the steep walls, and is then slow along the valley. The
same valley turned by 30 degrees shows which of them depend on the axes: AdaGrad and its successors
scale each coordinate separately.

An optimizer knows nothing of networks: it takes a vector of values and one of gradients. So it can
be shown on any function whose gradient is known, here on a valley in the plane.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

import minnet as mn
from minnet.plot import descent_paths, script_pictures, style
from minnet.utils.table import table

Array = NDArray[Any]
Make = Callable[[float], mn.Optimizer]

OPTIMIZERS: dict[str, Make] = {
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

ANGLES = np.deg2rad(np.arange(10, 360, 30))
STARTS = 8 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)  # one alone may be lucky
SHOWN = 5  # the start whose paths are drawn
BOTTOM = np.array([1.0, -1.0])  # not at 0, to which weight decay pulls
SPANS = (-9.0, 9.0), (-9.0, 5.0)
STEPS, GOAL = 400, 1e-3  # arrived: at a thousandth of the first height, for good
TURN = np.deg2rad(30)
ACROSS = np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]])
STEEP = np.diag([1.0, 30.0])
VALLEYS = {"along the axes": STEEP, "turned": ACROSS.T @ STEEP @ ACROSS}


def height(hessian: Array, points: Array) -> Array:
    """H(w) = (w - b)^T A (w - b) / 2 with the bottom b, for each point w in the last axis."""
    away = points - BOTTOM
    heights: Array = np.einsum("...i,ij,...j", away, hessian, away) / 2
    return heights


def distance(hessian: Array, x: Array, y: Array) -> Array:
    """The square root of the height: its contours are evenly spaced."""
    return np.asarray(np.sqrt(height(hessian, np.stack([x, y], axis=-1))))


def descend(optimizer: mn.Optimizer, hessian: Array) -> Array:
    """The points visited from all starts at once, (STEPS + 1, starts, 2).

    An optimizer wants a flat vector of values and one of gradients; all of these treat each
    coordinate for itself, so twelve descents fit into one vector.
    """
    w = STARTS.ravel().copy()
    points = [w.copy()]
    for _ in range(STEPS):
        optimizer.step(w, ((w.reshape(-1, 2) - BOTTOM) @ hessian).ravel())
        points.append(w.copy())
    return np.reshape(points, (STEPS + 1, -1, 2))


def arrivals(path: Array, hessian: Array) -> Array:
    """For each start the first step after which the height stays below the goal.

    STEPS, if there is none, or if the way leads higher than the highest start: a leap over the
    mountains that happens to end well is no descent.
    """
    heights = height(hessian, path)
    above = ~(heights <= GOAL * heights[0])  # NaN counts as above
    last = STEPS - np.argmax(above[::-1], axis=0)
    leaps = (heights > heights[0].max()).any(axis=0)
    return np.where(leaps, STEPS, np.minimum(last + 1, STEPS))


def fastest(make: Make, hessian: Array) -> tuple[float, Array, Array]:
    """Rate, steps and paths at the rate with the smallest mean number of steps."""
    with np.errstate(over="ignore", invalid="ignore"):  # rates above 2/30 diverge
        paths = {rate: descend(make(rate), hessian) for rate in RATES}
        steps = {rate: arrivals(path, hessian) for rate, path in paths.items()}
    best = min(RATES, key=lambda rate: float(steps[rate].mean()))
    return best, steps[best], paths[best]


def lesson_of_the_valley(pictures: script_pictures.Pictures) -> None:
    """How many steps each optimizer needs, and its path."""
    found = {
        (valley, name): fastest(make, hessian)
        for valley, hessian in VALLEYS.items()
        for name, make in tqdm(OPTIMIZERS.items(), desc=f"valley {valley}", unit="optimizer")
    }
    print(f"1. Steps to {GOAL:g} of the first height from {len(STARTS)} starts, at most {STEPS}\n")
    for valley in VALLEYS:
        rows: list[list[object]] = []
        for name in OPTIMIZERS:
            best, steps, _ = found[valley, name]
            never = int((steps == STEPS).sum())
            spread = float(steps.mean()), int(steps.min()), int(steps.max())
            rows.append([name, best, *spread, never])
        headers = [f"valley {valley}", "best rate", "mean", "least", "most", "never"]
        print(table(headers, rows), "\n")
    slower = {
        name: float(found["turned", name][1].mean() / found["along the axes", name][1].mean())
        for name in OPTIMIZERS
    }
    worst = max(slower, key=slower.__getitem__)
    factors = f"{min(slower.values()):.1f} to {slower[worst]:.1f}"
    print(
        f"Turning the valley makes the mean steps {factors} times as many, most of all for {worst}."
    )
    print(f"SGD ({slower['SGD']:.2f}) and momentum do not know the axes.\n")
    pictures.save(draw_ways(found), "optimizers_paths")


def draw_ways(found: dict[tuple[str, str], tuple[float, Array, Array]]) -> Any:
    """The path from one of the starts, in both valleys."""
    figure, axes = plt.subplots(2, 2, figsize=(9.6, 7.6), layout="constrained")
    for row, (valley, hessian) in zip(axes, VALLEYS.items(), strict=True):
        for ax, names in zip(row, FAMILIES, strict=True):
            paths = {}
            for name in names:
                _, steps, path = found[valley, name]
                paths[name] = path[: steps[SHOWN] + 1, SHOWN]
            descent_paths(
                partial(distance, hessian),
                paths,
                ax,
                title=valley,
                spans=SPANS,
                legend=False,
            )
            ax.set(xlim=SPANS[0], ylim=SPANS[1], aspect="equal")
            ax.set_xlabel("x" if valley == "turned" else "")
            if valley == "turned":
                style.legend_below(ax, columns=2, handle=3)
    figure.suptitle("Ways down, each at its best rate, until a thousandth of the height is left")
    return figure


def main() -> None:
    """Both valleys."""
    pictures = script_pictures.start(__doc__)
    lesson_of_the_valley(pictures)
    pictures.show()


if __name__ == "__main__":
    main()
