"""The process of a student: started by `StudentProcess`, it answers questions through its pipe.

It runs isolated (`python -I`), and this file is its script: minnet is loaded from the place that
the grader names, and nothing that lies beside a submission can stand for a module.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO


def load_minnet(package: str) -> None:
    """Import minnet from this folder, whatever else is installed."""
    spec = importlib.util.spec_from_file_location(
        "minnet", Path(package) / "__init__.py", submodule_search_locations=[package]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["minnet"] = module
    spec.loader.exec_module(module)


def load_later(name: str) -> None:
    """Let a package run its `__init__` when its first public name is used, not before its parts."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    package = importlib.util.module_from_spec(spec)

    def load(attribute: str) -> Any:
        del package.__getattr__
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(package)
        return getattr(package, attribute)

    package.__getattr__ = load  # type: ignore[method-assign]
    sys.modules[name] = package


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output under other descriptors; what is printed goes where errors go."""
    questions, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return os.fdopen(questions, "rb"), os.fdopen(answers, "wb")


def serve(questions: BinaryIO, answers: BinaryIO, answer: Any) -> None:
    """Answer until the grader closes the pipe."""
    from minnet.gradient_check.separate_process.messages import read_message, write_message

    while True:
        try:
            number, question, arguments = read_message(questions, 1 << 30)
        except EOFError:
            return
        write_message(answers, [number, answer(question, arguments)])


def answers_to(kind: str) -> Any:
    """The object that answers the questions of `check`, or of `grade`."""
    if kind == "check":
        from minnet.gradient_check.command_line.check_answers import CheckAnswers

        return CheckAnswers()
    load_later("minnet.gradient_check")  # a grading needs few of its parts
    from minnet.gradient_check.separate_process.student_answers import StudentAnswers

    answers = StudentAnswers()
    sys.setprofile(answers.note_call)
    return answers


def main() -> None:
    """Arguments: as JSON, the options that `StudentProcess` sends."""
    options = json.loads(sys.argv[1])
    sys.argv = ["submission"]
    sys.path += [path for path in options["path"] if path not in sys.path]
    sys.modules["threadpoolctl"] = None  # type: ignore[assignment]  # it reads what is refused
    pipes = private_pipes()
    load_minnet(options["package"])
    from minnet.gradient_check.separate_process import limits

    answers = answers_to(options["answers"])
    readable = [*sys.path, options["package"] + os.sep, *options["readable"]]
    limits.limit_resources(options["seconds"], options["memory"])
    limits.close_gaps()
    sys.addaudithook(limits.make_hook(options["folder"], [p for p in readable if p]))
    serve(*pipes, answers.answer)
    os._exit(0)


if __name__ == "__main__":
    main()
