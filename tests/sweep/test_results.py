"""The runs of a sweep filter, group, turn into arrays and print, and tell what they do not have."""

import functools
import pickle

import numpy as np
import pytest

import minnet as mn
from minnet.sweep.results import Run, Runs
from minnet.sweep.setting_values import label


def history(*losses, **more):
    result = mn.History()
    for epoch, loss in enumerate(losses, 1):
        row = {name: values[epoch - 1] for name, values in more.items()}
        result.append({"epoch": epoch, "loss": loss, **row, "seconds": 0.1, "learning_rate": 1.0})
    return result


def run(loss, rate, seed, *losses, **more):
    return Run({"loss": loss, "rate": rate, "seed": seed}, history(*losses, **more))


@pytest.fixture
def runs():
    """Two losses, two rates, two seeds; seed 1 of the last pair has failed."""
    failed = Run(
        {"loss": mn.Hinge, "rate": 1.0, "seed": 1}, error=ValueError("too bad"), traceback="there"
    )
    return Runs(
        [
            run("squared", 0.1, 0, 1.0, 0.9),
            run("squared", 0.1, 1, 1.0, 0.8),
            run("squared", 1.0, 0, 1.0, 0.7),
            run("squared", 1.0, 1, 1.0, 0.6),
            run(mn.Hinge, 0.1, 0, 2.0, 0.5),
            run(mn.Hinge, 0.1, 1, 2.0, 0.4),
            run(mn.Hinge, 1.0, 0, 2.0, 0.3),
            failed,
        ]
    )


def last(runs):
    return [r.history["loss"][-1] for r in runs]


def test_where_filters_by_settings(runs):
    assert last(runs.where(loss="squared", rate=1.0)) == [0.7, 0.6]
    assert last(runs.where(loss=mn.Hinge).finished) == [0.5, 0.4, 0.3]
    assert isinstance(runs.where(seed=0), Runs)
    assert len(runs.where()) == 8


def test_filter_takes_any_question_about_a_run(runs):
    chosen = runs.filter(lambda r: r.settings["rate"] > 0.5 and r.error is None)
    assert last(chosen) == [0.7, 0.6, 0.3]
    assert len(runs.filter(lambda r: False)) == 0


def test_groups_agree_in_their_settings_and_keep_the_order(runs):
    groups = runs.group_by("loss")
    assert list(groups) == ["squared", mn.Hinge]
    assert last(groups["squared"]) == [0.9, 0.8, 0.7, 0.6]
    pairs = runs.group_by("rate", "loss")
    assert list(pairs) == [(0.1, "squared"), (1.0, "squared"), (0.1, mn.Hinge), (1.0, mn.Hinge)]
    assert last(pairs[0.1, mn.Hinge]) == [0.5, 0.4]
    assert sum(map(len, pairs.values())) == 8


def test_values_that_are_lists_or_arrays_group_and_filter_too():
    sizes = [[8, 4], [8], [8, 4]]
    runs = Runs(Run({"hidden": size, "at": np.array(size)}, history(1.0)) for size in sizes)
    assert {key: len(group) for key, group in runs.group_by("hidden").items()} == {
        "[8, 4]": 2,
        "[8]": 1,
    }
    assert len(runs.where(hidden=[8, 4])) == 2
    assert len(runs.where(at=np.array([8]))) == 1
    assert len(runs.values("at")) == 2


def test_true_is_not_1():
    runs = Runs([Run({"bias": True}, history(1.0)), Run({"bias": 1}, history(2.0))])
    assert last(runs.where(bias=True)) == [1.0]
    assert runs.values("bias") == [True, 1]


def test_settings_that_only_some_runs_have():
    runs = Runs([Run({"rate": 0.1}, history(1.0)), Run({"hidden": 3}, history(2.0))])
    assert runs.names == ["rate", "hidden"]
    assert last(runs.where(hidden=3)) == [2.0]
    assert list(runs.group_by("hidden")) == [None, 3]


def test_curves_are_an_array_of_runs_and_epochs(runs):
    np.testing.assert_array_equal(
        runs.where(loss=mn.Hinge).curves("loss"), [[2.0, 0.5], [2.0, 0.4], [2.0, 0.3]]
    )
    assert runs.curves().shape == (7, 2)  # the failed run has none


def test_sequences_of_runs(runs):
    assert runs[0].settings == {"loss": "squared", "rate": 0.1, "seed": 0}
    assert runs[-1].error is not None
    assert [r.settings["seed"] for r in runs] == [0, 1] * 4
    assert (len(runs.finished), len(runs.failed)) == (7, 1)
    assert runs.values("rate") == [0.1, 1.0]
    with pytest.raises(IndexError):
        runs[8]


def test_the_table_shows_settings_last_numbers_and_errors(runs):
    lines = repr(runs).splitlines()
    assert lines[0].split() == ["loss", "rate", "seed", "epochs", "loss", "error"]
    assert lines[2].split() == ["squared", "0.1", "0", "2", "0.9", "-"]
    assert lines[-1].split() == ["Hinge", "1", "1", "-", "-", "ValueError"]
    assert len(lines) == 10
    assert repr(runs.finished).splitlines()[0].split() == ["loss", "rate", "seed", "epochs", "loss"]
    assert repr(Runs([])) == "Runs: no run"
    assert repr(Runs([], interrupted=True)).endswith("(interrupted)")
    assert runs.where(rate=0.1).interrupted is False
    assert Runs(runs, interrupted=True).where(rate=0.1).interrupted


def test_a_run_prints_in_one_line(runs):
    assert repr(runs[0]) == "<Run loss=squared, rate=0.1, seed=0: loss 0.9>"
    assert repr(runs[-1]) == "<Run loss=Hinge, rate=1, seed=1: ValueError: too bad>"
    assert repr(Run({"seed": 1}, mn.History())) == "<Run seed=1: no epoch>"


def test_runs_can_be_kept_in_a_pickle(runs):
    again = pickle.loads(pickle.dumps(runs))
    assert repr(again) == repr(runs)
    assert last(again.where(loss=mn.Hinge, rate=0.1)) == [0.5, 0.4]


@pytest.mark.parametrize(
    ("ask", "kind", "message"),
    [
        (lambda r: r.where(speed=1), ValueError, r"one of the settings loss, rate, seed, got 'spe"),
        (
            lambda r: r.where(rate=0.2),
            ValueError,
            r"where: rate: .*0\.1, 1, got 0\.2.*runs\.filter",
        ),
        (
            lambda r: r.group_by(),
            ValueError,
            r"group_by: expected the names .*got none\. Write",
        ),
        (lambda r: r.group_by("speed"), ValueError, r"one of the settings"),
        (lambda r: r.values("speed"), ValueError, r"one of the settings"),
        (lambda r: r.curves("accuracy"), KeyError, r"one of epoch, loss"),
        (lambda r: r.failed.curves(), ValueError, r"got 1 that failed.*seed=1: ValueError: too"),
        (lambda r: Runs([]).curves(), ValueError, r"at least one run that finished, got 0"),
    ],
)
def test_unknown_settings_values_and_columns_are_refused(runs, ask, kind, message):
    with pytest.raises(kind, match=message):
        ask(runs)


def test_histories_of_different_length_are_no_array():
    runs = Runs([Run({"seed": 0}, history(1.0)), Run({"seed": 1}, history(1.0, 0.5, 0.2))])
    with pytest.raises(ValueError, match=r"curves: loss: .* from 1 to 3 epochs.*early stopping"):
        runs.curves("loss")


def test_labels():
    assert label(0.30000000000000004) == "0.3"
    assert label(None) == "None"
    assert label(mn.initializers.he_normal) == "he_normal"
    assert label(mn.SGD(0.1)) == repr(mn.SGD(0.1))


def test_settings_that_look_alike_stay_apart():
    """Not by their text, not by what a dict takes for equal."""
    long = [np.zeros(2000), np.concatenate([np.zeros(1000), np.ones(1000)])]
    for values in ([True, 1], long, [lambda: 0, lambda: 1], [0.12341, 0.12344]):
        runs = Runs(Run({"value": value}, history(1.0)) for value in values)
        assert len(runs.values("value")) == 2
        groups = runs.group_by("value")
        assert [len(group) for group in groups.values()] == [1, 1]


def test_a_setting_that_is_a_function_with_numbers_has_a_short_name():
    assert label(mn.initializers.normal(0.0, 0.01)) == "normal(0, 0.01)"
    assert label(functools.partial(mn.Huber, delta=2.0)) == "Huber(delta=2)"
