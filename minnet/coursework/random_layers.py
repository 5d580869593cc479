"""Layers that draw random numbers, such as dropout: judged by what many draws have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minnet.coursework.assignment import Task
from minnet.coursework.finding import TOLERANCE, Finding, missing
from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array

if TYPE_CHECKING:
    from minnet.coursework.examination import Examination

_DRAWS = 200
_STANDARD_ERRORS = 6.0


def is_random(task: Task) -> bool:
    """Whether the reference gives something else each time."""
    x = task.draw(np.random.default_rng(0))
    first, second = (task.reference().forward(x, True) for _ in range(2))
    return bool(not task.parameters and mismatch(first, second) > TOLERANCE)


def examine_random(examination: Examination) -> None:
    """Findings for forward and the gradient of the input."""
    student, (x,) = examination.student, examination.draw()
    answer = student.ask("forward", "forward", inputs=[x], training=True, repeats=_DRAWS)
    mine = _stacked(answer.get("outputs"), x.shape)
    theirs = np.stack([examination.expected([x]) for _ in range(_DRAWS)])
    reason = _other_distribution(mine, theirs, x)
    code = "wrong-numbers" if reason else ""
    examination.findings["forward"] = Finding(code, f"forward: {reason}", "forward")
    y = student.forward([x])
    upstream = examination.generator.normal(size=y.shape)
    gradients, finding = student.backward(upstream, [x])
    got = gradients[student.first]
    if not finding.code and got is None:
        finding = missing("input")
    elif not finding.code and y.shape == x.shape:
        wrong = mismatch(got, upstream * y / x) > TOLERANCE  # each with the factor of its output
        text = "input gradient: expected the mask and scale of the forward before it"
        finding = Finding("wrong-numbers" if wrong else "", text, "backward")
    examination.findings["input gradient"] = finding


def _stacked(outputs: Any, shape: tuple[int, ...]) -> Array:
    arrays = outputs if isinstance(outputs, list) else []
    if len(arrays) == _DRAWS and all(np.shape(a) == shape for a in arrays):
        return np.stack(arrays).astype(np.float64)
    return np.zeros((0,))


def _other_distribution(mine: Array, theirs: Array, x: Array) -> str:
    """Why the draws are not of one distribution: values, means, or their dependence; else empty."""
    if mine.shape != theirs.shape:
        return "expected an output of the shape of the input"
    if not np.isfinite(mine).all():
        return "expected finite numbers"
    scale = np.abs(theirs).max(axis=0) + 1e-12
    one, other = mine / scale, theirs / scale
    known = [np.unique(np.round(column, 4)) for column in other.reshape(_DRAWS, -1).T]
    if max(map(len, known)) <= 4:
        for values, column in zip(known, one.reshape(_DRAWS, -1).T, strict=True):
            if np.abs(column[:, None] - values).min(axis=1).max() > 1e-3:
                return "expected other values, look at the scale"
    if (one.std(axis=0) == 0).mean() > 0.5 > (other.std(axis=0) == 0).mean():
        return "expected a new draw in each forward"
    gains = [draws / x for draws in (mine, theirs)]
    error = np.sqrt(sum(gain.var() for gain in gains) / one.size) + 1e-9
    if abs(gains[0].mean() - gains[1].mean()) > _STANDARD_ERRORS * error:
        return "expected another share of zeros"
    every = tuple(range(1, one.ndim))
    centered = [gain - gain.mean(axis=0) for gain in gains]
    for axes in [*((axis,) for axis in every), every]:
        spread, wanted = (gain.sum(axis=axes).var(axis=0).mean() for gain in centered)
        if not 0.5 < (spread + 1e-12) / (wanted + 1e-12) < 2:
            return "expected each number to be drawn on its own"
    return ""
