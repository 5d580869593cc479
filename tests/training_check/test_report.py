"""The report: its order, and how much each level of hints says."""

from __future__ import annotations

import pytest

from minnet.training_check import Finding, TrainingReport
from minnet.training_check.codes import CODES

REMARK = Finding("classes-unbalanced", "remark", "y", "90 and 2 rows.", "class_weight")
RATE = Finding("learning-rate-too-low", "mistake", "SGD(0.1)", "the rate is 0.1.", "mn.SGD(1)")
SCALE = Finding("inputs-not-scaled", "mistake", "x", "from 1 to 10000.", "standardize")
BATCH = Finding("cannot-fit-one-batch", "mistake", "the network", "0.9 is left.", "look")


def report() -> TrainingReport:
    return TrainingReport([BATCH, RATE, REMARK, SCALE, RATE], "As it is: loss 1.")


def test_causes_come_before_consequences_and_mistakes_before_remarks() -> None:
    assert report().findings == [SCALE, RATE, REMARK, BATCH]


def test_ok_means_that_there_is_no_mistake() -> None:
    assert not report().ok
    assert TrainingReport([REMARK]).ok


def test_the_levels_of_hints_say_more_and_more() -> None:
    texts = [report().text(level) for level in ("none", "place", "cause", "full")]
    assert texts[0] == "check_training: mistakes found."
    assert "at SGD(0.1)" in texts[1]
    assert CODES["inputs-not-scaled"].reason not in texts[1]
    assert CODES["inputs-not-scaled"].reason in texts[2]
    assert "mn.SGD(1)" not in texts[2]
    assert "Next step: mn.SGD(1)" in texts[3]
    assert str(report()) == repr(report()) == texts[3]
    assert TrainingReport([REMARK]).text("none") == "check_training: no mistake found."


def test_the_data_say_as_much_as_the_text() -> None:
    made = report()
    assert made.to_dict("none") == {"ok": False}
    assert set(made.to_dict("place")["findings"][0]) == {"severity", "place"}
    assert set(made.to_dict("cause")["findings"][0]) == {"severity", "place", "code"}
    assert made.to_dict()["findings"][0]["next_step"] == "standardize"
    assert made.to_dict()["summary"] == "As it is: loss 1."


def test_a_notebook_shows_it_escaped() -> None:
    finding = Finding("wrong-backward", "mistake", "layers[0]", "a < b", "print(1)")
    assert "a &lt; b" in TrainingReport([finding])._repr_html_()


def test_another_level_is_refused() -> None:
    with pytest.raises(ValueError, match="hints: expected one of none, place, cause, full"):
        report().text("all")


def test_each_code_has_a_reason_and_a_source() -> None:
    for code in CODES.values():
        assert code.reason.endswith(".")
        assert code.source
        assert code.remark in ("always", "fails", "never", "only")
