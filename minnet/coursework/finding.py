"""What was found on a part, and the comparison of an array with the expected one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array

TOLERANCE = 5e-5


@dataclass
class Finding:
    """Why a part is not right (a code, a sentence, a place); code "" where it is right."""

    code: str = ""
    detail: str = ""
    method: str = ""
    line: int | None = None


class StudentError(Exception):
    """The student's code raised, or is not there."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


def array_in(value: Any) -> Array:
    """An array of an untrusted answer; an empty one where it is none."""
    return value if isinstance(value, np.ndarray) else np.zeros((0,))


def missing(name: str) -> Finding:
    """There is no gradient."""
    return Finding("gradient-missing", f"{name}: expected a gradient, got none", "backward")


def compared(name: str, got: Array, expected: Array, method: str, tolerance: float) -> Finding:
    """A finding if two arrays differ; shapes first, then the place of the largest difference."""
    if got.shape != expected.shape:
        text = f"{name}: expected shape {expected.shape}, got {got.shape}"
        return Finding("wrong-shape", text, method)
    if mismatch(got, expected) <= tolerance:
        return Finding(method=method)
    if not np.isfinite(got).all():
        return Finding("not-finite", f"{name}: expected finite numbers, got NaN or inf", method)
    place = np.unravel_index(int(np.argmax(np.abs(got - expected))), got.shape)
    at = f" at {tuple(map(int, place))}" if place else ""
    text = f"{name}: expected {expected[place]:.6g}{at}, got {got[place]:.6g}"
    return Finding("wrong-numbers", text, method)
