"""What a file says about itself is believed only where its arrays bear it out."""

import faulthandler
import json

import pytest

from minnet.gradient_check.command_line.check_answers import CheckAnswers
from minnet.gradient_check.command_line.main import main
from minnet.gradient_check.command_line.verdict import confirmed
from minnet.gradient_check.report import Report

SOURCE = """
import numpy as np
import minnet as mn


class Scale(mn.Layer):
    def __init__(self, features):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class Halves(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / (2 * len(self.d))

    def backward(self):
        return self.d / len(self.d)
"""
MISTAKES = {
    "(grad * self.x).sum(axis=0)": ("-(grad * self.x).sum(axis=0)", "Scale", "gain"),
    "return grad * self.gain.value": ("return grad + self.gain.value", "Scale", "input"),
    "return self.d / len(self.d)": ("return self.d", "Halves", "input"),
}


@pytest.fixture
def examined(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where the process notes its line

    def examine(source, name):
        path = tmp_path / "student.py"
        path.write_text(source, encoding="utf-8")
        answers = CheckAnswers()

        def ask(question, **arguments):
            return answers.answer(question, arguments)

        assert name in ask("load", path=str(path), timeout=1000.0, every_line=False)["classes"]
        ask("examine", name=name, seed=0)
        faulthandler.cancel_dump_traceback_later()
        answers.recorder.file.close()
        return confirmed(Report(name), ask)

    return examine


@pytest.mark.parametrize("name", ["Scale", "Halves"])
def test_right_classes_are_confirmed(examined, name):
    assert examined(SOURCE, name).ok


@pytest.mark.parametrize("right", MISTAKES)
def test_a_report_that_hides_a_mistake_is_corrected(examined, right):
    wrong, name, where = MISTAKES[right]
    report = examined(SOURCE.replace(right, wrong), name)
    assert [mistake.where for mistake in report.mistakes] == [where]


@pytest.mark.parametrize("answer", [None, {}, {"x": 1, "values": {}}, {"failed": "so"}, {"y": "z"}])
def test_answers_that_show_nothing_confirm_nothing(answer):
    report = confirmed(Report("Scale"), lambda question, **arguments: answer)
    assert not report.ok
    assert "could not be confirmed" in report.note


FORGED = {
    "another class of the same name": (
        "Right = type('Scale', (mn.Tanh,), {})\nCASES = {Scale: (Right, (5, 3))}\n"
    ),
    "the examination replaced": """
import minnet.gradient_check.command_line.check_answers as answers
from minnet.gradient_check.report import Report
answers.examine = lambda module, cls, seed: Report(cls.__name__)
""",
}


@pytest.mark.parametrize("trick", FORGED)
def test_a_file_cannot_write_its_own_verdict(tmp_path, capsys, trick):
    path = tmp_path / "student.py"
    wrong = SOURCE.replace("(grad * self.x).sum(axis=0)", "-(grad * self.x).sum(axis=0)")
    path.write_text(wrong + FORGED[trick], encoding="utf-8")
    assert main(["check", "--json", "--class", "Scale", str(path)]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False
