"""Right except for a factor: the sign, the batch size, the outputs, a constant; or cut off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match, proportion
from minnet.gradient_check.known_mistakes.jacobian import elementwise
from minnet.utils.types import Array


class Truncated:
    """Whole numbers where the true gradient has fractions."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Right shape, whole numbers only."""
        if not point.fits(name):
            return False
        found = point.at(name)
        return bool(np.isfinite(found).all() and (found == np.round(found)).all())

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """The true gradient, cut off or rounded."""
        found, true = point.at(name), point.true(name)
        integer = np.asarray(point.student(name)).dtype.kind in "iu"
        if not np.abs(found).max(initial=0.0) > 0 and not integer:
            return None
        for cut in (np.trunc, np.floor, np.rint):
            if (found == cut(true)).all():
                sentence = "is the true gradient truncated to integers."
                return Match("integer-arithmetic", sentence, 0.0)
        whole = np.abs(found).max() >= 2 and np.abs(found - true).max() < point.y.size
        if integer or (whole and self._follows(point, name, found)):
            return Match("integer-arithmetic", "is an array of whole numbers.", 0.0)
        return None

    def _follows(self, point: EvaluationPoint, name: str, found: Array) -> bool:
        """Whether it grows with g at all; a constant array is another mistake."""
        larger = point.backward(1000.0 * point.g).gradient(name)
        return np.shape(larger) == point.value(name).shape and bool(
            np.abs(point.at(name, larger) - 1000 * found).max() < 600 * point.y.size
            and np.any(point.at(name, larger) != found)
        )


class LocalTruncated:
    """The local derivative was truncated to integers: 0 nearly everywhere, and 1 where it is 1."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """The gradient of the input of an elementwise function that is not straight anywhere.

        Where it is, the slope 0 or 1 may be that of another piece (a ReLU's for a leaky ReLU's).
        """
        if name != "input" or not point.fits(name) or point.random:
            return False
        own = elementwise(point)
        return own is not None and bool((np.abs(own - np.round(own)) > 1e-9).all() and np.ptp(own))

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:  # noqa: ARG002
        """Here, at 0 and further out: g times the cut derivative, and not always 0."""
        own, further = elementwise(point), point.jacobian_at("input", 3 * point.x)
        diagonal = further.matrix[further.columns, np.arange(len(further.columns))]
        if mismatch(own, diagonal) < 1e-4:
            return None  # a gain, the same for any x: without it, all is 1 as well
        for cut in (np.trunc, np.floor, np.rint):
            answers = [self._answer(point, x, cut) for x in (point.x, 0 * point.x, 3 * point.x)]
            residual = max(residual for residual, _ in answers)
            if residual < point.precision.match and any(moved for _, moved in answers):
                sentence = "has the local derivative truncated to integers."
                return Match("integer-arithmetic", sentence, residual)
        return None

    def _answer(
        self, point: EvaluationPoint, x: Array, cut: Callable[[Array], Array]
    ) -> tuple[float, bool]:
        """The residual at x, and whether anything but 0 is predicted there."""
        run = point.harness.run(x, point.g, training=point.training, stream=point.stream)
        jac = point.jacobian_at("input", x)
        own = jac.matrix[jac.columns, np.arange(len(jac.columns))]
        predicted = cut(own.round(6)) * point.g.ravel()[jac.columns]
        if np.shape(run.dx) != x.shape or not np.isfinite(predicted).all():
            return np.inf, False
        return mismatch(point.at("input", run.dx), predicted), bool(np.any(predicted))


class ConstantFactor:
    """One factor for all entries; where it comes from is told by its value."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Right shape, finite."""
        return point.fits(name) and bool(np.isfinite(point.at(name)).all())

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """The factor, if one is left with no residual, and its name."""
        found, true = point.at(name), point.true(name)
        factor = proportion(found, true)
        if factor == 0 or found.size == 0:
            return None
        residual = mismatch(found, factor * true)
        if residual > point.precision.match or (
            found.size == 1 and not known_factor(point, factor)
        ):
            return None
        code, sentence = name_factor(point, factor)
        if code == "divided-by-outputs" and same_factor_elsewhere(point, name, factor):
            code, sentence = "constant-factor", f"is exactly {factor:.6g} times the true one."
        return Match(code, sentence, residual)


def same_factor_elsewhere(point: EvaluationPoint, name: str, factor: float) -> bool:
    """Whether the factor stays with two more outputs per sample: then it is a constant."""
    if name != "input" or point.x.ndim < 2:
        return False
    wider = np.concatenate([point.x, 0.7 * point.x[..., :2] + 0.1], axis=-1)
    run = point.harness.run(wider, np.ones_like, training=point.training, stream=point.stream)
    if run.error is not None or np.shape(run.dx) != wider.shape:
        return False
    other = EvaluationPoint(
        point.harness,
        wider,
        np.ones(np.shape(run.y)),
        run,
        point.precision,
        point.training,
        point.stream,
        seed=point.seed,
    )
    found, true = other.at(name), other.true(name)
    return mismatch(found, factor * true) < point.precision.match


def is_close(one: float, other: float, point: EvaluationPoint) -> bool:
    """Equal to all digits that were measured."""
    digits = 1e-3 if point.precision.single else 2e-6
    return abs(one - other) <= digits * max(abs(one), abs(other))


def known_factor(point: EvaluationPoint, factor: float) -> bool:
    """A factor that means something even where there is only one number to compare."""
    known = [1.0, 2.0, 0.5, point.m, 1 / point.m]
    return any(is_close(abs(factor), value, point) for value in known)


def outputs_of(point: EvaluationPoint) -> list[int]:
    """Numbers by which somebody may divide in addition: outputs, positions, all but the batch."""
    shape = point.y.shape[1:]
    sizes = {int(np.prod(shape)), *shape, int(np.prod(shape[1:])) if shape else 1}
    return sorted((size for size in sizes if size > 1), reverse=True)


def name_factor(point: EvaluationPoint, factor: float) -> tuple[str, str]:
    """Code and sentence for a constant factor."""
    m, size = point.m, abs(factor)
    sign = " with the sign changed" if factor < 0 else ""
    if is_close(factor, -1.0, point):
        return "sign-flipped", "has the wrong sign; otherwise it is exactly right."
    if point.random and not is_close(size, 1 / m, point):
        sentence = f"is right up to the constant factor {factor:.6g}: the scale of the mask."
        return "mask-scale-missing", sentence
    if is_close(size, 1 / m, point):
        sentence = f"is exactly the true one divided by m = {m}, the batch size{sign}."
        return "divided-by-batch", sentence
    for k in outputs_of(point):
        if is_close(size, 1 / (m * k), point):
            return (
                "divided-by-outputs",
                f"is the true one divided by {m} samples and {k} outputs{sign}.",
            )
        if is_close(size, 1 / k, point) and k != 2:
            return (
                "divided-by-outputs",
                f"is exactly the true one divided by {k}, the outputs{sign}.",
            )
    if is_close(size, m, point):
        return "constant-factor", f"is exactly {m} times the true one, the batch size{sign}."
    return "constant-factor", f"is exactly {factor:.6g} times the true one."


class OneSampleOnly:
    """A loop that overwrites: the first or the last sample is all that is left."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Right shape, finite, several samples."""
        return point.fits(name) and point.m > 1 and bool(np.isfinite(point.at(name)).all())

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """One sample's contribution, or (for the input) one row that is right and the rest not."""
        if name == "input":
            return self._input(point)
        parts = point.per_sample(name)
        if parts is None:
            return None
        found = point.at(name)
        for step in range(point.y.shape[1] if point.y.ndim == 3 else 0):
            g = np.zeros_like(point.g)
            g[:, step] = point.g[:, step]
            residual = mismatch(found, point.jacobian(name).transpose_times(g))
            if residual < point.precision.match and np.any(found):
                sentence = (
                    f"holds the part of step {step} of {point.y.shape[1]} alone: the loop "
                    f"overwrites (=) what it should add up (+=)."
                )
                return Match("one-sample-only", sentence, residual)
        last = self._last_that_counts(point, name)
        if last is not None and mismatch(found, last) < point.precision.match:
            sentence = (
                "keeps only the last contribution where several entries of x use the same entry "
                "(use np.add.at)."
            )
            return Match("one-sample-only", sentence, mismatch(found, last))
        for sample in (point.m - 1, 0, *range(1, point.m - 1)):
            for factor in (1.0, 1.0 / point.m, -1.0, float(point.m)):
                residual = mismatch(found, factor * parts[sample])
                if residual < point.precision.match and np.abs(found).max() > 0:
                    sentence = (
                        f"contains only {nth(sample, point.m)}: a loop overwrites (=) where it "
                        f"should add (+=)."
                    )
                    return Match("one-sample-only", sentence, residual)
        return None

    def _last_that_counts(self, point: EvaluationPoint, name: str) -> Array | None:
        """grad[indices] = g overwrites where an index occurs twice; np.add.at would add."""
        if point.differentiable:
            return None
        single = point.jacobian(name).matrix * point.g.ravel()[:, None]
        lengths = (int(np.prod(point.x.shape)), -1, single.shape[1])
        places = single.reshape(lengths).sum(axis=1)
        result = np.zeros(places.shape[1])
        for place in places:
            result = np.where(np.abs(place) > 1e-9, place, result)
        return result

    def _input(self, point: EvaluationPoint) -> Match | None:
        true, found = point.full_true("input"), np.asarray(point.student("input"), dtype=float)
        if true is None or np.abs(true).max() == 0:
            return None
        rest_zero: Array = np.array([np.abs(row).max() for row in found]) == 0
        for sample in (point.m - 1, 0):
            residual = mismatch(found[sample], true[sample])
            if residual > point.precision.match:
                continue
            others = np.delete(rest_zero, sample)
            repeated = all(np.array_equal(row, found[sample]) for row in found)
            if others.all() or repeated:
                sentence = f"is right for {nth(sample, point.m)} alone."
                return Match("one-sample-only", sentence, residual)
        return None


def nth(sample: int, m: int) -> str:
    """`the last sample`, `the first sample`, `sample 2`."""
    return {0: "the first sample", m - 1: "the last sample"}.get(sample, f"sample {sample}")
