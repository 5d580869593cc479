"""Right but for one constant factor: where it comes from is told by how it grows with a batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.known_mistakes.base import Match, proportion, reproduces


def constant_factor(point: EvaluationPoint, name: str) -> Iterator[Match]:
    """The factor, if one is left with no residual, and its name."""
    answer = reproduces(point, point.true(name), point.at(name), scaled=True)
    if point.at(name).size > 1 and answer:
        residual, factor = answer
        yield Match(*_name(point, name, factor), residual)
    elif point.at(name).size == 1 and point.true(name).all():
        factor = float(point.at(name)[0] / point.true(name)[0])
        known = (1.0, 2.0, 0.5, point.m, 1 / point.m)  # of one number, any factor would fit
        if any(_near(point, abs(factor), value) for value in known):
            yield Match(*_name(point, name, factor), 0.0)


def _name(point: EvaluationPoint, name: str, factor: float) -> tuple[str, str]:
    """Code and sentence for a constant factor."""
    m, size, is_loss = point.m, abs(factor), point.y.ndim == 0
    sign = " with the sign changed" if factor < 0 else ""
    constant = f"is exactly {factor:.6g} times the true one"
    if _near(point, factor, -1.0):
        return "sign-flipped", "has the wrong sign; otherwise it is exactly right."
    growth = _growth(point, name, factor)
    if growth < 0:
        left = _left(point, size * m)
        k = next((k for k in _outputs(point) if _near(point, size, 1 / (m * k))), 0)
        if k:
            sentence = f"is the true one divided by {m} samples and {k} outputs{sign}."
            return "divided-by-outputs", sentence
        sentence = f"is exactly the true one divided by m = {m}, the batch size{sign}{left}."
        return "divided-by-batch", sentence
    if growth > 0 and not is_loss:
        return "constant-factor", f"{constant}: it grows with the batch size, {m}."
    if growth > 0:
        left = _left(point, size / m)
        sentence = f"is {factor:.4g} times the true one: the 1/m of m = {m} is missing{left}."
        return "not-divided-by-batch", sentence
    if point.random:
        sentence = f"is right up to the constant factor {factor:.6g}: the scale of the mask."
        return "mask-scale-missing", sentence
    for k in _outputs(point):
        over = _near(point, size, 1 / k)
        if k == 2 or not (over or (is_loss and _near(point, size, k))):
            continue
        if is_loss:
            sentence = f"is off by the factor {factor:.4g}: one of value and gradient averages"
            return "divided-by-outputs", f"{sentence} over {k} outputs."
        if not _stays(point, name, factor):
            sentence = f"is exactly the true one divided by {k}, the outputs{sign}."
            return "divided-by-outputs", sentence
    return "constant-factor", f"{constant}."


def _growth(point: EvaluationPoint, name: str, factor: float) -> int:
    """1 if the factor grows as the batch does, -1 if it falls; 0 if neither."""
    other = point.grown(0)
    if other is None or not other.fits(name):
        return int(_near(point, abs(factor), point.m)) - int(_near(point, abs(factor), 1 / point.m))
    again = proportion(other.at(name), other.true(name))
    ratio = other.m / point.m
    grows = _near(point, again, ratio * factor)
    return int(grows) - int(_near(point, again, factor / ratio))


def _stays(point: EvaluationPoint, name: str, factor: float) -> bool:
    """Whether the factor stays with more outputs per sample: then it is a constant."""
    wider = point.grown(-1) if name == "input" and point.x.ndim > 1 else None
    if wider is None or not wider.fits(name):
        return False
    answer = reproduces(wider, wider.true(name), wider.at(name), scaled=True)
    return answer is not None and _near(point, answer[1], factor)


def _near(point: EvaluationPoint, one: float, other: float) -> bool:
    """Equal to all digits that were measured."""
    digits = 2e-3 if point.precision.single else 1e-5
    return abs(one - other) <= digits * max(abs(one), abs(other))


def _left(point: EvaluationPoint, factor: float) -> str:
    """What is left of a factor."""
    return "" if _near(point, factor, 1.0) else f" (and off by the factor {factor:.4g})"


def _outputs(point: EvaluationPoint) -> list[int]:
    """Numbers by which somebody may divide in addition: outputs, positions, all but the batch."""
    shape = point.x.shape[1:] if point.y.ndim == 0 else point.y.shape[1:]
    sizes = {int(np.prod(shape)), *shape, int(np.prod(shape[1:]))}
    return sorted((size for size in sizes if size > 1), reverse=True)
