"""What the report says about a wrong gradient, from what the tape found."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass
from typing import Any

from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.tape.analysis import Analysis, analyse
from minnet.gradient_check.tape.findings import find
from minnet.gradient_check.tape.relations import gradient_of, named
from minnet.gradient_check.tape.runs import Finding


@dataclass(frozen=True)
class Explanation:
    """Where a gradient goes wrong (file and line), and what is said of it.

    code: of the mistake, or `unknown`. sentence, advice: empty if nothing is known but the line.
    cause: a number that is the same for gradients with the same cause.
    """

    place: str
    code: str = "unknown"
    sentence: str = ""
    advice: str = ""
    cause: int = -1


def explain(point: EvaluationPoint, name: str, wrong: list[str]) -> Explanation | None:
    """The explanation of a wrong gradient; None where the trace is lost.

    `wrong`: the names of all wrong gradients; what they have in common is suspected first.
    """
    analysis = analyse(point)
    if analysis is None:
        return None
    layer = point.harness.layer
    found = find(analysis, name, [other for other in wrong if other != name])
    if found is None:
        line = analysis.trace.places.get(name, 0)
        line = line or (return_line(layer.cls) if name == "input" else 0)
        return Explanation(f"{layer.file_name}, line {line}") if line else None
    place = f"{layer.file_name}, line {found.line}"
    right = _right(analysis, found)
    value, relation = named(found.value), found.relation
    if relation is None:
        sentence = f"{value} is the first value that is no gradient of a value of forward.{right}"
        advice = f"Derive line {found.line} again: what goes in is right, what comes out is not."
        return Explanation(
            place, "unknown", sentence if right else "", advice if right else "", found.value.index
        )
    sentence = f"{value} {relation.sentence}.{right}"
    return Explanation(place, relation.code, sentence, _advice(found), found.value.index)


def _right(analysis: Analysis, found: Finding) -> str:
    """What goes into the wrong line and is right, in a sentence of its own."""
    own = {o.index for o in found.run}
    told: dict[str, None] = {}
    for operation in found.run:
        for source in operation.inputs:
            meaning = analysis.meanings.get(source.index)
            known = meaning is not None and not meaning.missing and source is not found.value
            if source.index in own or meaning is None or not known:
                continue
            if source is analysis.trace.upstream:
                continue
            told[f"{named(source)} is {gradient_of(meaning.of)}"] = None
    return f" Right up to there: {'; '.join(list(told)[:2])}." if told else ""


def _advice(found: Finding) -> str:
    """The next step, where the finding says more than the code."""
    relation = found.relation
    assert relation is not None
    line = found.line
    if relation.code == "jacobian-term-missing":
        return f"Add what is missing, in line {line} or where its value is used."
    if " belongs" in relation.sentence or " should be " in relation.sentence:
        return f"Change line {line} so, and run the check again."
    if relation.too_much is not None and relation.code != "extra-factor":
        return f"Divide by it in line {line}."
    if relation.code == "local-derivative-missing":
        return f"Multiply by it in line {line}, or in the line that uses its value."
    if relation.code == "unknown":
        return f"Change line {line} so that it gives {gradient_of(relation.of)}."
    return ""


def return_line(cls: Any) -> int:
    """The line of the last return of backward; 0 if it is not known."""
    try:
        source, first = inspect.getsourcelines(inspect.unwrap(cls.backward))
        tree = ast.parse(textwrap.dedent("".join(source)))
    except (OSError, TypeError, SyntaxError):
        return 0
    found = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return first + max(found) - 1 if found else 0
