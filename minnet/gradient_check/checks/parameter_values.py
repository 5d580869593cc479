"""Parameters at other values: their own initial ones, and the opposite signs; and unused ones.

The gradients are compared at drawn values. What is wrong only where a gain is 1, or below zero, is
found here, with one difference along a random direction for each gradient.
"""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.check_state import CheckState, number, what
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.harness import Values
from minnet.utils.differences import direction_of, slope_along


def check_used(state: CheckState, point: EvaluationPoint) -> None:
    """The output depends on every weight; if not, forward may be the method that is wrong."""
    for weight in state.harness.weights:
        name = weight.name
        if name in state.blocked or state.inputs.kind == "indices" or _is_used(state, point, name):
            continue
        if np.any(point.student(name)):
            text = (
                f"forward does not use `{name}`: the output is the same for all its values, but "
                f"backward sets its gradient."
            )
            evidence = f"other numbers in {name}, shape {point.value(name).shape}, change nothing."
            advice = f"Use `{name}` in forward; if it is not needed, remove it."
            state.wrong("gradients", "not-used", "forward", text, evidence, advice=advice)
        elif point.student(name) is None or not point.run.was_set.get(name):
            state.remark("gradients", f"forward does not use `{name}`, backward does not set it.")
        state.blocked.add(name)


def _is_used(state: CheckState, point: EvaluationPoint, name: str) -> bool:
    """Whether other values of the weight change some output, in training or evaluation."""
    if np.abs(point.true(name)).max(initial=0.0) > point.noise:
        return True
    for draw in range(3):
        generator = state.generator(60 + draw)
        x = state.inputs.draw(len(point.x), generator)
        value = point.value(name)
        moved = {**state.harness.values, name: value + generator.normal(size=value.shape)}
        for training in (True, False):
            one = state.harness.run(x, training=training, stream=state.stream)
            other = state.harness.run(x, values=moved, training=training, stream=state.stream)
            if one.error is not None or other.error is not None or mismatch(one.y, other.y) > 0:
                return True
    return False


def check_initial_draws(state: CheckState) -> None:
    """Numbers that a constructor draws from np.random do not follow the seed of a network."""
    layer = state.harness.layer
    if not layer.in_framework or not layer.made_here:
        return
    one, same, other = (layer.initial_values(stream) for stream in (1, 1, 2))
    for name, value in one.items():
        if mismatch(value, same.get(name)) == 0 and mismatch(value, other.get(name)) > 0:
            state.remark(
                "initial values",
                f"`{name}` comes from np.random in __init__, which the seed of a Network does not "
                f"reach: write mn.Parameter(shape=..., initializer=...), or draw from self.random.",
            )
            return


def check_other_values(state: CheckState, point: EvaluationPoint) -> None:
    """All gradients once more at the initial values, and at drawn ones of the opposite signs."""
    harness, drawn = state.harness, state.harness.values
    names = [name for name in point.names if name not in state.blocked]
    if not drawn or not all(map(point.is_right, names)):
        return  # there is none, or it is explained already
    opposite = {name: -value for name, value in drawn.items()}
    for values, text in (
        (harness.first_values, "with its initial parameters"),
        (opposite, "with parameters of the opposite signs"),
    ):
        try:
            harness.values = values
            wrong = _wrong_gradient(state, point, names, values)
        finally:
            harness.values = drawn
        if wrong:
            name, found, true = wrong
            where = f"{what(name)} is wrong {text}, although it is right with others."
            slopes = f"along a random direction the slope is {number(true)}, yours {number(found)}."
            advice = (
                f"Print {what(name)} there, and look for a sign, a max or a case that forward "
                f"treats differently from backward."
            )
            state.wrong("other parameters", "unknown", name, where, slopes, advice=advice)
            return
    state.right("other parameters", "Right at the initial values, and at the opposite signs.")


def _wrong_gradient(
    state: CheckState, point: EvaluationPoint, names: list[str], values: Values
) -> tuple[str, float, float] | None:
    """The first gradient that is clearly not the slope, where forward is smooth and finite."""
    run = state.harness.run(point.x, point.g, stream=point.stream, training=point.training)
    if run.error is not None or np.shape(run.y) != point.y.shape or not np.isfinite(run.y).all():
        return None
    for name in names:
        gradient = run.gradient(name)
        value = point.x if name == "input" else np.asarray(values[name], dtype=np.float64)
        if np.shape(gradient) != value.shape or not np.isfinite(gradient).all():
            continue
        direction = direction_of(gradient, state.generator(70))
        true = slope_along(point.function(name), value, direction, point.g, point.precision.single)
        found = float(np.vdot(gradient, direction))
        scale = max(float(np.abs(gradient * direction).sum()), abs(true or 0.0))
        if true is not None and abs(found - true) > 1e-2 * scale + 1e-6:
            return name, found, true
    return None
