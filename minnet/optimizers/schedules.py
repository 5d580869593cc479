"""Schedules: the learning rate as a function of the step.

Large steps at first, while the minimum is far away; small ones at the end, where noise would carry
the weights around it. A schedule is called with the number of the step, counted from 0: one for 100
steps gives rates for 0 to 99, and stays at its last value. An optimizer takes it for a number:

    mn.SGD(learning_rate=mn.schedules.Cosine(0.1, steps=1000))

Steps are updates, not epochs: one epoch has (samples / batch size) of them, rounded up. A
custom schedule is any function `step -> rate`, or a subclass of `Schedule` with `rate(step)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from minnet.utils import checks
from minnet.utils.keyword_arguments import Explained
from minnet.utils.signatures import fits, signature_of

Rate = Callable[[int], float]


class Schedule(Explained):
    """Subclass it and write `rate(step)`; the call checks the step.

    Raises:
        TypeError, ValueError: a step that is not a whole number >= 0.

    >>> class Root(Schedule):
    ...     def rate(self, step):
    ...         return 0.1 / (1 + step) ** 0.5
    >>> Root()(0), Root()(3)
    (0.1, 0.05)
    """

    def __call__(self, step: int) -> float:
        """The learning rate of this step, counted from 0."""
        return self.rate(checks.whole_number(type(self).__name__, "step", step, minimum=0))

    def rate(self, step: int) -> float:
        """The learning rate of this step, which is known to be a whole number."""
        raise NotImplementedError(f"{type(self).__name__}: write rate(self, step).")

    def _rate(self, name: str, value: float) -> float:
        """A learning rate >= 0, named after the class in the error."""
        return checks.number(type(self).__name__, name, value, minimum=0)

    def _steps(self, name: str, value: int) -> int:
        """A number of steps >= 1."""
        return checks.whole_number(type(self).__name__, name, value)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({options})"


class Constant(Schedule):
    """rate(t) = start, in every step: what a plain number means.

    >>> Constant(0.1)(0), Constant(0.1)(1000)
    (0.1, 0.1)
    """

    def __init__(self, start: float) -> None:
        self.start: float = self._rate("start", start)

    def rate(self, step: int) -> float:  # noqa: ARG002 (the same for every step)
        """The start, in every step."""
        return self.start


class StepDecay(Schedule):
    """rate(t) = start factor^floor(t / every): a plateau, a drop, a plateau.

    Args:
        start: the first rate. every: the length of a plateau in steps. factor: from one plateau
            to the next, in [0, 1].

    Source: Krizhevsky, Sutskever, Hinton (2012), section 5. PyTorch: `StepLR`.

    >>> schedule = StepDecay(0.8, every=2, factor=0.5)
    >>> [schedule(step) for step in range(5)]
    [0.8, 0.8, 0.4, 0.4, 0.2]
    """

    def __init__(self, start: float, every: int, factor: float = 0.1) -> None:
        self.start: float = self._rate("start", start)
        self.every: int = self._steps("every", every)
        self.factor: float = checks.number("StepDecay", "factor", factor, minimum=0, maximum=1)

    def rate(self, step: int) -> float:
        """start factor^floor(t / every)."""
        return self.start * self.factor ** (step // self.every)


class Exponential(Schedule):
    """rate(t) = start factor^t: smaller by the same share in every step.

    A factor of 0.999 halves the rate about every 693 steps (ln 2 / -ln factor).

    Args:
        start: the first rate. factor: from step to step, in [0, 1].

    Source: Bottou, "Stochastic gradient descent tricks" (2012), discusses such decays. PyTorch:
    `ExponentialLR`.

    >>> schedule = Exponential(0.8, factor=0.5)
    >>> [schedule(step) for step in range(4)]
    [0.8, 0.4, 0.2, 0.1]
    """

    def __init__(self, start: float, factor: float) -> None:
        self.start: float = self._rate("start", start)
        self.factor: float = checks.number("Exponential", "factor", factor, minimum=0, maximum=1)

    def rate(self, step: int) -> float:
        """start factor^t."""
        return self.start * self.factor**step


class Polynomial(Schedule):
    """rate(t) = end + (start - end) (1 - t / steps)^power, and end from t = steps on.

    A power of 1 is a straight line.

    Args:
        start: the first rate. steps: when the end is reached. end: the last rate.
        power: above 0; larger ones fall faster at first.

    Source: Chen et al., "DeepLab" (2017), section 4.1. PyTorch: `PolynomialLR`, which always
    ends at 0.

    >>> schedule = Polynomial(0.8, steps=4)
    >>> [round(schedule(step), 4) for step in range(6)]
    [0.8, 0.6, 0.4, 0.2, 0.0, 0.0]
    """

    def __init__(self, start: float, steps: int, end: float = 0.0, power: float = 1.0) -> None:
        self.start: float = self._rate("start", start)
        self.steps: int = self._steps("steps", steps)
        self.end: float = self._rate("end", end)
        self.power: float = checks.number("Polynomial", "power", power, minimum=0, above=True)

    def rate(self, step: int) -> float:
        """end + (start - end) (1 - t / steps)^power."""
        left = 1 - min(step, self.steps) / self.steps
        return self.end + (self.start - self.end) * math.pow(left, self.power)


class Cosine(Schedule):
    """rate(t) = end + (start - end) (1 + cos(pi t / steps)) / 2, and end from t = steps on.

    Flat at both ends and steep in the middle.

    Args:
        start: the first rate. steps: when the end is reached. end: the last rate.

    Source: Loshchilov and Hutter, "SGDR" (2017), equation 5, without its restarts. PyTorch:
    `CosineAnnealingLR`, which rises again after its end.

    >>> schedule = Cosine(0.8, steps=4)
    >>> [round(schedule(step), 4) for step in range(6)]
    [0.8, 0.6828, 0.4, 0.1172, 0.0, 0.0]
    """

    def __init__(self, start: float, steps: int, end: float = 0.0) -> None:
        self.start: float = self._rate("start", start)
        self.steps: int = self._steps("steps", steps)
        self.end: float = self._rate("end", end)

    def rate(self, step: int) -> float:
        """end + (start - end) (1 + cos(pi t / steps)) / 2."""
        return _along_a_cosine(self.start, self.end, min(step, self.steps) / self.steps)


class WarmUp(Schedule):
    """A linear rise over some steps, then another schedule from its step 0 on:

        rate(t) = schedule(0) (t + 1) / (steps + 1)     for t < steps
        rate(t) = schedule(t - steps)                   afterwards

    The first rate is above 0, because an update with 0 would be wasted. If a number is
    given for the schedule, the rate stays at that number.

    Args:
        schedule: what follows, a schedule or a number. steps: the length of the rise.

    Source: Goyal et al., "Accurate, large minibatch SGD" (2017), section 2.2. PyTorch: `LinearLR`
    with start_factor 1 / (steps + 1), followed by the other in a `SequentialLR`.

    >>> schedule = WarmUp(StepDecay(0.8, every=2, factor=0.5), steps=3)
    >>> [round(schedule(step), 4) for step in range(7)]
    [0.2, 0.4, 0.6, 0.8, 0.8, 0.4, 0.4]
    """

    def __init__(self, schedule: float | Rate, steps: int) -> None:
        if not callable(schedule):
            schedule = Constant(self._rate("schedule", schedule))
        self.schedule: Rate = schedule
        self.steps: int = self._steps("steps", steps)
        check_schedule("WarmUp: schedule", schedule, 0)

    def rate(self, step: int) -> float:
        """The line, then the schedule."""
        if step >= self.steps:
            return rate_of("WarmUp", self.schedule, step - self.steps)
        return rate_of("WarmUp", self.schedule, 0) * (step + 1) / (self.steps + 1)


class OneCycle(Schedule):
    """Up to a peak and down to almost nothing, both along half a cosine.

    With T steps and the peak at step r = warm_up T - 1:

        from peak / rise       at t = 0      to peak              at t = r
        from peak              at t = r      to peak / rise / fall at t = T - 1

    Args:
        peak: the largest rate, for example one found by `mn.lr_range_test`. steps: T.
        warm_up: the share of the steps that rise, in [0, 1).
        rise: peak over first rate, >= 1. fall: first rate over last, >= 1.

    Source: Smith and Topin, "Super-convergence" (2018). PyTorch: `OneCycleLR`, the same to the
    last step, after which PyTorch raises an error and this one keeps its last rate.

    >>> schedule = OneCycle(1.0, steps=10, warm_up=0.5)
    >>> [round(schedule(step), 3) for step in (0, 2, 4, 7, 9, 10)]
    [0.04, 0.52, 1.0, 0.345, 0.0, 0.0]
    """

    def __init__(
        self,
        peak: float,
        steps: int,
        warm_up: float = 0.3,
        rise: float = 25.0,
        fall: float = 1e4,
    ) -> None:
        self.peak: float = self._rate("peak", peak)
        self.steps: int = self._steps("steps", steps)
        self.warm_up: float = checks.number(
            "OneCycle", "warm_up", warm_up, minimum=0, maximum=1, below=True
        )
        self.rise: float = checks.number("OneCycle", "rise", rise, minimum=1)
        self.fall: float = checks.number("OneCycle", "fall", fall, minimum=1)

    def rate(self, step: int) -> float:
        """The rising half, then the falling one."""
        turn, last, first = self.warm_up * self.steps - 1, self.steps - 1, self.peak / self.rise
        if step < turn:
            return _along_a_cosine(first, self.peak, step / turn)
        share = (min(step, last) - turn) / (last - turn)
        return _along_a_cosine(self.peak, first / self.fall, share)


def _along_a_cosine(start: float, end: float, share: float) -> float:
    """Half a cosine from start (share 0) to end (share 1)."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def name_of(schedule: Rate) -> str:
    """The name of a schedule in messages: its repr, or the name of a plain function."""
    if isinstance(schedule, Schedule):
        return repr(schedule)
    return getattr(schedule, "__name__", type(schedule).__name__)


def rate_of(place: str, schedule: Rate, step: int) -> float:
    """The rate of a schedule at a step: a finite number >= 0, else an error that names both."""
    rate = schedule(step)
    if type(rate) is float and 0 <= rate < math.inf:
        return rate
    where = f"{place}: {name_of(schedule)} at step {step}"
    if rate is None:
        raise TypeError(
            f"{where}: learning_rate: expected a finite number >= 0, got None. Is a return missing?"
        )
    return checks.number(where, "learning_rate", rate, minimum=0)


def check_schedule(place: str, schedule: Rate, step: int) -> None:
    """Refuse what is called in another way than `schedule(step)`, or gives no rate at this step.

    Raises:
        TypeError, ValueError: naming the schedule and what it should be.
    """
    if isinstance(schedule, type):
        raise TypeError(
            f"{place}: expected a number or a schedule, got the class {schedule.__name__}. Create "
            f"an object: {schedule.__name__}(...)."
        )
    if not fits(schedule, 1):
        raise TypeError(
            f"{place}: expected a schedule that is called with the number of the step alone, got "
            f"{name_of(schedule)}{signature_of(schedule)}. Write for example "
            f"lambda step: 0.1 / (1 + step)."
        )
    rate_of(place.partition(":")[0], schedule, step)
