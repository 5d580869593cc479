"""Which known mistake gives exactly the gradient that the student's loss gave?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match, proportion
from minnet.gradient_check.known_mistakes.constant_factors import nth
from minnet.gradient_check.loss.evaluation_point import LossPoint
from minnet.gradient_check.loss.harness import number_of, run_loss
from minnet.gradient_check.loss.inputs import one_hot
from minnet.utils.types import Array


def diagnose_loss(point: LossPoint, other: LossPoint | None) -> Iterator[Match]:
    """All that fits, most specific first; `other` has another batch size."""
    found = np.asarray(point.run.dx, dtype=np.float64)
    if found.shape != point.prediction.shape:
        yield from _misshapen(point, found)
        return
    if np.asarray(point.run.dx).dtype.kind in "iu" and mismatch(found, point.derivative) > 1e-6:
        yield Match("integer-arithmetic", "is an array of whole numbers.", 0.0)
    yield from _fused(point, found)
    yield from _factor(point, found, other)
    yield from _one_sample(point, found)
    yield from _terms(point, found)
    yield from _inner_derivative(point, found)
    yield from _truncated(point, found)


def broadcasts(point: LossPoint) -> bool:
    """A loss that pairs every prediction with every target does not depend on their order."""
    a, y = point.prediction, point.target
    if point.outputs != 1 or point.m < 3 or y.size != a.size:
        return False
    spread = np.ptp(a) > 0 and np.ptp(y) > 0
    here = point.value_at(a, y)
    moved = point.value_at(a + 0.01 * np.arange(point.m).reshape(a.shape), y)
    felt = abs(moved - here) > 10 * _exactness(point) * abs(here)
    return bool(spread and felt and all(_blind(point, way) for way in (a, a[::-1])))


def _exactness(point: LossPoint) -> float:
    """Relative difference of two values that are the same, added up in another order."""
    return 1e-6 if point.precision.single else 1e-12


def _blind(point: LossPoint, a: Array) -> bool:
    """Whether the value stays the same for each way of shifting the targets."""
    shifts = range(point.m)
    values = [point.value_at(a, np.roll(point.target, k, axis=0)) for k in shifts]
    return bool(np.ptp(values) <= _exactness(point) * max(1.0, abs(values[0])))


def softmax_axis(point: LossPoint) -> str:
    """The axis of a softmax inside the loss, if it is not each row: read from the derivative.

    That of -sum(y ln p) is p sum(y) - y, with the sum over whatever the softmax runs over.
    """
    a, y = point.prediction, one_hot(point.prediction, point.target)
    if not point.real or y is None or a.ndim != 2 or min(a.shape) < 2:
        return ""
    for axis, words in ((0, "axis 0, the samples"), (None, "the whole array")):
        e = np.exp(a - a.max())
        p = e / e.sum(axis=axis, keepdims=True)
        if _aligned(point, point.derivative, p * y.sum(axis=axis, keepdims=True) - y):
            return words
    return ""


def _misshapen(point: LossPoint, found: Array) -> Iterator[Match]:
    true, shape = point.derivative, point.prediction.shape
    head = f"has shape {found.shape}, the prediction {shape}. "
    if found.size == true.size:
        if mismatch(found.reshape(shape), true) < point.precision.match and found.ndim > len(shape):
            yield Match("keepdims-left", head + "The numbers are right, an axis is too many.", 0.0)
        if (
            found.ndim == 2
            and found.T.shape == shape
            and mismatch(found.T, true) < point.precision.match
        ):
            yield Match("transposed", head + "Transposed it is right.", 0.0)
        if mismatch(found.reshape(shape), true) < point.precision.match:
            sentence = f"The numbers are right, the shape is not: reshape it to {shape}."
            yield Match("wrong-shape", head + sentence, 0.0)
    if found.ndim == 2 and found.shape == (point.m, point.m) and point.outputs == 1:
        yield Match("loss-broadcasts", head + "(m, 1) and (m,) were broadcast to (m, m).", 0.0)
    if found.size == 1:
        yield Match("summed-to-scalar", head + "It is one number for all entries.", 0.0)
    for axis in (axis for axis in range(true.ndim) if shape[axis] > 1):
        for summed in (true.sum(axis=axis), true.mean(axis=axis)):
            if summed.size == found.size and _aligned(point, found.ravel(), summed.ravel()):
                yield Match("summed-over-wrong-axis", head + f"It is summed over axis {axis}.", 0.0)


def _aligned(point: LossPoint, found: Array, other: Array) -> bool:
    fitted = proportion(found, other) * other
    return bool(np.any(other)) and mismatch(found, fitted) < point.precision.match


def _fused(point: LossPoint, found: Array) -> Iterator[Match]:
    """a - y, where the derivative of the value is something else."""
    y = one_hot(point.prediction, point.target)
    if y is None or not for_probabilities(point):
        return
    difference = point.prediction - y
    if _aligned(point, found.ravel(), difference.ravel()) and not _aligned(
        point, point.derivative.ravel(), difference.ravel()
    ):
        sentence = (
            "is a - y: that is the gradient for the logits, but the loss takes probabilities."
        )
        factor = proportion(found.ravel(), difference.ravel())
        yield Match(
            "fused-gradient-on-probabilities", sentence, mismatch(found, factor * difference)
        )


def for_probabilities(point: LossPoint) -> bool:
    """A loss of probabilities: below 0 its value is NaN, or refused, or flat because it clips."""
    a, y = point.prediction, point.target
    if point.real or a.min() < 0 or a.max() > 1:
        return False
    below, lower = (point.value_at(a - c, y) for c in (1.5, 1.7))
    above, higher = (point.value_at(a + c, y) for c in (1.5, 1.7))
    return not np.isfinite(below) or below == lower or not np.isfinite(above) or above == higher


def _factor(point: LossPoint, found: Array, other: LossPoint | None) -> Iterator[Match]:
    """One factor; what it becomes with another batch size tells where it comes from."""
    factor = proportion(found.ravel(), point.derivative.ravel())
    residual = mismatch(found, factor * point.derivative)
    if factor == 0 or residual > point.precision.match:
        return
    m, k = point.m, point.outputs
    is_near = _nearness(point)
    by_batch, over_batch = _follows_batch(point, other, factor)
    if by_batch:
        yield from _not_divided(point, factor, residual)
    elif over_batch and k > 1 and is_near(abs(factor) * m, 1 / k):
        yield Match(
            "divided-by-outputs", f"is divided by {m} samples and {k} outputs too much.", residual
        )
    elif over_batch:
        left = factor * m
        rest = "" if is_near(left, 1.0) else f" (and off by the factor {left:.4g})"
        sentence = f"is the derivative of the value divided by m = {m} once more{rest}."
        yield Match("divided-by-batch", sentence, residual)
    elif is_near(factor, -1.0):
        yield Match("sign-flipped", "has the wrong sign; otherwise it is exactly right.", residual)
    elif k > 2 and (is_near(abs(factor), k) or is_near(abs(factor), 1 / k)):
        sentence = (
            f"is off by the factor {factor:.4g}: one of value and gradient averages over {k} "
            f"outputs."
        )
        yield Match("divided-by-outputs", sentence, residual)
    else:
        sentence = f"is exactly {factor:.6g} times the derivative of the value."
        yield Match("constant-factor", sentence, residual)


def _not_divided(point: LossPoint, factor: float, residual: float) -> Iterator[Match]:
    """The gradient of a sum over the samples, where the value is a mean."""
    m, k, is_near = point.m, point.outputs, _nearness(point)
    left = factor / m
    if k > 1 and is_near(left, k):
        yield Match(
            "not-divided-by-batch",
            f"is {factor:.4g} times the derivative of the value: the "
            f"1/(m k) of m = {m} samples and k = {k} outputs is missing.",
            residual,
        )
    rest = "" if is_near(left, 1.0) else f" (and off by the factor {left:.4g})"
    sentence = (
        f"is {factor:.4g} times the derivative of the value: the 1/m of m = {m} is missing{rest}."
    )
    yield Match("not-divided-by-batch", sentence, residual)


def _follows_batch(point: LossPoint, other: LossPoint | None, factor: float) -> tuple[bool, bool]:
    """Whether the factor grows with the batch size, and whether it falls with it."""
    if other is None or np.shape(other.run.dx) != other.prediction.shape:
        is_near = _nearness(point)
        return is_near(abs(factor), point.m), is_near(abs(factor), 1 / point.m)
    again = proportion(np.asarray(other.run.dx, dtype=float).ravel(), other.derivative.ravel())
    growth, ratio, is_near = again / factor, other.m / point.m, _nearness(point)
    return is_near(growth, ratio), is_near(growth, 1 / ratio)


def _nearness(point: LossPoint) -> Callable[[float, float], bool]:
    """Whether two factors are equal, to five digits, or to as many as were measured."""
    digits = point.precision.tolerance if point.precision.single else 1e-5
    return lambda one, other: abs(one - other) <= digits * max(abs(one), abs(other))


def _one_sample(point: LossPoint, found: Array) -> Iterator[Match]:
    for sample in (point.m - 1, 0):
        rest = np.delete(found, sample, axis=0)
        if np.any(rest) or not np.any(found[sample]):
            continue
        if _aligned(point, found[sample].ravel(), point.derivative[sample].ravel()):
            sentence = f"is right for {nth(sample, point.m)} alone, and zero for the others."
            yield Match("one-sample-only", sentence, 0.0)


def _terms(point: LossPoint, found: Array) -> Iterator[Match]:
    """Right where y = 1 and wrong where y = 0, or the other way round."""
    y = one_hot(point.prediction, point.target)
    if y is None or len(np.unique(y)) != 2:
        return
    for value, missing in ((y.max(), y.min()), (y.min(), y.max())):
        here, there = y == value, y == missing
        if not np.abs(point.derivative[here]).max() > point.noise:
            continue
        residual = mismatch(found[here], point.derivative[here])
        if residual < point.precision.match:
            sentence = f"is right where y = {value:g} and wrong where y = {missing:g}."
            yield Match("loss-term-missing", sentence, residual)
        factor = proportion(found[here], point.derivative[here])
        silent = not np.any(found[there]) or np.abs(point.derivative[there]).max() <= point.noise
        if (
            silent
            and factor
            and mismatch(found[here], factor * point.derivative[here]) < point.precision.match
        ):
            sentence = f"has no term where y = {missing:g} (and is off by the factor {factor:.4g})."
            yield Match("loss-term-missing", sentence, residual)


def _inner_derivative(point: LossPoint, found: Array) -> Iterator[Match]:
    """A loss that applies a sigmoid or tanh itself and leaves out its derivative."""
    z = point.prediction
    sigmoid = 1 / (1 + np.exp(-z))
    for name, local in (("sigmoid", sigmoid * (1 - sigmoid)), ("tanh", 1 - np.tanh(z) ** 2)):
        if _aligned(point, found.ravel(), (point.derivative / local).ravel()):
            sentence = f"lacks the derivative of the {name} inside the loss."
            yield Match("local-derivative-missing", sentence, 0.0)
        if _aligned(point, found.ravel(), (point.derivative * local).ravel()):
            sentence = f"has the derivative of the {name} once too often."
            yield Match("local-derivative-squared", sentence, 0.0)


def _truncated(point: LossPoint, found: Array) -> Iterator[Match]:
    if (found == np.trunc(found)).all() and (found == np.trunc(point.derivative)).all():
        yield Match("integer-arithmetic", "is the true gradient truncated to integers.", 0.0)


def truncates_integers(point: LossPoint) -> str:
    """`value` or `gradient` if it changes when the same targets come as integers; else empty."""
    y = point.target
    if y.dtype.kind != "f" or not (y == np.round(y)).all():
        return ""
    whole = run_loss(point.harness.layer, point.prediction, y.astype(np.int64))
    if whole.error is not None or point.run.error is not None:
        return ""
    exact = 1e-4 if point.precision.single else 1e-9
    if abs(number_of(whole.y) - point.value_here) > exact * max(1.0, abs(point.value_here)):
        return "value"
    one, other = np.asarray(whole.dx), np.asarray(point.run.dx)
    if one.shape != other.shape or not np.isfinite(other).all():
        return ""
    largest = max(np.abs(other).max(initial=0.0), np.abs(point.derivative).max(initial=0.0))
    return "gradient" if np.abs(one - other).max(initial=0.0) > exact * largest else ""
