"""The picture of a sweep: a line and a band for each group of runs, by epoch."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import learning_speed
from minnet.sweep.results import Run, Runs

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def run(settings, **columns):
    history = mn.History()
    for values in zip(*columns.values(), strict=True):
        history.append(dict(zip(columns, values, strict=True)))
    return Run(settings, history)


@pytest.fixture
def runs():
    return Runs(
        [
            run({"loss": "squared", "rate": 0.1}, loss=[8, 4, 3], accuracy=[0.1, 0.2, 0.3]),
            run({"loss": "squared", "rate": 1}, loss=[6, 2, 1], accuracy=[0.3, 0.4, 0.5]),
            run({"loss": mn.Hinge, "rate": 0.1}, loss=[1, 1, 1], accuracy=[0.5, 0.6, 0.7]),
            run({"loss": mn.Hinge, "rate": 1}, loss=[3, 2, 2], accuracy=[0.7, 0.8, 0.9]),
        ]
    )


def lines(ax):
    return {line.get_label(): list(np.round(line.get_ydata(), 9)) for line in ax.lines}


def test_a_line_is_the_mean_of_a_group_by_epoch(runs):
    ax = learning_speed(runs, by="loss", column="loss")
    assert lines(ax) == {"squared": [7, 3, 2], "Hinge": [2, 1.5, 1.5]}
    for line in ax.lines:
        assert list(line.get_xdata()) == [1, 2, 3]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "training loss")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["squared", "Hinge"]


def test_the_band_lies_between_the_percentiles_of_the_group(runs):
    ax = learning_speed(runs, by="loss", column="loss")
    corners = ax.collections[0].get_paths()[0].vertices
    at_first = corners[corners[:, 0] == 1, 1]
    assert (at_first.min(), at_first.max()) == pytest.approx((6.2, 7.8))


def test_accuracy_is_drawn_if_nothing_is_said_because_losses_do_not_compare(runs):
    ax = learning_speed(runs, by="loss")
    assert lines(ax) == {"squared": [0.2, 0.3, 0.4], "Hinge": [0.6, 0.7, 0.8]}
    assert ax.get_ylabel() == "training accuracy"
    assert learning_speed(runs, quantity="share").get_ylabel() == "share"
    held = Runs([run({"seed": 0}, loss=[1.0], val_loss=[2.0], accuracy=[0.5])])
    assert learning_speed(held, column="val_loss").get_ylabel() == "held-out loss"
    assert learning_speed(held).get_ylabel() == "training accuracy"
    mixed = Runs([*held, run({"seed": 1}, loss=[3.0])])
    assert lines(learning_speed(mixed)) == {"all runs": [2.0]}


def test_numbers_and_pairs_of_settings_have_readable_names(runs):
    assert list(lines(learning_speed(runs, by="rate"))) == ["rate = 0.1", "rate = 1"]
    assert list(lines(learning_speed(runs, by=["loss", "rate"]))) == [
        "squared, rate = 0.1",
        "squared, rate = 1",
        "Hinge, rate = 0.1",
        "Hinge, rate = 1",
    ]
    assert list(lines(learning_speed(runs))) == ["all runs"]


def test_failed_runs_are_left_out_and_counted(runs):
    lost = Run({"loss": "squared", "rate": 9}, error=ValueError("x"))
    gone = Run({"loss": "third", "rate": 9}, error=ValueError("x"))
    ax = learning_speed(Runs([*runs, lost, gone]), by="loss", column="loss")
    assert lines(ax) == {"squared (2 of 3 runs)": [7, 3, 2], "Hinge": [2, 1.5, 1.5]}


def test_the_runs_of_a_real_sweep():
    from minnet.sweep.sweep import sweep

    def make_trainer(loss, seed):
        return mn.Trainer([mn.Linear(2, 1), mn.Sigmoid()], loss(), mn.SGD(1.0), seed=seed)

    grid = {"loss": [mn.MeanSquaredError, mn.BinaryCrossEntropy], "seed": [0, 1, 2]}
    x, y = mn.datasets.linear_binary(50, seed=0)
    runs = sweep(make_trainer, grid, (x, y), 4, validation_data=(x, y), progress=False)
    ax = learning_speed(runs, by="loss")
    expected = runs.where(loss=mn.BinaryCrossEntropy).curves("val_loss").mean(axis=0)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), expected)
    assert ax.lines[1].get_label() == "BinaryCrossEntropy"
    ax.figure.canvas.draw()


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"by": "speed"}, ValueError, r"learning_speed: by: .* settings loss, rate, got 'speed'"),
        ({"by": []}, TypeError, r"by: expected the name of a setting .* by='loss'"),
        ({"by": 3}, TypeError, r"by: expected the name of a setting"),
        ({"column": "val_loss"}, ValueError, r"column: .*\(loss, accuracy\), got 'val_loss'"),
        ({"steps": [1, 2, 3]}, TypeError, r"steps: expected None with the Runs"),
    ],
)
def test_bad_questions_are_refused_before_a_figure_is_made(runs, options, kind, message):
    with pytest.raises(kind, match=message):
        learning_speed(runs, **options)
    assert not plt.get_fignums()


def test_by_and_column_are_for_runs():
    for option in ({"by": "loss"}, {"column": "loss"}):
        with pytest.raises(TypeError, match=r"by and column: expected the Runs of mn\.sweep"):
            learning_speed({"one": [1.0]}, **option)


def test_runs_that_all_failed():
    lost = Runs([Run({"seed": 0}, error=ValueError("x"))])
    with pytest.raises(ValueError, match=r"at least one run that finished, got 1 that failed"):
        learning_speed(lost)


def test_lines_of_different_length_are_refused(runs):
    longer = run({"loss": "third", "rate": 1}, loss=[1.0] * 5, accuracy=[0.5] * 5)
    with pytest.raises(ValueError, match=r"same number of points.*'squared': 3.*'third': 5"):
        learning_speed(Runs([*runs, longer]), by="loss")


def test_groups_that_read_alike_have_a_line_each():
    history = mn.History()
    history.append({"epoch": 1, "loss": 0.5, "seconds": 0.1, "learning_rate": 1.0})
    runs = Runs(Run({"rate": rate}, history) for rate in (0.12341, 0.12344))
    axes = mn.plot.learning_speed(runs, by="rate")
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["rate = 0.1234", "rate = 0.12344"]
    assert all(line.get_marker() not in (None, "None") for line in axes.lines[:2])  # one epoch
    with pytest.raises(ValueError, match="got none at all"):
        mn.plot.learning_speed(runs.filter(lambda run: False), by="rate")


def test_an_axis_without_a_round_number_shows_its_ends():
    axes = mn.plot.learning_speed({"a": np.ones((2, 3))}, [40, 50, 60])
    assert axes.get_xticks().tolist() == [40, 60]
