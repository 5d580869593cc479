"""Sequences, (m, time, features): a loop over time that overwrites (=) where it should add (+=).

Of a recurrent layer's step no Jacobian tells its own part: a state carries it on. What is left of
a weight's gradient is known by what it depends on: x_t^T delta_t is zero where x_t is.
"""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Match
from minnet.utils.types import Array


class OneStepOnly:
    """A weight's gradient that is one time step's part."""

    def applies(self, point: EvaluationPoint, name: str) -> bool:
        """Right shape, finite, not zero, a weight; and x is a sequence."""
        sequence = point.differentiable and point.x.ndim == 3 and point.x.shape[1] > 1
        if name == "input" or not sequence or not point.fits(name):
            return False
        found = point.at(name)
        return bool(np.isfinite(found).all() and np.any(found))

    def explain(self, point: EvaluationPoint, name: str) -> Match | None:
        """By the step's own outputs, by its input at zero, or by what it sends to the input."""
        for step in range(point.x.shape[1]):
            residual = min(
                self._by_outputs(point, name, step), self._by_what_it_sends(point, name, step)
            )
            if residual < point.precision.match:
                return _match(step, point, residual)
        silent = [t for t in range(point.x.shape[1]) if self._vanishes(point, name, t)]
        return _match(silent[0], point, 0.0) if len(silent) == 1 else None

    def _by_outputs(self, point: EvaluationPoint, name: str, step: int) -> float:
        """Where no state is carried on, each step's outputs make its part."""
        if point.y.ndim != 3 or point.y.shape[1] != point.x.shape[1]:
            return np.inf
        g = np.zeros_like(point.g)
        g[:, step] = point.g[:, step]
        return mismatch(point.at(name), point.jacobian(name).transpose_times(g))

    def _by_what_it_sends(self, point: EvaluationPoint, name: str, step: int) -> float:
        """A bias: delta_t summed over the samples; times Wx^T it is the sum of dx_t."""
        true, found = point.full_true("input"), np.asarray(point.student(name), dtype=float)
        if true is None or found.ndim != 1:
            return np.inf
        sent = true[:, step].sum(axis=0)
        answers = [np.inf]
        for other in point.names[1:]:
            value = point.value(other)
            for weight in (value, value.T):
                if value.ndim == 2 and weight.shape == (sent.size, found.size):
                    answers.append(mismatch(weight @ found, sent))
        return min(answers)

    def _vanishes(self, point: EvaluationPoint, name: str, step: int) -> bool:
        """Whether it is zero as soon as the input of this step is."""
        x = point.x.copy()
        x[:, step] = 0
        found = point.harness.run(x, point.g, training=point.training, stream=point.stream)
        answer = found.gradient(name)
        return found.error is None and answer is not None and not np.any(answer)


def _match(step: int, point: EvaluationPoint, residual: float) -> Match:
    sentence = (
        f"holds the part of time step {step} of {point.x.shape[1]} alone: the loop overwrites (=) "
        f"what it should add up (+=)."
    )
    return Match("one-sample-only", sentence, residual)


def is_recurrent(point: EvaluationPoint, weight: str) -> bool:
    """A square weight in a layer whose outputs depend on earlier steps of a sequence, too."""
    shape = point.value(weight).shape
    if not point.differentiable or point.x.ndim != 3 or len(shape) != 2 or shape[0] != shape[1]:
        return False
    jac, x, y = point.jacobian("input"), point.x, point.y
    if not jac.complete:
        return True
    sizes: Array = np.abs(jac.matrix).reshape(*y.shape, *x.shape)
    if y.ndim == 2:
        return bool((sizes.max(axis=(0, 1, 2, 4)) > 1e-9).sum() > 1)
    if y.ndim != 3 or y.shape[1] != x.shape[1]:
        return True
    steps = sizes.max(axis=(0, 2, 3, 5))
    return bool((steps * (1 - np.eye(len(steps)))).max() > 1e-9)
