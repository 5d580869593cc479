"""Several runs in one picture: each keeps its numbers, its name and its look."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

import minnet as mn
from minnet.plot import histories

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def record(*losses, first=1):
    result = mn.History()
    for epoch, loss in enumerate(losses, first):
        result.append({"epoch": epoch, "loss": loss, "accuracy": 1 - loss, "odd": loss})
    return result


@pytest.fixture
def runs():
    return {"rate 0.1": record(0.9, 0.8, 0.7), "rate 1": record(0.5, 0.3, first=4)}


def test_each_run_is_a_line_over_its_epochs(runs):
    lines = histories(runs).lines
    assert [line.get_label() for line in lines] == ["rate 0.1", "rate 1"]
    assert list(lines[0].get_xdata()) == [1, 2, 3]
    assert list(lines[0].get_ydata()) == [0.9, 0.8, 0.7]
    assert list(lines[1].get_xdata()) == [4, 5]
    for look in ("color", "linestyle", "marker"):
        assert len({str(plt.getp(line, look)) for line in lines}) == 2


def test_labels_legend_and_axes(runs):
    ax = histories(runs, "accuracy")
    assert ax.get_title() == "Runs compared: accuracy"
    assert ax.get_ylabel() == "accuracy (share of samples)"
    assert list(ax.lines[1].get_ydata()) == [0.5, 0.7]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(runs)
    assert histories(runs, "odd", legend=False).get_ylabel() == "odd"
    own = plt.subplots()[1]
    assert histories(runs, ax=own, title="mine") is own
    assert own.get_title() == "mine"


def test_a_logarithmic_axis_has_numbers_as_one_says_them(runs):
    ax = histories(runs, logarithmic=True)
    assert ax.get_yscale() == "log"
    ax.figure.canvas.draw()
    low, high = ax.get_ylim()
    shown = [
        text.get_text()
        for at, text in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)
        if low <= at <= high
    ]
    assert "0.5" in shown
    assert all(float(text) and "10" not in text for text in shown)
    wide = histories({"a": record(1000.0, 1e-3)}, logarithmic=True)
    wide.figure.canvas.draw()
    assert "0.01" in [text.get_text() for text in wide.get_yticklabels()]


@pytest.mark.parametrize(
    ("given", "name", "kind", "message"),
    [
        (record(0.5), "loss", TypeError, r"expected a dict.*mn\.plot\.history"),
        ({}, "loss", ValueError, r"expected at least one name"),
        ({"a": [0.5]}, "loss", TypeError, r"histories\['a'\]: expected the History"),
        ({"a": record(0.5)}, "nothing", ValueError, r"one of loss, accuracy, odd, got 'nothing'"),
        ({"a": mn.History()}, "loss", ValueError, r"it has no epoch yet"),
        ({"a": record(0.5)}, ["loss"], TypeError, r"name: expected a column such as"),
    ],
)
def test_bad_input(given, name, kind, message):
    with pytest.raises(kind, match=rf"(?s)mn\.plot\.histories: .*{message}"):
        histories(given, name)
    with pytest.raises(TypeError, match=r"logarithmic: expected True or False"):
        histories({"a": record(0.5)}, logarithmic="yes")
