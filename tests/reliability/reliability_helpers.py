"""Shared by the reliability scripts: the size of a run, a training to disturb, its fingerprint."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout, installed or not

import minnet as mn

TEMPORARY = ".minnet-*.tmp"

_RANDOM = np.random.default_rng(7)
X = _RANDOM.normal(size=(96, 4))
Y = (X @ _RANDOM.normal(size=(4, 3))).argmax(axis=1)
HELD = (X[:24] + 0.1, Y[:24])

OPTIMIZERS = {
    "SGD": lambda: mn.SGD(0.05),
    "momentum, cosine": lambda: mn.SGD(mn.schedules.Cosine(0.1, 60), momentum=0.9),
    "Nesterov": lambda: mn.SGD(0.05, momentum=0.9, nesterov=True),
    "Adam, warm-up": lambda: mn.Adam(mn.schedules.WarmUp(mn.schedules.StepDecay(0.02, 20), 5)),
    "AdamW": lambda: mn.AdamW(0.01),
    "RMSProp": lambda: mn.RMSProp(0.01),
    "AdaGrad": lambda: mn.AdaGrad(0.05),
    "AdaDelta": lambda: mn.AdaDelta(),
}


def size(text: str) -> float:
    """The share of the full run that the command line asks for (--size 0.1)."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--size", type=float, default=1.0, help="share of the full run")
    return float(parser.parse_args().size)


def trainer(optimizer: str = "Adam, warm-up", seed: int = 3) -> mn.Trainer:
    """Dropout, batch normalization, shuffling, a schedule: all that has a state."""
    layers = [
        *(mn.Linear(4, 8), mn.BatchNorm(8), mn.ReLU(), mn.Dropout(0.3)),
        *(mn.Linear(8, 3), mn.Softmax()),
    ]
    loss = mn.CategoricalCrossEntropy()
    return mn.Trainer(layers, loss, OPTIMIZERS[optimizer](), metrics=["accuracy"], seed=seed)


def fit(made: mn.Trainer, until: int, *callbacks: mn.Callback, batch_size: int = 16) -> mn.History:
    """The same fit in every script, with early stopping."""
    stopping = mn.EarlyStopping("val_loss", patience=4)
    return made.fit(
        X,
        Y,
        until=until,
        batch_size=batch_size,
        validation_data=HELD,
        callbacks=[*callbacks, stopping],
        progress=False,
    )


def fingerprint(made: mn.Trainer) -> str:
    """A digest of every bit that training changes, but not of wall times."""
    result = hashlib.sha256()
    for parameter in made.network.parameters().values():
        result.update(parameter.value.tobytes())
    for name, vector in sorted(made.optimizer.state.items()):
        result.update(name.encode() + vector.tobytes())
    rows = [{k: v for k, v in row.items() if k != "seconds"} for row in made.history]
    streams = (made.order.bit_generator.state, made.network.random.bit_generator.state)
    result.update(repr((made.epochs, made.optimizer.steps, rows, streams)).encode())
    return result.hexdigest()


class Report:
    """Lines of the form `what: number`, and at the end whether all that had to hold did."""

    def __init__(self, title: str) -> None:
        print(f"== {title} ==", flush=True)
        self.failed: list[str] = []
        self._start = time.perf_counter()

    def line(self, what: str, value: object) -> None:
        """One figure."""
        print(f"{what}: {value}", flush=True)

    def must(self, what: str, holds: bool, value: object = "") -> None:
        """One figure that decides."""
        self.line(what, f"{value} {'ok' if holds else 'FAILED'}".strip())
        if not holds:
            self.failed.append(what)

    def end(self) -> None:
        """Exit with 1 if something failed."""
        self.line("seconds", round(time.perf_counter() - self._start, 1))
        sys.exit(1 if self.failed else 0)
