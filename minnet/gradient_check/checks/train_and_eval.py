"""Training and evaluation: dropout and batch normalization behave differently, and must agree."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, number
from minnet.gradient_check.finite_differences import jacobian, mismatch, sample_columns
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.parameter_recorder import parameters_in
from minnet.gradient_check.training_mode import set_mode
from minnet.utils.types import Array


def check_modes(state: CheckState) -> None:
    """All checks of the evaluation mode, for classes that have one."""
    if state.harness.layer.has_mode:
        _Evaluation(state).check()


def stored_numbers(obj: Any) -> dict[str, Array]:
    """All float numbers that an object holds directly: Parameters and attributes, copied."""
    found = {name: np.array(p.value) for name, p in parameters_in(obj).items() if not p.trainable}
    for name, value in getattr(obj, "__dict__", {}).items():
        kinds = np.ndarray if isinstance(value, dict) else (np.ndarray, float, np.floating)
        for key, item in value.items() if isinstance(value, dict) else [("", value)]:
            if isinstance(item, kinds) and np.asarray(item).dtype.kind == "f":
                found[f"{name}.{key}" if key else name] = np.array(item)
    return found


class _Evaluation:
    """The checks of one layer; x is an input, `first` its output in evaluation after one step."""

    def __init__(self, state: CheckState) -> None:
        self.state, self.harness = state, state.harness
        self.is_real = state.inputs.kind == "real"
        self.x = state.inputs.draw(max(state.batch, 4), state.generator(30))
        self.first = self.evaluate(self.trained(self.x, 1), self.x)
        self.before = len(state.report.mistakes)

    def check(self) -> None:
        """All checks; the later ones only if nothing was found."""
        state, indices = self.state, self.state.inputs.kind == "indices"
        if self.first.error is not None:
            error = f"{type(self.first.error).__name__}: {self.first.error}"
            self.say(f"in evaluation after training it raises {error}.", "training = False.")
            return
        self.moves = self.numbers_that_move()
        self.check_repeatable()
        self.check_frozen()
        later = [self.check_apart] if self.moves else []
        if not indices:
            later += [self.check_mean if state.random else self.check_settled, self.check_gradient]
        for check in later:
            if len(state.report.mistakes) == self.before:
                check()
        if len(state.report.mistakes) == self.before:
            state.right("evaluation", "Repeatable, moves nothing, and its backward belongs to it.")

    def say(self, text: str, evidence: str, where: str = "forward", advice: str = "") -> None:
        """A mistake of the evaluation mode."""
        self.state.wrong("evaluation", "train-eval-confused", where, text, evidence, advice=advice)

    def run(self, x: Array, **more: Any) -> CallRecord:
        """One run in training mode."""
        return self.harness.run(x, **{"stream": self.state.stream, **more})

    def trained(self, x: Array, steps: int) -> Any:
        """An object after some training steps, in training mode."""
        obj = self.harness.fresh()
        for step in range(steps):
            self.run(x, g=self.state.cotangent(31), obj=obj, stream=self.state.stream + step)
        return obj

    def evaluate(self, obj: Any, x: Array, g: Any = None, stream: int = 77) -> CallRecord:
        """One run in evaluation mode."""
        set_mode(obj, False)
        return self.harness.run(x, g, obj=obj, training=False, stream=stream)

    def numbers_that_move(self) -> list[str]:
        """Numbers that depend on all forwards of training so far, not only on the last."""
        other = self.state.inputs.draw(len(self.x), self.state.generator(32))
        short, long, new = (self.harness.fresh() for _ in range(3))
        start = stored_numbers(new)
        self.run(1.5 * other if self.is_real else other, obj=long)
        for obj in (short, long):
            self.run(self.x, obj=obj)
        one, two = stored_numbers(short), stored_numbers(long)
        if mismatch(self.run(self.x, obj=new).y, self.run(self.x, obj=long).y) > 1e-9:
            return []  # training itself depends on the past: a recurrent state, no statistic
        return [n for n in start if n in one and n in two and mismatch(one[n], two[n]) > 1e-12]

    def check_repeatable(self) -> None:
        """Evaluation with other random numbers gives the same."""
        other = self.evaluate(self.trained(self.x, 1), self.x, stream=78)
        apart = mismatch(self.first.y, other.y)
        if apart > 1e-12 and np.isfinite(np.asarray(self.first.y, dtype=float)).all():
            text = "in evaluation it is random: two forwards of one input differ."
            self.say(text, f"relative difference {number(apart)}.")

    def check_frozen(self) -> None:
        """Evaluation leaves the statistics as they are."""
        obj = self.trained(self.x, 1)
        set_mode(obj, False)
        before = stored_numbers(obj)
        self.evaluate(obj, self.x * 1.5 if self.is_real else self.x)
        after = stored_numbers(obj)
        moved = [n for n in self.moves if n in after and mismatch(before[n], after[n]) > 1e-12]
        if moved:
            text = f"in evaluation it changes `{moved[0]}`, which only training should change."
            self.say(text, f"{moved[0]} differs before and after.")

    def check_apart(self) -> None:
        """Evaluation does not mix samples."""
        alone = self.evaluate(self.trained(self.x, 1), self.x[:2])
        if alone.error is not None or np.shape(self.first.y)[:1] != (len(self.x),):
            return
        apart = mismatch(np.asarray(alone.y), np.asarray(self.first.y)[:2])
        if apart > 1e-9:
            text = (
                "in evaluation the samples still influence each other, although running statistics "
                "exist."
            )
            self.say(text, f"relative difference {number(apart)}.")

    def check_mean(self) -> None:
        """The mean of many training outputs against evaluation, where it is linear in x."""
        x = np.abs(self.state.inputs.draw(60, self.state.generator(33))) + 0.5
        zero, one, two = (self.run(factor * x).y for factor in (0.0, 1.0, 2.0))
        if not all(isinstance(y, np.ndarray) for y in (zero, one, two)):
            return
        evaluated = self.evaluate(self.trained(x, 1), x).y
        linear = mismatch(two - zero, 2 * (one - zero)) <= 1e-7
        if not linear or np.shape(evaluated) != np.shape(one) or not np.any(evaluated):
            return
        draws = [self.run(x, stream=1000 + k).y for k in range(48)]
        scale = float(np.vdot(evaluated, evaluated))
        ratios = np.array([float(np.vdot(y, evaluated)) / scale for y in draws])
        mean, doubt = ratios.mean(), ratios.std(ddof=1) / np.sqrt(len(ratios))
        total = float(np.mean([np.sum(y) for y in draws]) / np.sum(evaluated))
        shuffled = abs(total - mean) > 0.3 * abs(mean - 1)  # flips and shifts keep the sum
        if abs(mean - 1) > max(7 * doubt, 0.01) and not shuffled:
            cause = "the scale 1/(1 - rate) is missing" if mean < 1 else "evaluation is scaled, too"
            text = f"the mean output in training is {mean:.3g} times that in evaluation: {cause}."
            advice = (
                "In training divide what is kept by 1 - rate, mask = (random >= rate) / (1 - rate),"
                " in forward and backward; in evaluation return x."
            )
            self.say(text, f"{mean:.4g} +- {doubt:.2g} over 48 draws.", advice=advice)

    def check_settled(self) -> None:
        """After long training on one batch, evaluation comes close to training on that batch."""
        x = self.state.inputs.draw(len(self.x) * 5, self.state.generator(34))
        x = 3 * x + 1 if self.is_real else x  # where a variance is 1, it looks like its root
        obj = self.harness.fresh()
        in_training = self.run(x, obj=obj)
        first = self.evaluate(self.trained(x, 1), x)
        if in_training.error is not None or mismatch(first.y, in_training.y) <= 1e-9:
            return
        if not self.settles(obj, x, 1500 if self.moves else 3):
            return
        y = np.asarray(in_training.y, dtype=float)
        z = np.asarray(self.evaluate(obj, x).y, dtype=float)
        if y.shape != z.shape:
            return
        axes = (0,) if y.ndim < 3 else (0, *range(2, y.ndim))
        spread = y.std(axis=axes).max()
        apart = np.abs(y.mean(axis=axes) - z.mean(axis=axes)).max()
        ratio = z.std(axis=axes) / np.maximum(y.std(axis=axes), 1e-12)
        if apart > 0.02 * spread or ratio.max() > 1.1 or ratio.min() < 0.85:
            text = (
                "after long training on one batch, the output in evaluation still has a different "
                "mean or spread than in training."
            )
            spreads = f"spreads by a factor {number(ratio.max())}."
            self.say(text, f"means differ by {number(apart)}, {spreads}")

    def settles(self, obj: Any, x: Array, steps: int) -> bool:
        """Train on one batch until the statistics no longer change; False if they do not."""
        given = self.harness.layer.mode_arguments(True)
        before = stored_numbers(obj)
        for step in range(steps):
            obj.forward(x.copy(), **given)
            if step % 50 == 49 or step == steps - 1:
                after = stored_numbers(obj)
                known = [name for name in before if name in after]
                moved = max((mismatch(before[n], after[n]) for n in known), default=0.0)
                if moved < 1e-5:
                    return True
                before = after
        return moved < 1e-2

    def check_gradient(self) -> None:
        """The backward of evaluation against differences of the forward of evaluation."""
        if self.harness.layer.mode_arguments(True):
            return  # the mode is told to forward alone; backward belongs to training
        state, g = self.state, self.state.cotangent(31)
        x = state.inputs.draw(state.batch, state.generator(35))
        base, training = self.evaluate(self.trained(x, 2), x, g), self.run(x, g=g)
        if training.error is not None:
            return
        if base.failed_in == "backward":
            error = f"{type(base.error).__name__}: {base.error}"
            self.say(f"in evaluation it raises {error}.", "training = False.", "backward")
        elif base.error is None and getattr(base.dx, "shape", None) == x.shape:
            same = mismatch(base.y, training.y) <= 1e-9 and mismatch(base.dx, training.dx) <= 1e-9
            if not (same or state.has("unknown") or state.blocked):
                self.compare_with_differences(x, base)

    def compare_with_differences(self, x: Array, base: CallRecord) -> None:
        """The gradient that evaluation gave against that of its own forward."""
        state, trained = self.state, self.trained(x, 2)
        columns = sample_columns(x.size, state.generator(36), 40)

        def f(v: Array) -> Array:
            try:
                obj = copy.deepcopy(trained)
            except Exception:
                obj = self.trained(x, 2)
            return np.asarray(self.evaluate(obj, v).y)

        jac = jacobian(f, x, base.y, columns, state.precision.step, state.precision.single)
        found = np.asarray(base.dx, dtype=float).ravel()[columns]
        true = jac.transpose_times(state.cotangent(31)(base.y))
        digits = 1e-2 if state.precision.single else 1e-5
        wrong = np.abs(found - true) > digits * max(np.abs(true).max(), np.abs(found).max()) + 1e-8
        if (wrong & ~jac.kinked).any():
            text = (
                "in evaluation mode the returned gradient is not the derivative of forward in "
                "evaluation mode."
            )
            self.say(text, f"relative difference {number(mismatch(found, true))}.", "input")
