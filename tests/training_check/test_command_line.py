"""`python -m minnet check-training SCRIPT.py`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import minnet as mn
from minnet.training_check.command_line import first_fit, main

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


def test_the_first_fit_is_examined_and_not_run(tmp_path: Path, capfd: Any) -> None:
    before = list(sys.path), list(sys.argv), mn.Trainer.fit, mn.Trainer.__init__
    assert main(script(tmp_path)) == 0
    shown = capfd.readouterr()
    assert shown.out.startswith("check_training: nothing found.")
    assert "begins" in shown.err
    assert (list(sys.path), list(sys.argv), mn.Trainer.fit, mn.Trainer.__init__) == before


def test_until_counts_as_epochs(tmp_path: Path) -> None:
    call = first_fit(Path(script(tmp_path, call="x, y, until=30")[0]))
    assert call is not None
    assert call["epochs"] == 30


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


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(0)", "ended with an error"),
        ("1 / 0", "ended with an error"),
        ("while True: pass", "did not come to an end within 3 s"),
    ],
)
def test_a_script_that_does_not_reach_its_fit(
    tmp_path: Path, capfd: Any, source: str, said: str
) -> None:
    path = tmp_path / "odd.py"
    path.write_text(source, encoding="utf-8")
    assert main([str(path), "--timeout", "3" if "while" in source else "60"]) == 2
    assert said in capfd.readouterr().err
