"""A process answers, is limited, and is gone afterwards."""

import io

import numpy as np
import pytest

from minnet.gradient_check.separate_process.main import answers_to, serve
from minnet.gradient_check.separate_process.messages import read_message, write_message
from minnet.gradient_check.separate_process.student_process import Stopped, StudentProcess

SOURCE = """
import os, sys, time

class Double:
    def forward(self, x):
        return 2 * x

    def backward(self, grad):
        if grad[0] == 1:
            time.sleep(100)
        os._exit(3)

SEEN = sorted(os.environ), sys.path, os.getcwd()
"""


def started(process):
    assert process.ask("load", parts=[SOURCE], path="/nowhere/s.py", names=["Double"]) == {}
    process.ask("make", name="Double", arguments=(), names={}, kind="layer", options={})
    x = np.arange(3.0)
    answer = process.ask("forward", inputs=[x], training=True)
    np.testing.assert_array_equal(answer["outputs"][0], 2 * x)


def test_an_exit_and_a_hang_end_with_the_process(monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "1")
    for value, status in ((1.0, "timeout"), (2.0, "crashed")):
        with StudentProcess(1.5) as process:
            started(process)
            with pytest.raises(Stopped) as stopped:
                process.ask("backward", upstream=[np.full(3, value)])
            assert stopped.value.status == status
            folder = process.folder
        assert not folder.exists()
        with pytest.raises(Stopped):
            process.ask("ready")


def test_the_surroundings_are_clean(monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "1")
    source = SOURCE + "\nraise ValueError(repr(SEEN))"
    with StudentProcess(20) as process:
        answer = process.ask("load", parts=[source], path="/nowhere/s.py", names=[])
        text = answer["error"]["text"]
        assert "SECRET" not in text
        assert "PYTHONPATH" not in text
        assert answer["error"]["line"] == len(source.splitlines())


def test_serving_ends_with_the_pipe():
    questions, answers = io.BytesIO(), io.BytesIO()
    write_message(questions, [7, "ready", {}])
    questions.seek(0)
    serve(questions, answers, answers_to("check").answer)
    answers.seek(0)
    assert read_message(answers, 100) == [7, {}]
