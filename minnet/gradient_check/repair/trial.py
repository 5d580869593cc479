"""Judges an edited backward: which gradients are right, measured along random directions.

A gradient is compared as one number: its product with a random direction u is the slope of
sum(g y) along u. A wrong gradient agrees there by chance only, and the slope costs two forwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from minnet.gradient_check.harness import CallRecord, Harness
from minnet.utils.types import Array

CONTRACT = "contract"
"""Stands for: nothing is written that belongs to others, and a second call gives the same."""


@dataclass
class Slope:
    """The derivative of sum(g y) with respect to one array, along one direction."""

    direction: Array
    value: float

    def agrees(self, gradient: Any, tolerance: float) -> bool:
        """Whether this gradient has the same slope."""
        if not isinstance(gradient, np.ndarray) or gradient.shape != self.direction.shape:
            return False
        if gradient.dtype.kind not in "fiu":
            return False
        flat = gradient.astype(np.float64).ravel()
        product = float(flat @ self.direction.ravel())
        scale = max(abs(self.value), math.sqrt(float(flat @ flat)))
        return abs(product - self.value) <= tolerance * scale + 1e-9


@dataclass
class Batch:
    """One input with an upstream gradient, and the true slopes there.

    names: what must be right. `prepared` is the object as forward left it: an edit of backward
    alone runs on a copy of it.
    """

    harness: Harness
    x: Array
    names: list[str]
    generator: np.random.Generator
    training: bool = True
    single: bool = False
    g: Array = field(init=False)
    y: Any = field(init=False)
    prepared: Any = field(init=False)
    slopes: dict[str, Slope] = field(init=False)
    writes: bool = False  # backward writes into arrays that forward keeps
    base: CallRecord = field(init=False)

    def __post_init__(self) -> None:
        run = self.harness.run(self.x, training=self.training)
        if run.error is not None or not np.isfinite(np.asarray(run.y, dtype=float)).all():
            raise ValueError("forward does not take this input")
        self.prepared, self.y = _twin(run.obj, True, {}), run.y
        size = self.generator.uniform(0.5, 1.5, size=np.shape(run.y))
        self.g = np.asarray(size * self.generator.choice([-1.0, 1.0], size=np.shape(run.y)))
        if not np.ndim(run.y):
            self.g = np.ones(())
        self.slopes = {name: self._slope(name) for name in self.names}
        self.writes = True
        self.base = self.run()
        for array in _arrays_in(self.prepared):
            array.flags.writeable = False
        self.writes = False
        self.writes = self.base.error is None and self.run().error is not None

    @property
    def tolerance(self) -> float:
        """Below this relative difference two slopes are the same."""
        return 3e-3 if self.single else 2e-6

    def _slope(self, name: str) -> Slope:
        value = self.x if name == "input" else self.harness.values[name]
        for _ in range(8):  # the two steps disagree at a kink
            direction = self.generator.normal(size=np.shape(value))
            near, far = (self._difference(name, value, direction, k) for k in (1, 2))
            if abs(near - far) <= 0.5 * self.tolerance * max(abs(near), 1e-2):
                break
        return Slope(direction, near)

    def _difference(self, name: str, value: Array, direction: Array, k: int) -> float:
        step = k * (5e-3 if self.single else 5e-6)
        ahead, behind = (self._total(name, value + s * step * direction) for s in (1, -1))
        return (ahead - behind) / (2 * step)

    def _total(self, name: str, value: Array) -> float:
        harness = self.harness
        if name == "input":
            y = harness.forward(value, training=self.training)
        else:
            y = harness.forward(self.x, {**harness.values, name: value}, training=self.training)
        return float((np.asarray(y, dtype=np.float64) * self.g).sum())

    def run(self, forward_too: bool = False) -> CallRecord:
        """One backward on a copy of the object as forward left it, or forward and backward."""
        if forward_too:
            return self.harness.run(self.x, self.g, training=self.training)
        obj = _twin(self.prepared, self.writes, {})
        run = CallRecord(x=self.x, y=self.y, obj=obj)
        self.harness.back(run, self.g, np.array(self.x), {})
        return run

    def right(self, forward_too: bool = False) -> frozenset[str]:
        """The names whose gradients are right now; `CONTRACT` where nothing else is wrong."""
        run = self.run(forward_too)
        if forward_too and (run.y is None or not np.array_equal(run.y, self.y)):
            return frozenset()
        right = self._right(run)
        if len(right) < len(self.names):
            return right
        return right | {CONTRACT} if self._keeps_contract() else right

    def _right(self, run: CallRecord) -> frozenset[str]:
        if run.error is not None:
            return frozenset()
        return frozenset(
            name
            for name, slope in self.slopes.items()
            if slope.agrees(run.gradient(name), self.tolerance)
        )

    def _keeps_contract(self) -> bool:
        """Nothing is written to, and a second forward and backward give the same gradients."""
        first = self.run(forward_too=True)
        again = self.harness.run(self.x, self.g, training=self.training, obj=first.obj)
        known = len(self._right(first)) == len(self._right(again)) == len(self.names)
        return known and not first.changed

    @property
    def wanted(self) -> frozenset[str]:
        """What `right` gives if nothing is wrong."""
        return frozenset([*self.names, CONTRACT])


def _twin(obj: Any, arrays: bool, known: dict[int, Any]) -> Any:
    """A copy that may be written to; arrays are shared unless they are asked for.

    `copy.deepcopy` does the same in ten times the time, which most trials would consist of.
    """
    if id(obj) in known:
        return known[id(obj)]
    if isinstance(obj, np.ndarray):
        new: Any = obj.copy() if arrays else obj
    elif type(obj) in (list, tuple):
        new = type(obj)(_twin(item, arrays, known) for item in obj)
    elif type(obj) is dict:
        new = {key: _twin(item, arrays, known) for key, item in obj.items()}
    elif isinstance(obj, MethodType):
        new = MethodType(obj.__func__, _twin(obj.__self__, arrays, known))
    elif hasattr(obj, "__dict__") and not isinstance(obj, _SHARED):
        new = known[id(obj)] = object.__new__(type(obj))
        for name, item in vars(obj).items():
            new.__dict__[name] = _twin(item, arrays, known)
    else:
        new = obj
    known[id(obj)] = new
    return new


_SHARED = (type, FunctionType, ModuleType, np.random.Generator, np.random.RandomState)


def _arrays_in(obj: Any, depth: int = 6) -> Iterator[Array]:
    if isinstance(obj, np.ndarray):
        yield obj
        return
    children = obj.values() if isinstance(obj, dict) else obj
    if not isinstance(obj, (list, tuple, dict)):
        children = getattr(obj, "__dict__", {}).values()
    for child in list(children) if depth and not isinstance(obj, _SHARED) else ():
        yield from _arrays_in(child, depth - 1)
