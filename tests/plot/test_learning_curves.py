"""Learning curves: the columns of one History, of several, and norms."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import (
    histories,
    history,
    norms,
)

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def record():
    result = mn.History()
    for epoch, loss in enumerate([0.9, 0.6, 0.4, 0.35], 3):
        row = {"epoch": epoch, "loss": loss, "accuracy": 1 - loss, "val_loss": loss + 0.1}
        result.append({**row, "val_accuracy": 0.8 - loss / 2, "seconds": 0.01 * epoch})
    return result


def curves(ax):
    return {line.get_label(): line for line in ax.lines}


def test_training_and_validation_are_drawn_over_the_epochs(record):
    drawn = curves(history(record))
    assert list(drawn) == ["loss, training", "loss, validation"]
    for line in drawn.values():
        assert list(line.get_xdata()) == [3, 4, 5, 6]
    assert list(drawn["loss, training"].get_ydata()) == record["loss"]
    assert list(drawn["loss, validation"].get_ydata()) == record["val_loss"]


def test_a_name_has_one_colour_full_in_training_and_dashed_in_validation(record):
    lines = history(record, ["loss", "accuracy"]).lines
    assert len(lines) == 4
    colours = [plt.getp(line, "color") for line in lines]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert [plt.getp(line, "linestyle") for line in lines] == ["-", "--"] * 2
    assert len({plt.getp(line, "marker") for line in lines}) == 4


def test_the_labels_name_the_column_and_its_unit(record):
    ax = history(record, "accuracy")
    assert ax.get_title() == "Learning curves: accuracy"
    assert ax.get_xlabel() == "epoch"
    assert ax.get_ylabel() == "accuracy (share of samples)"
    assert history(record, ["loss", "accuracy"]).get_ylabel() == "value"


def test_the_legend_lists_all_curves(record):
    ax = history(record, ["loss", "accuracy"])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(curves(ax))


def test_a_column_without_validation_is_one_curve(record):
    assert list(curves(history(record, "seconds"))) == ["seconds"]
    assert list(curves(history(record, "val_loss"))) == ["val_loss"]


def test_a_column_that_some_epochs_lack_is_drawn_at_its_epochs(record):
    record.append({"epoch": 7, "loss": 0.3})
    record.append({"epoch": 8, "loss": 0.2, "val_loss": 0.25})
    drawn = curves(history(record))
    assert list(drawn["loss, validation"].get_xdata()) == [3, 4, 5, 6, 8]
    assert drawn["loss, validation"].get_ydata()[-1] == 0.25


def test_epochs_are_whole_numbers_on_the_axis(record):
    ax = history(record)
    ax.figure.canvas.draw()
    assert all(float(tick).is_integer() for tick in ax.get_xticks())


def test_a_single_epoch_is_visible():
    record = mn.History()
    record.append({"epoch": 1, "loss": 0.5})
    (line,) = history(record).lines
    assert line.get_marker() not in ("", "None", None)


def test_it_draws_into_the_axes_that_it_is_given(record):
    _, axes = plt.subplots(1, 2)
    assert history(record, ax=axes[1]) is axes[1]
    assert not axes[0].lines


def test_the_history_of_a_real_training():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    trainer = mn.Trainer(
        [mn.Linear(1, 1), mn.Sigmoid()], mn.BinaryCrossEntropy(), mn.SGD(1.0), seed=0
    )
    trained = trainer.fit(x, [0, 0, 1, 1], epochs=5, batch_size=2, progress=False)
    (line,) = history(trained).lines
    assert list(line.get_ydata()) == trained["loss"]
    assert line.get_ydata()[-1] < line.get_ydata()[0]


@pytest.mark.parametrize(
    ("names", "kind", "parts"),
    [
        ("los", ValueError, ["names", "expected one of loss, accuracy", "got 'los'"]),
        (["loss", "f1"], ValueError, ["got 'f1'"]),
        ([], ValueError, ["one to 3", "got []"]),
        (["loss", "loss"], ValueError, ["different names"]),
        (["loss", "accuracy", "seconds", "val_loss"], ValueError, ["a second picture"]),
        (5, TypeError, ["names", "got 5 (int)"]),
        ([5], TypeError, ["names", "got [5] (list)"]),
    ],
)
def test_wrong_names_are_refused(record, names, kind, parts):
    with pytest.raises(kind) as caught:
        history(record, names)
    for part in ["mn.plot.history", *parts]:
        assert part in str(caught.value)
    assert not plt.get_fignums()


def test_an_empty_history_is_refused():
    with pytest.raises(ValueError, match=r"history: expected at least one epoch.*trainer\.fit"):
        history(mn.History())


@pytest.mark.parametrize("wrong", [None, {"loss": [1.0]}, [0.5, 0.4]])
def test_what_is_no_history_is_refused(wrong):
    with pytest.raises(TypeError, match=r"history: expected the History that fit returns.*got"):
        history(wrong)


def test_a_wrong_ax_is_refused(record):
    with pytest.raises(TypeError, match=r"mn\.plot\.history: ax: expected a Matplotlib Axes"):
        history(record, ax="left")


def history_of(*losses, first=1):
    result = mn.History()
    for epoch, loss in enumerate(losses, first):
        result.append({"epoch": epoch, "loss": loss, "accuracy": 1 - loss, "odd": loss})
    return result


@pytest.fixture
def runs():
    return {
        "rate 0.1": history_of(0.9, 0.8, 0.7),
        "rate 1": history_of(0.5, 0.3, first=4),
    }


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
    wide = histories({"a": history_of(1000.0, 1e-3)}, logarithmic=True)
    wide.figure.canvas.draw()
    assert "0.01" in [text.get_text() for text in wide.get_yticklabels()]


@pytest.mark.parametrize(
    ("given", "name", "kind", "message"),
    [
        (history_of(0.5), "loss", TypeError, r"expected a dict.*mn\.plot\.history"),
        ({}, "loss", ValueError, r"expected at least one name"),
        ({"a": [0.5]}, "loss", TypeError, r"histories\['a'\]: expected the History"),
        (
            {"a": history_of(0.5)},
            "nothing",
            ValueError,
            r"one of loss, accuracy, odd, got 'nothing'",
        ),
        ({"a": mn.History()}, "loss", ValueError, r"it has no epoch yet"),
        ({"a": history_of(0.5)}, ["loss"], TypeError, r"name: expected a text"),
    ],
)
def test_bad_input(given, name, kind, message):
    with pytest.raises(kind, match=rf"(?s)mn\.plot\.histories: .*{message}"):
        histories(given, name)
    with pytest.raises(TypeError, match=r"logarithmic: expected True or False"):
        histories({"a": history_of(0.5)}, logarithmic="yes")


X, Y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2


def trainer_of(scale=1.0):
    layers = [mn.Linear(2, 5), mn.Tanh(), mn.Linear(5, 1), mn.Sigmoid()]
    network = mn.Network(layers, dtype="float64", seed=0)
    network.flat_values *= scale
    return mn.Trainer(network, mn.BinaryCrossEntropy(), mn.SGD(0.1))


def test_norms_are_drawn_over_the_epochs():
    ax = norms({"a": [1.0, 2.0, 3.0], "b": [0.5, 0.4]}, title="mine", quantity="size")
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2, 3], [1, 2]]
    assert [list(line.get_ydata()) for line in ax.lines] == [[1, 2, 3], [0.5, 0.4]]
    assert (ax.get_title(), ax.get_ylabel()) == ("mine", "size")
    assert norms({"a": [1.0]}, logarithmic=True, legend=False).get_yscale() == "log"


def test_a_monitors_norms_fit_in():
    monitor = mn.GradientMonitor()
    trainer_of().fit(X, Y, 3, 10, callbacks=[monitor], progress=False)
    ax = norms(monitor.layer_norms)
    assert [line.get_label() for line in ax.lines] == ["0", "2"]
    assert len(ax.lines[0].get_ydata()) == 3
