"""Training and evaluation: dropout and batch normalization behave differently, and must agree."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, number
from minnet.gradient_check.finite_differences import jacobian, mismatch, sample_columns
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.parameter_recorder import parameters_in
from minnet.utils.types import Array

CODE = "train-eval-confused"


def _say(
    state: CheckState, text: str, evidence: str, where: str = "forward", advice: str = ""
) -> None:
    state.wrong("evaluation", CODE, where, text, evidence, advice=advice)


def check_modes(state: CheckState) -> None:
    """All checks of the evaluation mode, for classes that have one."""
    if not state.harness.layer.has_mode:
        return
    before = len(state.report.mistakes)
    x = state.inputs.draw(max(state.batch, 4), state.generator(30))
    trained = _trained(state, x, 1)
    first = _evaluate(state, trained, x)
    if first.error is not None:
        text = (
            f"in evaluation after training it raises {type(first.error).__name__}: {first.error}."
        )
        _say(state, text, "training = False.")
        return
    moves = _state_that_moves(state, x)
    _repeatable(state, x, first)
    if moves:
        _frozen_statistics(state, x, moves)
    if (state.random or moves) and len(state.report.mistakes) == before:
        _apart(state, x, first, bool(moves))
    if len(state.report.mistakes) == before:
        _same_mean(state, x, bool(moves))
    if len(state.report.mistakes) == before and state.inputs.kind != "indices":
        _gradient(state, x)
    if len(state.report.mistakes) == before:
        state.right("evaluation", "Repeatable, moves nothing, and its backward belongs to it.")


def _trained(state: CheckState, x: Array, steps: int) -> Any:
    """An object after some training steps, in training mode."""
    obj = state.harness.fresh(training=True)
    for step in range(steps):
        state.harness.run(
            x, state.cotangent(31), obj=obj, stream=state.stream + step, training=True
        )
    return obj


def _evaluate(state: CheckState, obj: Any, x: Array, g: Any = None, stream: int = 77) -> CallRecord:
    state.harness.layer.set_mode(obj, False)
    return state.harness.run(x, g, obj=obj, training=False, stream=stream)


def stored_numbers(obj: Any) -> dict[str, Array]:
    """All float numbers that an object holds directly: Parameters and attributes, copied."""
    found = {name: np.array(p.value) for name, p in parameters_in(obj).items() if not p.trainable}
    for name, value in getattr(obj, "__dict__", {}).items():
        entries = value.items() if isinstance(value, dict) else [("", value)]
        for key, item in entries:
            numbers = isinstance(item, np.ndarray) or (
                not key and isinstance(item, (float, np.floating))
            )
            if numbers and np.asarray(item).dtype.kind == "f":
                found[f"{name}.{key}" if key else name] = np.array(item)
    return found


def _state_that_moves(state: CheckState, x: Array) -> list[str]:
    """Numbers that depend on all forwards of training so far, not only on the last."""
    other = state.inputs.draw(len(x), state.generator(32))
    other = 1.5 * other if state.inputs.kind == "real" else other
    short, long = state.harness.fresh(), state.harness.fresh()
    start = stored_numbers(state.harness.fresh())
    state.harness.run(other, obj=long, stream=state.stream)
    for obj in (short, long):
        state.harness.run(x, obj=obj, stream=state.stream)
    one, two = stored_numbers(short), stored_numbers(long)
    fresh_y = state.harness.run(x, obj=state.harness.fresh(), stream=state.stream).y
    later_y = state.harness.run(x, obj=long, stream=state.stream).y
    if mismatch(fresh_y, later_y) > 1e-9:
        return []  # training itself depends on the past: a recurrent state, no statistic
    return [n for n in start if n in one and n in two and mismatch(one[n], two[n]) > 1e-12]


def _repeatable(state: CheckState, x: Array, first: CallRecord) -> None:
    """Evaluation with other random numbers gives the same."""
    other = _evaluate(state, _trained(state, x, 1), x, stream=78)
    apart = mismatch(first.y, other.y)
    if apart > 1e-12 and np.isfinite(np.asarray(first.y, dtype=float)).all():
        text = "in evaluation it is random: two forwards of one input differ."
        _say(state, text, f"relative difference {number(apart)}.")


def _frozen_statistics(state: CheckState, x: Array, names: list[str]) -> None:
    obj = _trained(state, x, 1)
    state.harness.layer.set_mode(obj, False)
    before = stored_numbers(obj)
    _evaluate(state, obj, x * 1.5 if state.inputs.kind == "real" else x)
    after = stored_numbers(obj)
    moved = [n for n in names if n in after and mismatch(before[n], after[n]) > 1e-12]
    if moved:
        text = f"in evaluation it changes `{moved[0]}`, which only training should change."
        _say(state, text, f"{moved[0]} differs before and after.")


def _apart(state: CheckState, x: Array, first: CallRecord, has_statistics: bool) -> None:
    """Evaluation does not mix samples."""
    alone = _evaluate(state, _trained(state, x, 1), x[:2])
    if alone.error is not None or np.shape(first.y)[:1] != (len(x),):
        return
    apart = mismatch(np.asarray(alone.y), np.asarray(first.y)[:2])
    if apart > 1e-9 and has_statistics:
        text = "in evaluation the samples still influence each other, although running statistics"
        _say(state, f"{text} exist.", f"relative difference {number(apart)}.")


def _same_mean(state: CheckState, x: Array, has_statistics: bool) -> None:
    if state.random and state.inputs.kind != "indices":
        _mean_of_noise(state)
    elif state.inputs.kind != "indices":
        _converged_statistics(state, x, has_statistics)


def _mean_of_noise(state: CheckState) -> None:
    """The mean of many training outputs against evaluation, where the layer is linear in x."""
    x = np.abs(state.inputs.draw(60, state.generator(33))) + 0.5
    zero, one, two = (
        state.harness.run(factor * x, stream=state.stream).y for factor in (0.0, 1.0, 2.0)
    )
    if not all(isinstance(y, np.ndarray) for y in (zero, one, two)):
        return
    if mismatch(two - zero, 2 * (one - zero)) > 1e-7:
        return
    evaluated = _evaluate(state, _trained(state, x, 1), x).y
    if np.shape(evaluated) != np.shape(one) or not np.any(evaluated):
        return
    draws = [state.harness.run(x, stream=1000 + k).y for k in range(48)]
    scale = float(np.vdot(evaluated, evaluated))
    ratios = np.array([float(np.vdot(y, evaluated)) / scale for y in draws])
    mean, doubt = ratios.mean(), ratios.std(ddof=1) / np.sqrt(len(ratios))
    total = float(np.mean([np.sum(y) for y in draws]) / np.sum(evaluated))
    shuffled = abs(total - mean) > 0.3 * abs(mean - 1)  # flips and shifts keep the sum
    if abs(mean - 1) > max(7 * doubt, 0.01) and not shuffled:
        text = f"the mean output in training is {mean:.3g} times that in evaluation: "
        text += "the scale 1/(1 - rate) is missing." if mean < 1 else "evaluation is scaled, too."
        advice = (
            "In training divide what is kept by 1 - rate, mask = (random >= rate) / (1 - rate), in "
            "forward and backward; in evaluation return x."
        )
        evidence = f"{mean:.4g} +- {doubt:.2g} over 48 draws."
        _say(state, text, evidence, advice=advice)


def _converged_statistics(state: CheckState, x: Array, has_statistics: bool) -> None:
    """After long training on one batch, evaluation must come close to training on that batch."""
    x = state.inputs.draw(len(x) * 5, state.generator(34))
    if state.inputs.kind == "real":
        x = 3 * x + 1  # where a variance is 1, it looks like its root
    obj = state.harness.fresh()
    in_training = state.harness.run(x, obj=obj, stream=state.stream)
    first = _evaluate(state, _trained(state, x, 1), x)
    if in_training.error is not None or mismatch(first.y, in_training.y) <= 1e-9:
        return
    if not _settle(state, obj, x, 1500 if has_statistics else 3):
        return
    later = _evaluate(state, obj, x).y
    y, z = np.asarray(in_training.y, dtype=float), np.asarray(later, dtype=float)
    if y.shape != z.shape:
        return
    axes = (0,) if y.ndim < 3 else (0, *range(2, y.ndim))
    spread = y.std(axis=axes).max()
    mean_apart = np.abs(y.mean(axis=axes) - z.mean(axis=axes)).max()
    ratio = z.std(axis=axes) / np.maximum(y.std(axis=axes), 1e-12)
    if mean_apart > 0.02 * spread or ratio.max() > 1.1 or ratio.min() < 0.85:
        text = "after long training on one batch, the output in evaluation still has a different"
        evidence = (
            f"means differ by {number(mean_apart)}, spreads by a factor {number(ratio.max())}."
        )
        _say(state, f"{text} mean or spread than in training.", evidence)


def _settle(state: CheckState, obj: Any, x: Array, steps: int) -> bool:
    """Train on one batch until the statistics no longer change; False if they do not."""
    given = state.harness.layer.mode_arguments(True)
    before = stored_numbers(obj)
    for step in range(steps):
        obj.forward(x.copy(), **given)
        if step % 50 == 49 or step == steps - 1:
            after = stored_numbers(obj)
            moved = max((mismatch(before[n], after[n]) for n in before if n in after), default=0.0)
            if moved < 1e-5:
                return True
            before = after
    return moved < 1e-2


def _gradient(state: CheckState, x: Array) -> None:
    """The backward of evaluation against differences of the forward of evaluation."""
    if state.harness.layer.mode_arguments(True):
        return  # the mode is told to forward alone; backward belongs to training
    x = state.inputs.draw(state.batch, state.generator(35))
    base = _evaluate(state, _trained(state, x, 2), x, state.cotangent(31))
    training = state.harness.run(x, state.cotangent(31), stream=state.stream)
    if training.error is not None:
        return
    if base.failed_in == "backward":
        text = f"in evaluation it raises {type(base.error).__name__}: {base.error}."
        _say(state, text, "training = False.", "backward")
    elif base.error is None and getattr(base.dx, "shape", None) == x.shape:
        same = mismatch(base.y, training.y) <= 1e-9 and mismatch(base.dx, training.dx) <= 1e-9
        if not (same or state.has("unknown") or state.blocked):
            _compare_with_differences(state, x, base)


def _compare_with_differences(state: CheckState, x: Array, base: CallRecord) -> None:
    g = state.cotangent(31)(base.y)
    columns = sample_columns(x.size, state.generator(36), 40)

    trained = _trained(state, x, 2)

    def f(v: Array) -> Array:
        try:
            obj = copy.deepcopy(trained)
        except Exception:
            obj = _trained(state, x, 2)
        return np.asarray(_evaluate(state, obj, v).y)

    jac = jacobian(f, x, base.y, columns, state.precision.step, state.precision.single)
    found, true = np.asarray(base.dx, dtype=float).ravel()[columns], jac.transpose_times(g)
    digits = 1e-2 if state.precision.single else 1e-5
    wrong = np.abs(found - true) > digits * max(np.abs(true).max(), np.abs(found).max()) + 1e-8
    if (wrong & ~jac.kinked).any():
        text = "in evaluation mode the returned gradient is not the derivative of forward in"
        evidence = f"relative difference {number(mismatch(found, true))}."
        _say(state, f"{text} evaluation mode.", evidence, "input")
