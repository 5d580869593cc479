"""What the checks have in common: their arguments, the object under test, the search for a fix."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from minnet.gradient_check import prepare
from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.harness import quiet
from minnet.gradient_check.layer_under_test import LayerUnderTest, NotALayerError
from minnet.gradient_check.repair.fix import fix_later
from minnet.gradient_check.repair.trial import Batch
from minnet.gradient_check.report import Mistake, Report
from minnet.gradient_check.tape import suspect_lines
from minnet.utils import checks

State = TypeVar("State", bound=CheckState)


def check_seed(place: str, seed: object) -> None:
    """Refuse what is no whole number; a float neither, of which NumPy makes no generator."""
    checks.seed(place, seed)
    if seed is None or isinstance(seed, float):
        raise TypeError(
            f"{place}: seed: expected a whole number >= 0, got {checks.describe(seed)}. "
            f"Write seed=0: each run then checks the same numbers."
        )


def check_source(place: str, source: Any) -> None:
    """Refuse what cannot be checked at all: no forward, no backward, nothing to call."""
    missing = [verb for verb in ("forward", "backward") if not hasattr(source, verb)]
    if len(missing) == 2 and not callable(source):
        raise TypeError(
            f"{place}: expected a class, a function that makes an object, or an object with "
            f"forward and backward, got {checks.describe(source)}."
        )
    if len(missing) == 1:
        raise TypeError(
            f"{place}: expected forward and backward, but {checks.describe(source)} has no "
            f"{missing[0]}. Write it."
        )


def report_on(
    place: str,
    source: Any,
    examine: Callable[[LayerUnderTest], State],
    batches: Callable[[State], list[Batch]],
) -> Report:
    """Make the object, examine it, and let the report search for a fix when it is asked for one.

    batches: on which a fix must prove itself.
    """
    state = _examined(place, source, examine)
    if isinstance(state, Report):
        return state

    def again() -> Report:
        other = _examined(place, source, examine)
        return other if isinstance(other, Report) else other.report

    def suspects() -> list[int]:
        return suspect_lines(state.point) if state.point else []

    fix_later(state.report, state.harness.layer, partial(batches, state), again, suspects)
    return state.report


def _examined(
    place: str, source: Any, examine: Callable[[LayerUnderTest], State]
) -> State | Report:
    """The state after the check, or a report that the constructor raises."""
    with quiet():
        try:
            layer = LayerUnderTest(source)
        except NotALayerError as error:
            raise NotALayerError(f"{place}: {error}") from None
        except (Exception, SystemExit) as error:
            name = getattr(source, "__name__", type(source).__name__)
            text = f"{name}.__init__: it raises {prepare.explain_error(error)}"
            code, evidence = prepare.code_of_error(error), "no object could be created."
            return Report(name, mistakes=[Mistake(code, "__init__", text, evidence)])
        with layer.streams.frozen():
            state = examine(layer)
        layer.restore()
    state.report.sort()
    return state
