"""What editors see: the public names are typed, and first programs have no red line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from running import environment

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]

HABITS = """
import numpy as np

import minnet as mn

layers = [mn.Linear(4, 16), mn.Tanh(), mn.Linear(16, 3), mn.Softmax()]
trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), ["accuracy"], seed=0)
history = trainer.fit(np.zeros((2, 4)), [0, 1], epochs=1)
network: mn.Network = trainer.network
output: float = network(np.zeros((1, 4))).sum()
losses: list[float] = trainer.history.history["loss"]
rows = mn.datasets.iris().x.shape
trainer.network.layers[0].weight.value.sum()
trainer.network[0].weight.grad.sum()
columns = dict(history)
size: int = len(trainer.network) + len(history) + len(history.keys())
names = [layer.parameters() for layer in trainer.network]
mn.plot.history(history)
mn.check_layer(mn.Linear(2, 3), np.zeros((5, 2))).assert_ok()
"""


def run(folder, tool, *arguments):
    """The tool in another folder, where it finds minnet as installed packages are found."""
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def pyright(folder, *arguments):
    pytest.importorskip("pyright")
    return json.loads(
        run(folder, "pyright", "--outputjson", "--pythonpath", sys.executable, *arguments).stdout
    )


@pytest.mark.xfail(reason="87.6 %: attributes in constructors lost their annotations", strict=True)
def test_the_public_names_are_typed(tmp_path):
    found = pyright(tmp_path, "--verifytypes", "minnet", "--ignoreexternal")["typeCompleteness"]
    assert found["completenessScore"] >= 0.95


@pytest.mark.parametrize("program", [FIRST, HABITS], ids=["readme", "habits"])
def test_pyright_has_nothing_to_say(program, tmp_path):
    """Its strict mode; what it says of savefig is about Matplotlib's own types."""
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', "utf-8")
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    found = pyright(tmp_path, "program.py")
    assert found["summary"]["filesAnalyzed"] == 1
    errors = [entry["message"] for entry in found["generalDiagnostics"]]
    assert not [error for error in errors if "savefig" not in error]


@pytest.mark.parametrize("program", [FIRST, HABITS], ids=["readme", "habits"])
def test_mypy_strict_has_nothing_to_say(program, tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    done = run(tmp_path, "mypy", "--strict", "program.py")
    assert done.returncode == 0, done.stdout
    assert "Success" in done.stdout


def test_what_does_not_exist_is_a_red_line(tmp_path):
    """The checks above could not fail if everything passed for Any."""
    (tmp_path / "program.py").write_text(
        "import minnet as mn\n\nmn.Lineer(2, 3)\nmn.SGD(lr=0.1)\nmn.History().rowz\n", "utf-8"
    )
    lines = [
        d["range"]["start"]["line"] for d in pyright(tmp_path, "program.py")["generalDiagnostics"]
    ]
    assert set(lines) == {2, 3, 4}
    assert "Found 3 errors" in run(tmp_path, "mypy", "--strict", "program.py").stdout
