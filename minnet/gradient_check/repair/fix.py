"""From a check that found mistakes to the sentence that fixes them."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from dataclasses import replace

from minnet.gradient_check.harness import quiet
from minnet.gradient_check.layer_under_test import LayerUnderTest
from minnet.gradient_check.repair.search import Search
from minnet.gradient_check.repair.trial import Batch
from minnet.gradient_check.report import Mistake, Report


def fix_later(
    report: Report,
    layer: LayerUnderTest,
    batches: Callable[[], list[Batch]],
    check_again: Callable[[], Report],
    suspects: Callable[[], list[int]] = list,
) -> None:
    """Let the report search for a fix when it is first asked for one.

    check_again: the whole check once more, which runs whatever code the class has then. A fix
    counts only if it finds fewer mistakes, and none that was not there before.
    """

    def search() -> None:
        left: list[set[tuple[str, str]]] = []
        before = _names(report)

        def confirm() -> bool:
            after = _names(check_again())
            left.append(after)
            return after < before

        places = [int(n) for m in report.mistakes for n in re.findall(r"line (\d+)", m.place)]
        found = None
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            quiet(),
            layer.streams.frozen(),
            contextlib.suppress(Exception, SystemExit),
        ):
            found = Search(batches(), [*places, *suspects()], confirm).run()
        layer.restore()
        if found is not None:
            report.mistakes = [
                m if _name(m) in left[-1] else _fixed(m, *found) for m in report.mistakes
            ]

    if report.mistakes:
        report.search = search


def _fixed(mistake: Mistake, fix: str, code: str) -> Mistake:
    """The mistake with its fix, which also names what had no name."""
    if mistake.code != "unknown" or not code:
        return replace(mistake, fix=fix)
    message = mistake.message.replace(", cause unknown.", ".")
    return replace(mistake, fix=fix, code=code, message=message, advice="Compare with the fix.")


def _names(report: Report) -> set[tuple[str, str]]:
    return {_name(mistake) for mistake in report.mistakes}


def _name(mistake: Mistake) -> tuple[str, str]:
    return mistake.code, mistake.where
