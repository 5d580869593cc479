"""Follows a student's forward and backward, operation by operation, to the first wrong line."""

from __future__ import annotations

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.tape.analysis import analyse
from minnet.gradient_check.tape.explanation import Explanation, explain
from minnet.gradient_check.tape.findings import find
from minnet.gradient_check.tape.run import trace

__all__ = ["Explanation", "explain", "place_of_write", "suspect_lines"]


def place_of_write(point: EvaluationPoint, name: str) -> str:
    """File and line in which `input`, `upstream` or a weight is written into; or nothing."""
    try:
        made = trace(point)
    except Exception:  # what cannot be traced has no place
        return ""
    leaf = made.upstream if name == "upstream" else made.leaves.get(name)
    line = next((line for old, line in made.tape.writes if old is leaf and line), 0)
    return f"{point.harness.layer.file_name}, line {line}" if line else ""


def suspect_lines(point: EvaluationPoint) -> list[int]:
    """Lines of the student's file, best first, for the wrong gradients at this point.

    Empty where the trace is lost.
    """
    analysis = analyse(point)
    if analysis is None:
        return []
    wrong = [name for name in point.names if not point.is_right(name)]
    lines: list[int] = []
    for name in wrong:
        found = find(analysis, name, [other for other in wrong if other != name])
        lines += [found.line if found else analysis.trace.places.get(name, 0)]
    lines += [operation.line for name in wrong for operation in analysis.region(name)]
    return [line for line in dict.fromkeys(lines) if line]
