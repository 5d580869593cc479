"""The verdict on a class that its own process calls right, from arrays which that process returns.

Whatever a file does to the check in its process: here its gradients are compared with differences
of its outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.outside_differences import measured
from minnet.gradient_check.report import Mistake, Report
from minnet.gradient_check.separate_process.messages import error_in
from minnet.utils.types import Array

_CLEARLY_APART = 0.05
Ask = Callable[..., Any]


class _NotShownError(Exception):
    """The process did not return what is needed."""


def confirmed(report: Report, ask: Ask) -> Report:
    """The report, with a mistake or a note where the arrays do not bear it out."""
    if not report.ok:
        return report
    try:
        return Report(report.name, report.checks, list(_mistakes(report.name, ask)))
    except _NotShownError as error:
        return Report(report.name, note=f"Its gradients could not be confirmed: {error}.")


def _mistakes(name: str, ask: Ask) -> Iterator[Mistake]:
    generator = np.random.default_rng()
    point = ask("point")
    x, values = _array(point, "x"), point.get("values")
    if not isinstance(values, dict) or not all(isinstance(v, np.ndarray) for v in values.values()):
        raise _NotShownError("no weights were returned")
    places = dict(values)
    if point.get("differentiable") is True:
        if x.dtype.kind == "f" and len(x) > 1:
            share = generator.uniform(0.1, 0.9)  # stays in the domain, also where rows sum to 1
            x = share * x + (1 - share) * x[generator.permutation(len(x))]
        places = {"input": x, **values}
    y = _array(ask("run", x=x, values=values), "y")
    g = np.ones(()) if y.ndim == 0 else generator.normal(size=y.shape)
    answer = ask("run", x=x, values=values, g=g)
    if mismatch(y, _array(answer, "y")) != 0:
        raise _NotShownError("the outputs are not the same twice")
    gradients = answer.get("gradients")
    for part, at in places.items():

        def output(v: Array, part: str = part) -> Array:
            given = (v, values) if part == "input" else (x, {**values, part: v})
            return _array(ask("run", x=given[0], values=given[1]), "y")

        got = gradients.get(part) if isinstance(gradients, dict) else None
        text = f"expected a gradient of `{part}` of shape {at.shape}, got none of this size."
        if isinstance(got, np.ndarray) and got.size == at.size:
            found = measured(output, at, y, g, generator)
            if found is None or _agree(got.ravel()[found[0]], found[1]):
                continue
            text = f"the gradient of `{part}` is not the derivative of the outputs."
        yield Mistake("unknown", part, f"{name}.backward: {text}", "compared outside.")


def _agree(got: Array, true: Array) -> bool:
    known = np.isfinite(true)
    return mismatch(got[known], true[known]) <= _CLEARLY_APART


def _array(answer: Any, key: str) -> Array:
    found = answer.get(key) if isinstance(answer, dict) else None
    found = np.asarray(found) if isinstance(found, (int, float)) else found
    if not isinstance(found, np.ndarray):
        raise _NotShownError(error_in(answer) or "no arrays were returned")
    return found
