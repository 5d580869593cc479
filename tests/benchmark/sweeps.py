"""What a second process brings to a sweep: the same runs by one process and by two, in turns.

It runs in an interpreter of its own, whose matrix library has one thread as the sweep's docstring
advises; the time of two processes includes their start.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

import minnet as mn

RUNS = 8
ROUNDS = 3


def make_trainer(seed: int) -> mn.Trainer:
    """A network of coursework size."""
    layers = [mn.Linear(20, 64), mn.Tanh(), mn.Linear(64, 3), mn.Softmax()]
    return mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=seed)


def _seconds(epochs: int, processes: int) -> float:
    """One sweep over eight seeds."""
    generator = np.random.default_rng(0)
    data = generator.normal(size=(2000, 20)), generator.integers(0, 3, 2000)
    grid, begin = {"seed": range(RUNS)}, time.perf_counter()
    if processes == 1:
        mn.sweep(make_trainer, grid, data, epochs=epochs, progress=False)
    else:
        with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
            mn.sweep(make_trainer, grid, data, epochs=epochs, progress=False, executor=pool)
    return time.perf_counter() - begin


def main() -> None:
    """Find the number of epochs that takes more than a second, then print the ratio."""
    epochs = max(10, int(1.5 * 10 * RUNS / _seconds(10, 1)))
    times = [(_seconds(epochs, 1), _seconds(epochs, 2)) for _ in range(ROUNDS)]
    ratio = statistics.median(one / two for one, two in times)
    print(f"{min(one for one, _ in times) / RUNS:.2f} {ratio:.2f}")


def measure() -> tuple[float, float]:
    """(seconds of one run, time of one process over that of two), by a new interpreter."""
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, "1")}
    command = [sys.executable, str(Path(__file__).resolve())]
    done = subprocess.run(
        command, check=True, env=environment, stdout=subprocess.PIPE, encoding="utf-8"
    )
    seconds, ratio = map(float, done.stdout.split())
    return seconds, ratio


if __name__ == "__main__":
    main()
