"""Dropout and its kin: the mask drawn again, left out, or without its scale."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match, proportion


class MaskMissingInside:
    """A mask inside of a layer with weights: the gradient is that of evaluation, where none is."""

    def applies(self, scene: Scene, name: str) -> bool:
        """A random layer in training mode."""
        return scene.random and scene.training and scene.fits(name) and scene.bench.subject.has_mode

    def explain(self, scene: Scene, name: str) -> Match | None:
        """J^T g with the Jacobian of evaluation."""
        calm = Scene(
            scene.bench,
            scene.x,
            scene.g,
            scene.bench.run(scene.x, scene.g, training=False, stream=scene.stream),
            scene.precision,
            False,
            scene.stream,
            seed=scene.seed,
        )
        if calm.run.failed_in == "forward" or np.shape(calm.run.y) != scene.y.shape:
            return None
        predicted, found = calm.true(name), scene.at(name)
        residual = mismatch(found, proportion(found, predicted) * predicted)
        if residual < scene.precision.match and np.any(found):
            return Match("mask-missing", "is the one without the mask of forward.", residual)
        return None


class Mask:
    """The true derivative is 0 or one scale, entry by entry, as the random mask says."""

    def applies(self, scene: Scene, name: str) -> bool:
        """The gradient of the input of a random layer."""
        return (
            scene.random and name == "input" and scene.fits(name) and scene.y.shape == scene.x.shape
        )

    def explain(self, scene: Scene, name: str) -> Match | None:
        """Compare the student's factor of g with the mask."""
        jac = scene.jacobian(name)
        local = jac.matrix[jac.columns, np.arange(len(jac.columns))]
        g = scene.g.ravel()[jac.columns]
        found = scene.at(name)
        again = self._drawn_again(scene)
        if again is not None:
            return again
        kept = np.abs(local) > 1e-6
        residual = mismatch(found, proportion(found, g) * g)
        if residual < scene.precision.match:
            return Match(
                "mask-missing", "is not masked: the mask of forward is not applied.", residual
            )
        masked = g * kept
        residual = mismatch(found, proportion(found, masked) * masked)
        if residual < scene.precision.match:
            sentence = "has the right mask but not its scale 1/(1 - rate)."
            return Match("mask-scale-missing", sentence, residual)
        zeros = (found == 0) != ~kept
        if zeros.any() and (found == 0).any():
            share = float(np.mean(zeros))
            sentence = "has zeros where forward has none: another mask is used."
            return Match("mask-redrawn", sentence, share)
        return None

    def _drawn_again(self, scene: Scene) -> Match | None:
        """Two backwards after one forward that differ: backward draws random numbers."""
        first = scene.bench.run(scene.x, scene.g, training=scene.training, stream=scene.stream)
        if first.error is not None:
            return None
        second = scene.bench.backward_again(first, scene.g)
        apart = mismatch(first.dx, second.dx)
        if second.error is None and apart > 1e-6:
            sentence = "differs between two backwards of one forward: a new mask is drawn."
            return Match("mask-redrawn", sentence, apart)
        return None
