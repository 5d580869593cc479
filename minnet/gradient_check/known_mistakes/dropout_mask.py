"""Dropout and similar layers: the mask drawn again, left out, or without its scale."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match, proportion


class MaskMissingInside:
    """A mask inside a layer with weights: the gradient is the one of evaluation, without a mask."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """A random layer in training mode."""
        return point.random and point.training and point.fits(name) and point.harness.layer.has_mode

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """J^T g with the Jacobian of evaluation."""
        calm = EvaluationPoint(
            point.harness,
            point.x,
            point.g,
            point.harness.run(point.x, point.g, training=False, stream=point.stream),
            point.precision,
            False,
            point.stream,
            seed=point.seed,
        )
        if calm.run.failed_in == "forward" or np.shape(calm.run.y) != point.y.shape:
            return None
        predicted, found = calm.true(name), point.at(name)
        residual = mismatch(found, proportion(found, predicted) * predicted)
        if residual < point.precision.match and np.any(found):
            return Match("mask-missing", "is the one without the mask of forward.", residual)
        return None


class Mask:
    """The true derivative is 0 or one scale, entry by entry, as the random mask says."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """The gradient of the input of a random layer."""
        return (
            point.random and name == "input" and point.fits(name) and point.y.shape == point.x.shape
        )

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """Compare the student's factor of g with the mask."""
        jac = point.jacobian(name)
        local = jac.matrix[jac.columns, np.arange(len(jac.columns))]
        g = point.g.ravel()[jac.columns]
        found = point.at(name)
        again = self._drawn_again(point)
        if again is not None:
            return again
        kept = np.abs(local) > 1e-6
        residual = mismatch(found, proportion(found, g) * g)
        if residual < point.precision.match:
            return Match(
                "mask-missing", "is not masked: the mask of forward is not applied.", residual
            )
        masked = g * kept
        residual = mismatch(found, proportion(found, masked) * masked)
        if residual < point.precision.match:
            sentence = "has the right mask but not its scale 1/(1 - rate)."
            return Match("mask-scale-missing", sentence, residual)
        zeros = (found == 0) != ~kept
        if zeros.any() and (found == 0).any():
            share = float(np.mean(zeros))
            sentence = "has zeros where forward has none: another mask is used."
            return Match("mask-redrawn", sentence, share)
        return None

    def _drawn_again(self, point: EvaluationPoint) -> Match | None:
        """Two backwards after one forward that differ: backward draws random numbers."""
        first = point.harness.run(point.x, point.g, training=point.training, stream=point.stream)
        if first.error is not None:
            return None
        second = point.harness.backward_again(first, point.g)
        apart = mismatch(first.dx, second.dx)
        if second.error is None and apart > 1e-6:
            sentence = "differs between two backwards of one forward: a new mask is drawn."
            return Match("mask-redrawn", sentence, apart)
        return None
