"""The verdicts on one task, computed here from arrays that the student's process returned.

Forward is compared with the reference. Gradients are compared with the reference's where forward is right, else
with differences of the outputs that came back: so a wrong function may still have a right gradient.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.coursework.assignment import Task
from minnet.coursework.random_layers import examine_random
from minnet.gradient_check.finite_differences import (
    EVERY_ENTRY,
    is_single,
    jacobian,
    mismatch,
    sample_columns,
)
from minnet.utils.types import Array

Ask = Callable[..., Any]
TOLERANCE = 5e-5
_ROUNDS = 3
_EXACT = 1e-13


@dataclass
class Finding:
    """Why a part is not right (code, and sentences for people); code "" where it is right."""

    code: str = ""
    detail: str = ""
    line: int | None = None
    method: str = ""


class StudentError(Exception):
    """The student's code raised, or is not there; args[0] is the Finding."""

    @property
    def finding(self) -> Finding:
        """The code and sentence."""
        return self.args[0]  # type: ignore[no-any-return]


def array_in(value: Any) -> Array:
    """An array from an untrusted answer; an empty one where it is none."""
    return value if isinstance(value, np.ndarray) else np.zeros((0,))


def difference(name: str, got: Array, expected: Array) -> Finding:
    """A finding if two arrays differ; shapes first, then the place of the largest difference."""
    if got.shape != expected.shape:
        return Finding("wrong-shape", f"{name}: expected shape {expected.shape}, got {got.shape}")
    if mismatch(got, expected) <= TOLERANCE:
        return Finding()
    if not np.isfinite(got).all():
        return Finding("not-finite", f"{name}: expected finite numbers, got NaN or infinity")
    place = np.unravel_index(int(np.argmax(np.abs(got - expected))), got.shape)
    at = f" at {tuple(int(i) for i in place)}" if place else ""
    return Finding(
        "wrong-numbers", f"{name}: expected {expected[place]:.6g}{at}, got {got[place]:.6g}"
    )


class Examination:
    """Asks for one task and judges the answers.

    Args:
        ask: a question with its arguments to the student's process. generator: of the inputs.
    """

    def __init__(self, task: Task, ask: Ask, generator: np.random.Generator) -> None:
        self.task, self._ask, self.generator = task, ask, generator
        self.reference = task.reference()
        self.findings: dict[str, Finding] = {}
        self.first = "prediction" if task.kind == "loss" else "input"
        self.layouts: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self.numeric = False  # gradients with the errors of a difference quotient
        self.changed: Finding = Finding()

    def ask(self, question: str, method: str, **arguments: Any) -> dict[str, Any]:
        """One question about a method; an error of the student's code is raised as a finding."""
        answer = self._ask(question, **arguments)
        if not isinstance(answer, dict):
            raise StudentError(Finding("raises", f"{method}: no answer", None, method))
        error = answer.get("error")
        if isinstance(error, dict):
            raise StudentError(self._of_error(error, method))
        return answer

    def _of_error(self, error: dict[str, Any], method: str) -> Finding:
        code = error.get("code")
        code = code if code in ("missing", "not-written") else "raises"
        line = error.get("line")
        text = f"{self.task.title if code == 'missing' else method}: {error.get('text')}"
        return Finding(code, text, line if isinstance(line, int) else None, method)

    def run(self) -> dict[str, Finding]:
        """A finding for each part."""
        try:
            self._make()
            if self.task.kind == "optimizer":
                self._examine_optimizer()
            else:
                self._choose_layouts()
                self._examine()
        except StudentError as error:
            for part in self.task.part_names():
                self.findings.setdefault(part, error.finding)
        return {part: self.findings.get(part, Finding()) for part in self.task.part_names()}

    # -- objects and weights

    def _make(self) -> dict[str, Any]:
        return self.ask(
            "make",
            "__init__",
            name=self.task.name,
            arguments=self.task.student_arguments(),
            names=list(self.task.parameters),
            kind=self.task.kind,
        )

    def forward(self, inputs: list[Array], training: bool = True) -> Array:
        """The student's output; notes inputs that were written to."""
        answer = self.ask("forward", "forward", inputs=inputs, training=training)
        outputs = answer.get("outputs")
        y = array_in(outputs[0] if isinstance(outputs, list) and outputs else None)
        self._note_changes("forward", inputs, answer.get("inputs"))
        return y.reshape(()) if self.task.kind == "loss" and y.size == 1 else y

    def _note_changes(self, method: str, before: list[Array], after: Any) -> None:
        if self.changed.code or not isinstance(after, list):
            return
        names = [self.first, "target"] if len(before) > 1 else [self.first]
        for name, old, new in zip(names, before, after, strict=False):
            if not np.array_equal(old, array_in(new), equal_nan=True):
                self.changed = Finding(
                    f"{name}-modified", f"{method} writes into {name}", None, method
                )

    def backward(
        self, upstream: Array, inputs: list[Array]
    ) -> tuple[dict[str, Array | None], Finding]:
        """The student's gradients by name, and how backward ended."""
        answer = self.ask("backward", "backward", upstream=[upstream])
        given = answer.get("gradients")
        found = given if isinstance(given, dict) else {}
        gradients = {
            self.first: found.get("input"),
            **{n: found.get(n) for n in self.task.parameters},
        }
        self._note_changes("backward", inputs, answer.get("inputs"))
        after = answer.get("upstream")
        if not self.changed.code and isinstance(after, list) and after:
            if not np.array_equal(upstream, array_in(after[0]), equal_nan=True):
                self.changed = Finding(
                    "upstream-modified",
                    "backward writes into the upstream gradient",
                    None,
                    "backward",
                )
        self._check_weights(answer.get("weights"))
        raised = answer.get("raised")
        ending = self._of_error(raised, "backward") if isinstance(raised, dict) else Finding()
        return {k: v if isinstance(v, np.ndarray) else None for k, v in gradients.items()}, ending

    def _check_weights(self, after: Any) -> None:
        for name, value in self.values.items():
            now = after.get(name) if isinstance(after, dict) else None
            if (
                isinstance(now, np.ndarray)
                and mismatch(now, self._own(name, value)) > 1e-6
                and not self.changed.code
            ):
                self.changed = Finding(
                    "parameter-modified", f"{name} is changed by a pass", None, "forward"
                )

    def _weights(self) -> dict[str, Any]:
        found = self.ask("weights", "__init__").get("weights")
        return found if isinstance(found, dict) else {}

    def _choose_layouts(self) -> None:
        """Weights may be kept transposed, or with axes of length 1: the layout whose forward is right."""
        self.values: dict[str, Array] = {}
        if not self.task.parameters:
            return
        weights = self._weights()
        if any(not isinstance(value, np.ndarray) for value in weights.values()):
            self.ask("forward", "forward", inputs=self.task.draw(self.generator), training=True)
            weights = self._weights()
        x = self.task.draw(self.generator)
        self.reference.forward(x, True)
        shapes = {s: np.shape(self.reference.weights()[r]) for s, r in self.task.parameters.items()}
        choices = [_layouts(shapes[n], weights.get(n)) for n in self.task.parameters]
        for name, found in zip(self.task.parameters, choices, strict=True):
            if not found:
                text = f"{name}: expected shape {shapes[name]}, got {np.shape(weights[name])}"
                raise StudentError(Finding("wrong-shape", text, None, "__init__"))
        combinations = list(itertools.islice(itertools.product(*choices), 48))
        self.layouts = dict(zip(self.task.parameters, combinations[0], strict=True))
        for combination in combinations if len(combinations) > 1 else []:
            kept, self.layouts = (
                self.layouts,
                dict(zip(self.task.parameters, combination, strict=True)),
            )
            try:
                self._new_pair()
                x = self.task.draw(self.generator)
                if not difference("forward", self.forward(x), self.reference.forward(x, True)).code:
                    break
            except StudentError:
                pass
            self.layouts = kept
        self._new_pair()

    def _new_pair(self) -> None:
        """A new object on both sides, with new weights that are the same."""
        self.changed = Finding()
        self.reference = self.task.reference()
        weights = self._make().get("weights")
        if isinstance(weights, dict) and any(
            not isinstance(v, np.ndarray) for v in weights.values()
        ):
            x = self.task.draw(self.generator)
            self.ask("forward", "forward", inputs=x, training=True)
            self.reference.forward(x, True)
        self._new_weights()

    def _new_weights(self) -> None:
        for name, own in self.task.parameters.items():
            old = self.reference.weights()[own]
            if old is None:
                continue
            size = self.generator.uniform(0.3, 1.2, np.shape(old))
            value = size * self.generator.choice([-1.0, 1.0], np.shape(old))
            self.values[name] = value
            self.reference.set({own: value})
        if self.values:
            values = {name: self._own(name, value) for name, value in self.values.items()}
            self.ask("set", "__init__", values=values)

    def _own(self, name: str, value: Array) -> Array:
        """A weight of the reference in the student's layout."""
        axes, shape = self.layouts[name]
        return np.ascontiguousarray(value.transpose(axes)).reshape(shape)

    # -- layers and losses

    def _is_random(self) -> bool:
        x = self.task.draw(self.generator)
        first, second = (self.task.reference() for _ in range(2))
        return bool(
            not self.task.parameters
            and mismatch(first.forward(x, True), second.forward(x, True)) > TOLERANCE
        )

    def _examine(self) -> None:
        if self._is_random():
            examine_random(self)
        else:
            passes = [self._one_pass() for _ in range(_ROUNDS)]
            self.findings["forward"] = next((p for p in passes if p.code), Finding())
            if self.findings["forward"].code:
                self._own_gradients()
        self._examine_contract()

    def _one_pass(self) -> Finding:
        """Forward and backward on both sides, on the same objects as before; forward's finding."""
        self._new_weights()
        x = self.task.draw(self.generator)
        expected = self.reference.forward([a.copy() for a in x], True)
        expected = expected.reshape(()) if self.task.kind == "loss" else expected
        y = self.forward(x)
        finding = difference("forward", y, expected)
        finding.method = "forward"
        if finding.code:
            return finding
        upstream = self._upstream(expected.shape)
        self.reference.backward([upstream.copy()])
        wanted = self.reference.gradients()
        gradients, ending = self.backward(upstream, x)
        exact = mismatch(y, expected) < _EXACT
        for name, gradient in gradients.items():
            own = self.task.parameters.get(name, "input")
            if wanted[own] is None:
                continue
            true = np.asarray(wanted[own])
            true = true if own == "input" else self._own(name, true)
            self._judge(name, gradient, true, ending, exact)
        return finding

    def _upstream(self, shape: tuple[int, ...]) -> Array:
        """A random upstream gradient; 1 for a loss."""
        return np.ones(()) if self.task.kind == "loss" else self.generator.normal(size=shape)

    def _judge(
        self, name: str, got: Array | None, true: Array, ending: Finding, exact: bool
    ) -> None:
        """Note the finding on one gradient, unless there is one already."""
        part = f"{name} gradient"
        if (
            got is not None
            and name != self.first
            and got.size == true.size
            and got.shape != true.shape
        ):
            if got.shape == true.shape[true.ndim - got.ndim :]:
                got = got.reshape(true.shape)  # (n,) for (1, n): an update broadcasts
        if got is None:
            finding = (
                ending
                if ending.code
                else Finding("gradient-missing", f"{name}: expected a gradient, got none")
            )
        else:
            finding = difference(f"{name} gradient", got, true)
            finding = ending if finding.code and ending.code else finding
            error = mismatch(got, true)
            if (
                not finding.code
                and exact
                and error > 1e-12
                and not is_single(np.asarray(got, np.float64))
            ):
                self.numeric = True
        finding.method = "backward"
        if not self.findings.get(part, Finding()).code:
            self.findings[part] = finding

    def _own_gradients(self) -> None:
        """Forward is another function: are the gradients those of that function?"""
        self.findings = {"forward": self.findings["forward"]}
        x = self.task.draw(self.generator)
        y = self.forward(x)
        upstream = self._upstream(y.shape)
        again = self.forward(x)
        gradients, ending = self.backward(upstream, x)
        repeatable = y.size > 0 and np.isfinite(y).all() and mismatch(y, again) == 0
        for name, gradient in gradients.items():
            part = f"{name} gradient"
            if gradient is None or not repeatable:
                missing = Finding(
                    "gradient-missing", f"{name}: expected a gradient, got none", None, "backward"
                )
                self.findings[part] = (
                    ending
                    if ending.code
                    else missing
                    if gradient is None
                    else self.findings["forward"]
                )
            else:
                self.findings[part] = self._against_differences(name, gradient, x, y, upstream)

    def _against_differences(
        self, name: str, got: Array, x: list[Array], y: Array, g: Array
    ) -> Finding:
        values = {n: self._own(n, v) for n, v in self.values.items()}
        at = x[0] if name == self.first else values[name]

        def output(v: Array) -> Array:
            if name == self.first:
                return self.forward([v, *x[1:]])
            self.ask("set", "__init__", values={**values, name: v})
            return self.forward(x)

        if got.shape != at.shape:
            return Finding(
                "wrong-shape",
                f"{name}: expected shape {at.shape}, got {got.shape}",
                None,
                "backward",
            )
        columns = sample_columns(at.size, self.generator, EVERY_ENTRY)
        single = is_single(np.asarray(y, np.float64))
        try:
            slopes = jacobian(output, at, y, columns, single=single)
        except ValueError:
            return Finding(
                "wrong-numbers", f"{name}: the outputs change their shape", None, "forward"
            )
        finally:
            if values:
                self.ask("set", "__init__", values=values)
        smooth = ~slopes.kinked
        true, mine = slopes.transpose_times(g)[smooth], got.ravel()[columns][smooth]
        if not np.any(np.abs(true) > 1e-12):
            return Finding(
                "constant-forward", f"{name}: forward does not depend on it", None, "forward"
            )
        if mismatch(mine, true) <= (1e-2 if single else 1e-3):
            return Finding()
        worst = int(np.argmax(np.abs(mine - true)))
        text = f"{name} gradient: expected {true[worst]:.6g} by differences, got {mine[worst]:.6g}"
        return Finding("wrong-numbers", text, None, "backward")

    # -- the contract

    def _examine_contract(self) -> None:
        finding = self.changed if self.changed.code else self._evaluation()
        self.findings["contract"] = finding if finding.code else self._batch_of_one()

    def _evaluation(self) -> Finding:
        """In evaluation the reference may give something else; then so must the student's."""
        if self.task.kind == "loss":
            return Finding()
        x = self.task.draw(self.generator)
        training, evaluation = (self.reference.forward(x, mode) for mode in (True, False))
        self.forward(x)
        y = self.forward(x, training=False)
        wrong_forward = self.findings["forward"].code
        if mismatch(training, evaluation) <= TOLERANCE or (wrong_forward and not self._is_random()):
            return Finding()
        finding = difference("forward in evaluation", y, evaluation)
        return (
            Finding("evaluation-mode", finding.detail, None, "forward") if finding.code else finding
        )

    def _batch_of_one(self) -> Finding:
        x = [a[:1] if a.ndim else a for a in self.task.draw(self.generator)]
        try:
            expected = self.reference.forward([a.copy() for a in x], False)
        except Exception:
            return Finding()  # the reference itself refuses a batch of one
        expected = expected.reshape(()) if self.task.kind == "loss" else expected
        try:
            y = self.forward(x, training=False)
            gradients, ending = self.backward(self._upstream(y.shape), x)
        except StudentError as error:
            return Finding(
                "batch-of-one",
                f"for a batch of one: {error.finding.detail}",
                error.finding.line,
                "forward",
            )
        if y.shape != expected.shape or not np.isfinite(y).all():
            text = (
                f"expected shape {expected.shape}, got {y.shape}"
                if y.shape != expected.shape
                else "not finite"
            )
            if self.findings["forward"].code not in ("wrong-shape",):
                return Finding(
                    "batch-of-one", f"forward for a batch of one: {text}", None, "forward"
                )
        if not self.findings["forward"].code and mismatch(y, expected) > TOLERANCE:
            return Finding(
                "batch-of-one", "forward for a batch of one: other numbers", None, "forward"
            )
        dx = gradients[self.first]
        parts = [f for name, f in self.findings.items() if name.endswith(" gradient")]
        if not any(part.code for part in parts) and (
            ending.code or (dx is not None and dx.shape != x[0].shape)
        ):
            return Finding(
                "batch-of-one", "backward for a batch of one: another shape", None, "backward"
            )
        return Finding()

    # -- optimizers

    def _examine_optimizer(self) -> None:
        w = self.task.draw(self.generator)[0]
        mine, finding = w.copy(), Finding()
        for _ in range(6):
            g = self.generator.normal(size=w.shape)
            w = self.reference.step(w, g.copy())
            answer = self.ask("step", "step", values=mine, grads=g)
            mine = array_in(answer.get("values"))
            if not np.array_equal(g, array_in(answer.get("grads"))):
                self.findings["contract"] = Finding(
                    "gradient-modified", "step writes into the gradients", None, "step"
                )
            finding = difference("step", mine, w)
            if finding.code:
                break
        finding.method = "step"
        self.findings["step"] = finding


def _layouts(shape: tuple[int, ...], own: Any) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The orders of axes in which an array of `shape` becomes one of the student's shape."""
    straight = tuple(range(len(shape)))
    if not isinstance(own, np.ndarray):
        return [(straight, shape)]
    wanted = [n for n in own.shape if n != 1]
    return [
        (axes, own.shape)
        for axes in itertools.permutations(straight)
        if [shape[a] for a in axes if shape[a] != 1] == wanted
    ]
