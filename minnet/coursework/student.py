"""A student's object as the grader sees it.

Questions to the process, answers that nobody trusts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minnet.coursework.assignment import Task
from minnet.coursework.finding import Finding, StudentError, array_in
from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array

Ask = Callable[..., Any]
Layout = tuple[tuple[int, ...], tuple[int, ...]]


class Student:
    """One object of the class that a task asks for.

    Attributes:
        columns: the student's code takes the samples on the last axis.
        layouts: for each weight, the order of axes and the shape in which the student keeps it.
        values: its weights, as the reference has them. changed: the first array written to.
    """

    task: Task

    def __init__(self, task: Task, ask: Ask) -> None:
        self.task, self._ask = task, ask
        self.first = "prediction" if task.kind == "loss" else "input"
        self.columns = False
        self.layouts: dict[str, Layout] = {}
        self.values: dict[str, Array] = {}
        self.changed = Finding()

    def ask(self, question: str, method: str, **arguments: Any) -> dict[str, Any]:
        """One question about a method.

        Raises:
            StudentError: the student's code raised.
        """
        answer = self._ask(question, **arguments)
        error = answer.get("error") if isinstance(answer, dict) else {"text": "no answer"}
        if isinstance(error, dict):
            raise StudentError(self._of_error(error, method))
        return answer  # type: ignore[no-any-return]

    def _of_error(self, error: dict[str, Any], method: str) -> Finding:
        code = error.get("code")
        code = code if code in ("missing", "not-written") else "raises"
        line = error.get("line")
        text = f"{self.task.title if code == 'missing' else method}: {error.get('text')}"
        return Finding(code, text, method, line if isinstance(line, int) else None)

    def make(self) -> dict[str, Any]:
        """A new object; its weights, as far as they are there."""
        task, self.changed = self.task, Finding()
        answer = self.ask(
            "make",
            "__init__",
            name=task.name,
            arguments=task.student_arguments(),
            names=task.parameters,
            kind=task.kind,
            options=task.options,
        )
        weights = answer.get("weights")
        return weights if isinstance(weights, dict) else {}

    def weights(self, inputs: list[Array]) -> dict[str, Any]:
        """The weights of the object; those that forward makes are made with these inputs."""
        found: Any = self.make()
        if any(not isinstance(value, np.ndarray) for value in found.values()):
            self.forward(inputs)
            found = self.ask("weights", "__init__").get("weights")
        found = found if isinstance(found, dict) else {}
        for name in [n for n, value in found.items() if not isinstance(value, np.ndarray)]:
            text = f"expected a weight called {name}, found none"
            raise StudentError(Finding("parameter-missing", text, "__init__"))
        return dict(found)

    def set(self, values: dict[str, Array]) -> None:
        """Weights as the reference has them, for the student's object."""
        self.values.update(values)
        if values:
            self.put({name: self.own(name, value) for name, value in values.items()})

    def put(self, values: dict[str, Array]) -> None:
        """Weights in the student's own layout."""
        self.ask("set", "__init__", values=values)

    def own(self, name: str, value: Array) -> Array:
        """A weight of the reference in the student's layout."""
        axes, shape = self.layouts[name]
        return np.ascontiguousarray(value.transpose(axes)).reshape(shape)

    def forward(self, inputs: list[Array], training: bool = True) -> Array:
        """The output; notes inputs that were written to."""
        given = self._turned(inputs, 0, -1)
        answer = self.ask("forward", "forward", inputs=given, training=training)
        outputs = answer.get("outputs")
        y = array_in(outputs[0] if isinstance(outputs, list) and outputs else None)
        (y,) = self._turned([y], -1, 0)
        self._note_changes("forward", given, answer.get("inputs"))
        return y.reshape(()) if self.task.kind == "loss" and y.size == 1 else y

    def backward(
        self, upstream: Array, inputs: list[Array]
    ) -> tuple[dict[str, Array | None], Finding]:
        """The gradients by name, and how backward ended."""
        given_upstream = self._turned([upstream], 0, -1)
        answer = self.ask("backward", "backward", upstream=given_upstream)
        given = answer.get("gradients")
        found = given if isinstance(given, dict) else {}
        named = {self.first: found.get("input"), **{n: found.get(n) for n in self.task.parameters}}
        dx = named[self.first]
        if isinstance(dx, np.ndarray):
            (named[self.first],) = self._turned([dx], -1, 0)
        self._note_changes("backward", self._turned(inputs, 0, -1), answer.get("inputs"))
        self._note_changes("backward", given_upstream, answer.get("upstream"), ["upstream"])
        weights = answer.get("weights")
        for name, value in self.values.items():
            now = weights.get(name) if isinstance(weights, dict) else None
            if isinstance(now, np.ndarray) and mismatch(now, self.own(name, value)) > 1e-6:
                text = f"a pass changes {name}"
                self.note(Finding("parameter-modified", text, "forward"))
        raised = answer.get("raised")
        ending = self._of_error(raised, "backward") if isinstance(raised, dict) else Finding()
        return {n: g if isinstance(g, np.ndarray) else None for n, g in named.items()}, ending

    def _turned(self, arrays: list[Array], old: int, new: int) -> list[Array]:
        """With the axis of the samples where the student has it, or back."""
        if not self.columns:
            return arrays
        return [np.moveaxis(a, old, new) if a.ndim else a for a in arrays]

    def note(self, change: Finding) -> None:
        """Keep the first change of an array."""
        self.changed = self.changed if self.changed.code else change

    def _note_changes(
        self, method: str, before: list[Array], after: Any, names: list[str] | None = None
    ) -> None:
        after = after if isinstance(after, list) else before
        for name, old, new in zip(names or [self.first, "target"], before, after, strict=False):
            if not np.array_equal(old, array_in(new), equal_nan=True):
                self.note(Finding(f"{name}-modified", f"{method} writes into {name}", method))

    def possible_layouts(self, shapes: dict[str, tuple[int, ...]], inputs: list[Array]) -> Any:
        """All layouts in which weights of these shapes have the student's shapes."""
        weights = self.weights(inputs)
        choices = [list(_layouts(shapes[name], weights.get(name), self.columns)) for name in shapes]
        for name, found in zip(shapes, choices, strict=True):
            if not found:
                text = f"{name}: expected shape {shapes[name]}, got {np.shape(weights[name])}"
                raise StudentError(Finding("wrong-shape", text, "__init__"))
        combinations = itertools.islice(itertools.product(*choices), 48)
        return [dict(zip(shapes, combination, strict=True)) for combination in combinations]


def _layouts(shape: tuple[int, ...], own: Any, columns: bool) -> Iterator[Layout]:
    """The orders of axes in which an array of `shape` becomes one of the student's shape.

    Functions have no shapes of their own: in columns, W is transposed and b is (n, 1).
    """
    turned = shape[::-1] if len(shape) > 1 else (*shape, 1)
    own_shape = own.shape if isinstance(own, np.ndarray) else turned if columns else shape
    for axes in itertools.permutations(range(len(shape))):
        if [shape[a] for a in axes if shape[a] != 1] == [n for n in own_shape if n != 1]:
            yield axes, own_shape
