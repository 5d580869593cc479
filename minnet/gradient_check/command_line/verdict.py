"""The verdict on a class that its own process calls right.

From the arrays which that process returns.

Whatever a file does to the check in its process: here its gradients are compared with differences
of its outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.gradient_check.finite_differences import (
    SAMPLE,
    is_single,
    jacobian,
    mismatch,
    sample_columns,
)
from minnet.gradient_check.report import Mistake, Report
from minnet.utils.types import Array

_CLEARLY_APART = 0.05
Ask = Callable[..., Any]


def confirmed(report: Report, ask: Ask) -> Report:
    """The report, with a mistake or a note where the arrays do not bear it out."""
    if not report.ok:
        return report
    try:
        return Report(report.name, report.checks, list(_mistakes(report.name, ask)))
    except _NotShownError as error:
        return Report(report.name, note=f"Its gradients could not be confirmed: {error}.")


class _NotShownError(Exception):
    """The process did not return what is needed."""


def _mistakes(name: str, ask: Ask) -> Any:
    generator = np.random.default_rng()
    point = ask("point")
    x, values = _array(point, "x"), point.get("values")
    if not isinstance(values, dict) or not all(isinstance(v, np.ndarray) for v in values.values()):
        raise _NotShownError("no weights were returned")
    if point.get("differentiable") is True and x.dtype.kind == "f" and len(x) > 1:
        share = generator.uniform(0.1, 0.9)  # stays in the domain, also where rows sum to 1
        x = share * x + (1 - share) * x[generator.permutation(len(x))]
    y = _array(ask("run", x=x, values=values), "y")
    g = np.ones(()) if y.ndim == 0 else generator.normal(size=y.shape)
    answer = ask("run", x=x, values=values, g=g)
    if mismatch(y, _array(answer, "y")) != 0:
        raise _NotShownError("the outputs are not the same twice")
    gradients = answer.get("gradients")
    names = ["input"] if point.get("differentiable") is True else []
    for part in [*names, *values]:
        got = gradients.get(part) if isinstance(gradients, dict) else None
        text = _wrong(part, got, x, values, y, g, ask, generator)
        if text:
            yield Mistake("unknown", part, f"{name}.backward: {text}", "compared outside.")


def _array(answer: Any, key: str) -> Array:
    found = answer.get(key) if isinstance(answer, dict) else None
    found = np.asarray(found) if isinstance(found, (int, float)) else found
    if not isinstance(found, np.ndarray):
        failed = answer.get("failed") if isinstance(answer, dict) else None
        raise _NotShownError(f"{failed or 'no arrays were returned'}")
    return found


def _wrong(
    part: str,
    got: Any,
    x: Array,
    values: dict[str, Array],
    y: Array,
    g: Array,
    ask: Ask,
    generator: np.random.Generator,
) -> str:
    """What is wrong with one gradient, or empty."""
    at = x if part == "input" else values[part]
    if not isinstance(got, np.ndarray) or got.size != at.size:
        return f"expected a gradient of `{part}` of shape {at.shape}, got none of this size."

    def output(v: Array) -> Array:
        if part == "input":
            return _array(ask("run", x=v, values=values), "y")
        return _array(ask("run", x=x, values={**values, part: v}), "y")

    columns = sample_columns(at.size, generator, SAMPLE)
    single = is_single(np.asarray(y, np.float64))
    slopes = jacobian(output, at, y, columns, single=single)
    smooth = ~slopes.kinked
    true, mine = slopes.transpose_times(g)[smooth], got.ravel()[columns][smooth]
    known = np.isfinite(true)
    if mismatch(mine[known], true[known]) <= _CLEARLY_APART:
        return ""
    return f"the gradient of `{part}` is not the derivative of the outputs."
