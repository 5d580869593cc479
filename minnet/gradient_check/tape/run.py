"""Runs forward and backward of a new object of the student's class with traced arrays."""

from __future__ import annotations

import contextlib
import inspect
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.parameter_recorder import RecordedParameter, parameters_in
from minnet.gradient_check.random_state import own_generators
from minnet.gradient_check.tape import array_methods  # noqa: F401 - completes Traced
from minnet.gradient_check.tape.operations import Operation, Tape, TraceLostError, new_array
from minnet.gradient_check.tape.traced_array import Traced, active, constant, operation_of
from minnet.gradient_check.weights import follow, place

_FILLED = ("zeros", "ones", "empty", "full")
_MAKERS = (*_FILLED, *(f"{name}_like" for name in _FILLED), "eye", "identity")
_CONVERTERS = ("array", "asarray", "asanyarray", "ascontiguousarray")


class TracedParameter(RecordedParameter):
    """A Parameter whose gradient stays on the tape."""

    assigned: tuple[int, Any, int] = (0, None, 0)

    def note(self, grad: Any) -> None:
        """Keep what was assigned, and in which line."""
        self._noted = True
        if active:
            self.assigned = active[-1].place()
        self._note = grad


@dataclass
class Trace:
    """One forward and backward on the tape.

    output: the operation that made the result of forward. leaves: x and the weights. found: what
    was returned and set as gradients, by name; None where that is not on the tape.
    """

    tape: Tape
    output: Operation
    leaves: dict[str, Operation]
    upstream: Operation
    found: dict[str, Operation | None]
    arrays: dict[str, Any]
    places: dict[str, int]
    is_loss: bool


def trace(point: EvaluationPoint) -> Trace:
    """Run the layer of this point again, recorded."""
    harness = point.harness
    tape = _tape_for(harness.layer.cls)
    obj = harness.fresh(training=point.training)
    harness.layer.streams.restart(obj, own_generators(obj), point.stream)
    with _recording(tape):
        return _run(point, tape, obj)


def _run(point: EvaluationPoint, tape: Tape, obj: Any) -> Trace:
    harness = point.harness
    _convert(obj, {}, 4)
    leaves = {}
    for weight in harness.weights:
        leaves[weight.name] = _leaf_of(weight, obj)
    given: Any = new_array(point.x)
    if point.differentiable:
        given = constant(given, "x")
        leaves["input"] = operation_of(given)
    y, cache = harness.call_forward(obj, given, point.training)
    output = (
        operation_of(y)
        if isinstance(y, Traced)
        else tape.floats.get(y)
        if isinstance(y, float)
        else None
    )
    if output is None:
        raise TraceLostError
    tape.phase = "backward"
    g = constant(new_array(point.g), "grad")
    upstream = operation_of(g)
    call = CallRecord(x=point.x, obj=obj, cache=cache)
    arrays: dict[str, Any] = {"input": harness.call_backward(call, g, given)}
    places: dict[str, int] = {}
    for weight in harness.weights:
        holder = _parameter_of(weight, obj)
        if holder is not None:
            arrays[weight.name] = holder.grad
            places[weight.name] = holder.assigned[0]
        else:
            arrays[weight.name] = follow(obj, weight.grad_path)
    found = {
        name: operation_of(array) if isinstance(array, Traced) else None
        for name, array in arrays.items()
    }
    return Trace(
        tape, output, leaves, upstream, found, arrays, places, y is None or np.ndim(point.g) == 0
    )


def _parameter_of(weight: Any, obj: Any) -> TracedParameter | None:
    if weight.kind != "parameter":
        return None
    return parameters_in(obj)[weight.name]  # type: ignore[return-value]


def _leaf_of(weight: Any, obj: Any) -> Operation:
    holder = _parameter_of(weight, obj)
    value = holder._value if holder is not None else follow(obj, weight.value_path)
    if not isinstance(value, Traced):
        value = constant(new_array(value, dtype=np.float64))
        place(obj, weight.value_path, value)
    leaf = operation_of(value)
    leaf.name = weight.name
    return leaf


def _tape_for(cls: type) -> Tape:
    """The files of a class and its bases outside the framework, and the functions there."""
    files, helpers = set(), set()
    for part in cls.__mro__:
        module = getattr(part, "__module__", "")
        if module.split(".")[0] in ("builtins", "minnet", "numpy", "abc"):
            continue
        for function in vars(part).values():
            code = getattr(
                inspect.unwrap(function) if callable(function) else None, "__code__", None
            )
            if code is None:
                continue
            files.add(code.co_filename)
            for value in function.__globals__.values():
                if isinstance(value, types.FunctionType):
                    helpers.add(value.__code__)
    return Tape(files, helpers)


def _convert(obj: Any, known: dict[int, Any], depth: int) -> Any:
    """The attributes of an object, and of what it holds, as traced constants."""
    if id(obj) in known:
        return known[id(obj)]
    if isinstance(obj, np.ndarray):
        known[id(obj)] = constant(obj) if obj.dtype.kind == "f" else obj
        return known[id(obj)]
    known[id(obj)] = obj
    if isinstance(obj, RecordedParameter):
        obj.__class__ = TracedParameter
        obj._value = constant(obj.value)
        obj._grad = constant(np.zeros(obj.value.shape))
        obj._note, obj._noted = None, False
    elif depth == 0 or isinstance(
        obj, (type, types.ModuleType, types.FunctionType, types.MethodType)
    ):
        pass
    elif type(obj) is list:
        obj[:] = [_convert(item, known, depth - 1) for item in obj]
    elif type(obj) is tuple:
        return tuple(_convert(item, known, depth - 1) for item in obj)
    elif type(obj) is dict:
        obj.update({key: _convert(item, known, depth - 1) for key, item in obj.items()})
    elif hasattr(obj, "__dict__"):
        for name, value in list(vars(obj).items()):
            holds = isinstance(value, (np.ndarray, list, tuple, dict)) or hasattr(value, "__dict__")
            if holds and name != "_minnet":
                vars(obj)[name] = _convert(value, known, depth - 1)
    return obj


@contextlib.contextmanager
def _recording(tape: Tape) -> Iterator[None]:
    """Inside `with`, arrays that the code makes (np.zeros, np.array ...) are traced, too."""
    kept = {name: getattr(np, name) for name in (*_MAKERS, *_CONVERTERS)}
    for name in _MAKERS:
        setattr(np, name, _maker(tape, kept[name]))
    for name in _CONVERTERS:
        setattr(np, name, _converter(tape, kept[name], name))
    active.append(tape)
    try:
        yield
    finally:
        active.pop()
        for name, function in kept.items():
            setattr(np, name, function)


def _is_recorded(tape: Tape) -> bool:
    """Whether the caller is the student's code or a layer of the framework, and not NumPy's own."""
    frame = sys._getframe(2)
    inner = frame.f_globals.get("__name__", "").startswith(("minnet.nn.", "minnet.utils."))
    return inner or frame.f_code.co_filename in tape.files


def _maker(tape: Tape, function: Any) -> Any:
    def make(*args: Any, **options: Any) -> Any:
        result = function(*args, **options)
        recorded = _is_recorded(tape) and result.dtype.kind == "f"
        return constant(result) if recorded and not isinstance(result, Traced) else result

    return make


def _converter(tape: Tape, function: Any, name: str) -> Any:
    def convert(value: Any, *args: Any, **options: Any) -> Any:
        if not _is_recorded(tape):
            return function(value, *args, **options)
        dtype = options.get("dtype", args[0] if args else None)
        if isinstance(value, (list, tuple)) and _holds_traced(value):
            value = _stacked(value)
        if isinstance(value, Traced):
            if dtype is not None and np.dtype(dtype) != value.dtype:
                return value.astype(dtype)
            return np.copy(value) if name == "array" else value
        result = function(value, *args, **options)
        return constant(result) if result.dtype.kind == "f" else result

    return convert


def _holds_traced(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_traced(item) for item in value)
    return isinstance(value, Traced)


def _stacked(value: Any) -> Any:
    items = [_stacked(item) if isinstance(item, (list, tuple)) else item for item in value]
    return np.stack(items)
