"""The lesson on three classes says what it found, and finds what it promises."""

import re

import pytest

pytestmark = pytest.mark.slow  # some dozen trainings


@pytest.fixture(scope="module")
def run(run_example):
    return run_example("three_classes")


def test_all_pictures_are_written_and_announced(run):
    pictures = run.pictures()
    assert set(pictures) == {
        "three_linear_three_class.png",
        "three_copper_coin.png",
        "three_iris_regions.png",
        "three_iris_confusion.png",
    }
    for name, size in pictures.items():
        assert size > 10_000
        assert name in run.text


def test_it_shows_progress(run):
    assert "epoch 150/150" in run.progress
    assert "iris: 100%" in run.progress


def part(run, number):
    """The text of one of the numbered parts."""
    return run.text.partition(f"{number}. ")[2].partition(f"\n{number + 1}. ")[0]


@pytest.fixture
def accuracies(run):
    def of(number):
        rows = re.findall(
            r"(?m)^(always \S+(?: \d')?|no hidden layer|24 hidden neurons) (.*)$", part(run, number)
        )
        assert len(rows) == 3
        return [float(cells.split()[-1]) for _, cells in rows]

    return of


def test_straight_boundaries_suffice_for_the_straight_set(accuracies):
    baseline, straight, bent = accuracies(1)
    assert baseline < 0.5
    assert straight >= 0.97
    assert bent >= 0.97


def test_the_coin_needs_a_hidden_layer(accuracies):
    baseline, straight, bent = accuracies(2)
    assert straight < baseline + 0.1
    assert bent >= 0.9


@pytest.mark.parametrize("number", [1, 2])
def test_the_sentence_counts_what_the_table_shows(run, accuracies, number):
    sentence = r"Of (\d+) unseen points .*? gets (\d+) right, .*?one (\d+): a difference of (\S+)\."
    found = re.search(sentence, part(run, number), re.DOTALL).groups()
    points, bent, straight, difference = map(int, found)
    assert [straight / points, bent / points] == pytest.approx(accuracies(number)[1:], abs=1e-4)
    assert difference == bent - straight


def test_iris_as_the_mean_of_fifty_splits(run):
    assert "50 stratified splits, 105 flowers to learn, 45 to test" in run.text
    mean, deviation, least, most = run.below("mean accuracy")
    assert mean >= 0.95
    assert 0 < deviation < 0.05
    assert 0.8 <= least <= mean <= most <= 1


def test_the_mistakes_are_counted(run):
    between, wrong = map(int, re.search(r"(\d+) of the (\d+) mistakes", run.text).groups())
    assert between <= wrong
    assert between / wrong > 0.9
    assert 1 - wrong / (50 * 45) == pytest.approx(run.below("mean accuracy")[0], abs=1e-4)
