"""What the process of a student answers in a grading: what the student's code returns.

Nothing here judges. Errors become text, and the text is only shown.
"""

from __future__ import annotations

import importlib
import inspect
import linecache
import sys
import types
from typing import Any

from minnet.gradient_check.separate_process.answers import Answer, Answers
from minnet.gradient_check.separate_process.student_object import (
    StudentObject,
    find,
    numbers,
    split_arguments,
)
from minnet.gradient_check.separate_process.student_optimizer import StudentOptimizer


def _class(name: list[str]) -> type:
    found: type = getattr(importlib.import_module(name[0]), name[1])
    return found


class StudentAnswers(Answers):
    """The questions, one method each."""

    def __init__(self) -> None:
        super().__init__()
        self.namespace: dict[str, Any] = {}
        self.layer: Any = None
        self.codes: dict[types.CodeType, type] = {}  # whose calls are noted
        self.calls: set[type] = set()

    def answer_load(self, parts: list[str], path: str, names: list[Any]) -> Answer:
        """Run the submission as a module, part by part; `path` is its file.

        Of a notebook, a cell that raises does not matter where a class is found all the same.
        """
        module = types.ModuleType("submission")
        module.__file__ = path
        sys.modules["submission"] = module
        self.namespace = vars(module)
        self.files.add(path)
        first_error = None
        for source in parts:
            linecache.cache[path] = (len(source), None, source.splitlines(True), path)
            try:
                exec(compile(source, path, "exec"), self.namespace)
            except BaseException as error:
                first_error = first_error or self.error_text(error)
        if first_error and (len(parts) == 1 or not any(find(self.namespace, n) for n in names)):
            return {"error": first_error}
        return {}

    def answer_make(
        self, name: Any, arguments: Any, names: dict[str, str], kind: str, options: Answer
    ) -> Answer:
        """A new object of the class of this name."""
        found = find(self.namespace, name)
        if found is None:
            return {"error": {"code": "missing", "text": "it is not defined", "line": None}}
        if kind == "optimizer":
            self.layer = StudentOptimizer(found, arguments, options)
            return {}
        self.layer = StudentObject(found, arguments, names, kind == "loss", options)
        return self.answer_weights()

    def answer_weights(self) -> Answer:
        """The weights as they are now."""
        weights = self.layer.weights().items()
        return {"weights": {name: None if w is None else numbers(w) for name, w in weights}}

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
            error = self.error_text(raised)
        gradients: Answer = {}
        for name, value in self.layer.gradients().items():
            try:
                gradients[name] = None if value is None else numbers(value)
            except TypeError:
                gradients[name] = None
        given = {"upstream": upstream, "inputs": self.layer.inputs, "raised": error}
        return {"gradients": gradients, **given, **self.answer_weights()}

    def answer_step(self, values: Any, grads: Any) -> Answer:
        """An optimizer's step."""
        return {"values": self.layer.step(values, grads), "grads": grads}

    def answer_count(self, references: list[list[str]]) -> Answer:
        """From now on, note calls of the methods of these classes."""
        self.calls.clear()
        self.codes.clear()
        for cls in map(_class, references):
            methods = ((n, f) for n, f in vars(cls).items() if inspect.isfunction(f))
            self.codes |= {f.__code__: cls for name, f in methods if not name.startswith("__")}
        return {}

    def note_call(self, frame: types.FrameType, event: str, _: Any) -> None:
        """The profile function of the process, which a submission cannot replace."""
        if event == "call" and frame.f_code in self.codes:
            self.calls.add(self.codes[frame.f_code])

    def answer_used(self, references: list[list[str]]) -> str:
        """How the last object uses the reference: a code, or empty. Shown, never a verdict."""
        known = tuple(map(_class, references))
        if isinstance(getattr(self.layer, "obj", None), known):
            return "inherits-from-reference"
        return "calls-reference" if self.calls & set(known) else ""

    def answer_advise(self, inputs: list[Any], hints: str) -> Answer:
        """What the gradient check says about the class: advice for its author, at this level."""
        from minnet.gradient_check import check_layer, check_loss

        cls = type(self.layer.obj)
        positional, keywords = split_arguments(self.layer.arguments)

        def make() -> Any:
            return cls(*positional, **keywords)

        make.__name__ = cls.__name__
        report = check_loss(make, *inputs) if self.layer.is_loss else check_layer(make, inputs[0])
        return report.to_dict(hints)
