"""The state of one check: the layer, its inputs, and the report so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from minnet.gradient_check.evaluation_point import EvaluationPoint, Precision
from minnet.gradient_check.harness import Harness
from minnet.gradient_check.input_domain import InputDomain, cotangent
from minnet.gradient_check.report import Check, Mistake, Report
from minnet.utils.types import Array


@dataclass
class CheckState:
    """A layer in its harness, and the report that is being written."""

    harness: Harness
    inputs: InputDomain
    report: Report
    seed: int
    batch: int = 5
    stream: int = 5
    precision: Precision = field(default_factory=Precision)
    random: bool = False
    point: EvaluationPoint | None = None
    blocked: set[str] = field(default_factory=set)  # arrays that are explained already

    def generator(self, part: int) -> np.random.Generator:
        """Random numbers for one part of the check, the same in every run."""
        return np.random.default_rng([self.seed, part])

    def cotangent(self, part: int) -> Callable[[Array], Array]:
        """An upstream gradient for an output, the same each time."""
        return lambda y: cotangent(np.shape(y), self.generator(part))

    def right(self, name: str, sentence: str) -> None:
        """A check that passed."""
        self.report.checks.append(Check(name, "right", sentence))

    def skipped(self, name: str, sentence: str) -> None:
        """A check that was not possible, and why."""
        self.report.checks.append(Check(name, "skipped", sentence))

    def remark(self, name: str, sentence: str) -> None:
        """What is legal, but perhaps not meant."""
        self.report.checks.append(Check(name, "remark", sentence))

    def wrong(
        self,
        name: str,
        code: str,
        where: str,
        message: str,
        evidence: str,
        place: str = "",
        advice: str = "",
    ) -> None:
        """A mistake; each is reported once.

        place: file and line, if more is known than the method. advice: the next step, if the
        usual one of the code does not fit.
        """
        method = where if where in ("forward", "backward", "__init__") else "backward"
        layer = self.harness.layer
        message = message[0].lower() + message[1:] if message.startswith("The ") else message
        text = message if message.startswith(layer.name) else f"{layer.name}.{method}: {message}"
        known = any(m.code == code and m.where == where for m in self.report.mistakes)
        if not known:
            spot = place or layer.place(method)
            self.report.mistakes.append(Mistake(code, where, text, evidence, spot, advice))
        self._verdict(name, text)

    def _verdict(self, name: str, text: str) -> None:
        checks = self.report.checks
        for index, check in enumerate(checks):
            if check.name == name:
                checks[index] = Check(name, "wrong", check.sentence)
                return
        checks.append(Check(name, "wrong", short(text)))

    def has(self, *codes: str) -> bool:
        """Whether one of these was found already."""
        return any(m.code in codes for m in self.report.mistakes)


def short(text: str) -> str:
    """The first sentence of a message, for the table of checks."""
    return text if len(text) <= 64 else text[:61] + "..."


def what(where: str) -> str:
    """`the gradient of \\`W\\``, or `the returned gradient`, for messages."""
    return "the returned gradient" if where == "input" else f"the gradient of `{where}`"


def number(value: float) -> str:
    """A number for evidence."""
    return f"{value:.3g}"
