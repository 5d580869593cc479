"""Trains the same runs as a stack and one by one, and compares every bit of what they leave."""

import inspect
import warnings

import numpy as np

import minnet as mn
from minnet.sweep.sweep import sweep


def data(samples=23, features=3, classes=3, seed=0, dtype=np.float32):
    generator = np.random.default_rng(seed)
    y = generator.integers(0, classes, samples)
    y[:classes] = range(classes)
    return generator.normal(size=(samples, features)).astype(dtype), y


def trainer(layers, loss, optimizer, seed, dtype="float32", metrics=("accuracy",), **options):
    network = mn.Network(layers, seed=seed, dtype=dtype)
    return mn.Trainer(network, loss, optimizer, metrics=metrics, seed=seed, **options)


def train(make, grid, arrays, stack, epochs=3, **options):
    """The runs, and the trainers that they left."""
    trainers = []

    def keeping(**settings):
        trainers.append(make(**settings))
        return trainers[-1]

    keeping.__signature__ = inspect.signature(make)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "sweep: .* runs failed", RuntimeWarning)
        runs = sweep(keeping, grid, arrays, epochs, progress=False, stack=stack, **options)
    return runs, trainers


def same_either_way(make, grid, arrays, stacked=True, **options):
    """The stacked runs, if all is bit for bit as one by one."""
    together, trainers = train(make, grid, arrays, stack=True, **options)
    alone, others = train(make, grid, arrays, stack=False, **options)
    assert len(together) == len(alone)
    for run, other in zip(together, alone, strict=True):
        assert (run.settings, ended(run)) == (other.settings, ended(other))
        assert other.stacked == 1
    if stacked:
        assert all(run.stacked > 1 for run in together), together.why_not_stacked
        assert together.why_not_stacked == ""
    for mine, its in zip(trainers, others, strict=True):
        assert state(mine) == state(its)
    return together


def ended(run):
    """History and measured steps as text that shows every bit, or the error."""
    if run.error is not None:
        return type(run.error), str(run.error)
    tables = (run.history, run.history.steps)
    return [
        {name: repr(value) for name, value in row.items() if name != "seconds"}
        for table in tables
        for row in table
    ]


def state(trainer):
    """Everything that a training leaves in a trainer."""
    optimizer, network = trainer.optimizer, trainer.network
    return (
        {name: p.value.tobytes() for name, p in network.parameters().items()},
        {name: vector.tobytes() for name, vector in optimizer.state.items()},
        (optimizer.steps, optimizer.last_rate, optimizer._learning_rate),
        (trainer.epochs, len(trainer.history), trainer.network.training),
        trainer.order.bit_generator.state,
        network.random.bit_generator.state,
    )
