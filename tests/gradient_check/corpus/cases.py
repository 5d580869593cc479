"""The list of wrong and right examples on which the gradient check is tested.

Each module of this folder registers its classes by the decorators below; `load()` imports them
all. A wrong class has exactly one mistake, and the code of that mistake stands next to it.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minnet.gradient_check import check_layer, check_loss

ROWS_WITH_ZEROS = np.array([[1.0, 2.0, -1.0], [0.0, 0.0, 0.0], [0.5, -2.0, 1.5], [3.0, 1.0, -0.5]])
SOME_ZEROS = np.array([[1.0, 4.0, 0.0], [9.0, 0.0, 3.0], [0.0, 0.0, 0.0], [2.0, 1.0, 900.0]])


@dataclass
class Case:
    """One class and the code of the mistake in it (empty: there is none)."""

    code: str
    source: Any
    shape: Any
    kind: str  # "layer" or "loss"
    options: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.code or 'right'}-{getattr(self.source, '__name__', 'factory')}"


CASES: list[Case] = []


def load() -> list[Case]:
    """Import all modules of the corpus and return their cases."""
    for path in sorted(Path(__file__).parent.glob("*_*.py")):
        importlib.import_module(f"corpus.{path.stem}")
    return CASES


def parameters(cases, every_day):
    """The cases for `parametrize`; those that are not among `every_day` are marked slow."""
    often = {id(case) for case in every_day}
    return [
        pytest.param(case, id=case.name, marks=() if id(case) in often else pytest.mark.slow)
        for case in cases
    ]


def check(case: Case, seed: int = 0):
    """The report on a case."""
    if case.kind == "loss":
        return check_loss(case.source, *case.shape, seed=seed)
    return check_layer(case.source, case.shape, seed=seed, **case.options)


def wrong(code, shape=(5, 3), **options):
    """A layer with one mistake; `make` gives the arguments of the constructor."""
    return _register(code, shape, "layer", options)


def right(shape=(5, 3), **options):
    """A layer without a mistake."""
    return _register("", shape, "layer", options)


def wrong_loss(code, *arrays, **options):
    """A loss with one mistake, checked on the given arrays if there are any."""
    return _register(code, arrays, "loss", options)


def right_loss(*arrays, **options):
    """A loss without a mistake."""
    return _register("", arrays, "loss", options)


def _register(code, shape, kind, options):
    def add(cls):
        make = options.pop("make", None)
        source = cls if make is None else _factory(cls, make)
        CASES.append(Case(code, source, shape, kind, dict(options)))
        return cls

    return add


def _factory(cls, arguments):
    def make():
        return cls(*arguments)

    make.__name__ = cls.__name__
    return make
