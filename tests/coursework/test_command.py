"""`python -m minnet grade`: documents, statuses, bad input, encodings."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from local_grading import LAYERS, LocalProcess, written
from right_styles import DENSE, HEAD, MSE, SIGMOID

import minnet
from minnet.__main__ import main
from minnet.coursework import grading

RIGHT = HEAD + DENSE + SIGMOID + MSE


@pytest.fixture
def command(monkeypatch, tmp_path):
    monkeypatch.setattr(grading, "StudentProcess", LocalProcess)
    written(tmp_path, LAYERS)
    written(tmp_path, RIGHT, "ada.py")
    written(tmp_path, HEAD + DENSE, "bob.py")

    def run(*arguments):
        monkeypatch.chdir(tmp_path)
        return main(["grade", "assignment.py", *arguments])

    return run


def test_the_documents_say_the_same(command, tmp_path, capsys):
    files = {kind: tmp_path / f"marks.{kind}" for kind in ("json", "junit", "csv")}
    options = [f"--{kind}={path}" for kind, path in files.items()]
    assert command("ada.py", "bob.py", *options) == 0
    assert "22 / 22" in capsys.readouterr().out
    data = json.loads(files["json"].read_text("utf-8"))
    assert data["assignment"] == "Layers by hand"
    ada, bob = data["submissions"]
    assert set(ada) == {"name", "file", "score", "max_score", "status", "tasks"}
    assert (ada["name"], ada["file"], ada["score"], ada["max_score"]) == ("ada", "ada.py", 22, 22)
    assert (bob["score"], bob["status"]) == (10, "graded")
    part = bob["tasks"][1]["parts"][0]
    assert {**part, "message": ""} == {
        "name": "forward", "score": 0, "max_score": 2, "code": "missing", "message": "",
    }  # fmt: skip
    rows = list(csv.reader(files["csv"].read_text("utf-8").splitlines()))
    assert rows[0] == ["name", "status", "Dense", "Sigmoid", "MSE", "score", "max_score"]
    assert rows[2] == ["bob", "graded", "10.0", "0.0", "0.0", "10.0", "22.0"]
    suites = ET.parse(files["junit"]).getroot().findall("testsuite")
    assert [suite.get("failures") for suite in suites] == ["0", "6"]


def test_gradescope_has_its_documented_fields(command, tmp_path):
    assert command("bob.py", "--gradescope", "results.json") == 0
    data = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert data["score"] == 10
    assert data["execution_time"] >= 0
    assert len(data["tests"]) == 11
    assert data["tests"][0] == {
        "name": "Dense: forward", "score": 2, "max_score": 2, "status": "passed", "output": "",
        "output_format": "text", "visibility": "visible", "extra_data": {"code": ""},
    }  # fmt: skip
    assert command("ada.py", "bob.py", "--gradescope", "results.json") == 2


def test_marks_only_without_hints(command, tmp_path, capsys):
    assert command("bob.py", "--hints", "none", "--json", "marks.json") == 0
    assert "missing" not in capsys.readouterr().out
    parts = json.loads((tmp_path / "marks.json").read_text("utf-8"))["submissions"][0]["tasks"][1]
    assert {(part["code"], part["message"]) for part in parts["parts"]} == {("missing", "")}


def test_a_path_without_a_submission_leaves_the_others(command, tmp_path, capsys):
    (tmp_path / "ada").mkdir()
    written(tmp_path / "ada", RIGHT, "layers.py")
    assert command("nobody.py", "bob.py", "ada.py", "ada") == 0
    printed = capsys.readouterr()
    assert "nobody.py: expected a submission, found none" in printed.err
    assert "ada: expected one submission of each name" in printed.err
    assert "bob" in printed.out
    assert command("nobody.py") == 2


def test_folders_and_notebooks(command, tmp_path, capsys):
    cells = [{"cell_type": "markdown", "source": ["# Layers"]}]
    for text in ("%matplotlib inline\n" + RIGHT, "%%bash\nls", "1 / 0"):
        cells.append({"cell_type": "code", "source": text.splitlines(keepends=True)})
    (tmp_path / "carl").mkdir()
    (tmp_path / "dan").mkdir()
    written(tmp_path / "carl", json.dumps({"cells": cells}), "work.ipynb")
    written(tmp_path, "{", "eve.ipynb")
    assert command("carl", "dan", "eve.ipynb", "--json", "marks.json") == 0
    found = json.loads((tmp_path / "marks.json").read_text("utf-8"))["submissions"]
    assert [s["status"] for s in found] == ["graded", "cannot-import", "cannot-import"]
    assert [s["score"] for s in found] == [22, 0, 0]
    assert (
        "expected a folder with one .py or .ipynb, found none"
        in found[1]["tasks"][0]["parts"][0]["message"]
    )


BAD = {
    "X = 1": "expected ASSIGNMENT = Assignment(...) in the file, got none",
    "1 / 0": "line 1: ZeroDivisionError",
    "a b": "line 1: SyntaxError",
    LAYERS.replace(
        "points=6", "points=-6", 1
    ): "line 8: Task Sigmoid: points: expected a number >= 0",
    LAYERS.replace(
        '"bias"', '"biases"'
    ): "Task Dense: parameters: Linear has no parameter 'biases'",
    LAYERS.replace("input=(5, 4)", "input=(5, 3)"): "the reference Linear fails on its own input",
    LAYERS.replace('"Sigmoid"', '"Dense"'): "expected one task of each name",
    LAYERS.replace('"real"', '"reals"'): "target: expected labels, one-hot, binary, real",
    LAYERS.replace("input=(5, 3)", "input=5"): "input: expected a shape such as (5, 4)",
    LAYERS.replace("input=(5, 3), ", ""): "input: expected a shape, batch axis first",
    LAYERS.replace("points=10", "parts={'back': 2}"): "parts: expected forward, input gradient",
    LAYERS.replace("points=10", "allow=['x']"): "allow: expected inherits-from-reference",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_assignment_is_one_sentence_with_its_place(command, tmp_path, capsys, text):
    written(tmp_path, text)
    assert command("ada.py") == 2
    said = capsys.readouterr().err
    assert BAD[text] in said
    assert said.startswith("assignment.py, line ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("surroundings", [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C"}])
def test_names_beyond_the_encoding_of_the_terminal(tmp_path, surroundings):
    written(tmp_path, LAYERS)
    written(tmp_path, "# Ω\n" + RIGHT.replace("-x", "x - 'Σ'", 1), "zoë.py")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHONIO"))}
    root = str(Path(minnet.__file__).parents[1])
    command = [sys.executable, "-m", "minnet", "grade", "assignment.py", "zoë.py", "--csv", "m.csv"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**kept, "PYTHONPATH": root, **surroundings}, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert b"graded" in done.stdout
    assert (tmp_path / "m.csv").read_text("utf-8").splitlines()[1].startswith("zoë,graded,10")
