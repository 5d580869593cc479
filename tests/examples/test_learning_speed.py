"""The lesson on learning speed runs, small, and its neuron learns as the book says.

That the comparison is fair, and that the words fit, is tested in the two files next to this one.
"""

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import minnet as mn

mpl.use("Agg")

EXAMPLES = Path(__file__).parents[2] / "examples"
SEEDS, STEPS = 3, 12


@pytest.fixture
def lesson(monkeypatch):
    """The script as a module; the others that it consists of are imported next to it."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import learning_speed

    return learning_speed


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """From another folder, without a display, warnings as errors, on a terminal without Unicode."""
    folder = tmp_path_factory.mktemp("elsewhere")
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")
    plain = {name: value for name, value in os.environ.items() if name not in hidden}
    paths = [str(Path(mn.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    plain |= {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONIOENCODING": "ascii"}
    small = ("--seeds", str(SEEDS), "--steps", str(STEPS), "--output", "new/pictures")
    result = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / "learning_speed.py"), *small],
        cwd=folder,
        env=plain,
        capture_output=True,
        encoding="ascii",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result, folder / "new" / "pictures"


@pytest.fixture(scope="module")
def text(done):
    return done[0].stdout


@pytest.mark.parametrize(
    ("start", "way", "first", "last"),
    [
        ("w=0.6, b=0.9", "squared error, rate 0.15", 0.8176, 0.0940),
        ("w=2, b=2", "squared error, rate 0.15", 0.9820, 0.2028),
        ("w=0.6, b=0.9", "cross-entropy, rate 0.15", 0.8176, 0.0116),
        ("w=2, b=2", "cross-entropy, rate 0.15", 0.9820, 0.0120),
    ],
)
def test_the_neuron_learns_as_published(text, start, way, first, last):
    (line,) = re.findall(rf"(?m)^{start} +{way} .*$", text)
    outputs = re.search(r"(0\.\d{4}) -> (0\.\d{4})", line)
    assert float(outputs[1]) == pytest.approx(first, abs=1e-9)
    assert float(outputs[2]) == pytest.approx(last, abs=1e-9)
    if way.startswith("squared"):  # the book's two digits are shown next to ours
        assert f"{first:.2f} -> {last:.2f}" in line


def test_the_neuron_at_a_small_rate_and_its_first_gradient(text):
    for start, z in (("w=0.6, b=0.9", 1.5), ("w=2, b=2", 4.0)):
        a = 1 / (1 + math.exp(-z))
        gradients = {"cross-entropy": a, "squared error": a * a * (1 - a)}
        for way, gradient in gradients.items():
            (line,) = re.findall(rf"(?m)^{start} +{way}, rate 0\.15 +(\S+)", text)
            assert float(line) == pytest.approx(gradient, abs=5.1e-5)
        # The same experiment by hand: input 1, target 0, so dC/dw = dC/db = a.
        for _ in range(300):
            z -= 2 * 0.005 / (1 + math.exp(-z))
        (line,) = re.findall(rf"(?m)^{start} +cross-entropy, rate 0\.005 .*-> (\S+)", text)
        assert float(line) == pytest.approx(1 / (1 + math.exp(-z)), abs=5.1e-5)


def test_every_picture_is_written_and_announced(done):
    result, folder = done
    names = {path.name: path.stat().st_size for path in folder.iterdir()}
    kinds = ("neuron", "breast_cancer", "iris", "steps", "gradient", "rates")
    assert set(names) == {f"learning_speed_{kind}.png" for kind in kinds}
    for name, size in names.items():
        assert size > 20_000
        assert name in result.stdout
    assert "trying rates: 100%" in result.stderr
    assert "comparing: 100%" in result.stderr


def test_the_table_has_both_losses_in_all_situations(text, lesson):
    rows = re.findall(
        r"(?m)^(breast_cancer|iris) +(ordinary|saturated) +(same|own best) rate.*", text
    )
    assert len(rows) == 16
    assert len(set(rows)) == 8
    same = re.findall(r"(?m)same rate +(?:cross-entropy|squared error) +(\S+)", text)
    assert [float(rate) for rate in same] == [lesson.SAME_RATE] * 8
    own = re.findall(r"(?m)own best rate +(?:cross-entropy|squared error) +(\S+)", text)
    assert len(own) == 8
    assert {float(rate) for rate in own} <= set(lesson.RATES)


def test_the_counts_in_the_table_are_counts_of_seeds(text):
    line = re.compile(r"(?m)^(?:breast|iris).*?(\S+) +(\d+)  (.{6})  +(\d+) +(\d+)  (0\.\d+)$")
    for _, never_90, _, never_95, ahead, accuracy in line.findall(text):
        assert 0 <= int(never_90) <= int(never_95) <= SEEDS
        assert int(ahead) <= SEEDS
        assert 0.3 < float(accuracy) <= 1
    assert len(line.findall(text)) == 16


def test_the_reason_is_printed(text):
    ratios = re.findall(r"\((\d+\.\d) times\)", re.sub(r"\s+", " ", text))
    ordinary, saturated = np.array(ratios, dtype=float).reshape(2, 2)  # start, task
    assert (ordinary > 2).all()
    assert (saturated > ordinary).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seeds", "0"), "--seeds, --steps and --processes: expected whole numbers from 1 on"),
        (("--steps", "-3"), "--seeds, --steps and --processes: expected whole numbers from 1"),
        (("--processes", "0"), "--seeds, --steps and --processes: expected whole numbers from 1"),
        (("--steps", "many"), "invalid int value: 'many'"),
        (("--output", "a_file"), "--output: cannot write to 'a_file'"),
    ],
)
def test_bad_options_end_in_one_sentence(tmp_path, monkeypatch, capsys, lesson, options, message):
    (tmp_path / "a_file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["learning_speed.py", *options])
    with pytest.raises(SystemExit) as stopped:
        lesson.main()
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
