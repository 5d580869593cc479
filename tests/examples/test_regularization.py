"""The lesson on overfitting sees it, cures it, and says no more than its tables do."""

import re

import pytest

pytestmark = pytest.mark.slow  # the study at its full size

CURES = ("L2(0.01)", "Dropout(0.5)", "early stopping")


@pytest.fixture(scope="module")
def run(run_example):
    return run_example("regularization")


@pytest.fixture(scope="module")
def tables(run):
    """The two tables: name -> numbers."""
    found = {}
    for name in ("nothing", *CURES):
        lines = [line for line in run.text.splitlines() if line.startswith(name + " ")]
        found[name] = [[float(cell) for cell in line[len(name) :].split()] for line in lines]
    return found


def test_all_pictures_are_written_and_announced(run):
    pictures = run.pictures()
    assert set(pictures) == {"regularization_curves.png", "regularization_boundaries.png"}
    for name, size in pictures.items():
        assert size > 10_000
        assert name in run.text


def test_it_shows_progress(run):
    assert "training: 100%" in run.progress


def test_overfitting_is_seen(run, tables):
    numbers = r"after epoch (\d+)\s+\((\S+)\) and has risen to (\S+) after (\d+) epochs"
    lowest, least, last, epochs = map(float, re.search(numbers, run.text).groups())
    assert 1 < lowest < 0.7 * epochs
    assert last > 1.2 * least
    before, after = map(float, re.search(r"falling, from (\S+) to (\S+)\.\n", run.text).groups())
    assert after < before
    ((training, test, *_),) = tables["nothing"]
    assert test > 1.5 * training


@pytest.mark.parametrize("cure", CURES)
def test_each_cure_lowers_the_test_loss(tables, cure):
    (nothing,), (cured, gains) = tables["nothing"], tables[cure]
    less, error, seeds, more, _, _ = gains
    clear = less > 2 * error > 0
    assert clear or (cure.startswith("Dropout") and less > error)
    assert seeds >= 4
    assert less == pytest.approx(nothing[1] - cured[1], abs=2e-4)
    assert more == pytest.approx(cured[3] - nothing[3], abs=2e-4)
    assert cured[0] > nothing[0], "the price is paid on the training points"


def test_the_sentences_say_what_the_tables_show(run, tables):
    best, second, lead, verdict = re.search(
        r"Best on these points: (.+), ahead of (.+) by (\S+)\n\(se .*: (.*) lead\.", run.text
    ).groups()
    losses = {name: rows[0][1] for name, rows in tables.items()}
    assert [best, second] == sorted(losses, key=losses.get)[:2]
    assert float(lead) == pytest.approx(losses[second] - losses[best], abs=1e-3)
    assert verdict in ("clear", "no clear")
    assert ("no clear gain" in run.text) == any(
        rows[1][0] < 2 * rows[1][1] for name, rows in tables.items() if name in CURES
    )
    low, high = map(float, re.search(r"accuracy changes by (\S+) to (\S+),", run.text).groups())
    changes = [tables[cure][1][3] for cure in CURES]
    assert (low, high) == pytest.approx((min(changes), max(changes)), abs=6e-4)


def test_early_stopping_stops_early(run):
    numbers = r"epochs (\d+) to (\d+) and trained for\s+(\d+) epochs"
    first, last, mean = map(int, re.search(numbers, run.text).groups())
    assert 1 <= first < last <= 200
    assert first + 30 <= mean < 200, "a patience of 30 epochs"
