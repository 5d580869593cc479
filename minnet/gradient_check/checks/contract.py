"""Contract first: questions with exact answers, which need no numerics."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import Exam, what
from minnet.gradient_check.find_parameters import suspicious_arrays
from minnet.gradient_check.finite_differences import is_half, mismatch
from minnet.gradient_check.harness import Run
from minnet.gradient_check.input_domain import cotangent
from minnet.gradient_check.layer_under_test import refused_on_purpose
from minnet.gradient_check.prepare import code_of_error, explain_error
from minnet.utils.types import Array


def check_forward_result(exam: Exam, run: Run) -> bool:
    """forward must give an array of numbers in the precision of x, one row for each sample."""
    y, x = run.y, run.x
    if y is None:
        exam.wrong("forward", "returns-none", "forward", "it returns None.", "the output is None.")
        return False
    if not isinstance(y, (np.ndarray, np.generic)) or np.asarray(y).dtype.kind not in "biuf":
        if isinstance(y, (list, float, int)) and np.asarray(y).dtype.kind in "iuf":
            run.y = np.asarray(y)
            return check_forward_result(exam, run)
        exam.wrong(
            "forward",
            "wrong-shape",
            "forward",
            f"it returns a {type(y).__name__}, expected one array.",
            f"type of the output: {type(y).__name__}.",
        )
        return False
    run.y = y = np.asarray(y)
    if y.dtype.kind == "f" and y.dtype.itemsize < 8 and x.dtype == np.float64:
        exam.wrong(
            "dtype",
            "dtype-changed",
            "forward",
            f"float64 comes in, {y.dtype} comes out.",
            f"type of the output: {y.dtype}.",
        )
    if not check_rows(exam, run):
        return False
    exam.right("forward", f"An input of shape {x.shape} gives an output of shape {y.shape}.")
    return True


def check_rows(exam: Exam, run: Run) -> bool:
    """As many rows out as in."""
    y, x = run.y, run.x
    if not isinstance(y, np.ndarray) or (y.ndim > 0 and len(y) == len(x)):
        return True
    _rows_lost(exam, x, y)
    return False


def _rows_lost(exam: Exam, x: Array, y: Array) -> None:
    """The output has not one row per sample: summed over the batch, or reshaped."""
    evidence = f"input {x.shape}, output {y.shape}."
    if y.ndim == 0 or y.size == x[0].size or y.size < x.size:
        exam.wrong(
            "forward",
            "mixes-samples",
            "forward",
            f"from {len(x)} samples it makes an output of shape {y.shape}: the samples are "
            f"summed or mixed.{batch_hint(exam)}",
            evidence,
        )
    else:
        exam.wrong(
            "forward",
            "wrong-shape",
            "forward",
            f"the output has shape {y.shape}, expected {len(x)} rows, one for each sample."
            f"{batch_hint(exam)}",
            evidence,
        )


def check_error(exam: Exam, run: Run) -> bool:
    """Whether forward and backward go through; what they raise is a mistake with its place."""
    if run.error is None:
        return True
    code = code_of_error(run.error)
    shapes = f"input of shape {run.x.shape}"
    if isinstance(run.y, np.ndarray):
        shapes += f", gradient of shape {run.y.shape}"
    explanation = _same_sizes(exam, run) if run.failed_in == "backward" else ""
    exam.wrong(
        "runs",
        code,
        run.failed_in,
        f"it raises {explain_error(run.error)}.{explanation}{batch_hint(exam)}",
        f"called with an {shapes}.",
    )
    return False


def batch_hint(exam: Exam) -> str:
    """A shape of one length is that of samples without features, which few layers take."""
    shape = exam.domain.shape
    if len(shape) != 1:
        return ""
    return (
        f" The input of shape {shape} is read as {shape[0]} samples without features, batch axis "
        f"first; for samples of {shape[0]} features give (5, {shape[0]})."
    )


def _same_sizes(exam: Exam, run: Run) -> str:
    """Whether another batch size hides the error: why the student may not have seen it."""
    sizes = {n for w in exam.bench.weights for n in np.shape(exam.bench.values.get(w.name, 0))}
    sizes |= set(run.x.shape[1:])
    for size in sorted(sizes):
        x = exam.domain.draw(size, exam.generator(8))
        other = exam.bench.run(x, np.ones_like, stream=exam.stream)
        if other.error is None:
            return f" With {size} samples it runs: there two sizes happen to be equal."
    return ""


def check_backward_result(exam: Exam, run: Run) -> None:
    """dx must be an array; every weight must get a gradient."""
    indices = exam.domain.kind == "indices"
    if run.dx is None and not indices:
        exam.wrong("backward", "returns-none", "backward", "it returns None.", "no dL/dx.")
        exam.blocked.add("input")
    elif not _is_numeric(run.dx) and not indices:
        exam.wrong(
            "backward",
            "wrong-shape",
            "input",
            f"it returns a {type(run.dx).__name__}, expected one array.",
            f"type: {type(run.dx).__name__}.",
        )
        exam.blocked.add("input")
    for where, found in run.grads.items():
        if found is not None and not _is_numeric(found):
            exam.wrong(
                "backward",
                "wrong-shape",
                where,
                f"{what(where)} is a {type(found).__name__}, expected an array of numbers.",
                f"type: {type(found).__name__}.",
            )
            exam.blocked.add(where)
    for where in ["input", *run.grads]:
        found = run.gradient(where)
        low = isinstance(found, np.ndarray) and found.dtype.kind == "f" and found.dtype.itemsize < 8
        if low and where not in exam.blocked and not (where == "input" and indices):
            exam.wrong(
                "dtype",
                "dtype-changed",
                where,
                f"{what(where)} has type {found.dtype}, expected float64.",
                f"type: {found.dtype}.",
            )
        elif isinstance(found, np.ndarray) and found.dtype == np.float64 and is_half(found):
            exam.wrong(
                "dtype",
                "dtype-changed",
                where,
                f"{what(where)} has the digits of float16 only, although its type is float64.",
                "a conversion to float16 on the way.",
            )
    if not exam.has("returns-none", "wrong-shape"):
        exam.right("backward", "It returns an array, and sets gradients.")


def _is_numeric(found: Any) -> bool:
    return isinstance(found, np.ndarray) and found.dtype.kind in "biuf"


def check_raw_weights(exam: Exam) -> None:
    """Raw arrays used as weights in a Layer: they never train. Whole numbers as weights."""
    subject, obj = exam.bench.subject, exam.bench.subject.fresh()
    for weight in exam.bench.weights:
        if (
            weight.kind == "plain"
            and np.asarray(weight.value(obj)).dtype.kind in "iu"
            and (np.ndim(weight.value(obj)) > 0)
        ):
            exam.wrong(
                "weights",
                "integer-arithmetic",
                weight.name,
                f"`{weight.name}` is an array of whole numbers: every step of training is cut off.",
                f"type: {np.asarray(weight.value(obj)).dtype}.",
            )
    if not subject.in_framework:
        return
    raw = [w.name for w in exam.bench.weights if w.kind == "plain"]
    raw += [n for n in suspicious_arrays(obj, exam.bench.weights) if _matters(exam, n)]
    for name in raw:
        exam.wrong(
            "weights",
            "not-a-parameter",
            name,
            f"`{name}` is a raw array; the framework trains only mn.Parameter.",
            f"{name} is not among parameters().",
        )


def _matters(exam: Exam, name: str) -> bool:
    """Whether the output depends on the attribute."""
    x = exam.domain.draw(exam.batch, exam.generator(9))
    obj = exam.bench.fresh()
    base = exam.bench.run(x, obj=exam.bench.fresh(), stream=exam.stream)
    if hasattr(obj, name):
        setattr(obj, name, np.asarray(getattr(obj, name)) + 0.37)
    else:
        for box in vars(obj).values():
            if isinstance(box, dict) and isinstance(box.get(name), np.ndarray):
                box[name] = box[name] + 0.37
    moved = exam.bench.run(x, obj=obj, stream=exam.stream)
    return base.error is None and moved.error is None and mismatch(base.y, moved.y) > 0


def check_changes(exam: Exam, run: Run) -> None:
    """Nothing that belongs to others is written to."""
    for changed, method in run.changed:
        if changed == "input":
            exam.wrong(
                "no mutation",
                "input-modified",
                method,
                f"{exam.bench.subject.name}.{method}: it writes into x, which belongs to "
                f"the layer before.",
                "x differs before and after.",
            )
        elif changed == "upstream":
            exam.wrong(
                "no mutation",
                "upstream-modified",
                "backward",
                "it writes into the gradient that it was given.",
                "grad differs before and after.",
            )
        else:
            exam.wrong(
                "no mutation",
                "parameter-modified",
                changed,
                f"{exam.bench.subject.name}.{method}: it changes the value of `{changed}`.",
                f"{changed} differs before and after {method}.",
            )
    if not run.changed:
        exam.right("no mutation", "x, the arriving gradient and the weights stay as they were.")


def check_batch_of_one(exam: Exam) -> None:
    """One sample alone: right, or refused in words."""
    if exam.random or exam.batch == 1:
        return
    x = exam.domain.draw(1, exam.generator(10))
    run = exam.bench.run(x, _cotangent(exam), stream=exam.stream)
    if run.error is not None:
        if refused_on_purpose(run.error) or run.failed_in == "backward":
            exam.skipped("batch of one", f"Refused: {type(run.error).__name__}.")
        else:
            exam.wrong(
                "batch of one",
                "raises",
                run.failed_in,
                f"with one sample it raises {explain_error(run.error)}.",
                f"input of shape {x.shape}.",
            )
        return
    if np.shape(run.y)[:1] != (1,):
        exam.wrong(
            "batch of one",
            "wrong-shape",
            "forward",
            f"one sample of shape {x.shape} gives an output of shape {np.shape(run.y)}: the "
            f"batch axis is lost (squeeze?).",
            f"output {np.shape(run.y)}.",
        )
        return
    exam.right("batch of one", f"Shape {x.shape} in, {np.shape(run.y)} out.")


def _cotangent(exam: Exam) -> Any:
    return lambda y: cotangent(np.shape(y), exam.generator(11))
