"""`check_layer`: first shapes and types, then gradients, then the name of the mistake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minnet.gradient_check import prepare
from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.checks import contract, forward_properties
from minnet.gradient_check.checks.finite_values import check_extremes, check_given_array
from minnet.gradient_check.checks.gradients import (
    check_finite,
    check_gradients,
    check_linearity,
    check_missing,
    find_point,
    is_numeric,
)
from minnet.gradient_check.checks.parameter_values import (
    check_initial_draws,
    check_other_values,
    check_used,
)
from minnet.gradient_check.checks.repeated_calls import check_repeats
from minnet.gradient_check.checks.train_and_eval import check_modes
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.harness import Harness
from minnet.gradient_check.input_domain import InputDomain, side_by_side
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.next_steps import compute_from_shapes
from minnet.gradient_check.repair.batches import layer_batches
from minnet.gradient_check.report import Report
from minnet.gradient_check.run_check import check_seed, check_source, report_on
from minnet.utils import checks


def check_layer(
    layer_or_factory: Any,
    x_or_shape: Any,
    *,
    seed: int = 0,
    parameters: dict[str, str] | None = None,
    samples_axis: int = 0,
) -> Report:
    """Examine a layer's forward and backward, and name the mistakes.

    Args:
        layer_or_factory: a class or function that makes a new layer (preferred), or a layer,
            which is copied. Anything with `forward` and `backward`.
        x_or_shape: an input, whose range is then the domain; or a shape, batch axis first.
        seed: of all random numbers of the check.
        parameters: for plain classes, weight to gradient, {"W": "dW"}, where names do not tell.
        samples_axis: -1 for a layer that takes the samples as columns.

    A class without a base may also let forward return (y, cache), and backward take the cache or a
    learning rate, or return (dx, dW, db). Where forward takes several inputs, give a list of arrays
    or shapes, or one that fits all.

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
    names = _checked_names(parameters)
    check_source("check_layer", layer_or_factory)
    if samples_axis not in (0, -1):
        raise ValueError(
            f"check_layer: samples_axis: expected 0 (rows) or -1 (columns), got "
            f"{checks.describe(samples_axis)}."
        )

    def examine(layer: LayerUnderTest) -> CheckState:
        style = layer.convention
        style.columns = samples_axis != 0
        x, style.sizes = side_by_side(x_or_shape, len(style.inputs), style.columns)
        inputs = InputDomain(x, "check_layer")
        state = CheckState(Harness(layer), inputs, Report(layer.name), seed)
        _examine(state, names)
        return state

    return report_on("check_layer", layer_or_factory, examine, layer_batches)


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
    if not contract.check_error(state, run) or not contract.check_forward_result(state, run):
        return
    prepare.find_weights_of_layer(state, names)
    prepare.randomize(state)
    prepare.choose_batch(state)
    x = state.inputs.draw(state.batch, state.generator(5))
    prepare.find_precision(state, state.harness, x)
    repeatable = prepare.find_randomness(state)
    state.random = state.random and state.inputs.kind != "indices"
    contract.check_raw_weights(state)
    check_initial_draws(state)
    if repeatable:
        _examine_gradients(state)
    else:
        reason = "The forward draws random numbers that could not be made repeatable."
        state.skipped("gradients", reason)


def _examine_gradients(state: CheckState) -> None:
    point = find_point(state, 100)
    state.point = state.report.point = point
    contract.check_changes(state, point.run)
    if point.run.error is None and not contract.check_rows(state, point.run):
        return
    if not contract.check_error(state, point.run):
        check_extremes(state)
    elif is_numeric(point.run.y):
        for check in _CHECKS:
            try:
                check(state, point)
            except Exception as error:  # the other checks still run
                state.skipped("one check", f"It broke: {type(error).__name__}: {error}")


def _compare(state: CheckState, point: EvaluationPoint) -> None:
    if not forward_properties.check_truncation(state, point):
        check_used(state, point)
        check_missing(state, point)
        check_linearity(state, point)
        check_gradients(state, point)
        compute_from_shapes(state, point)
        check_other_values(state, point)


_CHECKS: tuple[Callable[[CheckState, EvaluationPoint], None], ...] = (
    lambda state, point: contract.check_backward_result(state, point.run),
    check_finite,
    lambda state, _: check_given_array(state),
    _compare,
    lambda state, _: check_repeats(state),
    forward_properties.check_samples,
    lambda state, _: contract.check_batch_of_one(state),
    lambda state, _: check_modes(state),
    lambda state, _: forward_properties.check_scale_of_dropout(state),
    lambda state, _: check_extremes(state),
)
