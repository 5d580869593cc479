"""The verdicts on one task, computed here from arrays that the student's process returned.

Forward is compared with the reference. Gradients are compared with the reference's where forward is
right, else with differences of the outputs: a wrong function may have a right gradient.
"""

from __future__ import annotations

import numpy as np

from minnet.coursework.assignment import Task
from minnet.coursework.contract import examine_contract
from minnet.coursework.finding import TOLERANCE, Finding, StudentError, array_in, compared, missing
from minnet.coursework.random_layers import examine_random, is_random
from minnet.coursework.student import Ask, Layout, Student
from minnet.gradient_check.finite_differences import is_single, mismatch
from minnet.gradient_check.outside_differences import measured
from minnet.utils.types import Array

_ROUNDS, _STEPS = 3, 6
_EXACT, _ANALYTIC = 1e-13, 1e-12


class Examination:
    """Judges the answers on one task.

    Args:
        ask: a question with its arguments to the student's process. generator: of the inputs.
    """

    task: Task
    student: Student

    def __init__(self, task: Task, ask: Ask, generator: np.random.Generator) -> None:
        self.task, self.generator, self.student = task, generator, Student(task, ask)
        self.reference = task.reference()
        self.findings: dict[str, Finding] = {}
        self.is_numeric = False  # gradients with the errors of a difference quotient

    def run(self) -> dict[str, Finding]:
        """A finding for each part."""
        try:
            if self.task.kind == "optimizer":
                self._examine_optimizer()
            else:
                self._choose_layout()
                if is_random(self.task):
                    examine_random(self)
                else:
                    self._examine()
                examine_contract(self)
        except StudentError as error:
            for part in self.task.part_names():
                self.findings.setdefault(part, error.finding)
        return {part: self.findings.get(part, Finding()) for part in self.task.part_names()}

    def draw(self) -> list[Array]:
        """New inputs."""
        return self.task.draw(self.generator)

    def expected(self, inputs: list[Array], training: bool = True) -> Array:
        """The reference's output."""
        y: Array = self.reference.forward([a.copy() for a in inputs], training)
        return y.reshape(()) if self.task.kind == "loss" else y

    def upstream(self, shape: tuple[int, ...]) -> Array:
        """A random upstream gradient; 1 for a loss."""
        return np.ones(()) if self.task.kind == "loss" else self.generator.normal(size=shape)

    def _choose_layout(self) -> None:
        """Weights may be kept transposed, or with axes of length 1: as forward is right."""
        self.expected(x := self.draw())
        shapes = {s: np.shape(self.reference.weights()[r]) for s, r in self.task.parameters.items()}
        turned = [False, True] if len(x) == 1 and x[0].ndim == 2 else [False]
        first_error: StudentError | None = None
        for self.student.columns in turned:  # columns only for what cannot take rows
            try:
                return self._fitting_layout(shapes, x)
            except StudentError as error:
                first_error = first_error or error
        assert first_error is not None
        self.student.columns = False
        raise first_error

    def _fitting_layout(self, shapes: dict[str, tuple[int, ...]], x: list[Array]) -> None:
        """Choose the layout of the weights in which forward is right, else one in which it runs."""
        layouts = self.student.possible_layouts(shapes, x)
        fitting: list[tuple[bool, int, dict[str, Layout]]] = []
        errors: list[StudentError] = []
        for layout in layouts:
            self._new_pair(layout)
            try:
                y = self.student.forward(x := self.draw())
            except StudentError as error:
                errors.append(error)
                continue
            expected = self.expected(x)
            if mismatch(y, expected) <= TOLERANCE:
                return self._new_pair(layout)
            fitting.append((y.shape != expected.shape, len(fitting), layout))
        if not fitting:
            raise errors[0]
        self._new_pair(min(fitting)[2])
        return None

    def _new_pair(self, layout: dict[str, tuple[tuple[int, ...], tuple[int, ...]]]) -> None:
        """New objects on both sides, with the same new weights."""
        self.student.layouts, self.reference = layout, self.task.reference()
        self.student.values.clear()
        self.student.weights(x := self.draw())
        if any(value is None for value in self.reference.weights().values()):
            self.expected(x)
        self._new_weights()

    def _new_weights(self) -> None:
        weights, values = self.reference.weights(), {}
        for name, own in self.task.parameters.items():
            shape = np.shape(weights[own])
            sign = self.generator.choice([-1.0, 1.0], shape)
            values[name] = sign * self.generator.uniform(0.3, 1.2, shape)
            self.reference.set({own: values[name]})
        self.student.set(values)

    def _examine(self) -> None:
        passes = [self._one_pass() for _ in range(_ROUNDS)]
        wrong = next((finding for finding in passes if finding.code), Finding())
        if wrong.code:
            self.findings = self._own_gradients(wrong)
        self.findings["forward"] = wrong

    def _one_pass(self) -> Finding:
        """Forward and backward on both sides, on the same objects as before; forward's finding."""
        self._new_weights()
        expected, y = self.expected(x := self.draw()), self.student.forward(x)
        finding = compared("forward", y, expected, "forward", TOLERANCE)
        if finding.code:
            return finding
        upstream = self.upstream(expected.shape)
        self.reference.backward([upstream.copy()])
        wanted = self.reference.gradients()
        gradients, ending = self.student.backward(upstream, x)
        for name, got in gradients.items():
            true = wanted[self.task.parameters.get(name, "input")]
            if true is None or (name == self.student.first and x[0].dtype.kind in "biu"):
                continue  # whole numbers have no gradient
            true = np.asarray(true) if name == self.student.first else self.student.own(name, true)
            found = self._judged(name, got, true, ending, mismatch(y, expected) < _EXACT)
            if not self.findings.get(f"{name} gradient", Finding()).code:
                self.findings[f"{name} gradient"] = found
        return finding

    def _judged(
        self, name: str, got: Array | None, true: Array, ending: Finding, exact: bool
    ) -> Finding:
        """The finding on one gradient; an error of backward's explains what is not right."""
        if got is None:
            return ending if ending.code else missing(name)
        broadcasts = got.size == true.size and got.shape == true.shape[true.ndim - got.ndim :]
        if name in self.task.parameters and broadcasts:
            got = got.reshape(true.shape)  # (n,) for (1, n), as an update takes it
        found = compared(f"{name} gradient", got, true, "backward", TOLERANCE)
        if found.code and ending.code:
            return ending
        rounded = is_single(np.asarray(got, np.float64))
        if not found.code and exact and not rounded and mismatch(got, true) > _ANALYTIC:
            self.is_numeric = True
        return found

    def _own_gradients(self, wrong: Finding) -> dict[str, Finding]:
        """Forward is another function: are the gradients those of that function?"""
        y, again = self.student.forward(x := self.draw()), self.student.forward(x)
        upstream = self.upstream(y.shape)
        gradients, ending = self.student.backward(upstream, x)
        if not y.size or mismatch(y, again) > 0:
            return dict.fromkeys([f"{name} gradient" for name in gradients], wrong)
        found = {}
        for name, got in gradients.items():
            finding = ending if ending.code else missing(name)
            if got is not None:
                finding = self._against_differences(name, got, x, y, upstream)
            found[f"{name} gradient"] = finding
        return found

    def _against_differences(
        self, name: str, got: Array, x: list[Array], y: Array, upstream: Array
    ) -> Finding:
        student = self.student
        values = {n: student.own(n, value) for n, value in student.values.items()}
        at = x[0] if name == student.first else values[name]

        def output(v: Array) -> Array:
            if name == student.first:
                return student.forward([v, *x[1:]])
            student.put({name: v})
            return student.forward(x)

        if got.shape != at.shape:
            return compared(f"{name} gradient", got, np.zeros(at.shape), "backward", 0)
        found = measured(output, at, y, upstream, self.generator)
        if values:
            student.put(values)
        if found is None:
            return Finding("not-differentiable", "forward is nowhere smooth", "forward")
        places, true = found
        if not np.any(np.abs(true) > 1e-12):
            return Finding("constant-forward", f"forward does not depend on {name}", "forward")
        tolerance = 1e-2 if is_single(np.asarray(y, np.float64)) else 1e-3
        mine = got.ravel()[places]
        return compared(f"{name} gradient by differences", mine, true, "backward", tolerance)

    def _examine_optimizer(self) -> None:
        self.student.make()
        w = mine = self.draw()[0]
        finding = Finding()
        for _ in range(_STEPS):
            g = self.generator.normal(size=w.shape)
            w = self.reference.step(w, g.copy())
            answer = self.student.ask("step", "step", values=mine, grads=g)
            mine = array_in(answer.get("values"))
            if not np.array_equal(g, array_in(answer.get("grads"))):
                text = "step writes into the gradients"
                self.findings["contract"] = Finding("gradient-modified", text, "step")
            finding = compared("step", mine, w, "step", TOLERANCE)
            if finding.code:
                break
        self.findings["step"] = finding
