"""The study of broken trainings: each is broken, and named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from running import study

import minnet as mn

CODES = {
    "grams_and_millimetres": "inputs-not-scaled",
    "one_unit_softmax": "softmax-over-one-unit",
    "labels_from_one": "labels-not-from-zero",
    "ordered_batches": "sorted-not-shuffled",
    "all_weights_zero": "weights-all-equal",
    "eleven_sigmoids": "gradient-vanishes",
    "temperatures_behind_a_relu": "relu-output",
    "a_giant_step": "learning-rate-too-high",
    "shuffled_without_the_labels": "labels-look-random",
    "a_wrong_derivative": "wrong-backward",
}


@pytest.mark.slow
def test_each_is_named() -> None:
    module, named = study("broken_trainings"), {}
    for make in module.TRAININGS:
        broken = make()
        report = mn.check_training(
            module.trainer_of(broken), *broken.data, **broken.fit, seconds=60, progress=False
        )
        named[make.__name__] = report.findings[0].code
        assert not report.ok
    assert named == CODES


def test_the_study_prints_both_views(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    module = study("broken_trainings")
    monkeypatch.setattr(sys, "argv", ["broken_trainings.py", "--output", str(tmp_path)])
    monkeypatch.setattr(module, "TRAININGS", (module.one_unit_softmax, module.labels_from_one))
    module.main()
    shown = capsys.readouterr().out
    assert (tmp_path / "broken_trainings.txt").read_text(encoding="utf-8").strip() in shown
    assert "From outside: loss " in shown
    assert "From outside: ValueError: " in shown
    assert "[softmax-over-one-unit]" in shown


def test_an_unknown_name(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(sys, "argv", ["broken_trainings.py", "nothing"])
    with pytest.raises(SystemExit):
        study("broken_trainings").main()
    assert "expected some of grams_and_millimetres" in capsys.readouterr().err
