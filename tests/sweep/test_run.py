"""One run of a sweep: its settings, and what happens if it fails."""

import re
from pathlib import Path

import pytest
from sweep_runs import X, Y, make_trainer, numbers, quiet, spawned

import minnet as mn
from minnet.sweep.run import accepted_settings
from minnet.sweep.sweep import sweep


@pytest.fixture(scope="module")
def pool():
    """Two processes that know nothing but what is sent to them."""
    with spawned(2) as executor:
        yield executor


@pytest.mark.parametrize("where", ["here", "there"])
def test_a_run_that_fails_is_reported_with_its_settings_and_the_others_continue(where, request):
    executor = None if where == "here" else request.getfixturevalue("pool")
    grid = {"hidden": [3], "rate": [0.1, 1e300, 1.0], "seed": [0]}
    with pytest.warns(RuntimeWarning) as caught:
        runs = quiet(grid, epochs=3, executor=executor)
    assert [run.settings["rate"] for run in runs] == [0.1, 1e300, 1.0]
    assert [run.error is None for run in runs] == [True, False, True]
    (failed,) = runs.failed
    assert isinstance(failed.error, mn.TrainingDiverged)
    assert failed.error.epoch == 1
    assert failed.history is None
    assert "train_on" in failed.traceback
    text = str(caught[0].message)
    assert text.startswith("sweep: 1 of 3 runs failed")
    assert "hidden=3, rate=1e+300, seed=0: TrainingDiverged: Training diverged" in text
    assert Path(caught[0].filename).name == "sweep_runs.py"  # where sweep was called
    assert "TrainingDiverged" in repr(runs)
    assert len(runs.finished) == 2


def test_many_failures_are_summed_up():
    with pytest.warns(RuntimeWarning, match=r"12 of 12(.|\n)*seed=9: (.|\n)*and 2 more"):
        runs = quiet({"seed": range(12)}, make=lambda seed: seed)
    assert all(isinstance(run.error, TypeError) for run in runs)


OLD = make_trainer(), make_trainer().network


def test_a_trainer_must_be_new():
    makers = {
        "one trainer": lambda: OLD[0],
        "one network": lambda: mn.Trainer(OLD[1], mn.BinaryCrossEntropy(), mn.SGD()),
    }
    for make in makers.values():
        with pytest.warns(RuntimeWarning, match="1 of 2 runs failed"):
            runs = quiet({"epochs": [1, 2]}, make=make)
        with pytest.raises(ValueError, match="Make layers, network and Trainer inside of make"):
            raise runs[1].error


def test_make_trainer_must_return_a_trainer():
    with pytest.warns(RuntimeWarning):
        runs = quiet({"seed": [3]}, make=lambda seed: seed)
    with pytest.raises(TypeError, match=r"that returns a Trainer, got 3.*return mn\.Trainer"):
        raise runs[0].error


def test_a_function_without_a_signature_gets_all_settings():
    """As some that are written in C; it cannot be checked before it is called."""

    class Untold:
        __signature__ = "untold"

        def __call__(self, **settings):
            return make_trainer(**settings)

    (run,) = quiet({"rate": [0.3]}, make=Untold())
    alone = make_trainer(rate=0.3).fit(X, Y, 2, 16, progress=False)
    assert numbers(run.history) == numbers(alone)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"data": lambda: 3},
            r"data: expected a function that returns a pair.*got 3 \(int\) from it",
        ),
        ({"data": lambda: (X, Y, Y)}, r"data: expected a function that returns a pair"),
        ({"callbacks": lambda: None}, r"callbacks: expected a function that returns a list"),
    ],
)
def test_return_values_of_functions_are_checked(wrong, message):
    arguments = {"data": (X, Y), **wrong}
    with pytest.warns(RuntimeWarning):
        runs = sweep(make_trainer, {"seed": [0]}, epochs=1, progress=False, **arguments)
    assert re.search(message, str(runs[0].error))
    with pytest.raises(TypeError, match="wanted: expected a function of a run, got 3"):
        runs.filter(3)


def test_a_function_without_a_signature_accepts_all_settings():
    assert accepted_settings(dict, {"a": 1}) == {"a": 1}
    assert accepted_settings(lambda b, **_: None, {"a": 1}) == {"a": 1}
    assert accepted_settings(lambda b: None, {"a": 1, "b": 2}) == {"b": 2}


class SilentError(Exception):
    def __str__(self):
        return self.nothing


@pytest.mark.parametrize(
    "error", [SystemExit(0), GeneratorExit(), BaseException("b"), SilentError()]
)
def test_a_run_ends_in_whatever_error_and_the_others_continue(error):
    def make(seed):
        if seed == 1:
            raise error
        return make_trainer(seed=seed)

    with pytest.warns(RuntimeWarning, match=rf"1 of 3 runs failed(.|\n)*{type(error).__name__}"):
        runs = quiet({"seed": [0, 1, 2]}, make=make)
    assert [run.error is None for run in runs] == [True, False, True]
    assert runs[1].error is error
    assert type(error).__name__ in repr(runs[1])
    assert type(error).__name__ in str(runs.table())
