"""What a process answers: a method for each question; an error is an answer, too."""

from __future__ import annotations

import traceback
import warnings
from typing import Any

import numpy as np

Answer = dict[str, Any]


class Answers:
    """The questions, one method `answer_...` each. Nothing here judges.

    Attributes:
        files: names of the files whose lines an error may name.
    """

    files: set[str]

    def __init__(self) -> None:
        self.files = set()

    def answer(self, question: str, arguments: Answer) -> Any:
        """Call the method of this name; an error of the student's is part of the answer."""
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return getattr(self, f"answer_{question}")(**arguments)
        except BaseException as error:  # also sys.exit() and KeyboardInterrupt in a submission
            return {"error": self.error_text(error)}

    def answer_ready(self) -> Answer:
        """The process has started."""
        return {}

    def error_text(self, error: BaseException) -> Answer:
        """An error as data: its type, its sentence, the innermost line of the submission."""
        code = "not-written" if isinstance(error, NotImplementedError) else "raises"
        try:
            frames = traceback.extract_tb(error.__traceback__)
            own = [frame.lineno for frame in frames if frame.filename in self.files]
            text = f"{type(error).__name__}: {error}"[:400]
        except BaseException:  # an error whose text or place raises another one
            own, text = [], type(error).__name__
        return {"code": code, "text": text, "line": own[-1] if own else None}
