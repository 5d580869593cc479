"""What all optimizers share: the learning rate, the memory, and the loop over blocks of weights.

An optimizer is a few whole-vector operations. A large vector is updated block by block, so that a
block stays in the processor's cache while these operations work on it.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

import numpy as np

from minnet.optimizers import schedules
from minnet.optimizers.in_place_check import check_in_place
from minnet.optimizers.parameter_memory import ParameterMemory
from minnet.utils import checks
from minnet.utils.attributes import check_attribute
from minnet.utils.keyword_arguments import Explained
from minnet.utils.settings import changed_settings
from minnet.utils.types import Array

Step = Callable[[Any, Array, Array], None]

BLOCK = 1 << 17
"""How many weights are updated at a time: few enough to stay in the processor's cache."""


def _counted(step: Step) -> Step:
    """The same `step`, counted in `steps`, with one learning rate from its start to its end.

    Wraps every `step`, custom ones too, so that a schedule advances. A step that fails is not
    counted.
    """

    @functools.wraps(step)
    def counted(self: Optimizer, values: Array, grads: Array) -> None:
        if self._in_step:  # a step that calls super().step
            step(self, values, grads)
            return
        before, own = self.steps, vars(self)
        own["_step_rate"] = self._learning_rate if self.schedule is None else self._rate_now()
        own["steps"], own["t"], own["_in_step"] = before + 1, before + 1, True
        try:
            if self._changes_in_place:
                step(self, values, grads)
            else:
                own["_changes_in_place"] = check_in_place(self, step, values, grads)
        except BaseException:
            own["steps"] = before
            raise
        finally:
            own["_in_step"] = False

    return counted


T = TypeVar("T")


class Optimizer(Explained):
    """One update of all weights w from their gradients g.

    A subclass lists its state vectors (as long as w, initially zero) in `memory`, and writes
    `update(w, g, scratch, *memory)`, which changes w and the state vectors in place; or it writes
    `step(values, grads)` itself, and needs only the learning rate of this class.

    Attributes:
        schedule: the schedule; None if the rate is a plain number.
        steps: the number of steps taken; in `step`, `prepare` and `update` the number of this step,
            counted from 1. t: the same for the weights that `update` gets: less than `steps` for
            weights that were frozen for a while, or that came later.
        state: the memory, name to vector. It belongs to the Parameters of the network: one that is
            frozen keeps its memory for later, a new one starts at zero.

    Raises:
        TypeError, ValueError: a rate that is negative, NaN, infinite or not a number, also one
            from a schedule; vectors of different lengths, or of another length than before; a
            custom `step` or `update` that makes new arrays and changes no weight.

    >>> class SignDescent(Optimizer):
    ...     def step(self, values, grads):
    ...         values -= self.learning_rate * np.sign(grads)
    >>> w = np.array([1.0, -1.0])
    >>> SignDescent(learning_rate=0.5).step(w, np.array([3.0, -0.1]))
    >>> w
    array([ 0.5, -0.5])
    """

    memory: ClassVar[tuple[str, ...]] = ()
    state: dict[str, Array]

    # Here, and not in __init__, for a custom optimizer that does not call it.
    steps: int = 0
    t: int = 0
    weight_decay: float = 0.0
    schedule: schedules.Rate | None = None
    _learning_rate: float = 0.01
    _step_rate: float | None = None
    _in_step = False
    _known: tuple[object, object] | None = None  # shape and type of the vectors of the last step
    _scratch = np.empty(0)
    _blocks: Sequence[tuple[slice, int]] = ()  # parts of the vectors, and the steps they missed
    _changes_in_place = False  # has a step been seen to change the weights and the memory?
    _by_parameter: ParameterMemory

    def __init__(
        self, learning_rate: float | schedules.Rate = 0.01, weight_decay: float = 0.0
    ) -> None:
        self.steps = 0
        self.learning_rate = learning_rate
        self.weight_decay = self._number("weight_decay", weight_decay)

    def __new__(cls: type[T], *args: Any, **kwargs: Any) -> T:
        """Create its state, also for a subclass without `super().__init__()`."""
        optimizer: T = super().__new__(cls, *args, **kwargs)  # type: ignore[misc]
        vars(optimizer).update(
            state={},
            _by_parameter=ParameterMemory(),
            _changes_in_place=checks.is_built_in(optimizer),
        )
        return optimizer

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse an attribute that would have no effect; a custom class may set what it likes."""
        if name == "steps" and self._in_step and value != self.steps:
            raise ValueError(
                f"{type(self).__name__}: steps: expected to be left alone in a step, got "
                f"{value!r}. It is counted for you: in the first step it is 1."
            )
        if name[0] != "_":
            check_attribute(self, name)
        object.__setattr__(self, name, value)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if inspect.isfunction(vars(cls).get("step")):
            cls.step = _counted(vars(cls)["step"])  # type: ignore[method-assign]

    @property
    def learning_rate(self) -> float:
        """The rate of the next step; during a step, of this one.

        A number (0 is legal) or a schedule of `mn.schedules` may be assigned at any time.
        """
        if self.schedule is None:
            return self._learning_rate
        if self._in_step and self._step_rate is not None:
            return self._step_rate
        return self._rate_now()

    @learning_rate.setter
    def learning_rate(self, learning_rate: float | schedules.Rate) -> None:
        if callable(learning_rate):
            place = f"{type(self).__name__}: learning_rate"
            schedules.check_schedule(place, learning_rate, self.steps)
            self.schedule = learning_rate
        else:
            self._learning_rate = self._number("learning_rate", learning_rate)
            self.schedule = None

    def _rate_now(self) -> float:
        """The number, or the rate of the schedule for the next step."""
        if self.schedule is None:
            return self._learning_rate
        return schedules.rate_of(type(self).__name__, self.schedule, self.steps)

    @property
    def last_rate(self) -> float | None:
        """The rate of the last step; None before the first."""
        return self._step_rate

    @_counted
    def step(self, values: Array, grads: Array) -> None:
        """One update in place, block by block."""
        if (
            not isinstance(values, np.ndarray)
            or self._known != (values.shape, values.dtype)
            or values.shape != getattr(grads, "shape", None)
        ):
            self._begin(values, grads)
        if not self.memory and len(values) <= BLOCK:  # a small network: not even a loop
            self.prepare()
            self.update(values, grads, self._scratch)
            return
        memory = [self.state[name] for name in self.memory]
        before = None
        with np.errstate(over="ignore"):  # the square of a huge gradient is inf, its step then 0
            for part, missed in self._blocks:
                if missed != before:
                    vars(self)["t"], before = self.steps - missed, missed
                    self.prepare()
                w = values[part]
                self.update(w, grads[part], self._scratch[:, : len(w)], *[m[part] for m in memory])

    def prepare(self) -> None:
        """Compute what is the same for all blocks of a step that have the same `t`."""

    def update(self, w: Array, g: Array, scratch: Array, *memory: Array) -> None:
        """Change one block of weights in place; `scratch` has two rows of its length to use."""
        raise NotImplementedError(
            f"{type(self).__name__}: write step(self, values, grads) or "
            f"update(self, w, g, scratch, *memory)."
        )

    def decayed(self, w: Array, g: Array, scratch: Array) -> Array:
        """g + weight_decay w, the gradient including weight decay; g itself is not changed."""
        if not self.weight_decay:
            return g
        np.multiply(w, self.weight_decay, out=scratch)
        scratch += g
        return scratch

    def _begin(self, values: Array, grads: Array) -> None:
        """At the first step: check the vectors, start the memory at zero."""
        place = type(self).__name__
        _check_vectors(place, values, grads)
        for name in self.memory:
            vector = self.state.setdefault(name, np.zeros_like(values))
            if vector.shape != values.shape:
                raise ValueError(
                    f"{place}.step: expected {len(vector)} values, as in the steps before, got "
                    f"{len(values)}: this optimizer was used for another network. Create a new one."
                )
            self.state[name] = vector.astype(values.dtype, copy=False)
        self._scratch = np.empty((2, min(BLOCK, len(values))), values.dtype)
        self._blocks = self._by_parameter.blocks(len(values), BLOCK)
        self._known = (values.shape, values.dtype)

    def follow(self, parameters: Sequence[Any]) -> None:
        """Tell which Parameters the vectors of the next step consist of, in order.

        If they are other ones than before, the memory of each is moved to its new place.

        Raises:
            ValueError: a custom `step` keeps vectors outside of `state`, which may start at any
                number, and a Parameter is new. Nothing has changed then.
        """
        known = self._by_parameter
        if parameters is not known.parameters and known.move(self, parameters):
            self._known = None  # the next step checks the vectors and makes new blocks

    def serves(self, network: object) -> bool:
        """True if this optimizer may train the network; False if it has trained another one."""
        other = vars(self).get("_network")
        if other is not None and other() is network:
            return True
        if other is not None and vars(self).get("steps"):
            return False
        vars(self)["_network"] = weakref.ref(network)
        return True

    def __getstate__(self) -> dict[str, Any]:
        """A copy may train another network."""
        return {name: value for name, value in vars(self).items() if name != "_network"}

    def _number(
        self, name: str, value: object, *, maximum: float = np.inf, below: bool = False
    ) -> float:
        """A hyperparameter >= 0, named after the class in the error."""
        return checks.number(
            type(self).__name__, name, value, minimum=0, maximum=maximum, below=below
        )

    def __repr__(self) -> str:
        rate = (
            f"{self.learning_rate:g}" if self.schedule is None else schedules.name_of(self.schedule)
        )
        others = changed_settings(self, but=("learning_rate",))
        return f"{type(self).__name__}(learning_rate={rate}{others and ', '}{others})"


def _check_vectors(place: str, values: Array, grads: Array) -> None:
    """Refuse what is not two flat vectors of floats of the same length."""
    for name, vector in (("values", values), ("grads", grads)):
        if not isinstance(vector, np.ndarray) or vector.ndim != 1 or vector.dtype.kind != "f":
            raise TypeError(
                f"{place}.step: {name}: expected a flat vector of floats, got "
                f"{checks.describe(vector)}."
            )
    if values.shape != grads.shape:
        raise ValueError(
            f"{place}.step: expected values and grads of the same length, got {len(values)} and "
            f"{len(grads)}."
        )
