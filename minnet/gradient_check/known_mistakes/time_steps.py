"""Sequences, (m, time, features): whether a layer carries a state from step to step."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.utils.types import Array


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
