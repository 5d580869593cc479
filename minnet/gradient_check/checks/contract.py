"""Checks of shapes, types and results that need no finite differences."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.calling_convention import NotExaminedError
from minnet.gradient_check.check_state import CheckState, what
from minnet.gradient_check.checks.gradients import is_numeric
from minnet.gradient_check.finite_differences import is_half, mismatch
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.layer_under_test import refused_on_purpose
from minnet.gradient_check.next_steps import fitting_product
from minnet.gradient_check.prepare import code_of_error, explain_error
from minnet.gradient_check.tape import place_of_write
from minnet.gradient_check.weights import suspicious_arrays
from minnet.utils.types import Array


def check_forward_result(state: CheckState, run: CallRecord) -> bool:
    """forward must give an array of numbers in the precision of x, one row for each sample."""
    y, kind = run.y, type(run.y).__name__
    if y is None:
        state.wrong("forward", "returns-none", "forward", "it returns None.", "the output is None.")
        return False
    if isinstance(y, (np.generic, list, float, int)):
        run.y = y = np.asarray(y)
    if not is_numeric(y):
        text = f"it returns a {kind}, expected one array."
        state.wrong("forward", "wrong-shape", "forward", text, f"type of the output: {kind}.")
        return False
    check_output_precision(state, run)
    if not check_rows(state, run):
        return False
    text = f"An input of shape {run.x.shape} gives an output of shape {y.shape}."
    state.right("forward", text)
    return True


def check_output_precision(state: CheckState, run: CallRecord) -> None:
    """What comes out has the precision of what comes in."""
    kind = getattr(run.y, "dtype", np.dtype(float))
    if kind.kind == "f" and kind.itemsize < 8 and run.x.dtype == np.float64:
        text = f"float64 comes in, {kind} comes out."
        state.wrong("dtype", "dtype-changed", "forward", text, f"type of the output: {kind}.")


def check_rows(state: CheckState, run: CallRecord) -> bool:
    """The output has as many rows as the input: not summed over the batch, not reshaped."""
    y, x = run.y, run.x
    if not isinstance(y, np.ndarray) or (y.ndim > 0 and len(y) == len(x)):
        return True
    if y.ndim == 0 or y.size == x[0].size or y.size < x.size:
        code = "mixes-samples"
        text = (
            f"from {len(x)} samples it makes an output of shape {y.shape}: the samples are summed "
            f"or mixed."
        )
    else:
        code = "wrong-shape"
        text = f"the output has shape {y.shape}, expected {len(x)} rows, one for each sample."
    evidence = f"input {x.shape}, output {y.shape}."
    state.wrong("forward", code, "forward", text + _batch_hint(state), evidence)
    return False


def check_error(state: CheckState, run: CallRecord) -> bool:
    """Whether forward and backward run; an error that they raise is reported with its line."""
    if run.error is None:
        return True
    if isinstance(run.error, NotExaminedError):
        state.report.note = f"{state.harness.layer.name}.{run.failed_in}: {run.error}"
        return False
    code, text = code_of_error(run.error), f"it raises {explain_error(run.error)}."
    text += _same_sizes(state, run) if run.failed_in == "backward" else ""
    shapes = f"called with an input of shape {run.x.shape}"
    if isinstance(run.y, np.ndarray):
        shapes += f", gradient of shape {run.y.shape}"
    advice = fitting_product(state.harness, run) if code == "raises" else ""
    text += _batch_hint(state)
    state.wrong("runs", code, run.failed_in, text, f"{shapes}.", advice=advice)
    return False


def _batch_hint(state: CheckState) -> str:
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
    values = state.harness.values.values()
    for size in sorted({*run.x.shape[1:], *(n for value in values for n in np.shape(value))}):
        x = state.inputs.draw(size, state.generator(8))
        if state.harness.run(x, np.ones_like, stream=state.stream).error is None:
            return f" With {size} samples it runs: there two sizes happen to be equal."
    return ""


def check_backward_result(state: CheckState, run: CallRecord) -> None:
    """dx must be an array; every weight must get a gradient."""
    indices = state.inputs.kind == "indices"
    if run.dx is None and not indices:
        state.wrong("backward", "returns-none", "backward", "it returns None.", "no dL/dx.")
        state.blocked.add("input")
    for where in ["input", *run.grads]:
        found = run.gradient(where)
        if found is None or (where == "input" and indices):
            continue
        if is_numeric(found):
            _check_precision(state, where, found, np.ndim(run.y) == 0)
            continue
        kind = type(found).__name__
        text = f"{what(where)} is a {kind}, expected an array of numbers."
        if where == "input":
            text = f"it returns a {kind}, expected one array."
        state.wrong("backward", "wrong-shape", where, text, f"type: {kind}.")
        state.blocked.add(where)
    if not state.has("returns-none", "wrong-shape"):
        state.right("backward", "It returns an array, and sets gradients.")


def _check_precision(state: CheckState, where: str, found: Array, of_loss: bool) -> None:
    """Gradients have the precision of float64, in their type and in their digits."""
    if found.dtype.kind == "f" and found.dtype.itemsize < 8:
        text = f"{what(where)} has type {found.dtype}, expected float64."
        state.wrong("dtype", "dtype-changed", where, text, f"type: {found.dtype}.")
    elif found.dtype == np.float64 and is_half(found) and not of_loss:
        text = f"{what(where)} has the digits of float16 only, although its type is float64."
        evidence = "a conversion to float16 on the way."
        state.wrong("dtype", "dtype-changed", where, text, evidence)


def check_raw_weights(state: CheckState) -> None:
    """Raw arrays used as weights in a Layer: they never train. Whole numbers as weights."""
    obj = state.harness.layer.fresh()
    plain = [weight for weight in state.harness.weights if weight.kind == "plain"]
    for weight in plain:
        value = weight.value(obj)
        if value.dtype.kind in "iu" and value.ndim:
            name = weight.name
            text = f"`{name}` is an array of integers: every update in training is truncated."
            state.wrong("weights", "integer-arithmetic", name, text, f"type: {value.dtype}.")
    if not state.harness.layer.in_framework:
        return
    raw = [weight.name for weight in plain]
    raw += [n for n in suspicious_arrays(obj, state.harness.weights) if _matters(state, n)]
    for name in raw:
        text = f"`{name}` is a raw array; the framework trains only mn.Parameter."
        evidence = f"{name} is not among parameters()."
        state.wrong("weights", "not-a-parameter", name, text, evidence)


def _matters(state: CheckState, name: str) -> bool:
    """Whether the output depends on the attribute, or the entry of a dict."""
    x = state.inputs.draw(state.batch, state.generator(9))
    obj = state.harness.fresh()
    base = state.harness.run(x, obj=state.harness.fresh(), stream=state.stream)
    if hasattr(obj, name):
        setattr(obj, name, np.asarray(getattr(obj, name)) + 0.37)
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
        own = ("parameter-modified", f"it changes the value of `{changed}`.", changed)
        code, text, array = _WRITTEN_TO.get(changed, own)
        text = f"{state.harness.layer.name}.{method}: {text}"
        where = changed if code == "parameter-modified" else method
        evidence = f"{array} differs before and after {method}."
        place = place_of_write(state.point, changed) if state.point else ""
        state.wrong("no mutation", code, where, text, evidence, place)
    if not run.changed:
        state.right("no mutation", "Arguments and weights are not written to.")


def check_batch_of_one(state: CheckState) -> None:
    """A batch of one sample works, or is refused with a message."""
    if state.random or state.batch == 1:
        return
    x = state.inputs.draw(1, state.generator(10))
    run = state.harness.run(x, state.cotangent(11), stream=state.stream)
    shape = np.shape(run.y)
    if run.error is not None:
        mixes = state.point is not None and state.point.mixes
        if refused_on_purpose(run.error) or run.failed_in == "backward" or mixes:
            state.skipped("batch of one", f"Refused: {type(run.error).__name__}.")
        else:
            text = f"with one sample it raises {explain_error(run.error)}."
            evidence = f"input of shape {x.shape}."
            state.wrong("batch of one", "raises", run.failed_in, text, evidence)
    elif shape[:1] != (1,):
        text = (
            f"one sample of shape {x.shape} gives an output of shape {shape}: the batch axis is "
            f"lost (squeeze?)."
        )
        state.wrong("batch of one", "wrong-shape", "forward", text, f"output {shape}.")
    else:
        state.right("batch of one", f"Shape {x.shape} in, {shape} out.")
