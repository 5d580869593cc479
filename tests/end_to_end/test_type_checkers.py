"""What editors see: the public names are typed, and first programs have no red line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]

HABITS = """
from typing import reveal_type

import numpy as np

import minnet as mn

layers = [mn.Linear(4, 16), mn.Tanh(), mn.Linear(16, 3), mn.Softmax()]
trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), ["accuracy"], seed=0)
history = trainer.fit(np.zeros((2, 4)), [0, 1], epochs=1)
reveal_type(trainer.network)
reveal_type(trainer.network(np.zeros((1, 4))))
reveal_type(trainer.history.history["loss"])
reveal_type(mn.datasets.iris().x)
trainer.network.layers[0].weight.value.sum()
trainer.network[0].weight.grad.sum()
columns = dict(history)
size: int = len(trainer.network) + len(history) + len(history.keys())
names = [layer.parameters() for layer in trainer.network]
mn.plot.history(history).set_title("losses")
mn.check_layer(mn.Linear(2, 3), np.zeros((5, 2))).assert_ok()
"""


def run(tool, *arguments, folder=ROOT):
    return subprocess.run(
        [sys.executable, "-m", tool, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def write(folder, program):
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    return path


def pyright(*arguments, folder=ROOT):
    pytest.importorskip("pyright")
    done = run("pyright", "--outputjson", *arguments, folder=folder)
    return json.loads(done.stdout)


def mypy_strict(folder, program):
    pytest.importorskip("mypy")
    return run("mypy", "--strict", "--cache-dir", folder / "cache", write(folder, program))


def test_the_public_names_are_typed():
    found = pyright("--verifytypes", "minnet", "--ignoreexternal")["typeCompleteness"]
    assert found["completenessScore"] >= 0.95


@pytest.mark.parametrize("program", [FIRST, HABITS], ids=["readme", "habits"])
def test_pyright_has_nothing_to_say(program, tmp_path):
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "extraPaths": [str(ROOT)]}), encoding="utf-8"
    )
    path = write(tmp_path, program)
    found = pyright("--pythonpath", sys.executable, path.name, folder=tmp_path)
    errors = [d["message"] for d in found["generalDiagnostics"] if d["severity"] == "error"]
    assert not errors
    if program is HABITS:
        revealed = [d["message"] for d in found["generalDiagnostics"] if "Type of" in d["message"]]
        assert [text.rpartition(" is ")[2].strip('"') for text in revealed] == ["?"]


@pytest.mark.parametrize("program", [FIRST, HABITS], ids=["readme", "habits"])
def test_mypy_strict_has_nothing_to_say(program, tmp_path):
    done = mypy_strict(tmp_path, program)
    assert done.returncode == 0, done.stdout
