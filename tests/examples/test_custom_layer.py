"""The lesson on custom classes: they are right, the mistake is found, and they train."""

import re

import pytest

pytestmark = pytest.mark.slow  # some dozen trainings


@pytest.fixture(scope="module")
def run(run_example):
    return run_example("custom_layer")


def test_all_pictures_are_written_and_announced(run):
    pictures = run.pictures()
    assert set(pictures) == {"custom_fits.png", "custom_learning.png"}
    for name, size in pictures.items():
        assert size > 10_000
        assert name in run.text


def test_it_shows_progress(run):
    assert "training: 100%" in run.progress


@pytest.mark.parametrize("name", ["Scale", "Swish", "LogCosh"])
def test_each_backward_is_the_derivative(run, name):
    assert f"\n{name}: right. " in f"\n{run.text}"


def test_the_forgotten_term_is_found(run):
    assert "ForgetfulSwish: 1 mistake." in run.text
    assert "[jacobian-term-missing] ForgetfulSwish.backward" in run.text
    assert "custom_layer.py, line " in run.text


def test_the_summary_names_the_classes_from_outside(run):
    for text in ("Swish()", "Scale(16)", "LogCosh(width=0.2)", "chain rule"):
        assert text in run.text


def test_logcosh_is_not_misled(run):
    ours, squared = run.row("LogCosh   "), run.row("MeanSquaredError")
    assert ours[0] < 0.15
    assert squared[0] > 2 * ours[0]
    assert ours[3] > squared[3], "closer to the measurements, and further from the truth"
    for mean, least, most, _ in (ours, squared):
        assert least < mean < most


def test_the_sentence_says_what_the_table_shows(run):
    found = re.search(r"in (\d+) of (\d+) seeds.*?is (\S+) times", run.text, re.DOTALL).groups()
    better, seeds, ratio = map(float, found)
    assert 0.8 * seeds <= better <= seeds
    ours, squared = run.row("LogCosh   "), run.row("MeanSquaredError")
    assert ratio == pytest.approx(squared[0] / ours[0], abs=0.06)


def test_scale_has_learnt(run):
    low, high = map(float, re.search(r"go from (\S+)\s+to (\S+)\.\n", run.text).groups())
    assert low < 1 < high
