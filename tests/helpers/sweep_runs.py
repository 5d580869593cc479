"""What the tests of sweeps run: in a file of its own, so that another process can import it."""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor

import numpy as np

import minnet as mn
from minnet.sweep.sweep import sweep

X = np.random.default_rng(0).normal(size=(40, 2))
Y = (X[:, 0] > X[:, 1]).astype(int)


def spawned(processes, **options):
    """A pool of fresh processes, as on Windows and macOS."""
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), **options)


def make_trainer(
    loss=mn.BinaryCrossEntropy, rate=0.1, seed=0, hidden=3, init="glorot_uniform", optimizer=None
):
    layers = [mn.Linear(2, hidden, weight_init=init), mn.Tanh(), mn.Linear(hidden, 1)]
    layers[0].weight_init_name = init
    last = [] if loss is mn.Hinge else [mn.Sigmoid()]
    optimizer = mn.SGD(rate) if optimizer is None else optimizer
    return mn.Trainer([*layers, *last], loss(), optimizer, metrics=["accuracy"], seed=seed)


def quiet(grid, data=(X, Y), epochs=2, make=make_trainer, **options):
    """A sweep without a bar."""
    return sweep(make, grid, data, epochs, 16, progress=False, **options)


def numbers(history):
    """All that is no wall time, as text that shows every bit."""
    return [
        {name: float(value).hex() for name, value in row.items() if name != "seconds"}
        for row in history
    ]


def rows_of(seed):
    return X[seed:], Y[seed:]


class Clinging(mn.Callback):
    """Holds something that no pickle takes."""

    def on_fit_end(self, trainer, history):
        self.lock = threading.Lock()


class StubbornError(Exception):
    """An error that is pickled and cannot be read again."""

    def __init__(self, seed, why):
        super().__init__(f"no way for seed {seed}{why}")


def stubborn(seed):
    raise StubbornError(seed, "")


def deadly(seed):
    if seed == 1:
        os._exit(1)
    return make_trainer(seed=seed)
