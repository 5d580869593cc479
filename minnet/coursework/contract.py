"""The contract: nothing that came in is written to, evaluation mode, a batch of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet.coursework.finding import TOLERANCE, Finding, StudentError, compared
from minnet.coursework.random_layers import is_random
from minnet.gradient_check.finite_differences import mismatch
from minnet.utils.types import Array

if TYPE_CHECKING:
    from minnet.coursework.examination import Examination


def examine_contract(examination: Examination) -> None:
    """Note the first finding; what costs another part already does not count here."""
    finding = examination.student.changed
    finding = finding if finding.code else _evaluation(examination)
    finding = finding if finding.code else _batch_of_one(examination)
    finding = finding if finding.code else examination.student.changed
    examination.findings["contract"] = finding


def _evaluation(examination: Examination) -> Finding:
    """In evaluation the reference may give something else; then so must the student's."""
    if examination.task.kind == "loss":
        return Finding()
    x = examination.draw()
    training, evaluation = (examination.expected(x, mode) for mode in (True, False))
    examination.student.forward(x)
    y = examination.student.forward(x, training=False)
    is_other = examination.findings["forward"].code and not is_random(examination.task)
    if mismatch(training, evaluation) <= TOLERANCE or is_other:
        return Finding()
    finding = compared("forward in evaluation", y, evaluation, "forward", TOLERANCE)
    finding.code = finding.code and "evaluation-mode"
    return finding


def _trains(examination: Examination, x: list[Array]) -> bool:
    """Whether the reference takes this batch in training."""
    try:
        examination.expected(x)
    except Exception:
        return False
    return True


def _batch_of_one(examination: Examination) -> Finding:
    student, findings = examination.student, examination.findings
    x = [a[:1] if a.ndim else a for a in examination.draw()]
    try:
        expected = examination.expected(x, training=False)
    except Exception:
        return Finding()  # the reference itself refuses a batch of one
    try:
        y = student.forward(x, training=False)
        ending = Finding()
        gradients: dict[str, Array | None] = {student.first: None}
        if _trains(examination, x):
            upstream = examination.upstream(student.forward(x).shape)
            gradients, ending = student.backward(upstream, x)
    except StudentError as error:
        text = f"for a batch of one: {error.finding.detail}"
        return Finding("batch-of-one", text, "forward", error.finding.line)
    finding = compared("forward for a batch of one", y, expected, "forward", TOLERANCE)
    wrong = findings["forward"].code
    if wrong and (finding.code == "wrong-numbers" or wrong == "wrong-shape"):
        finding = Finding()  # as for any batch: that cost the points of forward
    dx, parts = gradients[student.first], [f for n, f in findings.items() if " gradient" in n]
    odd = ending.code or (dx is not None and dx.shape != x[0].shape)
    if odd and not finding.code and not any(part.code for part in parts):
        finding = Finding("wrong-shape", "backward for a batch of one: another shape", "backward")
    finding.code = finding.code and "batch-of-one"
    return finding
