"""The lesson on clothes, on a handful of images and, where they are installed, on the real ones."""

import gzip
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minnet

pytestmark = pytest.mark.slow  # networks of 100,000 parameters

EXAMPLE = Path(__file__).parents[2] / "examples" / "studies" / "fashion_mnist.py"
PNG = b"\x89PNG\r\n\x1a\n"
REAL = Path("/usr/share/datasets/fashion-mnist")


def as_idx(array):
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def clothes(tmp_path_factory):
    """A folder in the form of Fashion-MNIST: class k is a bar at its own height, in noise."""
    folder = tmp_path_factory.mktemp("clothes")
    generator = np.random.default_rng(0)
    for part, rows in (("train", 600), ("t10k", 150)):
        labels = generator.permutation(np.arange(rows) % 10)
        images = generator.integers(0, 120, (rows, 28, 28))
        for k in range(10):
            images[labels == k, 2 * k + 4 : 2 * k + 7, 6:22] += 60
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            path = folder / f"{part}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(as_idx(array)))
    return folder


def run(tmp_path, *arguments):
    """The example as a reader starts it, from another folder, on a plain terminal."""
    plain = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    paths = [str(Path(minnet.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    plain["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    plain["PYTHONIOENCODING"] = "ascii"
    plain["OPENBLAS_NUM_THREADS"] = "1"  # on a busy machine two threads wait for each other
    return subprocess.run(
        [sys.executable, str(EXAMPLE), "--output", "pictures", *arguments],
        cwd=tmp_path,
        env=plain,
        capture_output=True,
        encoding="ascii",
        timeout=3600,
        check=False,
    )


def table_of(text):
    """Name of the network -> the cells of its row in the last table."""
    lines = text[text.index("network  parameters") :].splitlines()[2:]
    return {line.split()[0]: line.split()[1:] for line in lines if line.strip()}


@pytest.fixture(scope="module")
def done(clothes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    finished = run(folder, "--folder", str(clothes), "--epochs", "3")
    assert finished.returncode == 0, finished.stderr
    assert not re.search(r"\w+Warning: ", finished.stderr), finished.stderr
    return folder / "pictures", finished.stdout, finished.stderr


def test_both_networks_are_trained_and_judged(done):
    rows = table_of(done[1])
    assert list(rows) == ["mlp", "cnn"]
    for parameters, epochs, minutes, processor, accuracy, goal, reached in rows.values():
        assert int(parameters) > 100_000
        assert epochs == "3"
        assert 0 < float(minutes) < 10
        assert float(processor) > 0
        assert 0 <= float(accuracy) <= 1
        assert reached == ("yes" if float(accuracy) >= float(goal) else "no")
    assert [row[5] for row in rows.values()] == ["0.88", "0.9"]


def test_the_pixels_and_the_labels_belong_together(done):
    """Guessing gives 0.1: a few steps are enough to be far above it."""
    accuracies = [float(row[4]) for row in table_of(done[1]).values()]
    assert max(accuracies) > 0.3


def test_all_pictures_are_written_and_announced(done):
    folder, text, _ = done
    names = {path.name for path in folder.iterdir()}
    both = {f"fashion_{n}_{p}.png" for n in ("mlp", "cnn") for p in ("learning", "confusion")}
    assert both <= names
    assert {"fashion_samples.png", "fashion_cnn_filters.png"} <= names
    assert {"fashion_cnn_maps_first.png", "fashion_cnn_maps_second.png"} <= names
    for path in folder.iterdir():
        assert path.name in text
        assert path.read_bytes()[:8] == PNG
        assert path.stat().st_size > 8_000


def test_the_bar_shows_the_remaining_time(done):
    assert "epoch 3/3" in done[2]
    assert re.search(r"\[\d\d:\d\d<\d\d:\d\d", done[2])


def test_the_hardest_class_is_named(done):
    found = re.findall(r"(?m)^(mlp|cnn): hardest is '.+': [\d.]+% right, [\d.]+% taken", done[1])
    assert found == ["mlp", "cnn"]


def test_one_network_alone(clothes, tmp_path):
    finished = run(tmp_path, "--folder", str(clothes), "--epochs", "1", "--model", "mlp")
    assert finished.returncode == 0, finished.stderr
    assert list(table_of(finished.stdout)) == ["mlp"]


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--folder", "nowhere"], ["'nowhere'", "train-images-idx3-ubyte.gz", "Download them"]),
        (["--epochs", "0"], ["--epochs: expected a whole number >= 1, got 0"]),
        (["--model", "rnn"], ["--model", "'rnn'"]),
    ],
)
def test_wrong_options_end_in_one_sentence(tmp_path, arguments, parts):
    finished = run(tmp_path, *arguments)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr
    for part in parts:
        assert part in finished.stderr


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_the_goals_are_reached_on_the_real_files(tmp_path, model):
    if not REAL.is_dir():
        pytest.skip(f"the real files are not in {REAL}: apt install dataset-fashion-mnist")
    finished = run(tmp_path, "--folder", str(REAL), "--model", model)
    assert finished.returncode == 0, finished.stderr
    assert table_of(finished.stdout)[model][-1] == "yes"
