"""How time grows with rows, width, depth and batch: slopes in a log-log plot.

A slope of 1 is time in proportion to the work. Where calls cost more than arithmetic (few rows,
narrow layers) it is less, and the slope is taken from all sizes together.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from minnet.plot import style

from .contenders.of_minnet import trainer_of
from .timing import Run, taken_in_turns
from .workloads import Workload, dense


@dataclass
class Curve:
    """Times relative to the smallest size; `work` is what should grow in proportion to them."""

    name: str
    unit: str
    work: list[float]
    times: list[float]

    @property
    def slope(self) -> float:
        """Of the straight line through the logarithms, by least squares."""
        return float(np.polyfit(np.log(self.work), np.log(self.times), 1)[0])


def _workload(*sizes: int, batch: int = 64, rows: int = 64) -> Workload:
    return Workload("scaling", dense(*sizes, activation="relu"), batch, rows, 1, block=1)


def _curve(name: str, unit: str, cases: dict[float, Workload], rounds: int) -> Curve:
    """A fit of one epoch of each case, in turns."""
    runs = {}
    for work, workload in cases.items():
        trainer, (x, y) = trainer_of(workload), workload.data()

        def fit(trainer: Any = trainer, x: Any = x, y: Any = y, w: Workload = workload) -> None:
            trainer.fit(x, y, epochs=1, batch_size=w.batch, progress=False)

        fit()
        part = slice(workload.batch)
        few = (x[part], y[part])
        runs[str(work)] = Run(lambda t=trainer, d=few: t.step(*d), fit)  # type: ignore[misc]
    times, first = taken_in_turns(runs, rounds), str(next(iter(cases)))
    return Curve(name, unit, list(cases), [times.ratio(str(work), first)[0] for work in cases])


def curves(rounds: int = 15, sizes: int = 6) -> list[Curve]:
    """Rows, width, depth and batch, each with the others fixed."""
    powers = [2**i for i in range(sizes)]
    rows = {1024 * n: _workload(64, 64, 10, rows=1024 * n) for n in powers}
    width = {w * w: _workload(w, w, w, 10, rows=512) for w in (32 * n for n in powers)}
    depth = {n: _workload(*[64] * (n + 1), 10, rows=1024) for n in powers}
    batch = {m: _workload(64, 64, 10, batch=m, rows=8 * m) for m in (32 * n for n in powers)}
    return [
        _curve("rows", "rows of the data", rows, rounds),
        _curve("width", "weights of a layer", width, rounds),
        _curve("depth", "hidden layers", depth, rounds),
        _curve("batch", "samples in a batch", batch, rounds),
    ]


def plot(found: list[Curve], path: Path) -> None:
    """One panel each: the measured times and the line of slope 1 through the largest."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(found), squeeze=False, sharey=True)[0]
    for axes, curve in zip(panels, found, strict=True):
        work, times = np.array(curve.work), np.array(curve.times)
        measured = axes.loglog(work, times, marker="o", **style.line(0))
        one = axes.loglog(work, times[-1] * work / work[-1], **style.line(1))
        axes.set_xlabel(curve.unit, fontsize=style.TEXT)
        axes.set_title(f"{curve.name}: slope {curve.slope:.2f}", fontsize=style.TITLE)
    panels[0].set_ylabel("time of an epoch,\nthe smallest is 1", fontsize=style.TEXT)
    figure.legend(
        [measured[0], one[0]], ["measured", "slope 1"], loc="outside lower center", ncols=2
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
