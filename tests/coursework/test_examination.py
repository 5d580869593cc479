"""Marks: every right style has all of them, every mistake costs exactly its parts."""

import pytest
from course_right import RIGHT, right
from course_wrong import WRONG_FUNCTIONS, WRONG_PARTS, changed
from forgeries import WRONG
from local_grading import EXERCISES, codes, grade, lost, written
from right_styles import DENSE, HEAD, MSE, SIGMOID, submissions
from wrong_exercises import CHANGES, PLAIN, SOLUTIONS
from wrong_parts import LOST

STYLES = submissions()
MISTAKES = [(exercise, name) for exercise, changes in CHANGES.items() for name in changes]


@pytest.mark.parametrize("name", STYLES)
def test_a_right_submission_has_all_points_in_any_style(monkeypatch, tmp_path, name):
    result = grade(monkeypatch, tmp_path, STYLES[name])
    assert (result.status, result.score, result.max_score) == ("graded", 22, 22), result.text()
    assert not any(part.code for task in result.tasks for part in task.parts)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_submission_of_a_course_has_all_points(monkeypatch, tmp_path, name):
    assignment, source = right(name)
    result = grade(monkeypatch, tmp_path, source, written(tmp_path, assignment), "place")
    assert not lost(result), result.text()


@pytest.mark.parametrize(
    ("cases", "name"),
    [(cases, name) for cases in (WRONG_PARTS, WRONG_FUNCTIONS) for name in cases],
)
def test_a_mistake_in_a_course_costs_its_own_parts(monkeypatch, tmp_path, cases, name):
    assignment, source, expected = changed(cases, name)
    result = grade(monkeypatch, tmp_path, source, written(tmp_path, assignment), "place")
    assert {part for _, part in lost(result)} == expected, result.text()


@pytest.mark.parametrize("name", LOST)
def test_a_mistake_costs_its_own_parts(monkeypatch, tmp_path, name):
    source, expected = LOST[name]
    result = grade(monkeypatch, tmp_path, source)
    assert lost(result) == expected, result.text()


@pytest.mark.parametrize(("exercise", "name"), MISTAKES)
def test_a_mistake_in_an_exercise_costs_its_own_parts(monkeypatch, tmp_path, exercise, name):
    old, new, expected = CHANGES[exercise][name]
    assert PLAIN.count(old) >= 1
    assignment = EXERCISES / exercise / "assignment.py"
    result = grade(monkeypatch, tmp_path, PLAIN.replace(old, new), assignment, hints="place")
    assert {f"{task} {part}" for task, part in lost(result)} == expected, result.text()


@pytest.mark.parametrize("folder", sorted(EXERCISES.glob("[1-8]_*")), ids=lambda path: path.name)
@pytest.mark.parametrize("style", ["framework", "plain_classes", "functions_and_caches"])
def test_the_solutions_of_the_exercises_have_all_points(monkeypatch, tmp_path, folder, style):
    file = folder.name[2:] if style == "framework" else style
    source = (SOLUTIONS / f"{file}.py").read_text("utf-8")
    result = grade(monkeypatch, tmp_path, source, folder / "assignment.py")
    assert not lost(result), result.text()


def test_a_wrong_function_with_wrong_gradients_keeps_the_contract_only(monkeypatch, tmp_path):
    result = grade(monkeypatch, tmp_path, WRONG)
    assert result.score == 6  # 2 + 2 + 2 for the contract


def test_an_untouched_starter_is_not_written(monkeypatch, tmp_path):
    for folder in EXERCISES.glob("[1-8]_*"):
        source = (folder / "starter.py").read_text("utf-8")
        result = grade(monkeypatch, tmp_path, source, folder / "assignment.py")
        assert (result.status, result.score) == ("not-written", 0)


def test_what_is_missing_or_unwritten_has_its_code(monkeypatch, tmp_path):
    unwritten = "def forward(self, x): raise NotImplementedError('Write forward.')"
    source = HEAD + SIGMOID + f"class MSE:\n    {unwritten.replace('x', 'p, t')}\n"
    result = grade(monkeypatch, tmp_path, source)
    assert result.status == "graded"
    assert set(codes(result, "Dense").values()) == {"missing"}
    assert set(codes(result, "MSE").values()) == {"not-written"}


@pytest.mark.parametrize("source", ["import sys; sys.exit(0)", "1 +", "raise KeyError('x')"])
def test_what_cannot_be_imported_has_no_points(monkeypatch, tmp_path, source):
    result = grade(monkeypatch, tmp_path, HEAD + DENSE + source)
    assert (result.status, result.score) == ("cannot-import", 0)
    assert {part.message for task in result.tasks for part in task.parts} == {result.message}
    assert "(line" in result.message or "1 +" in source


def test_the_hints_say_more_from_level_to_level(monkeypatch, tmp_path):
    source = HEAD + DENSE.replace("self.x.T @ grad", "-self.x.T @ grad") + SIGMOID + MSE
    texts = [
        grade(monkeypatch, tmp_path, source, hints=level).text()
        for level in ("none", "place", "cause", "full")
    ]
    assert texts[0] == ""
    assert "look at backward, line 14" in texts[1]
    assert "expected" not in texts[1]
    assert "wrong sign" in texts[2]
    assert "Next step" not in texts[2]
    assert "Next step: Change the sign." in texts[3]


def test_codes_are_there_without_hints(monkeypatch, tmp_path):
    source = HEAD + DENSE.replace("self.x.T @ grad", "-self.x.T @ grad") + SIGMOID + MSE
    result = grade(monkeypatch, tmp_path, source, hints="none")
    assert codes(result, "Dense")["W gradient"] == "wrong-numbers"
