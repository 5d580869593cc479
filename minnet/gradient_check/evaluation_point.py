"""One input with all that is known there: outputs, true gradients, the student's gradients.

The known mistakes look at it. What they need elsewhere (other upstream gradients, another batch) is
computed once and kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from minnet.gradient_check.finite_differences import (
    EVERY_ENTRY,
    Jacobian,
    is_half,
    jacobian,
    mismatch,
    refined,
    sample_columns,
)
from minnet.gradient_check.harness import CallRecord, Harness
from minnet.gradient_check.input_domain import cotangent
from minnet.utils.types import Array


@dataclass
class Precision:
    """The precision of the layer, and the steps and tolerances that go with it."""

    single: bool = False

    @property
    def step(self) -> float:
        """h of the central differences."""
        return 2e-2 if self.single else 1e-5

    @property
    def tolerance(self) -> float:
        """Below this relative difference two gradients are the same."""
        return 2e-3 if self.single else 2e-6

    @property
    def match(self) -> float:
        """Below this a known mistake reproduces a gradient."""
        return 1e-3 if self.single else 1e-6

    @property
    def structure(self) -> float:
        """Below this a structure (dense, normalization, polynomial) is recognised."""
        return 1e-3 if self.single else 1e-7


@dataclass
class EvaluationPoint:
    """A layer at one input x, with one upstream gradient g."""

    harness: Harness
    x: Array
    g: Array
    run: CallRecord
    precision: Precision
    training: bool = True
    stream: int = 5
    differentiable: bool = True
    random: bool = False
    seed: int = 0
    jacobians: dict[str, Jacobian] = field(default_factory=dict)
    notes: dict[Any, Any] = field(default_factory=dict)
    every_entry: ClassVar[int] = EVERY_ENTRY

    @property
    def y(self) -> Array:
        """The output, float64."""
        return np.asarray(self.run.y, dtype=np.float64)

    @property
    def m(self) -> int:
        """The number of samples."""
        return len(self.x)

    @property
    def names(self) -> list[str]:
        """What has a gradient: the input (unless it is indices), and every weight."""
        first = ["input"] if self.differentiable else []
        return first + [w.name for w in self.harness.weights]

    def value(self, name: str) -> Array:
        """The input or a weight at this point."""
        return self.x if name == "input" else self.harness.values[name]

    def function(self, name: str, x: Array | None = None) -> Callable[[Array], Array]:
        """y as a function of the input or of one weight, all else as here."""

        def f(v: Array) -> Array:
            given, values = self.x if x is None else x, self.harness.values
            given, values = (v, values) if name == "input" else (given, {**values, name: v})
            return np.asarray(self.harness.forward(given, values, self.training, self.stream))

        return f

    def jacobian(self, name: str) -> Jacobian:
        """dy/dv here."""
        if name not in self.jacobians:
            self.jacobians[name] = self.jacobian_at(name, self.x)
        return self.jacobians[name]

    def jacobian_at(self, name: str, x: Array) -> Jacobian:
        """dy/dv with another input; the entries that are measured are the same."""
        value = x if name == "input" else self.value(name)
        generator = np.random.default_rng([self.seed, value.size])
        columns = sample_columns(value.size, generator, self.every_entry)
        function, precision = self.function(name, x), self.precision
        y0 = self.y if x is self.x else function(value)
        return jacobian(function, value, y0, columns, precision.step, precision.single)

    def true(self, name: str) -> Array:
        """J^T g at the measured entries."""
        if ("true", name) not in self.notes:
            self.notes["true", name] = self.jacobian(name).transpose_times(self.g)
        return self.notes["true", name]  # type: ignore[no-any-return]

    def owner(self, name: str) -> str:
        """What a gradient belongs to, for messages about its shape."""
        return "x" if name == "input" else "the parameter"

    def grown(self, axis: int) -> EvaluationPoint | None:
        """Here with two more samples (axis 0) or features (-1), copies of some; None if refused."""
        harness = self._grown_harness(axis)
        x = np.concatenate([self.x, np.take(self.x, [0, -1], axis=axis)], axis=axis)
        generator = np.random.default_rng([self.seed, 8])
        forward = harness.run(x, training=self.training, stream=self.stream)
        if forward.error is not None:
            return None
        g = cotangent(np.shape(forward.y), generator) if self.y.ndim else self.g
        run = harness.run(x, g, training=self.training, stream=self.stream)
        if run.error is not None:
            return None
        return replace(self, harness=harness, x=x, g=g, run=run, jacobians={}, notes={})

    def _grown_harness(self, axis: int) -> Harness:  # noqa: ARG002
        return self.harness

    def full_true(self, name: str) -> Array | None:
        """The true gradient in its shape, if every entry was measured."""
        if not self.jacobian(name).complete:
            return None
        return self.true(name).reshape(self.value(name).shape)

    def student(self, name: str) -> Any:
        """The student's gradient, unchanged."""
        return self.run.gradient(name)

    def fits(self, name: str) -> bool:
        """Whether the student's gradient has the shape it should have."""
        found = self.student(name)
        return isinstance(found, np.ndarray) and found.shape == self.value(name).shape

    def at(self, name: str, array: Any = None) -> Array:
        """The student's gradient (or another array of that shape) at the measured entries."""
        whole = self.student(name) if array is None else array
        return np.asarray(whole, dtype=np.float64).ravel()[self.jacobian(name).columns]

    @cached_property
    def rounding_of_y(self) -> float:
        """Absolute error of one difference quotient by rounding."""
        eps = 1.2e-7 if self.precision.single else 2.2e-16
        return 20 * eps * float(np.max(np.abs(self.y), initial=0.0)) / self.precision.step

    @cached_property
    def noise(self) -> float:
        """Absolute error of J^T g by rounding."""
        return 1e-14 + self.rounding_of_y * float(np.abs(self.g).sum())

    def error(self, name: str) -> float:
        """Relative difference of the student's gradient from the true one; 0 if both vanish."""
        if not self.fits(name):
            return np.inf
        found, true = self.at(name), self.true(name)
        if not np.isfinite(found).all():
            return np.inf
        smooth = ~self.jacobian(name).kinked
        if smooth.any() and not smooth.all():
            found, true = found[smooth], true[smooth]  # no draw was free of kinks: leave them out
        if float(np.max(np.abs(found - true), initial=0.0)) <= self.noise:
            return 0.0
        return mismatch(found, true)

    def rounding(self, name: str) -> float:
        """Relative error that the type of the student's array allows: much, where it is float16."""
        found = self.student(name)
        kind = getattr(found, "dtype", None)
        if kind == np.float64 and is_half(found):
            kind = np.dtype(np.float16)
        return 8 * float(np.finfo(kind).eps) if kind is not None and kind.kind == "f" else 0.0

    def is_right(self, name: str) -> bool:
        """Whether the student's gradient is the true one; near misses are measured again."""
        error = self.error(name)
        if error <= max(self.precision.tolerance, self.rounding(name)):
            return True
        near = error < 0.05 and not self.precision.single
        return bool(near and self._right_after_refining(name))

    def _right_after_refining(self, name: str) -> bool:
        """Measure the entries that fail with a ladder of steps; where that is uncertain, accept."""
        found, true = self.at(name), self.true(name).copy()
        scale = float(np.max(np.abs(true)))
        limit = self.precision.tolerance * scale + self.noise
        failing = np.flatnonzero(np.abs(found - true) > limit)
        function, columns = self.function(name), self.jacobian(name).columns
        for number in failing[:12]:
            better, doubt = refined(function, self.value(name), self.g, int(columns[number]))
            if abs(found[number] - better) > limit + 10 * doubt:
                return False
            true[number] = better
        return bool((np.abs(found - true) <= limit).all()) or len(failing) <= 12

    def backward(self, g: Array) -> CallRecord:
        """The student's gradients for another upstream gradient, after the same forward."""
        key = ("backward", np.asarray(g).tobytes())
        if key not in self.notes:
            self.notes[key] = self.harness.run(
                self.x, g, training=self.training, stream=self.stream
            )
        return self.notes[key]  # type: ignore[no-any-return]

    def rows(self, name: str) -> Array | None:
        """J as (m, outputs per sample, columns); None where the output has other rows."""
        if self.y.ndim == 0 or self.y.shape[0] != self.m:
            return None
        return self.jacobian(name).matrix.reshape(self.m, -1, len(self.jacobian(name).columns))

    @cached_property
    def mixes(self) -> bool:
        """Whether a sample's output depends on other samples' input, in the forward."""
        rows = self.rows("input") if self.differentiable else None
        if rows is None:
            return False
        owner = self.jacobian("input").columns // max(1, self.x[0].size)
        foreign = np.arange(self.m)[:, None, None] != owner[None, None, :]
        size = np.abs(rows)
        limit = self.precision.match * size.max(initial=0.0) + self.rounding_of_y
        return bool((size * foreign).max(initial=0.0) > limit)
