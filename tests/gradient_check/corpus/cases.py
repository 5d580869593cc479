"""Where the wrong and the right examples of the doctor's tests are collected."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Case:
    """One class with the mistake that is in it (empty: it is right)."""

    code: str
    source: Any
    shape: Any
    kind: str  # "layer" or "loss"
    options: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.code or 'right'}-{getattr(self.source, '__name__', 'factory')}"


CASES: list[Case] = []


def wrong(code, shape=(5, 3), **options):
    """A layer with one mistake; `make` gives the arguments of the constructor."""
    return _collect(code, shape, "layer", options)


def right(shape=(5, 3), **options):
    return _collect("", shape, "layer", options)


def wrong_loss(code, *arrays, **options):
    return _collect(code, arrays, "loss", options)


def right_loss(*arrays, **options):
    return _collect("", arrays, "loss", options)


def _collect(code, shape, kind, options):
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
