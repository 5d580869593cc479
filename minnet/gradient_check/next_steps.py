"""Next steps that are computed from what was found: axes, shapes, entries, conditions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minnet.gradient_check.check_state import CheckState, number
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.harness import CallRecord, Harness
from minnet.gradient_check.loss.evaluation_point import LossPoint
from minnet.gradient_check.loss.inputs import one_hot
from minnet.utils.types import Array

_SHAPES = ("wrong-shape", "keepdims-left", "not-summed-over-batch", "summed-to-scalar")


def compute_from_shapes(state: CheckState, point: EvaluationPoint) -> None:
    """Replace the general next step about a shape by the one for these shapes."""
    mistakes = state.report.mistakes
    for index, mistake in enumerate(mistakes):
        if mistake.code not in _SHAPES or mistake.advice or mistake.where not in point.names:
            continue
        wanted = point.value(mistake.where).shape
        found = getattr(point.student(mistake.where), "shape", wanted)
        if found != wanted:
            name = "x" if mistake.where == "input" else mistake.where
            advice = f"Make {found} into {wanted}: {_from_shape(found, wanted, name)}."
            mistakes[index] = replace(mistake, advice=advice)


def _from_shape(found: tuple[int, ...], wanted: tuple[int, ...], name: str) -> str:
    """The step that leads from one shape to the other."""
    if np.prod(found) == np.prod(wanted):
        keepdims = ", or leave keepdims out" if len(found) > len(wanted) else ""
        return f"reshape it to the shape of {name}{keepdims}"
    for count in range(1, len(found)):
        if found[count:] == wanted:
            return f"sum over the first {count} axes, .sum(axis={tuple(range(count))})".replace(
                "first 1 axes, .sum(axis=(0,))", "samples, .sum(axis=0)"
            )
    if len(found) == len(wanted):
        axes = tuple(k for k, (a, b) in enumerate(zip(found, wanted, strict=True)) if a != b)
        return f"look at axis {', '.join(map(str, axes))}, which came from another array"
    return "sum over the axes that it has too many, or leave out the sum over those it lacks"


def fitting_product(harness: Harness, run: CallRecord) -> str:
    """For an error in backward: the shapes that meet there, and the product that fits them."""
    if run.failed_in != "backward" or not isinstance(run.y, np.ndarray):
        return ""
    shapes = {w.name: np.shape(harness.values.get(w.name, 0.0)) for w in harness.weights}
    known = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    text = f"Shapes: x {run.x.shape}, grad {run.y.shape}{', ' if known else ''}{known}. "
    for name, shape in shapes.items():
        if shape == (run.x.shape[-1], run.y.shape[-1]):
            return f"{text}grad @ {name}.T has the shape of x, x.T @ grad that of {name}."
        if shape == (run.y.shape[-1], run.x.shape[-1]):
            return f"{text}grad @ {name} has the shape of x, grad.T @ x that of {name}."
    return f"{text}Write them beside the line named in the error; what is returned has that of x."


def for_loss(point: LossPoint, code: str) -> str:
    """For a gradient of a loss: the condition or the entry to look at, in words of its kind."""
    found, true = np.asarray(point.run.dx, dtype=np.float64), point.derivative
    if code not in ("unknown", "loss-term-missing") or found.shape != true.shape:
        return ""
    wrong = np.abs(found - true) > 1e-4 * max(np.abs(true).max(), np.abs(found).max())
    if not wrong.any():
        return ""
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    y = one_hot(point.prediction, point.target)
    at = f"a{list(first)} = {number(point.prediction[first])}" + (
        f" and y = {number(y[first])}" if y is not None and y.shape == found.shape else ""
    )
    here = f"for {at} the value changes by {number(true[first])} per unit of a"
    if not true[wrong].any():
        return (
            f"Where it is wrong the value does not change (a max, a clip, a margin): {here}. "
            f"Give backward the condition of forward."
        )
    if wrong.all():
        return f"No entry is right: {here}, yours is {number(found[first])}. Derive one term alone."
    right = wrong.size - int(wrong.sum())
    return (
        f"{right} of {wrong.size} entries are right{_split(wrong, y, point)}: {here}, yours is "
        f"{number(found[first])}. Look for the case of forward that this is."
    )


def _split(wrong: Array, y: Array | None, point: LossPoint) -> str:
    """What the wrong entries have in common: their target, or a large or small error a - y."""
    if y is None or y.shape != wrong.shape:
        return ""
    for value in np.unique(y) if len(np.unique(y)) == 2 else ():
        if not wrong[y != value].any():
            return f", all wrong ones have y = {value:g}"
    size = np.abs(point.prediction - y)
    if size[wrong].min() > size[~wrong].max():
        return f", those with |a - y| up to {size[~wrong].max():.2g}"
    if size[wrong].max() < size[~wrong].min():
        return f", those with |a - y| from {size[~wrong].min():.2g}"
    return ""
