"""Every mistake that can be recognised by the gradient it gives, most specific first."""

from collections.abc import Callable

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.known_mistakes import (
    coupling,
    dropout_mask,
    factors,
    integers,
    losses,
    normalization,
    one_sample,
    shapes,
    upstream_gradient,
)
from minnet.gradient_check.known_mistakes.base import Known, Match

KnownMistake = Callable[[EvaluationPoint, str], Known]

OF_A_LAYER: tuple[KnownMistake, ...] = (
    integers.whole_numbers,
    integers.cut_derivative,
    upstream_gradient.not_a_product,
    dropout_mask.mask,
    dropout_mask.mask_missing_inside,
    factors.constant_factor,
    one_sample.one_sample_only,
    upstream_gradient.ones_for_upstream,
    shapes.transposed,
    normalization.term_of_normalization,
    normalization.gain_gradient,
    coupling.diagonal_only,
    coupling.unchanged,
    shapes.wrong_sum,
    coupling.mixes_samples,
)
OF_A_LOSS: tuple[KnownMistake, ...] = (
    integers.whole_numbers,
    losses.fused,
    factors.constant_factor,
    one_sample.one_sample_only,
    losses.term_missing,
    losses.inner_derivative,
)


def diagnose(point: EvaluationPoint, name: str) -> Match | None:
    """The first known mistake that reproduces the gradient of `name`."""
    is_loss, found = point.y.ndim == 0, point.student(name)
    mistakes = OF_A_LOSS if is_loss else OF_A_LAYER
    if not point.fits(name):
        if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
            return None
        mistakes = (shapes.misshapen,)
        if not is_loss:
            mistakes = (upstream_gradient.not_a_product, shapes.misshapen)
    elif not np.isfinite(point.at(name)).all():
        return None
    for mistake in mistakes:
        try:
            for known in mistake(point, name):
                match = known if isinstance(known, Match) else known.match(point, name)
                if match is not None:
                    return match
        except (ValueError, IndexError, np.linalg.LinAlgError):
            continue  # this mistake is not possible for these shapes
    return None
