"""Runs one forward and one backward on a new object, and records all that happened.

Every check is a call of `Harness.run`: a new object with given weights, a frozen
stream of random numbers before the forward, and copies of everything that must not be written to.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.parameter_recorder import RecordedParameter, parameters_in
from minnet.gradient_check.random_state import own_generators
from minnet.gradient_check.training_mode import set_mode
from minnet.gradient_check.weights import Weight, same
from minnet.utils.types import Array

Values = dict[str, Array]


@dataclass
class CallRecord:
    """The results of one forward, and perhaps one backward."""

    x: Array
    y: Any = None
    dx: Any = None
    grads: dict[str, Any] = field(default_factory=dict)
    was_set: dict[str, bool] = field(default_factory=dict)
    changed: list[tuple[str, str]] = field(default_factory=list)  # (what, by which method)
    error: BaseException | None = None
    failed_in: str = ""
    obj: Any = None
    cache: Any = None  # what forward returned beside y

    def gradient(self, name: str) -> Any:
        """The gradient of the input or of a weight, as the student left it."""
        return self.dx if name == "input" else self.grads.get(name)


class Harness:
    """Calls a layer; knows its weights."""

    input_name = "input"
    calls: int = 0  # of forward so far, in this process: whether a check goes on

    def __init__(self, layer: LayerUnderTest, weights: list[Weight] | None = None) -> None:
        self.layer = layer
        self.weights: list[Weight] = weights or []
        self.values: Values = {}
        self.first_values: Values = {}  # as the constructor made them

    def fresh(self, values: Values | None = None, training: bool = True) -> Any:
        """A new object with the weights of this check."""
        obj = self.layer.fresh()
        found = parameters_in(obj) if self.weights else {}
        for weight in self.weights:
            value = (self.values if values is None else values).get(weight.name)
            if value is not None and weight.kind == "parameter":
                found[weight.name]._value = np.array(value, dtype=np.float64)
            elif value is not None:
                weight.set(obj, value)
        set_mode(obj, training)
        return obj

    def forward(
        self,
        x: Array,
        values: Values | None = None,
        training: bool = True,
        stream: int = 5,
        obj: Any = None,
    ) -> Any:
        """The output for a copy of x; errors come through."""
        obj = self.fresh(values, training) if obj is None else obj
        self.layer.streams.restart(obj, own_generators(obj), stream)
        return self.call_forward(obj, np.array(x), training)[0]

    def call_forward(self, obj: Any, given: Array, training: bool) -> tuple[Any, Any]:
        """Output and cache of forward, with the mode as an argument if this class wants it."""
        Harness.calls += 1
        convention = self.layer.convention
        arguments = convention.forward_arguments(given)
        return convention.output(obj.forward(*arguments, **self.layer.mode_arguments(training)))

    def call_backward(self, run: CallRecord, g: Array, given: Array) -> Any:
        """What backward makes of g; `given` is the input that forward had."""
        return self.layer.convention.backward(run.obj, g, given, run.cache)

    def run(
        self,
        x: Array,
        g: Array | Callable[[Array], Array] | None = None,
        values: Values | None = None,
        training: bool = True,
        stream: int = 5,
        obj: Any = None,
    ) -> CallRecord:
        """Forward, then backward if an upstream gradient g is given; errors are recorded."""
        obj = self.fresh(values, training) if obj is None else obj
        given = np.array(x)
        run = CallRecord(x=np.array(x), obj=obj)
        before = {} if g is None else {w.name: np.array(w.value(obj)) for w in self.weights}
        self.layer.streams.restart(obj, own_generators(obj), stream)
        try:
            raw, run.cache = self.call_forward(obj, given, training)
        except (Exception, SystemExit) as error:
            run.error, run.failed_in = error, "forward"
            return run
        run.y = np.array(raw) if isinstance(raw, np.ndarray) else raw
        self.note_changes(run, given, before, "forward")
        if g is not None:
            cotangent = g(np.asarray(run.y)) if callable(g) else g
            self.back(run, cotangent, given, before)
        return run

    def back(self, run: CallRecord, g: Array, given: Array, before: Values) -> None:
        """One backward on the object of a run, its results recorded in the run."""
        obj, cotangent = run.obj, np.array(g)
        for parameter in parameters_in(obj).values():
            if isinstance(parameter, RecordedParameter):
                parameter.clear()
        reset = getattr(obj, "zero_grad", None)
        if callable(reset):
            reset()
        earlier = {w.name: w.snapshot(obj) for w in self.weights}
        try:
            returned = self.call_backward(run, cotangent, given)
        except (Exception, SystemExit) as error:
            run.error, run.failed_in = error, "backward"
            return
        run.dx = None if returned is None else _array(returned)
        for weight in self.weights:
            run.was_set[weight.name], run.grads[weight.name] = weight.outcome(
                obj, earlier[weight.name]
            )
        if not same(cotangent, g):
            run.changed.append(("upstream", "backward"))
        self.note_changes(run, given, before, "backward")

    def backward_again(self, run: CallRecord, g: Array) -> CallRecord:
        """A second backward after the same forward."""
        second = CallRecord(x=run.x, y=run.y, obj=run.obj, cache=run.cache)
        before = {w.name: np.array(w.value(run.obj)) for w in self.weights}
        self.back(second, g, np.array(run.x), before)
        return second

    def note_changes(self, run: CallRecord, given: Array, before: Values, method: str) -> None:
        """Note which arrays a method wrote into."""
        already = {what for what, _ in run.changed}
        if self.input_name not in already and not same(given, run.x):
            run.changed.append((self.input_name, method))
        for weight in self.weights if before else []:
            if weight.name not in already and not same(weight.value(run.obj), before[weight.name]):
                run.changed.append((weight.name, method))


def _array(returned: Any) -> Any:
    """A returned gradient as a new array; anything else stays as it is."""
    try:
        array = np.array(returned)
    except (ValueError, TypeError):
        return returned
    return array if array.dtype.kind in "biuf" else returned


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """NumPy's floating-point warnings and all others are silent inside `with`."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
