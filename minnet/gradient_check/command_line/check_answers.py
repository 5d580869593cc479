"""What the process of `python -m minnet check` answers.

It loads a file and examines its classes.

The report that it sends is advice. The verdict comes from the outputs and gradients at one point,
which `verdict.py` asks for.
"""

from __future__ import annotations

import threading
import time
import traceback
from pathlib import Path
from typing import Any

from minnet.gradient_check.command_line.hang_location import SLOW, LocationRecorder, method_of
from minnet.gradient_check.command_line.student_file import (
    Refused,
    classes_in,
    examine,
    load,
    refused_report,
)
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.harness import Harness, quiet
from minnet.gradient_check.prepare import explain_error
from minnet.gradient_check.report import Mistake, Report


class _Progress(threading.Thread):
    """Writes that file, since slow is not wrong."""

    def __init__(self, timeout: float) -> None:
        super().__init__(daemon=True)
        self.timeout = timeout

    def run(self) -> None:
        time.sleep(0.5 * self.timeout)
        before = Harness.calls
        time.sleep(0.4 * self.timeout)
        if Harness.calls > before:
            Path(SLOW).touch()


class CheckAnswers:
    """The questions, one method each."""

    def __init__(self) -> None:
        self.module: Any = None
        self.refused: dict[str, Refused] = {}
        self.recorder: LocationRecorder | None = None
        self.point: EvaluationPoint | None = None
        self.timeout = 60.0

    def answer(self, question: str, arguments: dict[str, Any]) -> Any:
        """Call the method of this name; an error is an answer, too."""
        try:
            return getattr(self, f"answer_{question}")(**arguments)
        except BaseException as error:  # also sys.exit() in the file
            return {"failed": f"{type(error).__name__}: {error}"[:400]}

    def answer_ready(self) -> dict[str, Any]:
        """The process has started."""
        return {}

    def answer_load(self, path: str, timeout: float, every_line: bool) -> dict[str, Any]:
        """Run the file; the names of its classes."""
        self.timeout = timeout
        self.recorder = LocationRecorder(Path(path), "location", timeout, every_line)
        self.recorder.begin()
        self.module, refused = load(Path(path))
        self.refused = {r.name: r for r in refused}
        return {"classes": list(classes_in(self.module))}

    def answer_examine(self, name: str, seed: int, hints: str = "full") -> dict[str, Any]:
        """The report on one class; a fix is searched for only where it will be shown."""
        assert self.recorder is not None
        self.recorder.begin()
        Path(SLOW).unlink(missing_ok=True)
        _Progress(self.timeout).start()
        report = self._report(classes_in(self.module)[name], name, seed)
        self.point = report.point
        return report.to_dict("full" if hints == "full" else "cause")

    def _report(self, cls: type, name: str, seed: int) -> Report:
        if name in self.refused:
            return refused_report(self.refused[name])
        try:
            report = examine(self.module, cls, seed)
        except SystemExit as error:
            where = method_of(error)
            text = f"{cls.__name__}.{where}: it raises {explain_error(error)}"
            return Report(cls.__name__, mistakes=[Mistake("raises", where, text, "sys.exit().")])
        except Exception as error:
            text = "".join(traceback.format_exception_only(error)).strip()
            return Report(cls.__name__, note=f"The check itself failed: {text}")
        made = report.point.run.obj if report.point else None
        if made is not None and not isinstance(made, cls):
            note = f"CASES[{name}] makes an object of another class: write {name}(...) there."
            return Report(name, note=note)
        return report

    def answer_point(self) -> dict[str, Any]:
        """The input and the weights of the examination."""
        point = self.point
        if point is None:
            return {}
        values = {w.name: point.harness.values[w.name] for w in point.harness.weights}
        return {"x": point.x, "values": values, "differentiable": point.differentiable}

    def answer_run(self, x: Any, values: dict[str, Any], g: Any = None) -> dict[str, Any]:
        """The output for an input and weights; with g, also all gradients."""
        point = self.point
        assert point is not None
        with point.harness.layer.streams.frozen(), quiet():
            run = point.harness.run(x, g, values=values, stream=point.stream)
        if run.error is not None:
            raise run.error
        return {"y": run.y, "gradients": {"input": run.dx, **run.grads} if g is not None else {}}
