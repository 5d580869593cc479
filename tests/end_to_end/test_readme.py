"""The programs in the README run without a change, and what it says that they print they print."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from minnet.gradient_check.command_line import main as check

README = Path(__file__).resolve().parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_readme_is_short_and_has_its_programs():
    assert len(TEXT.split()) < 1200
    assert len(PROGRAMS) == 4


@pytest.mark.parametrize("program", PROGRAMS, ids=["first", "own-layer", "new-head", "shared"])
def test_a_program_of_the_readme_runs(program, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "README.md", "exec"), {"__name__": "readme"})
    assert "parameters" in capsys.readouterr().out, "a summary"
    assert (tmp_path / "iris.png").exists() == ("iris.png" in program)


def test_the_first_program_is_short():
    assert len([line for line in PROGRAMS[0].splitlines() if line.strip()]) <= 15


def test_what_the_doctor_says_of_the_wrong_layer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong = re.search(r"With `(.*)` in the layer above", TEXT).group(1)
    right = "self.b.grad = grad.sum(axis=0)"
    assert right in PROGRAMS[1]
    Path("layers.py").write_text(PROGRAMS[1].replace(right, wrong), encoding="utf-8")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert check.main(["check", "layers.py"]) == 1
    (said,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert said.startswith("[")
    assert said in printed.getvalue()


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (README.parent / target).exists(), target
