"""What the process of `python -m minnet check` answers: it loads a file and examines its classes.

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
from minnet.gradient_check.command_line.student_file import StudentFile
from minnet.gradient_check.evaluation_point import EvaluationPoint
from minnet.gradient_check.harness import Harness
from minnet.gradient_check.prepare import explain_error
from minnet.gradient_check.report import Mistake, Report
from minnet.gradient_check.separate_process.answers import Answer, Answers


def _note_progress(timeout: float) -> None:
    """Write the file `SLOW` if calls return until shortly before the end: slow is not wrong."""
    time.sleep(0.5 * timeout)
    before = Harness.calls
    time.sleep(0.4 * timeout)
    if Harness.calls > before:
        Path(SLOW).touch()


class CheckAnswers(Answers):
    """The questions, one method each."""

    file: StudentFile
    recorder: LocationRecorder
    point: EvaluationPoint | None

    def answer_load(self, path: str, timeout: float, every_line: bool) -> Answer:
        """Run the file; the names of its classes."""
        self.recorder = LocationRecorder(path, "location", timeout, every_line)
        self.recorder.begin()
        self.file = StudentFile(Path(path))
        return {"classes": list(self.file.classes)}

    def answer_examine(self, name: str, seed: int, hints: str = "full") -> Answer:
        """The report on one class; a fix is searched for only where it will be shown."""
        self.recorder.begin()
        Path(SLOW).unlink(missing_ok=True)
        timeout = (self.recorder.timeout,)
        threading.Thread(target=_note_progress, args=timeout, daemon=True).start()
        report = self._report(name, seed)
        self.point = report.point
        return report.to_dict("full" if hints == "full" else "cause")

    def _report(self, name: str, seed: int) -> Report:
        cls = self.file.classes[name]
        try:
            report = self.file.examine(name, seed)
        except SystemExit as error:
            where = method_of(error)
            text = f"{cls.__name__}.{where}: it raises {explain_error(error)}"
            return Report(cls.__name__, mistakes=[Mistake("raises", where, text, "sys.exit().")])
        except Exception as error:
            text = "".join(traceback.format_exception_only(error)).strip()
            return Report(cls.__name__, note=f"The check itself failed: {text}")
        made = report.point.run.obj if report.point else None
        is_pair = name in self.file.pairs  # of functions: its class is made again, with weights
        if not (is_pair or made is None or isinstance(made, cls)):
            note = f"CASES[{name}] makes an object of another class: write {name}(...) there."
            return Report(name, note=note)
        return report

    def answer_point(self) -> Answer:
        """The input and the weights of the examination."""
        point = self.point
        if point is None:
            return {}
        values = {w.name: point.harness.values[w.name] for w in point.harness.weights}
        return {"x": point.x, "values": values, "differentiable": point.differentiable}

    def answer_run(self, x: Any, values: Answer, g: Any = None) -> Answer:
        """The output for an input and weights; with g, also all gradients."""
        point = self.point
        assert point is not None
        with point.harness.layer.streams.frozen():
            run = point.harness.run(x, g, values=values, stream=point.stream)
        if run.error is not None:
            raise run.error
        return {"y": run.y, "gradients": {"input": run.dx, **run.grads} if g is not None else {}}
