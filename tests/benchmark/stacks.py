"""Twenty networks of one shape, from twenty seeds: as a stack, one by one, and by others.

Everything is compared with twenty loops written by hand, one after the other. Before any clock
starts, minnet's stack must give the bits of its single runs, and the others the same losses.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import minnet as mn

from . import report
from .contenders.hand_written import HandWritten
from .contenders.of_minnet import trainer_of
from .timing import Run, Times, taken_in_turns
from .workloads import MEDIUM, Workload, dense

RUNS = 20
HAND, FIT = "20 loops by hand", "minnet, one fit"
STACK, ALONE = "minnet, stacked", "minnet, one by one"

WORKLOADS = (
    Workload("tiny: 4-3, 10", dense(4, 3, activation="tanh"), 10, 150, 60, block=0),
    Workload("iris: 4-8-3, 32", dense(4, 8, 3, activation="tanh"), 32, 128, 100, block=0),
    Workload("breast_cancer: 30-8-2, 32", dense(30, 8, 2, activation="tanh"), 32, 544, 40, block=0),
    Workload("digits: 64-64-10, 32", dense(64, 64, 10, activation="relu"), 32, 1792, 4, block=0),
    Workload("medium: 784-128-10, 64", MEDIUM, 64, 1280, 2, block=0),
)
TARGETS = [
    *[report.Target(w.name, STACK, FIT, most=4) for w in WORKLOADS[:3]],
    report.Target(WORKLOADS[3].name, STACK, FIT, most=10),
    *[report.Target(w.name, ALONE, STACK, least=5) for w in WORKLOADS[:3]],
]


def orders(workload: Workload) -> np.ndarray:
    """The rows of each batch: (epochs, runs, batches, rows of a batch)."""
    generator, m = np.random.default_rng(0), workload.rows
    shape = (workload.epochs, RUNS, m // workload.batch, workload.batch)
    rows = [generator.permutation(m) for _ in range(workload.epochs * RUNS)]
    return np.array(rows).reshape(shape)


def starts(workload: Workload) -> list[np.ndarray]:
    """The first weights of all runs, each array (runs, ...)."""
    each = [replace(workload, seed=run).start() for run in range(RUNS)]
    return [np.stack(same) for same in zip(*each, strict=True)]


def loops_by_hand(workload: Workload) -> np.ndarray:
    """One run after the other, as they are written for the single step; the last losses."""
    (x, y), losses = workload.data(), []
    for run, batches in enumerate(orders(workload).swapaxes(0, 1)):
        loop = HandWritten(replace(workload, seed=run))
        for rows in batches.reshape(-1, workload.batch):
            loss = loop.step(x.take(rows, axis=0), y.take(rows))
        losses.append(loss)
    return np.array(losses)


def stack_by_hand(workload: Workload) -> np.ndarray:
    """All runs as one stack of arrays; the last losses."""
    (x, y), weights, loss = workload.data(), starts(workload), np.empty(0)
    relu = ("relu",) in workload.parts
    for epoch in orders(workload):
        for batch in range(epoch.shape[1]):
            rows = epoch[:, batch]
            a, inputs = x.take(rows, axis=0), []
            for index in range(0, len(weights), 2):
                if index:
                    a = np.maximum(a, 0, out=a) if relu else np.tanh(a, out=a)
                inputs.append(a)
                a = np.matmul(a, weights[index])
                a += weights[index + 1][:, None]
            at_label = rows.shape[1] * np.arange(RUNS)[:, None] + np.arange(rows.shape[1])
            at_label = at_label * a.shape[2] + y.take(rows)
            a -= a.max(axis=2, keepdims=True)
            np.exp(a, out=a)
            a /= a.sum(axis=2, keepdims=True)
            loss = -np.log(a.take(at_label)).mean(axis=1)
            a.put(at_label, a.take(at_label) - 1)
            a /= a.shape[1]
            for index in range(len(weights) - 2, -1, -2):
                below = inputs.pop()
                dw, db = np.matmul(below.swapaxes(1, 2), a), a.sum(axis=1)
                if index:
                    a = np.matmul(a, weights[index].swapaxes(1, 2))
                    a *= below > 0 if relu else 1 - below * below
                for weight, gradient in ((weights[index], dw), (weights[index + 1], db)):
                    gradient *= workload.rate
                    weight -= gradient
    return loss


def sweep(workload: Workload, stack: bool, runs: int = RUNS) -> Any:
    """minnet's own."""

    def make_trainer(seed: int) -> mn.Trainer:
        return trainer_of(replace(workload, seed=seed))

    grid, options = {"seed": range(runs)}, {"progress": False, "stack": stack}
    return mn.sweep(make_trainer, grid, workload.data(), workload.epochs, workload.batch, **options)


def by_jax(workload: Workload) -> Callable[[], np.ndarray]:
    """`vmap` over the runs, `scan` over the batches; the function is compiled at its first call."""
    import jax
    import jax.numpy as jnp

    x, y = map(jnp.asarray, workload.data())
    activation = jax.nn.relu if ("relu",) in workload.parts else jnp.tanh

    def loss(weights: Any, rows: Any) -> Any:
        a = x[rows]
        for index in range(0, len(weights), 2):
            a = (activation(a) if index else a) @ weights[index] + weights[index + 1]
        log = jax.nn.log_softmax(a)
        return -jnp.take_along_axis(log, y[rows][:, None], axis=1).mean()

    def step(weights: Any, rows: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(weights, rows)
        return [w - workload.rate * g for w, g in zip(weights, gradients, strict=True)], value

    epoch = jax.jit(jax.vmap(functools.partial(jax.lax.scan, step)))

    def run() -> np.ndarray:
        weights = [jnp.asarray(w) for w in starts(workload)]
        for batches in orders(workload):
            weights, losses = epoch(weights, batches)
        return np.asarray(losses[:, -1])

    return run


def by_torch(workload: Workload) -> Callable[[], np.ndarray]:
    """`torch.func.vmap` of loss and gradient over the runs."""
    import torch

    x, y = map(torch.from_numpy, workload.data())
    activation = torch.relu if ("relu",) in workload.parts else torch.tanh

    def loss(weights: Any, a: Any, labels: Any) -> Any:
        for index in range(0, len(weights), 2):
            a = (activation(a) if index else a) @ weights[index] + weights[index + 1]
        return torch.nn.functional.cross_entropy(a, labels)

    step = torch.func.vmap(torch.func.grad_and_value(loss))

    def run() -> np.ndarray:
        weights = [torch.from_numpy(w) for w in starts(workload)]
        for batches in map(torch.from_numpy, orders(workload)):
            for rows in batches.unbind(1):
                gradients, losses = step(weights, x[rows], y[rows])
                for weight, gradient in zip(weights, gradients, strict=True):
                    weight.sub_(gradient, alpha=workload.rate)
        return losses.numpy()

    return run


def others(workload: Workload) -> dict[str, Callable[[], Any]]:
    """What can run here besides minnet and the loops."""
    found: dict[str, Callable[[], Any]] = {
        "stack by hand": functools.partial(stack_by_hand, workload)
    }
    with contextlib.suppress(ImportError):
        found["JAX vmap, scan"] = by_jax(workload)
        found["the same, with compilation"] = lambda: by_jax(workload)()
    with contextlib.suppress(ImportError):
        found["torch.func.vmap"] = by_torch(workload)
    return found


def check_bits(workload: Workload) -> None:
    """minnet's stack is compared with its single runs."""
    stacked, alone = sweep(workload, True), sweep(workload, False)
    for mine, other in zip(stacked, alone, strict=True):
        assert mine.history is not None
        assert other.history is not None
        assert mine.history["loss"] == other.history["loss"], workload.name


def check_losses(workload: Workload) -> None:
    """All others are compared with the loops by hand."""
    expected = loops_by_hand(workload)
    for name, run in others(workload).items():
        np.testing.assert_allclose(
            run(), expected, rtol=2e-2, atol=1e-4, err_msg=f"{workload.name}: {name}"
        )


def times(workload: Workload, rounds: int) -> Times:
    """All in turns."""
    runs = {
        HAND: lambda: loops_by_hand(workload),
        STACK: lambda: sweep(workload, True),
        ALONE: lambda: sweep(workload, False),
        FIT: lambda: sweep(workload, False, runs=1),
        **others(workload),
    }
    nothing = functools.partial(list)
    return taken_in_turns({name: Run(nothing, run) for name, run in runs.items()}, rounds, 0.04)


def measure(rounds: int) -> list[str]:
    """The tables."""
    measured = {}
    for workload in WORKLOADS:
        check_bits(workload)
        check_losses(workload)
        measured[workload.name] = times(workload, rounds)
    head = f"{RUNS} seeds: time over that of {RUNS} loops written by hand, median [quartiles]"
    say = ["", f"## {head}", "", report.relative_to(HAND, measured)]
    return [*say, "", f"Medians of {rounds} rounds.", "", report.targets(TARGETS, measured)]
