"""Several calls on one object: sums that are never reset, values of another forward."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import Exam, number, what
from minnet.gradient_check.checks.gradients import say_not_finite
from minnet.gradient_check.finite_differences import mismatch
from minnet.gradient_check.harness import Run
from minnet.gradient_check.input_domain import cotangent
from minnet.utils.types import Array


class Story:
    """Two batches, their cotangents, and what a fresh object says to each."""

    def __init__(self, exam: Exam, second_size: int | None = None) -> None:
        self.exam = exam
        self.x1 = exam.domain.draw(exam.batch, exam.generator(12))
        self.x2 = exam.domain.draw(second_size or exam.batch, exam.generator(13))
        self.first = self._fresh(self.x1, 14)
        self.second = self._fresh(self.x2, 15)
        self.usable = self.first.error is None and self.second.error is None

    def _fresh(self, x: Array, part: int) -> Run:
        return self.exam.bench.run(x, self.g(part), stream=self.exam.stream)

    def g(self, part: int) -> Any:
        """The cotangent for an output, the same each time."""
        return lambda y: cotangent(np.shape(y), self.exam.generator(part))

    @property
    def names(self) -> list[str]:
        """What has a gradient that can be compared."""
        found = [] if self.exam.domain.kind == "indices" else ["input"]
        found += [w.name for w in self.exam.bench.weights]
        return [n for n in found if n not in self.exam.blocked and self._comparable(n)]

    def _comparable(self, name: str) -> bool:
        """An array of finite numbers, also where it is new: NaN is no sign of a past."""
        grads = (self.first.gradient(name), self.second.gradient(name))
        arrays = [g for g in grads if isinstance(g, np.ndarray) and g.dtype.kind in "biuf"]
        for array in arrays:
            if np.isnan(array).any():
                say_not_finite(self.exam, name, array)
        finite = all(np.isfinite(array).all() for array in arrays)
        return isinstance(grads[1], np.ndarray) and finite

    def on(self, obj: Any, x: Array, part: int | None) -> Run:
        """Forward (and backward) on an object that has a past."""
        g = None if part is None else self.g(part)
        return self.exam.bench.run(x, g, obj=obj, stream=self.exam.stream)


def check_repeats(exam: Exam) -> None:
    """forward, backward, forward, backward; and forward, forward, backward."""
    before = len(exam.report.mistakes)
    story = Story(exam)
    if not story.usable:
        return
    _again(exam, story)
    if len(exam.report.mistakes) == before:
        _interleaved(exam, story)
    if len(exam.report.mistakes) == before:
        _other_size(exam)
    if len(exam.report.mistakes) == before:
        exam.right("repeats", "Each backward answers its own forward, also a second time.")


def _again(exam: Exam, story: Story) -> None:
    """Another batch after a whole first step; and a second backward after the same forward."""
    run = story.on(None, story.x1, 14)
    twice = exam.bench.backward_again(run, story.g(14)(np.asarray(run.y)))
    later = story.on(run.obj, story.x2, 15)
    fresh_run = story.on(None, story.x1, 14)
    once = story.on(fresh_run.obj, story.x2, 15)
    _judge(exam, story, once, twice)
    if later.error is not None and once.error is None:
        return
    if once.error is not None:
        exam.wrong(
            "repeats",
            "raises",
            once.failed_in,
            f"in the second step it raises {type(once.error).__name__}: {once.error}.",
            "forward, backward, forward, backward.",
        )


def _judge(exam: Exam, story: Story, once: Run, twice: Run) -> None:
    for name in story.names:
        fresh, first = story.second.gradient(name), story.first.gradient(name)
        found = once.gradient(name)
        if (
            once.error is None
            and not mismatch(found, fresh) <= 1e-9
            and not _moving_state(story, once)
        ):
            total = _sum(first, fresh)
            residual = mismatch(found, total) if total is not None else np.inf
            if residual < _same_sum(exam):
                _accumulates(exam, name, "the second step gives the sum of both steps", residual)
            else:
                _stale(exam, name, "after another step on the same object", mismatch(found, fresh))
        second = twice.gradient(name)
        doubled = (
            mismatch(second, 2 * np.asarray(first, dtype=np.float64))
            if (twice.error is None and isinstance(second, np.ndarray) and np.any(first))
            else np.inf
        )
        if doubled < _same_sum(exam):
            _accumulates(exam, name, "a second backward gives twice the first", doubled)


def _same_sum(exam: Exam) -> float:
    """Below this relative difference two sums are the same."""
    return 1e-5 if exam.precision.single else 1e-9


def _sum(one: Any, other: Any) -> Array | None:
    try:
        return np.asarray(np.asarray(one, dtype=np.float64) + other)
    except ValueError:
        return None


def _moving_state(story: Story, later: Run) -> bool:
    """True if the forward itself depends on the past (statistics in use): then backward may."""
    return not mismatch(later.y, story.second.y) <= 1e-9


def _interleaved(exam: Exam, story: Story) -> None:
    """forward(x1), forward(x2), backward: the gradient must be that of x2."""
    run = story.on(None, story.x1, None)
    later = story.on(run.obj, story.x2, 15)
    if later.error is not None or _moving_state(story, later):
        return
    for name in story.names:
        apart = mismatch(later.gradient(name), story.second.gradient(name))
        if not apart <= 1e-9:
            _stale(exam, name, "after forward(x1), forward(x2)", apart)


def _other_size(exam: Exam) -> None:
    """A smaller batch after a larger one, as at the end of an epoch."""
    story = Story(exam, exam.batch - 1 if exam.batch > 2 else exam.batch)
    if not story.usable:
        return
    run = story.on(None, story.x1, 14)
    later = story.on(run.obj, story.x2, 15)
    if later.error is not None:
        exam.wrong(
            "repeats",
            "stale-cache" if later.failed_in == "backward" else "raises",
            later.failed_in,
            f"with a smaller batch after a larger one it raises "
            f"{type(later.error).__name__}: {later.error}.",
            f"batches of {len(story.x1)} and {len(story.x2)}.",
        )
        return
    if mismatch(later.y, story.second.y) > 1e-9:
        return
    for name in story.names:
        apart = mismatch(later.gradient(name), story.second.gradient(name))
        if not apart <= 1e-9:
            _stale(exam, name, "with a smaller batch after a larger one", apart)


def _accumulates(exam: Exam, name: str, when: str, residual: float) -> None:
    exam.wrong(
        "repeats",
        "gradient-accumulates",
        name,
        f"{what(name)} is a sum that is never reset: {when}.",
        f"relative residual {number(residual)}.",
    )


def _stale(exam: Exam, name: str, when: str, apart: float) -> None:
    exam.wrong(
        "repeats",
        "stale-cache",
        name,
        f"{what(name)} is not that of the last forward {when}: it uses stored values of "
        f"another one.",
        f"relative difference from a fresh object {number(apart)}.",
    )
