"""Judges an edited backward: which gradients are right, measured along random directions.

A gradient is compared as one number: its product with a random direction u is the slope of
sum(g y) along u. A wrong gradient agrees there by chance only, and the slope costs two forwards.
"""

from __future__ import annotations

from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from minnet.gradient_check.harness import CallRecord, Harness
from minnet.gradient_check.input_domain import cotangent
from minnet.utils.types import Array

CONTRACT = "contract"
"""Stands for: nothing is written that belongs to others, and a second call gives the same."""


class Batch:
    """One input with an upstream gradient, and the true slopes there.

    Args:
        names: of the gradients that must be right. single: the layer computes in float32.

    Raises:
        ValueError: forward does not take this input.
    """

    harness: Harness
    x: Array
    training: bool
    step: float
    tolerance: float

    def __init__(
        self,
        harness: Harness,
        x: Array,
        names: list[str],
        generator: np.random.Generator,
        training: bool = True,
        single: bool = False,
    ) -> None:
        self.harness, self.x, self.training, self.generator = harness, x, training, generator
        self.wanted: frozenset[str] = frozenset([*names, CONTRACT])
        self.step, self.tolerance = (5e-3, 3e-3) if single else (5e-6, 2e-6)
        run = harness.run(x, training=training)
        if run.error is not None or not np.isfinite(np.asarray(run.y, dtype=float)).all():
            raise ValueError("forward does not take this input")
        self.y = run.y
        self.g = cotangent(np.shape(run.y), generator) if np.ndim(run.y) else np.ones(())
        self.slopes: dict[str, tuple[Array, float]] = {name: self._slope(name) for name in names}
        kept = {"obj": run.obj, "cache": getattr(run, "cache", None)}
        self.prepared: Any = _twin(kept, {})  # as forward left it
        self.base = self.run()

    def _slope(self, name: str) -> tuple[Array, float]:
        value = self.x if name == "input" else self.harness.values[name]
        for _ in range(8):  # the two steps disagree at a kink
            u = self.generator.normal(size=np.shape(value))
            near, far = (
                (self._total(name, value + h * u) - self._total(name, value - h * u)) / (2 * h)
                for h in (self.step, 2 * self.step)
            )
            if abs(near - far) <= 0.5 * self.tolerance * max(abs(near), 1e-2):
                break
        return u, near

    def _total(self, name: str, value: Array) -> float:
        """The sum of g y with another value of one array."""
        x, values = self.x, self.harness.values
        x, values = (value, values) if name == "input" else (x, {**values, name: value})
        y = self.harness.forward(x, values, training=self.training)
        return float((np.asarray(y, dtype=np.float64) * self.g).sum())

    def run(self, forward_too: bool = False) -> CallRecord:
        """One backward on a copy of the object as forward left it, or forward and backward."""
        if forward_too:
            return self.harness.run(self.x, self.g, training=self.training)
        run = CallRecord(x=self.x, y=self.y)
        vars(run).update(_twin(self.prepared, {}))
        self.harness.back(run, self.g, np.array(self.x), {})
        return run

    def right(self, forward_too: bool = False) -> frozenset[str]:
        """The names whose gradients are right now; `CONTRACT` where nothing else is wrong."""
        run = self.run(forward_too)
        right = self._right(run)
        if len(right) < len(self.slopes):
            return right
        whole = self.run(forward_too=True)
        again = self.harness.run(self.x, self.g, training=self.training, obj=whole.obj)
        known = len(self._right(whole)) == len(self._right(again)) == len(right)
        return right | {CONTRACT} if known and not whole.changed else right

    def _right(self, run: CallRecord) -> frozenset[str]:
        if run.error is not None or not np.array_equal(run.y, self.y):
            return frozenset()
        return frozenset(name for name in self.slopes if self._agrees(name, run.gradient(name)))

    def _agrees(self, name: str, gradient: Any) -> bool:
        u, slope = self.slopes[name]
        if not isinstance(gradient, np.ndarray) or gradient.shape != u.shape:
            return False
        if gradient.dtype.kind not in "fiu":
            return False
        flat = gradient.ravel().astype(np.float64)
        scale = max(abs(slope), float(np.sqrt(flat @ flat)))
        return abs(float(flat @ u.ravel()) - slope) <= self.tolerance * scale + 1e-9


_SHARED = (type, FunctionType, ModuleType, np.random.Generator, np.random.RandomState)


def _twin(obj: Any, known: dict[int, Any]) -> Any:
    """A copy that may be written to: `copy.deepcopy`, in a tenth of the time."""
    if id(obj) in known:
        return known[id(obj)]
    new = obj
    if isinstance(obj, np.ndarray):
        new = obj.copy()
    elif type(obj) in (list, tuple):
        new = type(obj)(_twin(item, known) for item in obj)
    elif type(obj) is dict:
        new = {key: _twin(item, known) for key, item in obj.items()}
    elif isinstance(obj, MethodType):
        new = MethodType(obj.__func__, _twin(obj.__self__, known))
    elif hasattr(obj, "__dict__") and not isinstance(obj, _SHARED):
        new = known[id(obj)] = object.__new__(type(obj))
        vars(new).update({key: _twin(item, known) for key, item in vars(obj).items()})
    known[id(obj)] = new
    return new
