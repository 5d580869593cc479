"""What the process of a student answers: it calls the student's code and hands back arrays.

Nothing here judges. Errors become text, and the text is only shown.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import linecache
import sys
import traceback
import types
from typing import Any

from minnet.gradient_check.harness import quiet
from minnet.gradient_check.separate_process.student_objects import (
    StudentLayer,
    find,
    numbers,
    split_arguments,
)
from minnet.gradient_check.separate_process.student_optimizer import StudentOptimizer

Answer = dict[str, Any]


def error_text(error: BaseException) -> Answer:
    """An error as data: its type, its sentence, the innermost line of the submission."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename in _SOURCES]
    line = own[-1].lineno if own else None
    kind = "not-written" if isinstance(error, NotImplementedError) else "raises"
    return {"code": kind, "text": f"{type(error).__name__}: {error}"[:400], "line": line}


_SOURCES: set[str] = set()


def _class(name: list[str]) -> type:
    found: type = getattr(importlib.import_module(name[0]), name[1])
    return found


class StudentAnswers:
    """The questions, one method each."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {}
        self.layer: Any = None
        self.calls: set[type] = set()

    def answer(self, question: str, arguments: Answer) -> Any:
        """Call the method of this name; an error of the student's is part of the answer."""
        try:
            with quiet():
                return getattr(self, f"answer_{question}")(**arguments)
        except BaseException as error:  # also sys.exit() and KeyboardInterrupt in a submission
            return {"error": error_text(error)}

    def answer_ready(self) -> Answer:
        """The process has started."""
        return {}

    def answer_load(self, parts: list[str], path: str, names: list[Any]) -> Answer:
        """Run the submission as a module, part by part; `path` is its file.

        Of a notebook, a cell that raises does not matter where a class is found all the same.
        """
        module = types.ModuleType("submission")
        module.__file__ = path
        sys.modules["submission"] = module
        self.namespace = vars(module)
        _SOURCES.add(path)
        first_error = None
        for source in parts:
            linecache.cache[path] = (len(source), None, source.splitlines(True), path)
            try:
                exec(compile(source, path, "exec"), self.namespace)
            except BaseException as error:
                first_error = first_error or error_text(error)
        if first_error and (len(parts) == 1 or not any(find(self.namespace, n) for n in names)):
            return {"error": first_error}
        return {}

    def answer_make(self, name: Any, arguments: Any, names: dict[str, str], kind: str) -> Answer:
        """A new object of the class of this name."""
        found = find(self.namespace, name)
        if found is None:
            return {"error": {"code": "missing", "text": "it is not defined", "line": None}}
        if kind == "optimizer":
            self.layer = StudentOptimizer(found, arguments)
            return {}
        self.layer = StudentLayer(found, arguments, names, kind == "loss")
        return {"weights": self._weights()}

    def _weights(self) -> dict[str, Any]:
        return {name: None if w is None else numbers(w) for name, w in self.layer.weights().items()}

    def answer_weights(self) -> Answer:
        """The weights as they are now."""
        return {"weights": self._weights()}

    def answer_set(self, values: dict[str, Any]) -> Answer:
        """New numbers for the weights."""
        self.layer.set(values)
        return {}

    def answer_forward(self, inputs: list[Any], training: bool, repeats: int = 1) -> Answer:
        """The output, and what is in the input arrays afterwards."""
        outputs = [self.layer.forward(inputs, training) for _ in range(repeats)]
        return {"outputs": outputs, "inputs": inputs}

    def answer_backward(self, upstream: list[Any]) -> Answer:
        """All gradients; also those that were set before an error."""
        error = None
        try:
            self.layer.backward(upstream)
        except BaseException as raised:
            error = error_text(raised)
        gradients: Answer = {}
        for name, value in self.layer.gradients().items():
            try:
                gradients[name] = None if value is None else numbers(value)
            except TypeError:
                gradients[name] = None
        return {
            "gradients": gradients,
            "upstream": upstream,
            "inputs": self.layer.inputs,
            "weights": self._weights(),
            "raised": error,
        }

    def answer_step(self, values: Any, grads: Any) -> Answer:
        """An optimizer's step."""
        return {"values": self.layer.step(values, grads), "grads": grads}

    def answer_count(self, references: list[list[str]]) -> Answer:
        """From now on, note calls of the methods of these classes."""
        self.calls.clear()
        for reference in map(_class, references):
            for name, function in list(vars(reference).items()):
                if inspect.isfunction(function) and not name.startswith("__"):
                    setattr(reference, name, self._noting(function, reference))
        return {}

    def _noting(self, function: Any, reference: type) -> Any:
        if hasattr(function, "notes_calls"):
            return function

        @functools.wraps(function)
        def noting(*arguments: Any, **keywords: Any) -> Any:
            self.calls.add(reference)
            return function(*arguments, **keywords)

        noting.notes_calls = True  # type: ignore[attr-defined]
        return noting

    def answer_used(self, references: list[list[str]]) -> str:
        """How the last object uses the reference: a code, or empty. Shown, never a verdict."""
        known = tuple(map(_class, references))
        if isinstance(getattr(self.layer, "obj", None), known):
            return "inherits-from-reference"
        return "calls-reference" if self.calls & set(known) else ""

    def answer_advise(self, inputs: list[Any]) -> Answer:
        """What the gradient check says about the class: advice for its author."""
        from minnet.gradient_check import check_layer, check_loss

        cls, arguments = type(self.layer.obj), self.layer.arguments
        positional, keywords = split_arguments(arguments)

        def make() -> Any:
            return cls(*positional, **keywords)

        make.__name__ = cls.__name__
        report = check_loss(make, *inputs) if self.layer.is_loss else check_layer(make, inputs[0])
        return report.to_dict("full")
