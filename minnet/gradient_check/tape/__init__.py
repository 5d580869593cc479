"""Follows a student's forward and backward, operation by operation, to the first wrong line."""

from __future__ import annotations

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.tape.analysis import analyse, return_line, suspect_operations

__all__ = ["place_of", "suspect_lines"]


def suspect_lines(point: EvaluationPoint, names: list[str] | None = None) -> list[int]:
    """Lines of the student's file, best first, for the wrong gradients at this point.

    Args:
        point: a layer or loss at one input. names: of the wrong gradients; by default all that are.

    Returns:
        line numbers; empty where the trace is lost.
    """
    analysis = analyse(point)
    if analysis is None:
        return []
    wrong = [name for name in point.names if not point.is_right(name)] if names is None else names
    lines: list[int] = []
    for name in wrong:
        found = [part[0].line for part in suspect_operations(analysis, name, wrong)]
        lines += found or [analysis.trace.places.get(name, 0)]
        if not found and name == "input":
            lines.append(return_line(point.harness.layer.cls))
    return [line for line in dict.fromkeys(lines) if line]


def place_of(point: EvaluationPoint, name: str, wrong: list[str]) -> str:
    """File and line of the first wrong value behind a gradient; empty where it is not known."""
    lines = suspect_lines(point, [name, *(other for other in wrong if other != name)])
    return f"{point.harness.layer.file_name}, line {lines[0]}" if lines else ""
