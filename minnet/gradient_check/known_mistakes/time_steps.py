"""Sequences, (m, time, features): a loop over time that overwrites (=) where it should add (+=).

Of a recurrent layer's step no Jacobian tells its own part: a state carries it on. What is left of
a weight's gradient is known by what it answers to: x_t^T delta_t is zero where x_t is.
"""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match
from minnet.utils.types import Array


class OneStepOnly:
    """A weight's gradient that is one time step's part."""

    def applies(self, scene: Scene, name: str) -> bool:
        """Right shape, finite, not zero, a weight; and x is a sequence."""
        sequence = scene.differentiable and scene.x.ndim == 3 and scene.x.shape[1] > 1
        if name == "input" or not sequence or not scene.fits(name):
            return False
        found = scene.at(name)
        return bool(np.isfinite(found).all() and np.any(found))

    def explain(self, scene: Scene, name: str) -> Match | None:
        """By the step's own outputs, by its input at zero, or by what it sends to the input."""
        for step in range(scene.x.shape[1]):
            residual = min(
                self._by_outputs(scene, name, step), self._by_what_it_sends(scene, name, step)
            )
            if residual < scene.precision.match:
                return _match(step, scene, residual)
        silent = [t for t in range(scene.x.shape[1]) if self._vanishes(scene, name, t)]
        return _match(silent[0], scene, 0.0) if len(silent) == 1 else None

    def _by_outputs(self, scene: Scene, name: str, step: int) -> float:
        """Where no state is carried on, each step's outputs make its part."""
        if scene.y.ndim != 3 or scene.y.shape[1] != scene.x.shape[1]:
            return np.inf
        g = np.zeros_like(scene.g)
        g[:, step] = scene.g[:, step]
        return mismatch(scene.at(name), scene.jacobian(name).transpose_times(g))

    def _by_what_it_sends(self, scene: Scene, name: str, step: int) -> float:
        """A bias: delta_t summed over the samples; times Wx^T it is the sum of dx_t."""
        true, found = scene.full_true("input"), np.asarray(scene.student(name), dtype=float)
        if true is None or found.ndim != 1:
            return np.inf
        sent = true[:, step].sum(axis=0)
        answers = [np.inf]
        for other in scene.names[1:]:
            value = scene.value(other)
            for weight in (value, value.T):
                if value.ndim == 2 and weight.shape == (sent.size, found.size):
                    answers.append(mismatch(weight @ found, sent))
        return min(answers)

    def _vanishes(self, scene: Scene, name: str, step: int) -> bool:
        """Whether it is zero as soon as the input of this step is."""
        x = scene.x.copy()
        x[:, step] = 0
        found = scene.bench.run(x, scene.g, training=scene.training, stream=scene.stream)
        answer = found.gradient(name)
        return found.error is None and answer is not None and not np.any(answer)


def _match(step: int, scene: Scene, residual: float) -> Match:
    sentence = (
        f"holds the part of time step {step} of {scene.x.shape[1]} alone: the loop overwrites (=) "
        f"what it should add up (+=)."
    )
    return Match("one-sample-only", sentence, residual)


def is_recurrent(scene: Scene, weight: str) -> bool:
    """A square weight in a layer whose outputs answer to earlier steps of a sequence, too."""
    shape = scene.value(weight).shape
    if not scene.differentiable or scene.x.ndim != 3 or len(shape) != 2 or shape[0] != shape[1]:
        return False
    jac, x, y = scene.jacobian("input"), scene.x, scene.y
    if not jac.complete:
        return True
    sizes: Array = np.abs(jac.matrix).reshape(*y.shape, *x.shape)
    if y.ndim == 2:
        return bool((sizes.max(axis=(0, 1, 2, 4)) > 1e-9).sum() > 1)
    if y.ndim != 3 or y.shape[1] != x.shape[1]:
        return True
    steps = sizes.max(axis=(0, 2, 3, 5))
    return bool((steps * (1 - np.eye(len(steps)))).max() > 1e-9)
