"""The lesson on batch normalization: what it fixes, what it does not, and its two modes."""

import re

import pytest

pytestmark = pytest.mark.slow  # the study at its full size

PICTURES = ("rates", "company", "modes")
GOOD, SMALL = "he_normal", "N(0, 0.05^2)"


@pytest.fixture(scope="module")
def run(run_example):
    return run_example("batch_norm")


@pytest.fixture(scope="module")
def table(run):
    """(with it?, start) -> largest rate, best rate, loss, sd, accuracy, sd."""
    return {
        (norm, start): run.row(f"{'with batch norm' if norm else 'without        '}  {start} ")
        for norm in (False, True)
        for start in (GOOD, SMALL)
    }


def test_all_pictures_are_written_and_announced(run):
    pictures = run.pictures()
    assert set(pictures) == {f"batch_norm_{name}.png" for name in PICTURES}
    for name, size in pictures.items():
        assert size > 10_000
        assert name in run.text


def test_it_shows_progress(run):
    for bar in ("rates", "company", "running means, rate 1"):
        assert f"{bar}: 100%" in run.progress


def test_with_it_the_start_hardly_matters(run, table):
    assert table[False, GOOD][2] < 0.1
    assert table[False, SMALL][2] > 0.6, "the small start learns nothing"
    assert table[False, SMALL][4] < 0.7
    assert table[True, SMALL][2] < 0.15
    assert table[True, SMALL][4] > 0.93
    for norm, word in ((False, "Without"), (True, "With batch norm")):
        costs = float(re.search(rf"{word}, the small start costs (\S+) \+-", run.text)[1])
        assert costs == pytest.approx(table[norm, SMALL][2] - table[norm, GOOD][2], abs=2e-3)
    assert abs(costs) < 0.05


def test_with_it_no_rate_diverges_and_without_it_large_ones_do(table):
    assert table[True, GOOD][0] == table[True, SMALL][0] == 3
    assert table[False, GOOD][0] < 3
    for largest, best, *_ in table.values():
        assert best <= largest


def test_from_a_good_start_a_network_can_do_without(run, table):
    numbers = r"training loss by (\S+) \+- (\S+)\s+and the test accuracy by (\S+) \+- (\S+)\. "
    loss, error, right, _ = map(float, re.search(numbers, run.text).groups())
    assert loss == pytest.approx(table[True, GOOD][2] - table[False, GOOD][2], abs=2e-3)
    assert right == pytest.approx(table[True, GOOD][4] - table[False, GOOD][4], abs=2e-3)
    assert loss > -2 * error, "no clear gain"
    assert right < 0.02


def test_in_training_a_sample_depends_on_its_company_in_evaluation_it_does_not(run):
    training, evaluation = (run.row(f"{mode} mode   ") for mode in ("training", "evaluation"))
    assert training == sorted(training, reverse=True), "the less, the larger the batch"
    assert training[0] > 0.1
    assert training[0] > 5 * training[-1] > 0
    assert max(evaluation) < 1e-6
    assert len(training) == len(evaluation) == 7


def test_the_running_means_need_time(run):
    for rate in ("0.1", "1  "):
        training, evaluation = (run.row(f"{rate}   {m} mode ") for m in ("training", "evaluation"))
        assert evaluation[0] > 1.05 * training[0]
        assert abs(evaluation[-1] - training[-1]) < abs(evaluation[0] - training[0])
        assert evaluation[-1] < 0.5 * evaluation[0]
