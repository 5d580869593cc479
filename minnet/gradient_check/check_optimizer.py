"""`check_optimizer`: does a hand-written optimizer keep the contract, and does it do as another?"""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np

from minnet.gradient_check.calling_convention import required_arguments
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.harness import quiet
from minnet.gradient_check.layer_under_test import shown_name
from minnet.gradient_check.prepare import code_of_error, explain_error
from minnet.gradient_check.report import Check, Mistake, Report
from minnet.gradient_check.run_check import check_seed
from minnet.utils import checks
from minnet.utils.types import Array

SIZE, STEPS, DESCENT = 6, 10, 300


def check_optimizer(optimizer_or_factory: Any, *, like: Any = None, seed: int = 0) -> Report:
    """Examine an optimizer: `step(values, grads)` must change `values` in place, and not `grads`.

    It must also go down a bowl, and keep its memory apart: from that of other objects, and from the
    array of the gradients, which is the same in every step of a training.

    Args:
        optimizer_or_factory: a class or function that makes an optimizer, or one, which is copied.
        like: an optimizer, or its class, that must take the same steps; a class gets the learning
            rate of the one under test.
        seed: of all random numbers of the check.

    Returns:
        a Report.

    Raises:
        TypeError: what is given has no step(values, grads).

    >>> import minnet as mn
    >>> check_optimizer(mn.SGD).ok
    True
    >>> class Uphill(mn.Optimizer):
    ...     def step(self, values, grads):
    ...         values += self.learning_rate * grads
    >>> check_optimizer(Uphill, like=mn.SGD).mistakes[0].code
    'optimizer-goes-uphill'
    """
    check_seed("check_optimizer", seed)
    for name, given in (("optimizer_or_factory", optimizer_or_factory), ("like", like)):
        is_factory = callable(given) and not isinstance(given, type)
        if given is not None and not is_factory and not hasattr(given, "step"):
            raise TypeError(
                f"check_optimizer: {name}: expected an optimizer, or a class of one, with "
                f"step(values, grads), got {checks.describe(given)}."
            )
    check = _OptimizerCheck(optimizer_or_factory, like, np.random.default_rng(seed))
    with quiet():
        check.examine()
    check.report.sort()
    return check.report


class _OptimizerCheck:
    """The check of one optimizer."""

    def __init__(self, source: Any, like: Any, generator: np.random.Generator) -> None:
        self.source, self.like = source, like
        name = getattr(source, "__name__", type(source).__name__)
        self.report = Report(name)
        self.start = generator.normal(size=SIZE)
        self.gradients = list(generator.normal(size=(STEPS, SIZE)))
        self.target = self.start + generator.choice([-1.0, 1.0], size=SIZE)
        self.curvature = generator.uniform(0.5, 1.5, size=SIZE)

    def examine(self) -> None:
        """All checks; an error ends them."""
        try:
            if self._changes_in_place():
                self._goes_down()
                self._keeps_apart()
                self._is_like()
        except (Exception, SystemExit) as error:
            code, text = code_of_error(error), f"it raises {explain_error(error)}."
            if "in place" in text:  # what an Optimizer finds out in its first step
                code, text = "optimizer-changes-nothing", str(error)
            self._say("runs", text, code, "called with two vectors of float64.")

    def _make(self, source: Any) -> Any:
        rates = [0.01 for _ in required_arguments(source)] if isinstance(source, type) else []
        made = source(*rates) if callable(source) else copy.deepcopy(source)
        if not callable(getattr(made, "step", None)):
            raise TypeError(f"expected step(values, grads), got {checks.describe(made)} without it")
        return made

    def _walk(self, optimizer: Any, shared: bool = False) -> list[Array]:
        """The values after each step; `shared`: all gradients come in one array, as in training."""
        values, buffer, places = self.start.copy(), np.empty(SIZE), []
        for gradient in self.gradients:
            buffer[...] = gradient
            optimizer.step(values, buffer if shared else gradient.copy())
            places.append(values.copy())
        return places

    def _changes_in_place(self) -> bool:
        values, grads = self.start.copy(), self.gradients[0].copy()
        optimizer = self._make(self.source)
        for _ in range(STEPS):
            optimizer.step(values, grads)
        if mismatch(grads, self.gradients[0]) > 0:
            text = "it writes into `grads`, which others read after the step."
            self._say("gradients", text, "optimizer-changes-gradients", "grads differs after it.")
        if mismatch(values, self.start) == 0:
            text = "`values` is as before: the step makes a new array, or changes nothing."
            evidence = f"the same numbers after {STEPS} steps."
            self._say("in place", text, "optimizer-changes-nothing", evidence)
            return False
        self._say("in place", "It changes values in place.")
        return True

    def _goes_down(self) -> None:
        optimizer, values = self._make(self.source), self.start.copy()
        heights = []
        for _ in range(DESCENT):
            heights.append(float((self.curvature * (values - self.target) ** 2).sum() / 2))
            optimizer.step(values, self.curvature * (values - self.target))
        if heights[-1] < heights[0]:
            self._say("descent", f"It goes down a bowl: {heights[0]:.3g} to {heights[-1]:.3g}.")
            return
        uphill = "the first step already goes up: look at the sign"
        far = "it goes down at first: the steps become too large"
        text = f"on a bowl it does not go down; {uphill if heights[1] > heights[0] else far}."
        evidence = f"{heights[0]:.4g} at first, {heights[-1]:.4g} after {DESCENT} steps."
        self._say("descent", text, "optimizer-goes-uphill", evidence)

    def _keeps_apart(self) -> None:
        """Another object in between, and one array for all gradients, change nothing."""
        alone = self._walk(self._make(self.source))
        one, other = self._make(self.source), self._make(self.source)
        values, foreign = self.start.copy(), np.ones(SIZE + 1)
        for gradient in self.gradients:
            one.step(values, gradient.copy())
            other.step(foreign, np.ones(SIZE + 1))
        text = ""
        if mismatch(values, alone[-1]) > 1e-12:
            text = "another object of the class changes its steps: the memory is the class's."
        elif mismatch(self._walk(self._make(self.source), shared=True), alone) > 1e-12:
            text = (
                "its memory is the array `grads` itself, which the next step overwrites: copy it."
            )
        if text:
            evidence = "not the same steps as alone with arrays of its own."
            self._say("memory", text, "optimizer-shares-memory", evidence)
        else:
            self._say("memory", "Its memory belongs to it alone.")

    def _is_like(self) -> None:
        if self.like is None or self.report.mistakes:
            return
        mine, reference = self._make(self.source), self._make(self.like)
        rate = getattr(mine, "learning_rate", getattr(mine, "lr", None))
        if callable(self.like) and isinstance(rate, (int, float)):
            reference.learning_rate = rate
        yours, true = ([self.start, *self._walk(o)] for o in (mine, reference))
        name = type(reference).__name__
        apart = [mismatch(a, b) for a, b in zip(yours[1:], true[1:], strict=True)]
        first = next((k for k, d in enumerate(apart) if not d <= 1e-6), None)
        if first is None:
            self._say("like", f"The same {STEPS} steps as {name}.")
            return
        ratios = []
        for k in (0, 1, STEPS - 1):
            step, wanted = yours[k + 1] - yours[k], true[k + 1] - true[k]
            ratios.append(float(np.vdot(step, wanted) / np.vdot(wanted, wanted)))
        times = ", ".join(f"{r:.4g}" for r in ratios)
        text = (
            f"step {first + 1} is not that of {name}. In steps 1, 2 and {STEPS} yours are {times} "
            f"times its steps."
        )
        if max(ratios) - min(ratios) < 1e-6:
            text += " The factor is constant: it belongs to the learning rate."
        elif first > 0:
            text += " The first step is right: look at what is kept from one step to the next."
        self._say("like", text, "optimizer-differs", f"relative difference {apart[first]:.3g}.")

    def _say(self, name: str, text: str, code: str = "", evidence: str = "") -> None:
        """A check that is right, or with a code the mistake that it found."""
        self.report.checks.append(Check(name, "wrong" if code else "right", text))
        if code:
            message = f"{self.report.name}.step: {text}"
            self.report.mistakes.append(Mistake(code, "step", message, evidence, self._place()))

    def _place(self) -> str:
        """File and line of `step`; empty where there is none."""
        cls = self.source if isinstance(self.source, type) else type(self.source)
        method = getattr(cls, "step", None)
        code = getattr(inspect.unwrap(method), "__code__", None) if method else None
        return f"{shown_name(code.co_filename)}, line {code.co_firstlineno}" if code else ""
