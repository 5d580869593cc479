"""Every mistake that can be recognised by the gradient it gives, most specific first."""

from collections.abc import Iterator

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.known_mistakes import jacobian, normalization
from minnet.gradient_check.known_mistakes.base import KnownMistake, Match, Predicted
from minnet.gradient_check.known_mistakes.constant_factors import (
    ConstantFactor,
    LocalTruncated,
    OneSampleOnly,
    Truncated,
)
from minnet.gradient_check.known_mistakes.dropout_mask import Mask, MaskMissingInside
from minnet.gradient_check.known_mistakes.jacobian import MixesBackward
from minnet.gradient_check.known_mistakes.normalization import TermOfNormalization
from minnet.gradient_check.known_mistakes.shapes import (
    FactorNotTransposed,
    Misshapen,
    SameShapeTransposed,
    SameShapeWrongSum,
)
from minnet.gradient_check.known_mistakes.upstream_gradient import NotAProduct, OnesForUpstream
from minnet.utils.types import Array


def _unchanged(point: EvaluationPoint, name: str) -> Iterator[tuple[Array, str]]:
    """The upstream gradient itself; where the tape cannot follow, nothing else says so."""
    if name == "input" and point.y.shape == point.x.shape:
        yield point.at(name, point.g), "it is the upstream gradient, unchanged."


KNOWN_MISTAKES: tuple[KnownMistake, ...] = (
    Truncated(),
    LocalTruncated(),
    NotAProduct(),
    Misshapen(),
    Mask(),
    MaskMissingInside(),
    ConstantFactor(),
    OneSampleOnly(),
    OnesForUpstream(),
    SameShapeTransposed(),
    FactorNotTransposed(),
    TermOfNormalization(),
    Predicted("scale-missing", "lacks a factor: ", normalization.gain_gradient),
    Predicted(
        "output-used-for-input",
        "has the output y where the normalized x belongs.",
        normalization.output_for_xhat,
    ),
    Predicted(
        "jacobian-diagonal-only",
        "is the diagonal of the Jacobian times g; the other entries are missing.",
        jacobian.diagonal_only,
    ),
    Predicted("local-derivative-missing", "lacks a factor of the chain rule: ", _unchanged),
    SameShapeWrongSum(),
    MixesBackward(),
)


def diagnose(point: EvaluationPoint, name: str) -> Match | None:
    """The first known mistake that reproduces the gradient of `name`."""
    for mistake in KNOWN_MISTAKES:
        if not mistake.applies(point, name):
            continue
        try:
            match = mistake.explain(point, name)
        except (ValueError, IndexError, np.linalg.LinAlgError):
            continue  # this mistake is not possible for these shapes
        if match is not None:
            return match
    return None
