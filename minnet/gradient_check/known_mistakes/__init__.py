"""Every mistake that can be recognised by the gradient it gives, most specific first."""

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.known_mistakes import dense, jacobian, local_derivative, normalization
from minnet.gradient_check.known_mistakes.base import KnownMistake, Match, Predicted
from minnet.gradient_check.known_mistakes.constant_factors import (
    ConstantFactor,
    LocalTruncated,
    OneSampleOnly,
    Truncated,
)
from minnet.gradient_check.known_mistakes.dense import OutputForInput
from minnet.gradient_check.known_mistakes.dropout_mask import Mask, MaskMissingInside
from minnet.gradient_check.known_mistakes.jacobian import MixesBackward, TermMissing
from minnet.gradient_check.known_mistakes.normalization import TermOfNormalization
from minnet.gradient_check.known_mistakes.shapes import (
    FactorNotTransposed,
    Misshapen,
    SameShapeTransposed,
    SameShapeWrongSum,
)
from minnet.gradient_check.known_mistakes.time_steps import OneStepOnly
from minnet.gradient_check.known_mistakes.upstream_gradient import NotAProduct, OnesForUpstream

_SQUARED = "has the local derivative twice."
_MISSING = "lacks a factor of the chain rule: "
_TERM = "lacks a term of a sum: "
_INSIDE = "lacks the derivative of the activation."
_POINT = "takes the local derivative at the wrong point: "

KNOWN_MISTAKES: tuple[KnownMistake, ...] = (
    Truncated(),
    LocalTruncated(),
    NotAProduct(),
    Misshapen(),
    OutputForInput(),
    Mask(),
    MaskMissingInside(),
    ConstantFactor(),
    OneSampleOnly(),
    OneStepOnly(),
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
    Predicted("jacobian-term-missing", _TERM, local_derivative.skip_missing),
    Predicted("local-derivative-missing", _MISSING, local_derivative.missing),
    Predicted("local-derivative-squared", _SQUARED, local_derivative.squared),
    Predicted("local-derivative-at-wrong-point", _POINT, local_derivative.at_wrong_point),
    Predicted(
        "output-used-for-input",
        "has the output y where x belongs.",
        local_derivative.output_for_input,
    ),
    Predicted("local-derivative-missing", _INSIDE, dense.missing),
    Predicted("local-derivative-squared", _SQUARED, dense.squared),
    Predicted("local-derivative-at-wrong-point", _POINT + "z or a.", dense.at_wrong_point),
    TermMissing(),
    Predicted("jacobian-term-missing", _TERM, local_derivative.term_missing),
    SameShapeWrongSum(),
    MixesBackward(),
    Predicted("local-derivative-missing", _MISSING, local_derivative.missing, factor=True),
    Predicted("local-derivative-squared", _SQUARED, local_derivative.squared, factor=True),
    Predicted(
        "local-derivative-at-wrong-point", _POINT, local_derivative.at_wrong_point, factor=True
    ),
    Predicted(
        "output-used-for-input",
        "has the output y where x belongs.",
        local_derivative.output_for_input,
        factor=True,
    ),
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
