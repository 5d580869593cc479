"""`check_layer`: first shapes and types, then gradients, then the name of the mistake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.gradient_check import prepare
from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.checks import contract, forward_properties
from minnet.gradient_check.checks.gradients import (
    check_finite,
    check_gradients,
    check_linearity,
    check_missing,
    find_point,
)
from minnet.gradient_check.checks.input_array import check_given_array
from minnet.gradient_check.checks.repeated_calls import check_repeats
from minnet.gradient_check.checks.train_and_eval import check_modes
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.harness import Harness, quiet
from minnet.gradient_check.input_domain import InputDomain
from minnet.gradient_check.layer_under_test import LayerUnderTest, NotALayerError
from minnet.gradient_check.report import Mistake, Report
from minnet.utils import checks


def check_layer(
    layer_or_factory: Any,
    x_or_shape: Any,
    *,
    seed: int = 0,
    parameters: dict[str, str] | None = None,
) -> Report:
    """Examine a layer's forward and backward, and name the mistakes.

    Args:
        layer_or_factory: a class or function that makes a new layer (preferred), or a layer,
            which is copied. Anything with `forward` and `backward`.
        x_or_shape: an input, whose range is then the domain; or a shape, batch axis first.
        seed: of all random numbers of the check.
        parameters: for plain classes, weight to gradient, {"W": "dW"}, where names do not tell.

    Returns:
        a Report.

    Raises:
        TypeError, ValueError: an argument with which no check is possible.

    >>> import minnet as mn
    >>> check_layer(mn.Tanh, (5, 3)).ok
    True
    >>> class Twice:
    ...     def forward(self, x):
    ...         return 2 * x
    ...     def backward(self, grad):
    ...         return -2 * grad
    >>> check_layer(Twice, (5, 3)).mistakes[0].code
    'sign-flipped'
    """
    check_seed("check_layer", seed)
    inputs = InputDomain(x_or_shape, "check_layer")
    names = _checked_names(parameters)
    check_source("check_layer", layer_or_factory)
    with quiet():
        layer = layer_under_test("check_layer", layer_or_factory)
        if isinstance(layer, Report):
            return layer
        state = CheckState(Harness(layer), inputs, Report(layer.name), seed)
        with layer.streams.frozen():
            _examine(state, names)
        layer.restore()
    state.report.sort()
    return state.report


def layer_under_test(place: str, source: Any) -> LayerUnderTest | Report:
    """The layer under test, or a report that its constructor raises."""
    try:
        return LayerUnderTest(source)
    except NotALayerError as error:
        raise NotALayerError(f"{place}: {error}") from None
    except (Exception, SystemExit) as error:
        name = getattr(source, "__name__", type(source).__name__)
        report = Report(name)
        code = prepare.code_of_error(error)
        text = f"{name}.__init__: it raises {prepare.explain_error(error)}"
        report.mistakes.append(Mistake(code, "__init__", text, "no object could be created."))
        return report


def check_seed(place: str, seed: object) -> None:
    """Refuse what is no whole number; a float neither, of which NumPy makes no generator."""
    checks.seed(place, seed)
    if seed is None or isinstance(seed, float):
        raise TypeError(
            f"{place}: seed: expected a whole number >= 0, got {checks.describe(seed)}. "
            f"Write seed=0: each run then checks the same numbers."
        )


def check_source(place: str, source: Any) -> None:
    """Refuse what cannot be checked at all: no forward, no backward, nothing to call."""
    missing = [verb for verb in ("forward", "backward") if not hasattr(source, verb)]
    if len(missing) == 2 and not callable(source):
        raise TypeError(
            f"{place}: expected a class, a function that makes an object, or an object with "
            f"forward and backward, got {checks.describe(source)}."
        )
    if len(missing) == 1:
        raise TypeError(
            f"{place}: expected forward and backward, but {checks.describe(source)} has no "
            f"{missing[0]}. Write it."
        )


def _checked_names(parameters: dict[str, str] | None) -> dict[str, str] | None:
    if parameters is None:
        return None
    if not isinstance(parameters, dict) or not all(
        isinstance(key, str) and isinstance(value, str) for key, value in parameters.items()
    ):
        raise TypeError(
            f"check_layer: parameters: expected names, weight to gradient, got "
            f'{checks.describe(parameters)}. Write {{"W": "dW"}}.'
        )
    return parameters


def _examine(state: CheckState, names: dict[str, str] | None) -> None:
    """All checks in order; they are independent, but a broken contract ends them early."""
    run = prepare.find_input(state)
    if not contract.check_error(state, run):
        return
    if not contract.check_forward_result(state, run):
        return
    prepare.find_weights_of_layer(state, names)
    prepare.randomize(state)
    prepare.choose_batch(state)
    prepare.find_precision(state)
    frozen = prepare.find_randomness(state)
    contract.check_raw_weights(state)
    if not frozen:
        state.skipped(
            "gradients", "The forward draws random numbers that could not be made repeatable."
        )
        return
    if state.inputs.kind == "indices" and state.random:
        state.random = False
    _examine_gradients(state)


def _examine_gradients(state: CheckState) -> None:
    point = find_point(state, 100)
    state.point = state.report.point = point
    contract.check_changes(state, point.run)
    if point.run.error is None and not contract.check_rows(state, point.run):
        return
    if not contract.check_error(state, point.run):
        forward_properties.check_extremes(state)
        return
    if not isinstance(point.run.y, np.ndarray) or point.run.y.dtype.kind not in "biuf":
        return
    checks_in_order: tuple[Callable[[], None], ...] = (
        lambda: contract.check_backward_result(state, point.run),
        lambda: check_finite(state, point),
        lambda: check_given_array(state),
        lambda: _compare(state, point),
        lambda: check_repeats(state),
        lambda: forward_properties.check_samples(state, point),
        lambda: contract.check_batch_of_one(state),
        lambda: check_modes(state),
        lambda: forward_properties.check_extremes(state),
    )
    for check in checks_in_order:
        try:
            check()
        except Exception as error:  # the other checks still run
            state.skipped("one check", f"It broke: {type(error).__name__}: {error}")


def _compare(state: CheckState, point: EvaluationPoint) -> None:
    if not forward_properties.check_truncation(state, point):
        check_missing(state, point)
        check_linearity(state, point)
        check_gradients(state, point)
