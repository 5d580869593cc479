"""Checks of shapes, types and results that need no finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.calling_convention import NotExaminedError
from minnet.gradient_check.check_state import CheckState, what
from minnet.gradient_check.finite_differences import is_half, mismatch
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.input_domain import cotangent
from minnet.gradient_check.layer_under_test import refused_on_purpose
from minnet.gradient_check.next_steps import fitting_product
from minnet.gradient_check.prepare import code_of_error, explain_error
from minnet.gradient_check.tape import place_of_write
from minnet.gradient_check.weights import suspicious_arrays
from minnet.utils.types import Array


def check_forward_result(state: CheckState, run: CallRecord) -> bool:
    """forward must give an array of numbers in the precision of x, one row for each sample."""
    y, x = run.y, run.x
    if y is None:
        state.wrong("forward", "returns-none", "forward", "it returns None.", "the output is None.")
        return False
    if not isinstance(y, (np.ndarray, np.generic)) or np.asarray(y).dtype.kind not in "biuf":
        if isinstance(y, (list, float, int)) and np.asarray(y).dtype.kind in "iuf":
            run.y = np.asarray(y)
            return check_forward_result(state, run)
        state.wrong(
            "forward",
            "wrong-shape",
            "forward",
            f"it returns a {type(y).__name__}, expected one array.",
            f"type of the output: {type(y).__name__}.",
        )
        return False
    run.y = y = np.asarray(y)
    if y.dtype.kind == "f" and y.dtype.itemsize < 8 and x.dtype == np.float64:
        state.wrong(
            "dtype",
            "dtype-changed",
            "forward",
            f"float64 comes in, {y.dtype} comes out.",
            f"type of the output: {y.dtype}.",
        )
    if not check_rows(state, run):
        return False
    state.right("forward", f"An input of shape {x.shape} gives an output of shape {y.shape}.")
    return True


def check_rows(state: CheckState, run: CallRecord) -> bool:
    """The output has as many rows as the input."""
    y, x = run.y, run.x
    if not isinstance(y, np.ndarray) or (y.ndim > 0 and len(y) == len(x)):
        return True
    _say_rows_lost(state, x, y)
    return False


def _say_rows_lost(state: CheckState, x: Array, y: Array) -> None:
    """The output does not have one row per sample: it was summed over the batch, or reshaped."""
    evidence = f"input {x.shape}, output {y.shape}."
    if y.ndim == 0 or y.size == x[0].size or y.size < x.size:
        state.wrong(
            "forward",
            "mixes-samples",
            "forward",
            f"from {len(x)} samples it makes an output of shape {y.shape}: the samples are "
            f"summed or mixed.{batch_hint(state)}",
            evidence,
        )
    else:
        state.wrong(
            "forward",
            "wrong-shape",
            "forward",
            f"the output has shape {y.shape}, expected {len(x)} rows, one for each sample."
            f"{batch_hint(state)}",
            evidence,
        )


def check_error(state: CheckState, run: CallRecord) -> bool:
    """Whether forward and backward run; an error that they raise is reported with its line."""
    if run.error is None:
        return True
    if isinstance(run.error, NotExaminedError):
        state.report.note = f"{state.harness.layer.name}.{run.failed_in}: {run.error}"
        return False
    code = code_of_error(run.error)
    shapes = f"input of shape {run.x.shape}"
    if isinstance(run.y, np.ndarray):
        shapes += f", gradient of shape {run.y.shape}"
    explanation = _same_sizes(state, run) if run.failed_in == "backward" else ""
    state.wrong(
        "runs",
        code,
        run.failed_in,
        f"it raises {explain_error(run.error)}.{explanation}{batch_hint(state)}",
        f"called with an {shapes}.",
        advice=fitting_product(state.harness, run) if code == "raises" else "",
    )
    return False


def batch_hint(state: CheckState) -> str:
    """A shape of one axis means samples without features, which few layers accept."""
    shape = state.inputs.shape
    if len(shape) != 1:
        return ""
    return (
        f" The input of shape {shape} is read as {shape[0]} samples without features, batch axis "
        f"first; for samples of {shape[0]} features give (5, {shape[0]})."
    )


def _same_sizes(state: CheckState, run: CallRecord) -> str:
    """Whether another batch size hides the error: why the student may not have seen it."""
    sizes = {
        n for w in state.harness.weights for n in np.shape(state.harness.values.get(w.name, 0))
    }
    sizes |= set(run.x.shape[1:])
    for size in sorted(sizes):
        x = state.inputs.draw(size, state.generator(8))
        other = state.harness.run(x, np.ones_like, stream=state.stream)
        if other.error is None:
            return f" With {size} samples it runs: there two sizes happen to be equal."
    return ""


def check_backward_result(state: CheckState, run: CallRecord) -> None:
    """dx must be an array; every weight must get a gradient."""
    indices = state.inputs.kind == "indices"
    if run.dx is None and not indices:
        state.wrong("backward", "returns-none", "backward", "it returns None.", "no dL/dx.")
        state.blocked.add("input")
    elif not _is_numeric(run.dx) and not indices:
        state.wrong(
            "backward",
            "wrong-shape",
            "input",
            f"it returns a {type(run.dx).__name__}, expected one array.",
            f"type: {type(run.dx).__name__}.",
        )
        state.blocked.add("input")
    for where, found in run.grads.items():
        if found is not None and not _is_numeric(found):
            state.wrong(
                "backward",
                "wrong-shape",
                where,
                f"{what(where)} is a {type(found).__name__}, expected an array of numbers.",
                f"type: {type(found).__name__}.",
            )
            state.blocked.add(where)
    for where in ["input", *run.grads]:
        found = run.gradient(where)
        if isinstance(found, np.ndarray) and found.dtype.kind == "f":
            _check_precision(state, where, found)
    if not state.has("returns-none", "wrong-shape"):
        state.right("backward", "It returns an array, and sets gradients.")


def _check_precision(state: CheckState, where: str, found: Array) -> None:
    """Gradients have the precision of float64, in their type and in their digits."""
    indices = where == "input" and state.inputs.kind == "indices"
    if found.dtype.itemsize < 8 and where not in state.blocked and not indices:
        text = f"{what(where)} has type {found.dtype}, expected float64."
        state.wrong("dtype", "dtype-changed", where, text, f"type: {found.dtype}.")
    elif found.dtype == np.float64 and is_half(found):
        text = f"{what(where)} has the digits of float16 only, although its type is float64."
        evidence = "a conversion to float16 on the way."
        state.wrong("dtype", "dtype-changed", where, text, evidence)


def _is_numeric(found: Any) -> bool:
    return isinstance(found, np.ndarray) and found.dtype.kind in "biuf"


def check_raw_weights(state: CheckState) -> None:
    """Raw arrays used as weights in a Layer: they never train. Whole numbers as weights."""
    layer, obj = state.harness.layer, state.harness.layer.fresh()
    for weight in state.harness.weights:
        if (
            weight.kind == "plain"
            and np.asarray(weight.value(obj)).dtype.kind in "iu"
            and (np.ndim(weight.value(obj)) > 0)
        ):
            state.wrong(
                "weights",
                "integer-arithmetic",
                weight.name,
                f"`{weight.name}` is an array of integers: every update in training is truncated.",
                f"type: {np.asarray(weight.value(obj)).dtype}.",
            )
    if not layer.in_framework:
        return
    raw = [w.name for w in state.harness.weights if w.kind == "plain"]
    raw += [n for n in suspicious_arrays(obj, state.harness.weights) if _matters(state, n)]
    for name in raw:
        state.wrong(
            "weights",
            "not-a-parameter",
            name,
            f"`{name}` is a raw array; the framework trains only mn.Parameter.",
            f"{name} is not among parameters().",
        )


def _matters(state: CheckState, name: str) -> bool:
    """Whether the output depends on the attribute."""
    x = state.inputs.draw(state.batch, state.generator(9))
    obj = state.harness.fresh()
    base = state.harness.run(x, obj=state.harness.fresh(), stream=state.stream)
    if hasattr(obj, name):
        setattr(obj, name, np.asarray(getattr(obj, name)) + 0.37)
    else:
        for box in vars(obj).values():
            if isinstance(box, dict) and isinstance(box.get(name), np.ndarray):
                box[name] = box[name] + 0.37
    moved = state.harness.run(x, obj=obj, stream=state.stream)
    return base.error is None and moved.error is None and mismatch(base.y, moved.y) > 0


_WRITTEN_TO = {
    "input": ("input-modified", "it writes into x, which belongs to the previous layer.", "x"),
    "prediction": ("input-modified", "it writes into the prediction.", "prediction"),
    "target": ("input-modified", "it writes into the target.", "target"),
    "upstream": ("upstream-modified", "it writes into the upstream gradient.", "grad"),
}


def check_changes(state: CheckState, run: CallRecord) -> None:
    """forward and backward leave their arguments and the weights unchanged."""
    for changed, method in run.changed:
        code, text, array = _WRITTEN_TO.get(
            changed,
            ("parameter-modified", f"it changes the value of `{changed}`.", changed),
        )
        state.wrong(
            "no mutation",
            code,
            changed if code == "parameter-modified" else method,
            f"{state.harness.layer.name}.{method}: {text}",
            f"{array} differs before and after {method}.",
            "" if state.point is None else place_of_write(state.point, changed),
        )
    if not run.changed:
        state.right("no mutation", "Arguments and weights are not written to.")


def check_batch_of_one(state: CheckState) -> None:
    """A batch of one sample works, or is refused with a message."""
    if state.random or state.batch == 1:
        return
    x = state.inputs.draw(1, state.generator(10))
    run = state.harness.run(x, _cotangent(state), stream=state.stream)
    if run.error is not None:
        mixes = state.point is not None and state.point.mixes
        if refused_on_purpose(run.error) or run.failed_in == "backward" or mixes:
            state.skipped("batch of one", f"Refused: {type(run.error).__name__}.")
        else:
            state.wrong(
                "batch of one",
                "raises",
                run.failed_in,
                f"with one sample it raises {explain_error(run.error)}.",
                f"input of shape {x.shape}.",
            )
        return
    if np.shape(run.y)[:1] != (1,):
        state.wrong(
            "batch of one",
            "wrong-shape",
            "forward",
            f"one sample of shape {x.shape} gives an output of shape {np.shape(run.y)}: the "
            f"batch axis is lost (squeeze?).",
            f"output {np.shape(run.y)}.",
        )
        return
    state.right("batch of one", f"Shape {x.shape} in, {np.shape(run.y)} out.")


def _cotangent(state: CheckState) -> Any:
    return lambda y: cotangent(np.shape(y), state.generator(11))
