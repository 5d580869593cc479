"""The lesson on first weights: what starts alike stays alike, what shrinks does not learn."""

import re

import pytest

pytestmark = pytest.mark.slow  # the study at its full size

ACTIVATIONS = ("tanh", "ReLU")
STARTS = ("N(0, 0.05^2)", "N(0, 0.5^2)", "glorot_normal", "he_normal", "zeros")


@pytest.fixture(scope="module")
def run(run_example):
    return run_example("initialization")


@pytest.fixture(scope="module")
def tables(run):
    """(activation, start) -> the numbers of the tables on sizes and on training."""
    found = {}
    for word in ACTIVATIONS:
        for name in STARTS:
            pattern = rf"^{word} +{re.escape(name)} (.*)$"
            sizes, training = re.findall(pattern, run.text, re.MULTILINE)
            found[word, name] = (
                [float(cell) for cell in sizes.split()],
                [None if cell == "-" else float(cell) for cell in training.split()],
            )
    return found


def test_all_pictures_are_written_and_announced(run):
    pictures = run.pictures()
    assert set(pictures) == {"initialization_sizes.png", "initialization_training.png"}
    for name, size in pictures.items():
        assert size > 10_000
        assert name in run.text


def test_it_shows_progress(run):
    assert "training: 100%" in run.progress


def test_neurons_that_start_alike_stay_alike(run):
    zeros, alike, random = (run.row(n) for n in ("zeros   ", "all 0.5 ", "glorot_uniform"))
    assert zeros[:2] == alike[:2] == [1, 1]
    assert random[:2] == [8, 8]
    assert zeros[2] == 0.5, "from zeros nothing is learnt: half of the points are right"
    assert 0.6 < alike[2] < 0.9, "one neuron, which is a line"
    assert random[2] > 0.97


@pytest.mark.parametrize("word", ACTIVATIONS)
def test_small_weights_let_the_signal_and_the_gradient_vanish(tables, word):
    first, last, behind, before = tables[word, "N(0, 0.05^2)"][0]
    assert last < 1e-4 * first
    assert before < 1e-4 * behind, "dL/dz fades on its way back"
    assert tables[word, "zeros"][0] == [0, 0, 0, 0]


def test_large_weights_saturate_tanh_and_explode_behind_relu(tables):
    _, last, gradient, first_gradient = tables["tanh", "N(0, 0.5^2)"][0]
    assert last > 0.7
    assert first_gradient > 2 * gradient, "it grows on its way back"
    first, last, *_ = tables["ReLU", "N(0, 0.5^2)"][0]
    assert last > 100 * first


def test_he_keeps_the_size_behind_relu_and_glorot_does_not(run, tables):
    text = re.search(r"first ReLU (\d+)%.*?(\d+)% with glorot", run.text, re.DOTALL).groups()
    for share, name in zip(map(int, text), ("he_normal", "glorot_normal"), strict=True):
        first, last, *_ = tables["ReLU", name][0]
        assert share == pytest.approx(100 * last / first, abs=0.6)
    assert int(text[0]) > 60
    assert int(text[1]) < 10


@pytest.mark.parametrize("word", ACTIVATIONS)
def test_who_keeps_the_size_learns(run, tables, word):
    loss = {name: tables[word, name][1][2] for name in STARTS}
    assert loss["he_normal"] < 0.1
    assert loss["glorot_normal"] < 0.3
    assert loss["zeros"] == pytest.approx(loss["N(0, 0.05^2)"], abs=0.01)
    assert loss["zeros"] > 0.6, "the share of the classes, and nothing more"
    assert f"{word}: no further than zeros: N(0, 0.05^2), zeros." in run.text
    first, second, lead = re.search(
        rf"{word}: (\S+) is ahead of (\S+) by (\S+) ", run.text
    ).groups()
    ended = sorted((n for n in STARTS if loss[n] is not None), key=loss.get)
    assert [first, second] == ended[:2]
    assert float(lead) == pytest.approx(loss[second] - loss[first], abs=2e-4)


def test_exploding_networks_are_counted_as_diverged(tables):
    rate, diverged, *numbers = tables["ReLU", "N(0, 0.5^2)"][1]
    assert diverged > 0
    assert rate is not None or numbers == [None] * 4
    assert tables["tanh", "he_normal"][1][1] == 0
