"""The programs in the README run without a change."""

import re
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_readme_has_its_programs():
    assert len(PROGRAMS) >= 2


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda text: text.strip().splitlines()[-1][:30])
def test_a_program_of_the_readme_runs(program, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "README.md", "exec"), {"__name__": "readme"})
    printed = capsys.readouterr().out  # a summary, or a picture is saved
    assert "parameters" in printed or list(tmp_path.glob("*.png"))


def test_the_first_program_is_short():
    assert len([line for line in PROGRAMS[0].splitlines() if line.strip()]) <= 15
