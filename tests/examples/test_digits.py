"""The lesson on digits: moves hurt, moved copies help, and all pictures are there."""

import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "studies"
NETWORKS = ["dense", "dense, moved copies", "LeNet", "LeNet, moved copies"]


@pytest.fixture(scope="module")
def run(run_example):
    """With one thread: on a busy machine two wait for each other, a hundred times over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        return run_example("digits")


@pytest.fixture(scope="module")
def rows(run):
    """Name -> parameters, training, test, test moved, seconds."""
    found = {}
    for name in NETWORKS:
        (line,) = re.findall(rf"(?m)^{name} +(\d.*)$", run.text)
        found[name] = [float(cell) for cell in line.split()]
    return found


@pytest.mark.slow
def test_all_pictures_are_written_and_announced(run):
    pictures = run.pictures()
    assert set(pictures) == {
        "digits_moved.png",
        "digits_learning.png",
        "digits_filters.png",
        "digits_maps.png",
        "digits_mistakes.png",
    }
    for name, size in pictures.items():
        assert size > 8_000
        assert name in run.text


@pytest.mark.slow
def test_it_shows_progress_with_the_remaining_time(run):
    assert "epoch 6/6" in run.progress
    assert "epoch 54/54" in run.progress
    assert re.search(r"\[\d\d:\d\d<\d\d:\d\d", run.progress)


@pytest.mark.slow
def test_all_networks_read_digits(run, rows):
    assert "1348 images to learn, 449 to test" in run.text
    for name in NETWORKS:
        assert rows[name][2] >= 0.94, name


@pytest.mark.slow
def test_a_shift_by_one_pixel_hurts_networks_trained_without_shifts(rows):
    for name in ("dense", "LeNet"):
        assert rows[name][3] < 0.7
        assert rows[f"{name}, moved copies"][3] > 0.93
    assert rows["LeNet"][3] > rows["dense"][3] + 0.05
    assert rows["LeNet, moved copies"][3] > 0.96


@pytest.mark.slow
def test_the_sentences_say_what_the_table_shows(run, rows):
    costs = dict(re.findall(r"([A-Za-z, ]+): (-?\d+\.\d)[;.]", run.text))
    assert {name.strip(): float(cost) for name, cost in costs.items()} == {
        name: pytest.approx(100 * (row[2] - row[3]), abs=0.06) for name, row in rows.items()
    }
    wrong, of = map(int, re.search(r"has (\d+) of (\d+) test images wrong", run.text).groups())
    assert of == 449
    assert 1 - wrong / of == pytest.approx(rows["LeNet, moved copies"][2], abs=1e-4)


@pytest.fixture(scope="module")
def example():
    sys.path.insert(0, str(EXAMPLES))
    try:
        return runpy.run_path(str(EXAMPLES / "digits.py"))
    finally:
        sys.path.remove(str(EXAMPLES))


@pytest.mark.parametrize("down", [-1, 0, 1])
@pytest.mark.parametrize("right", [-1, 0, 1])
def test_every_pixel_moves_and_white_comes_in(example, down, right):
    images = np.random.default_rng(0).uniform(1, 2, (3, 1, 8, 8))
    after = example["moved"](images, down, right)
    assert after.shape == images.shape
    for row in range(8):
        for column in range(8):
            from_row, from_column = row - down, column - right
            inside = 0 <= from_row < 8 and 0 <= from_column < 8
            expected = images[:, 0, from_row, from_column] if inside else 0
            assert (after[:, 0, row, column] == expected).all()


def test_copies_keep_their_labels(example):
    images = np.zeros((4, 1, 8, 8))
    images[:, 0, 4, 4] = [1, 2, 3, 4]
    copies, labels = example["augmented"](images, np.array([1, 2, 3, 4]), example["MOVES"])
    assert len(copies) == len(labels) == 36
    np.testing.assert_array_equal(copies.max(axis=(1, 2, 3)), labels)


def test_the_split_leaves_no_image_on_both_sides(example):
    digits = example["load"]()
    assert digits.x.shape[1:] == (1, 8, 8)
    assert digits.x.max() == 1
    train = {image.tobytes() for image in digits.x}
    assert not any(image.tobytes() in train for image in digits.x_test)
