"""What a report holds, and how it is printed, turned into JSON and used in a test."""

import json
from dataclasses import replace

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check import check_layer, check_loss
from minnet.gradient_check.command_line.main import main
from minnet.gradient_check.mistakes import CODES
from minnet.gradient_check.report import Check, Mistake, Report


class Dense(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones((3, 7)))
        self.b = mn.Parameter(np.zeros(7))

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value

    def backward(self, grad):
        self.W.grad = -self.x.T @ grad
        self.b.grad = grad
        return grad @ self.W.value.T


@pytest.fixture(scope="module")
def report():
    return check_layer(Dense, (5, 3))


def test_the_message_names_place_shapes_and_fix(report):
    assert report.mistakes[0].message.startswith(
        "Dense.backward: the gradient of `b` has shape (5, 7), the parameter (7,). If summed "
        "over axis 0, your gradient is exactly right: you forgot to sum over the batch."
    )


def test_codes_and_places_most_specific_first(report):
    assert [(m.code, m.where) for m in report.mistakes] == [
        ("not-summed-over-batch", "b"),
        ("sign-flipped", "W"),
    ]
    assert all("residual" in mistake.evidence for mistake in report.mistakes)
    assert all(m.place.startswith("test_report.py, line ") for m in report.mistakes)


def test_checks_have_name_verdict_and_sentence(report):
    verdicts = {check.name: check.verdict for check in report.checks}
    assert verdicts["gradients"] == "wrong"
    assert verdicts["no mutation"] == "right"
    assert all(check.sentence for check in report.checks)


def test_json_round_trip(report):
    data = json.loads(report.to_json())
    assert data["ok"] is False
    assert data["mistakes"][0]["code"] == "not-summed-over-batch"
    assert "sum(axis=0)" in data["mistakes"][0]["next_step"]
    assert Report.from_dict(data) == report


def test_text_has_verdict_place_next_step_and_numbers_last(report):
    text = str(report)
    order = [text.index(word) for word in ("[not-summed", "Place:", "Next step:", "Evidence:")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("hints", "shown", "hidden"),
    [("none", ["wrong"], ["not-summed", "`b`"]), ("place", ["look at b"], ["not-summed", "sum("])],
)
def test_a_teacher_can_withhold_the_fix(report, hints, shown, hidden):
    for text in (report.text(hints), report.to_json(hints)):
        assert not any(word in text for word in hidden)
    assert all(word in report.text(hints) for word in shown)


def test_the_fix_is_a_level_of_its_own(report):
    edit = "Line 25: `-self.x.T @ grad` should be `self.x.T @ grad`."
    known = Report("Dense", mistakes=[replace(report.mistakes[1], fix=edit)])
    assert "Fix: Line 25" in known.text()
    assert known.to_dict()["mistakes"][0]["fix"] == edit
    assert Report.from_dict(known.to_dict()) == known
    for hints in ("none", "place", "cause"):
        assert "Line 25" not in known.text(hints) + known.to_json(hints)
    assert "[sign-flipped]" in known.text("cause")
    assert known.to_dict("cause")["mistakes"][0]["fix"] is None


def test_assert_ok(report):
    with pytest.raises(AssertionError, match="not-summed-over-batch"):
        report.assert_ok()
    check_layer(mn.Tanh, (5, 3)).assert_ok()


def test_right_is_said_in_one_line():
    assert str(check_loss(mn.MeanSquaredError)).startswith("MeanSquaredError: right. ")


def test_mistakes_are_sorted_by_how_much_they_explain():
    report = Report("A", [Check("a", "wrong", "b")])
    report.mistakes = [Mistake(c, "W", "m", "e") for c in ("unknown", "sign-flipped", "raises")]
    report.sort()
    assert [m.code for m in report.mistakes] == ["raises", "sign-flipped", "unknown"]


def test_a_note_is_not_right():
    report = Report("A", note="No way to make one.")
    assert not report.ok
    assert "No way" in str(report)
    assert json.loads(report.to_json("none"))["note"] == "No way to make one."


def test_every_code_has_a_line_an_example_and_a_next_step(capsys):
    assert main(["codes"]) == 0
    text = capsys.readouterr().out
    for code, meaning in CODES.items():
        assert f"\n{code}\n    {meaning.text}\n" in f"\n{text}"
        assert meaning.example in text
        assert meaning.next_step.endswith(".")
