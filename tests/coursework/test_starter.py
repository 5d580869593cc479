"""Starters: what is between the marks is gone, what is outside stays."""

import json

import pytest
from local_grading import EXERCISES, written
from wrong_exercises import SOLUTIONS

from minnet.__main__ import main
from minnet.coursework.starter import StarterError, starter_text


@pytest.mark.parametrize("folder", sorted(EXERCISES.glob("[1-8]_*")), ids=lambda path: path.name)
def test_the_starters_that_are_handed_out_are_those_of_the_solutions(folder):
    solution = (SOLUTIONS / f"{folder.name[2:]}.py").read_text("utf-8")
    assert (folder / "starter.py").read_text("utf-8") == starter_text(solution)
    page = (folder / "README.md").read_text("utf-8")
    assert "When it works" in page
    assert len(page.splitlines()) <= 60


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# BEGIN SOLUTION\n", "line 1: expected # END SOLUTION after"),
        ("x\n# END SOLUTION\n", "line 2: expected # BEGIN SOLUTION before"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\n", "line 2: expected # END SOLUTION before"),
        ("x = 1\n", "expected # BEGIN SOLUTION in the file, found none"),
    ],
)
def test_marks_that_do_not_match_have_their_line(text, message):
    with pytest.raises(StarterError, match=message):
        starter_text(text)


def test_files_are_written_beside_the_solution(tmp_path, capsys):
    path = written(tmp_path, (SOLUTIONS / "dense.py").read_text("utf-8"), "dense_solution.py")
    assert main(["starter", str(path)]) == 0
    assert main(["starter", str(path), "--notebook"]) == 0
    assert "NotImplementedError" in (tmp_path / "dense_starter.py").read_text("utf-8")
    cells = json.loads((tmp_path / "dense_starter.ipynb").read_text("utf-8"))["cells"]
    assert any("class Dense" in "".join(cell["source"]) for cell in cells)
    assert main(["starter", str(tmp_path / "none.py")]) == 2
    assert "none.py" in capsys.readouterr().err
