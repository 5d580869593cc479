"""`python -m minnet check FILE.py`: the table, exit status, hints, classes that misbehave."""

import json
import subprocess
import sys

import pytest

from minnet.gradient_check.command_line.main import main

FILE = """
import sys, time
import numpy as np
import minnet as mn

print("a student's file prints")


class Scale(mn.Layer):
    def __init__(self, features):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class Dense(mn.Layer):
    def __init__(self, in_features, out_features):
        self.W = mn.Parameter(np.ones((in_features, out_features)))

    def forward(self, x):
        print("forward")
        self.x = x
        return x @ self.W.value

    def backward(self, grad):
        self.W.grad = grad.T @ self.x
        return grad @ self.W.value.T


class Halves(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).sum() / len(self.d)

    def backward(self):
        return self.d / len(self.d)
"""

ODD = """
import os, time
import numpy as np
import minnet as mn


class Hangs(mn.Activation):
    def forward(self, z):
        while True:
            time.sleep(0.1)

    def backward(self, grad):
        return grad


class Exits(mn.Activation):
    def forward(self, z):
        os._exit(3)

    def backward(self, grad):
        return grad


class Widgets(mn.Layer):
    def __init__(self, widgets):
        self.widgets = widgets["number"]

    def forward(self, x):
        return x * self.widgets

    def backward(self, grad):
        return grad * self.widgets


class Lists(mn.Layer):
    def parameters(self):
        return []

    def forward(self, x):
        return x * 1

    def backward(self, grad):
        return grad


class Fine(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        return 2 * self.z * grad
"""


@pytest.fixture
def student(tmp_path):
    path = tmp_path / "student.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(capsys, *arguments):
    status = main(["check", *map(str, arguments)])
    return status, capsys.readouterr().out


def test_a_table_then_the_explanations(capsys, student):
    status, text = run(capsys, student)
    lines = text.splitlines()
    assert status == 1
    assert lines[2].split()[:3] == ["student.py", "Scale", "right"]
    assert lines[3].split()[:5] == ["student.py", "Dense", "wrong", "W", "transposed"]
    assert lines[4].split()[:5] == ["student.py", "Halves", "wrong", "input", "constant-factor"]
    wrong = [n for n, line in enumerate(FILE.splitlines(), 1) if "self.W.grad = " in line]
    assert f"student.py, line {wrong[0]}." in text
    assert "a student's file prints" not in text
    assert text.index("Next step") < text.index("Evidence")


def test_one_class_alone_and_the_exit_status(capsys, student):
    status, text = run(capsys, student, "--class", "Scale")
    assert status == 0
    assert "Dense" not in text


@pytest.mark.parametrize(("hints", "shown"), [("none", "wrong"), ("place", "W (student.py, line")])
def test_hints_withhold_the_fix(capsys, student, hints, shown):
    for extra in ([], ["--json"]):
        status, text = run(capsys, student, "--class", "Dense", "--hints", hints, *extra)
        assert status == 1
        assert "transposed" not in text.lower()
        assert "factors" not in text
        assert extra or shown in text


def test_json(capsys, student):
    status, text = run(capsys, student, "--json")
    data = json.loads(text)
    assert status == 1
    assert data["ok"] is False
    assert [(c["name"], c["ok"]) for c in data["classes"]] == [
        ("Scale", True),
        ("Dense", False),
        ("Halves", False),
    ]
    assert data["classes"][1]["mistakes"][0]["code"] == "transposed"


def test_classes_that_hang_crash_or_cannot_be_made_leave_the_others(capsys, tmp_path):
    path = tmp_path / "odd.py"
    path.write_text(ODD, encoding="utf-8")
    status, text = run(capsys, path, "--timeout", "4", "--json")
    found = {c["name"]: c for c in json.loads(text)["classes"]}
    assert status == 1
    assert "did not return within 4 seconds" in found["Hangs"]["mistakes"][0]["message"]
    assert "process ended" in found["Exits"]["mistakes"][0]["message"]
    assert "CASES = {Widgets: (lambda: Widgets(...), (5, 3))}" in found["Widgets"]["note"]
    assert "widgets" in found["Widgets"]["note"]
    assert found["Lists"]["mistakes"][0]["code"] == "reserved-name"
    assert found["Fine"]["ok"] is True


def test_cases_say_how_to_make_one(capsys, tmp_path):
    path = tmp_path / "cases.py"
    cases = "\nCASES = {Widgets: (lambda: Widgets({'number': 2.0}), (4, 6))}\n"
    path.write_text(ODD + cases, encoding="utf-8")
    status, text = run(capsys, path, "--class", "Widgets")
    assert status == 0
    assert "right" in text


def test_a_file_that_cannot_be_imported(capsys, tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("import nothing_of_this_name\n", encoding="utf-8")
    status, text = run(capsys, path)
    assert status == 1
    assert "cannot be imported" in text
    assert "nothing_of_this_name" in text


def test_a_file_without_classes_is_not_right(capsys, tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("x = 1\n", encoding="utf-8")
    status, text = run(capsys, path)
    assert status == 1
    assert "No layer" in text


def test_wrong_arguments(capsys, student, tmp_path):
    assert main(["check", str(tmp_path / "absent.py")]) == 2
    assert "absent.py: expected a Python file" in capsys.readouterr().err
    assert main(["check", str(student), "--class", "Nobody"]) == 2
    assert "Nobody" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["check", str(student), "--timeout", "-1"])
    assert "above 0" in capsys.readouterr().err


def test_it_runs_as_a_module(student):
    command = [sys.executable, "-m", "minnet", "check", str(student), "--class", "Scale"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "Scale" in done.stdout


def test_a_folder_stands_for_its_files(capsys, student, tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "odd.py").write_text(FILE, encoding="utf-8")
    (tmp_path / ".hidden.py").write_text("1 / 0", encoding="utf-8")
    _, text = run(capsys, tmp_path, "--class", "Scale")
    assert "student.py" in text
    assert "odd.py" in text
    assert "hidden" not in text


def test_help_shows_the_line_to_add(capsys):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    assert "Dense: (lambda: Dense(3, 4), (5, 3))" in capsys.readouterr().out


SLOW = """
import time


class Slow:
    def forward(self, x):
        time.sleep(0.05)
        return 2.0 * x

    def backward(self, grad):
        return 2.0 * grad
"""


def test_slow_is_not_wrong(capsys, tmp_path):
    (tmp_path / "slow.py").write_text(SLOW, encoding="utf-8")
    status, text = run(capsys, tmp_path / "slow.py", "--timeout", "1")
    assert status == 1
    assert "not examined. It is slow: in 1 seconds" in text
    assert "--timeout" in text


PAIRS = """
def affine_forward(x, w, b):
    return x @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def scale_forward(x, w):
    return x * w, (x, w)


def scale_backward(dout, cache):
    x, w = cache
    return dout * w, dout * x
"""


def test_pairs_of_functions_are_examined_like_classes(capsys, tmp_path):
    (tmp_path / "pairs.py").write_text(PAIRS, encoding="utf-8")
    status, text = run(capsys, tmp_path / "pairs.py", "--json")
    verdicts = {row["name"]: row["mistakes"] for row in json.loads(text)["classes"]}
    assert status == 1
    assert verdicts["affine"] == []
    assert [mistake["code"] for mistake in verdicts["scale"]] == ["not-summed-over-batch"]
