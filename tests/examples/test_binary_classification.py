"""The lesson on two classes says what it found, and finds what it promises."""

import re

import pytest


@pytest.fixture(scope="module")
def run(run_example):
    return run_example("binary_classification")


def test_all_pictures_are_written_and_announced(run):
    pictures = run.pictures()
    assert set(pictures) == {"binary_line.png", "binary_arcs.png", "binary_breast_cancer.png"}
    for name, size in pictures.items():
        assert size > 10_000
        assert name in run.text


def test_it_shows_progress(run):
    assert "epoch 100/100" in run.progress
    assert "breast_cancer: 100%" in run.progress


def test_one_neuron_finds_the_line(run):
    assert run.row("drawn by") == [2.0, -0.5]
    slope, offset = run.row("learnt")
    assert slope == pytest.approx(2, abs=0.2)
    assert offset == pytest.approx(-0.5, abs=0.1)
    assert float(re.search(r"1000 unseen points: (\S+)", run.text)[1]) >= 0.98


def test_the_arcs_need_a_hidden_layer(run):
    parameters, training, unseen = run.row("one neuron")
    assert parameters == 3
    assert max(training, unseen) < 0.9
    _, parameters, training, unseen = (8, *run.row("8 hidden neurons"))
    assert parameters == 33
    assert min(training, unseen) >= 0.99


def test_96_of_100_tumours_are_classified_correctly(run):
    mean, deviation, least, most = run.below("mean accuracy")
    assert mean >= 0.96
    assert 0 < deviation < 0.03
    assert least <= mean <= most <= 1


def test_the_counted_mistakes_agree_with_the_accuracy(run):
    numbers = r"(\d+) of (\d+) malignant.*?(\d+) of (\d+) benign"
    missed, ill, alarm, well = map(int, re.search(numbers, run.text, re.DOTALL).groups())
    mean = run.below("mean accuracy")[0]
    assert 1 - (missed + alarm) / (ill + well) == pytest.approx(mean, abs=1e-4)
    assert (ill + well) % 10 == 0, "ten test sets of one size"
