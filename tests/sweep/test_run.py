"""What goes wrong in a sweep: runs that fail cost only themselves; bad arguments cost no run."""

import os
import re
import sys
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sweep_runs import X, Y, make_trainer, numbers, quiet, spawned

import minnet as mn
from minnet.sweep.checks import checked_data
from minnet.sweep.sweep import sweep


@pytest.fixture(scope="module")
def pool():
    """Two processes that know nothing but what is sent to them."""
    with spawned(2) as executor:
        yield executor


# ---- runs that fail ------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["here", "there"])
def test_a_run_that_fails_is_reported_with_its_settings_and_the_others_go_on(where, request):
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


class BreaksDown(Executor):
    """Does one run, and takes no more."""

    done = False

    def submit(self, function, /, *args, **kwargs):
        if self.done:
            raise BrokenExecutor("no worker left")
        self.done = True
        future = Future()
        future.set_result(function(*args, **kwargs))
        return future


def test_an_executor_that_breaks_down_costs_only_the_later_runs():
    with pytest.warns(RuntimeWarning, match="2 of 3 runs failed(.|\n)*seed=2: Broken.*no worker"):
        runs = quiet({"seed": [0, 1, 2]}, executor=BreaksDown())
    assert [run.error is None for run in runs] == [True, False, False]


def test_an_error_that_cannot_be_sent_is_told_in_words(pool):
    from sweep_runs import stubborn

    with pytest.warns(RuntimeWarning, match="StubbornError: no way for seed 1"):
        runs = quiet({"seed": [1]}, make=stubborn, executor=pool)
    assert type(runs[0].error) is RuntimeError
    assert "in stubborn" in runs[0].traceback


def test_runs_that_die_with_their_process_are_reported():
    from sweep_runs import deadly

    with (
        spawned(1) as mortal,
        pytest.warns(RuntimeWarning, match=r"seed=1: BrokenProcessPool") as caught,
    ):
        runs = quiet({"seed": [0, 1, 2]}, make=deadly, executor=mortal)
    assert len(runs) == 3
    assert [run.error is None for run in runs] == [True, False, False]
    assert "2 of 3 runs failed" in str(caught[0].message)


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


# ---- what cannot be sent -------------------------------------------------------------------


def never(*_args, **_options):
    raise AssertionError("a run began")


def test_a_lambda_is_no_matter_where_nothing_is_sent():
    make = lambda seed: make_trainer(seed=seed)  # noqa: E731
    with ThreadPoolExecutor(1) as threads:
        for executor in (None, threads):
            assert len(quiet({"seed": [0]}, make=make, executor=executor).finished) == 1


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"make": lambda seed: never()}, "make_trainer"),
        ({"data": lambda seed: never()}, "data"),
        ({"validation_data": lambda seed: never()}, "validation_data"),
        ({"callbacks": lambda seed: never()}, "callbacks"),
        ({"grid": {"seed": [0], "init": ["ones", lambda s, g: g.normal(size=s)]}}, "init"),
    ],
)
def test_what_cannot_be_sent_gives_an_error_with_the_mend_before_any_run(pool, options, name):
    options = {"grid": {"seed": [0]}, "callbacks": (), **options}
    grid = options.pop("grid")
    place = rf"grid\['{name}'\]\[1\]" if name in grid else name
    message = rf"sweep: {place}: expected a function that can be sent .* got <function .*lambda.*"
    with pytest.raises(TypeError, match=message + r"(.|\n)*def(.|\n)*or leave out executor"):
        quiet(grid, executor=pool, **options)


def test_a_function_of_a_notebook_is_refused_and_the_pool_lives_on(pool, monkeypatch):
    """Pickle takes it, because here its name is known; in the other process it is not."""

    def of_a_notebook(seed):
        never()

    of_a_notebook.__module__, of_a_notebook.__qualname__ = "__main__", "of_a_notebook"
    monkeypatch.setattr(sys.modules["__main__"], "of_a_notebook", of_a_notebook, raising=False)
    message = r"sweep: make_trainer: (.|\n)*AttributeError(.|\n)*in a notebook(.|\n)*import"
    with pytest.raises(TypeError, match=message):
        quiet({"seed": [0]}, make=of_a_notebook, executor=pool)
    assert len(quiet({"seed": [0]}, executor=pool).finished) == 1


def test_callbacks_that_cannot_be_sent_are_refused(pool):
    class Local(mn.Callback):
        pass

    with pytest.raises(TypeError, match="sweep: callbacks: expected objects that can be sent"):
        quiet({"seed": [0]}, callbacks=[Local()], executor=pool)


def test_a_pool_whose_processes_do_not_start(monkeypatch):
    with spawned(1, initializer=os._exit, initargs=(1,)) as stillborn:
        message = r'executor: expected a pool whose processes start(.|\n)*__name__ == "__main__"'
        with pytest.raises(RuntimeError, match=message):
            quiet({"seed": [0]}, executor=stillborn)


@pytest.mark.parametrize("kind", [lambda: spawned(1), lambda: ThreadPoolExecutor(1)])
def test_an_executor_that_has_been_shut_down(kind):
    executor = kind()
    executor.shutdown()
    with pytest.raises(RuntimeError, match="Call sweep inside of its with block"):
        quiet({"seed": [0]}, executor=executor)


# ---- the door ------------------------------------------------------------------------------

BAD = [
    ({"make": 3}, TypeError, r"make_trainer: expected a function .* got 3 \(int\)"),
    ({"grid": [("rate", [1])]}, TypeError, r"grid: expected a dict, name -> list of values"),
    ({"grid": "rate"}, TypeError, r"grid: expected a dict"),
    ({"grid": {}}, ValueError, r"grid: expected at least one setting"),
    ({"grid": [{"seed": [0]}, {}]}, ValueError, r"grid: expected at least one setting"),
    ({"grid": {"seed": []}}, ValueError, r"grid\['seed'\]: expected at least one value"),
    ({"grid": {"seed": 0}}, TypeError, r"grid\['seed'\]: expected a list .* brackets: \[0\]"),
    ({"grid": {"init": "ones"}}, TypeError, r"grid\['init'\]: expected a list .*\['ones'\]"),
    ({"grid": {0: [1]}}, TypeError, r"grid: expected names of arguments as keys, got 0"),
    ({"grid": {"learning rate": [1]}}, TypeError, r"grid: expected names of arguments"),
    ({"grid": {"speed": [1]}}, ValueError, r"got 'speed', which would change nothing"),
    ({"grid": {"epochs": [0]}}, ValueError, r"grid\['epochs'\]: expected a whole number >= 1"),
    ({"grid": {"batch_size": ["a"]}}, TypeError, r"grid\['batch_size'\]: expected a whole"),
    ({"make": lambda rate, seed: never()}, ValueError, r"make_trainer: .*missing .*'rate'"),
    ({"data": lambda other: never()}, ValueError, r"sweep: data: .*missing .*'other'"),
    ({"data": X}, TypeError, r"data: expected a pair \(x, y\) or a function"),
    ({"data": (X,)}, TypeError, r"data: expected a pair"),
    ({"data": "ab"}, TypeError, r"data: expected a pair"),
    ({"data": None}, TypeError, r"data: expected a pair"),
    ({"data": (X, Y[:3])}, ValueError, r"data: x and data: y: expected the same number of rows"),
    ({"data": (X * np.nan, Y)}, ValueError, r"data: x: expected finite numbers.*x\[0, 0\] = nan"),
    ({"validation_data": (X[:, 0], Y)}, ValueError, r"validation_data: x: .*\(m, features\)"),
    ({"epochs": 0}, ValueError, r"epochs: expected a whole number >= 1"),
    ({"callbacks": [1]}, TypeError, r"callbacks: expected objects of subclasses"),
    ({"shuffle": 1}, TypeError, r"shuffle: expected True or False"),
    ({"executor": 2}, TypeError, r"executor: expected a concurrent\.futures\.Executor"),
    ({"executor": ThreadPoolExecutor}, TypeError, r"executor: .* client\.get_executor\(\)"),
    ({"description": None}, TypeError, r"description: expected a string"),
]


@pytest.mark.parametrize(("options", "kind", "message"), BAD)
def test_bad_arguments_are_refused_before_any_run(options, kind, message):
    with pytest.raises(kind, match=message):
        quiet(**{"grid": {"seed": [0]}, "callbacks": never_callbacks, **options})


def never_callbacks():
    never()


def test_data_have_one_layout_also_if_they_came_as_a_view():
    """What has been sent is contiguous; here it must not be summed in another order."""
    wide = np.repeat(X, 2, axis=1)
    x, y = checked_data("data", (wide[:, ::2], Y[::-1]))
    assert x.flags.c_contiguous
    assert y.flags.c_contiguous
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y[::-1])


def test_progress_and_batch_size_are_checked():
    with pytest.raises(TypeError, match="sweep: progress: expected True or False"):
        sweep(make_trainer, {"seed": [0]}, (X, Y), 1, progress=1)
    with pytest.raises(ValueError, match="sweep: batch_size: expected a whole number"):
        sweep(make_trainer, {"seed": [0]}, (X, Y), 1, 0)


def test_a_function_that_does_not_tell_its_arguments_gets_all_settings():
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
def test_what_a_function_gives_is_looked_at_too(wrong, message):
    arguments = {"data": (X, Y), **wrong}
    with pytest.warns(RuntimeWarning):
        runs = sweep(make_trainer, {"seed": [0]}, epochs=1, progress=False, **arguments)
    assert re.search(message, str(runs[0].error))
    with pytest.raises(TypeError, match="wanted: expected a function of a run, got 3"):
        runs.filter(3)
