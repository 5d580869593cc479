"""Dropout and similar layers: the mask drawn again, left out, or without its scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.known_mistakes.base import Known, Match, Prediction, reproduces
from minnet.gradient_check.known_mistakes.coupling import own_and_rest


def mask(point: EvaluationPoint, name: str) -> Known:
    """The true derivative is 0 or one scale, entry by entry, as the random mask says."""
    if not point.random or name != "input" or point.y.shape != point.x.shape:
        return
    found, g = point.at(name), point.at(name, point.g)
    kept = np.abs(own_and_rest(point)[0]) > 1e-6
    yield from _drawn_again(point)
    for predicted, code, sentence in (
        (g, "mask-missing", "is not masked: the mask of forward is not applied."),
        (g * kept, "mask-scale-missing", "has the right mask but not its scale 1/(1 - rate)."),
    ):
        answer = reproduces(point, predicted, found, scaled=True)
        if answer:
            yield Match(code, sentence, answer[0])
    if ((found == 0) == kept).any() and (found == 0).any():
        yield Match("mask-redrawn", "has zeros where forward has none: another mask is used.")


def _drawn_again(point: EvaluationPoint) -> Iterator[Match]:
    """Two backwards after one forward that differ: backward draws random numbers."""
    first = point.harness.run(point.x, point.g, training=point.training, stream=point.stream)
    second = point.harness.backward_again(first, point.g)
    apart = mismatch(first.dx, second.dx)
    if first.error is second.error is None and apart > 1e-6:
        sentence = "differs between two backwards of one forward: a new mask is drawn."
        yield Match("mask-redrawn", sentence, apart)


def mask_missing_inside(point: EvaluationPoint, name: str) -> Known:
    """A mask inside a layer with weights: the gradient is that of evaluation, without a mask."""
    if not (point.random and point.training and point.harness.layer.has_mode):
        return
    run = point.harness.run(point.x, point.g, training=False, stream=point.stream)
    if run.failed_in == "forward" or np.shape(run.y) != point.y.shape:
        return
    calm = replace(point, run=run, training=False, jacobians={}, notes={})
    sentence = "is the one without the mask of forward."
    yield Prediction("mask-missing", sentence, calm.true(name), scaled=True)
