"""`python -m minnet check-training SCRIPT.py`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import minnet as mn
from minnet.training_check.command_line import main

SCRIPT = """
import sys
import numpy as np, minnet as mn
print("begins", sys.argv)
x = np.random.default_rng(0).normal(size=(60, 2))
y = (x[:, 0] > 0).astype(int)
try:
    trainer = mn.Trainer({layers}, mn.BinaryCrossEntropy(), mn.Adam(0.05), seed=0)
    trainer.fit({call})
except Exception:
    pass
raise SystemExit("it went on after fit")
"""
RIGHT = "[mn.Linear(2, 1), mn.Sigmoid()]"


def script(folder: Path, layers: str = RIGHT, call: str = "x, y, epochs=30") -> list[str]:
    path = folder / "train.py"
    path.write_text(SCRIPT.format(layers=layers, call=call), encoding="utf-8")
    return [str(path)]


def test_the_first_fit_is_examined_and_not_run(tmp_path: Path, capsys: Any) -> None:
    before = list(sys.path), list(sys.argv), mn.Trainer.fit, mn.Trainer.__init__
    assert main(script(tmp_path)) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("check_training: nothing found.")
    assert "begins" in shown.err
    assert (list(sys.path), list(sys.argv), mn.Trainer.fit, mn.Trainer.__init__) == before


def test_until_counts_as_epochs(tmp_path: Path, capsys: Any) -> None:
    assert main(script(tmp_path, call="x, y, until=30")) == 0


def test_parts_that_the_trainer_refuses_are_examined(tmp_path: Path, capsys: Any) -> None:
    command = script(tmp_path, "[mn.Linear(2, 1), mn.Softmax()]")
    assert main([*command, "--json", "--hints", "cause"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings[0] == {
        "severity": "mistake",
        "place": "layers[1]",
        "code": "softmax-over-one-unit",
    }


def test_a_script_without_a_fit_or_no_script(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "empty.py"
    path.write_text("x = 1\n", encoding="utf-8")
    assert main([str(path)]) == 2
    assert "without calling trainer.fit" in capsys.readouterr().err
    assert main([str(tmp_path / "none.py")]) == 2
    with pytest.raises(SystemExit):
        main([])
