"""What a teacher writes: an Assignment of Tasks, each with the class whose numbers count."""

from __future__ import annotations

import inspect
import math
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from minnet.coursework.options import options_of
from minnet.gradient_check.separate_process.student_object import StudentObject
from minnet.gradient_check.separate_process.student_optimizer import StudentOptimizer
from minnet.nn.losses import Loss
from minnet.utils.checks import describe
from minnet.utils.types import Array

SOURCE_CODES = ("inherits-from-reference", "calls-reference", "numerical-gradient")
_TARGETS = ("labels", "one-hot", "binary", "real")
_BUILT_IN = (
    "minnet.nn.layers.",
    "minnet.nn.activations.",
    "minnet.nn.losses.",
    "minnet.optimizers.",
)
_BASES = ("Activation", "Loss", "ElementwiseLoss", "Optimizer")
Draw = tuple[int, ...] | Callable[..., Any]


class AssignmentError(Exception):
    """An assignment that cannot be used: place, expected, got."""


def _caller() -> str:
    """File and line of the code outside this package that makes a Task."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename in (__file__, "<string>"):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"


@dataclass(frozen=True, eq=False)
class Task:
    """One class (or pair of functions) for students to write.

    Args:
        name: in the submission; or a pair of names of functions.
        like: the class whose numbers count, of minnet or your own.
        arguments: for both constructors, or a pair of tuples: the student's, the reference's.
        input: for a layer: a shape, batch axis first, or a function of a NumPy Generator.
        parameters: the student's names to the reference's.
        prediction: for a loss: a shape (or function).
        target: for a loss: "labels", "one-hot", "binary", "real" or a function of a Generator.
        points: shared over the parts. parts: shares other than 1, {"forward": 3}.
        allow: codes that keep their points: inherits-from-reference, calls-reference,
            numerical-gradient.

    Raises:
        AssignmentError: with file and line.

    >>> import minnet as mn
    >>> task = Task("Dense", like=mn.Linear, arguments=(4, 7), input=(5, 4),
    ...             parameters={"W": "weight", "b": "bias"}, points=10)
    >>> task.part_points()["W gradient"]
    2.0
    """

    name: Any
    like: Any
    arguments: Any = ()
    input: Draw | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    prediction: Draw | None = None
    target: Any = None
    points: float = 1
    parts: dict[str, float] = field(default_factory=dict)
    allow: Sequence[str] = SOURCE_CODES
    place: str = field(default_factory=_caller, repr=False)

    def __post_init__(self) -> None:
        for complaint in self._complaints():
            self.refuse(complaint)

    def _complaints(self) -> Iterator[str]:
        """What is wrong with the arguments: place, expected, got."""
        names = self.name if isinstance(self.name, tuple) else (self.name,)
        if len(names) > 2 or not all(isinstance(n, str) and n.isidentifier() for n in names):
            yield f"name: expected the name of a class, or a pair of names, got {self.name!r}"
        if not isinstance(self.parameters, dict):
            yield f'parameters: expected {{"W": "weight"}}, got {describe(self.parameters)}'
        if not isinstance(self.like, type):
            yield f"like: expected a class, got {describe(self.like)}"
        for what, value in {"points": self.points, **dict(self.parts)}.items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not (number and math.isfinite(value) and value >= 0):
                yield f"{what}: expected a number >= 0, got {describe(value)}"
        if self.kind == "layer" and self.input is None:
            yield "input: expected a shape, batch axis first, or a function; got none"
        if self.kind == "loss" and (self.prediction is None or self.target is None):
            yield "prediction, target: expected both for a loss"
        for what, shape in {"input": self.input, "prediction": self.prediction}.items():
            whole = isinstance(shape, tuple) and all(isinstance(n, int) and n > 0 for n in shape)
            if shape is not None and not callable(shape) and not (whole and shape):
                yield f"{what}: expected a shape such as (5, 4), or a function, got {shape!r}"
        if self.target is not None and not callable(self.target) and self.target not in _TARGETS:
            yield f"target: expected {', '.join(_TARGETS)} or a function, got {self.target!r}"
        if unknown := set(self.parts) - set(self.part_names()):
            yield f"parts: expected {', '.join(self.part_names())}, got {sorted(unknown)[0]}"
        if not sum(self._shares().values()):
            yield "parts: expected a share above 0"
        if unknown := set(self.allow) - set(SOURCE_CODES):
            yield f"allow: expected {', '.join(SOURCE_CODES)}, got {sorted(unknown)[0]!r}"

    def refuse(self, sentence: str) -> None:
        """Raise the error that names this task and its line."""
        raise AssignmentError(f"{self.place}: Task {self.title}: {sentence}.")

    @property
    def title(self) -> str:
        """The name for people: a pair of functions by the first."""
        return self.name if isinstance(self.name, str) else str(self.name[0])

    @property
    def kind(self) -> str:
        """layer, loss or optimizer."""
        if self.prediction is not None or issubclass(self.like, Loss):
            return "loss"
        return "optimizer" if not hasattr(self.like, "forward") else "layer"

    def part_names(self) -> list[str]:
        """The parts over which the points are shared."""
        if self.kind == "optimizer":
            return ["step", "contract"]
        first = "prediction gradient" if self.kind == "loss" else "input gradient"
        return ["forward", first, *(f"{name} gradient" for name in self.parameters), "contract"]

    def _shares(self) -> dict[str, float]:
        return {name: float(self.parts.get(name, 1)) for name in self.part_names()}

    def part_points(self) -> dict[str, float]:
        """The points of each part."""
        shares = self._shares()
        return {name: self.points * share / sum(shares.values()) for name, share in shares.items()}

    def student_arguments(self, reference: bool = False) -> Any:
        """The constructor's arguments: the student's, or the reference's."""
        given = self.arguments
        pair = len(given) == 2 and all(isinstance(a, (tuple, dict)) for a in given)
        return given[int(reference)] if pair and not isinstance(given, dict) else given

    def references(self) -> list[type]:
        """The reference, and the classes of minnet that it is made from."""
        bases = [c for c in self.like.__mro__ if c.__module__.startswith(_BUILT_IN)]
        return [self.like, *(c for c in bases if c.__name__ not in _BASES)]

    def reference(self) -> Any:
        """A new object of the reference, behind the adapter that calls the student's, too."""
        arguments = self.student_arguments(reference=True)
        if self.kind == "optimizer":
            return StudentOptimizer(self.like, arguments, {})
        names = {name: name for name in self.parameters.values()}
        return StudentObject(self.like, arguments, names, self.kind == "loss", {})

    @cached_property
    def options(self) -> dict[str, Any]:
        """For functions that take bn_param, conv_param and others."""
        made = self.reference()
        return options_of(made.method.__self__ if self.kind == "optimizer" else made.obj)

    def draw(self, generator: np.random.Generator) -> list[Array]:
        """New inputs: x, or prediction and target; for an optimizer, values."""
        if self.kind == "optimizer":
            return [generator.normal(size=12)]
        given = self.prediction if self.kind == "loss" else self.input
        x = np.asarray(given(generator) if callable(given) else generator.normal(0, 1.3, given))
        if self.kind == "layer":
            return [x]
        if callable(self.target):
            both = len(inspect.signature(self.target).parameters) > 1
            y = self.target(generator, x) if both else self.target(generator)
            return [x, np.asarray(y)]
        return self._probabilities(x, not callable(given), generator)

    def _probabilities(
        self, x: Array, made_here: bool, generator: np.random.Generator
    ) -> list[Array]:
        if self.target == "real":
            return [x, generator.normal(size=x.shape)]
        if self.target == "binary":
            p = 0.05 + 0.9 / (1 + np.exp(-x)) if made_here else x
            return [p, generator.integers(0, 2, x.shape).astype(float)]
        p = np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True) if made_here else x
        labels = generator.integers(0, x.shape[-1], x.shape[:-1])
        return [p, labels if self.target == "labels" else np.eye(x.shape[-1])[labels]]


class Assignment:
    """A title and its tasks.

    Raises:
        AssignmentError: no tasks, two of one name, a reference that fails on its own input.

    >>> import minnet as mn
    >>> Assignment("First steps", [Task("Sigmoid", like=mn.Sigmoid, input=(5, 3), points=5)]).points
    5
    """

    title: str
    tasks: list[Task]

    def __init__(self, title: str, tasks: Sequence[Task]) -> None:
        self.title, self.tasks = title, list(tasks)
        if not self.tasks or not all(isinstance(task, Task) for task in self.tasks):
            raise AssignmentError(
                f"{_caller()}: Assignment: expected a list of Task, got {tasks!r}."
            )
        names = [task.title for task in self.tasks]
        for task in self.tasks:
            if names.count(task.title) > 1:
                task.refuse("expected one task of each name, got two")
            check_reference(task)

    @property
    def points(self) -> float:
        """The points of all tasks."""
        return sum(task.points for task in self.tasks)

    def try_out(self, *classes: Any, marks: bool = True) -> None:
        """In a notebook: the parts of the tasks that these classes are for, as a table.

        With `marks=False`, without points.
        """
        from minnet.coursework.try_out import try_out

        try_out(self, classes, marks)


def check_reference(task: Task) -> None:
    """Refuse a task whose reference cannot do what is asked of the students."""
    generator = np.random.default_rng(0)
    try:
        reference, inputs = task.reference(), task.draw(generator)
        if task.kind == "optimizer":
            reference.step(inputs[0], inputs[0])
            return
        missing = [name for name, value in reference.weights().items() if value is None]
        output = reference.forward(inputs, True)
        missing = [name for name in missing if reference.weights()[name] is None]
        reference.backward([generator.normal(size=output.shape)])
    except Exception as error:
        task.refuse(
            f"the reference {task.like.__name__} fails on its own input: "
            f"{type(error).__name__}: {error}"
        )
    if missing:
        task.refuse(f"parameters: {task.like.__name__} has no parameter {missing[0]!r}")


def load_assignment(path: Path) -> Assignment:
    """Run a teacher's file, and take its ASSIGNMENT.

    Raises:
        AssignmentError: with file and line.
    """
    namespace: dict[str, Any] = {"__name__": "assignment", "__file__": str(path)}
    sys.path.append(str(path.resolve().parent))
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), namespace)
    except AssignmentError:
        raise
    except Exception as error:
        lines = [
            f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)
        ]
        line = error.lineno if isinstance(error, SyntaxError) else (lines or [1])[-1]
        raise AssignmentError(f"{path}, line {line}: {type(error).__name__}: {error}") from None
    finally:
        sys.path.pop()
    found = namespace.get("ASSIGNMENT")
    if not isinstance(found, Assignment):
        raise AssignmentError(
            f"{path}, line 1: expected ASSIGNMENT = Assignment(...) in the file, got "
            f"{'none' if found is None else describe(found)}."
        )
    return found
