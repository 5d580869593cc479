"""The study of broken trainings: each is broken, and named."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

import minnet as mn

PATH = Path(__file__).parents[3] / "examples" / "studies" / "broken_trainings.py"
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


def study() -> Any:
    spec = importlib.util.spec_from_file_location("broken_trainings", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["broken_trainings"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_each_is_named() -> None:
    module, named = study(), {}
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
    module = study()
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
        study().main()
    assert "expected some of grams_and_millimetres" in capsys.readouterr().err
