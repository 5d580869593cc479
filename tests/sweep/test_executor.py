"""A sweep on threads, processes and dask: equal numbers, lost runs, and what cannot be sent."""

import os
import sys
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import numpy as np
import pytest
from sweep_runs import X, Y, make_trainer, numbers, quiet, spawned

import minnet as mn
from minnet.sweep.sweep import sweep
from minnet.training.callbacks import GradientMonitor

GRID = {"loss": [mn.MeanSquaredError, mn.BinaryCrossEntropy], "rate": [0.1, 1.0], "seed": [0, 1, 2]}


@pytest.fixture(scope="module")
def pool():
    """Two processes that know nothing but what is sent to them."""
    with spawned(2) as executor:
        yield executor


def test_results_are_bit_for_bit_the_same_on_all_executors(pool):
    """Also where x is a view that is laid out otherwise than what arrives in another process."""
    wide = np.repeat(X, 2, axis=1)
    options = {"validation_data": (wide[:, 1::2], Y), "shuffle": False, "epochs": 5}
    grid = {**GRID, "init": ["he_normal"], "optimizer": [mn.Adam(0.01)], "hidden": [3, 33]}
    here = quiet(grid, (wide[:, ::2], Y), **options)
    with ThreadPoolExecutor(3) as threads:
        results = [quiet(grid, (wide[:, ::2], Y), executor=e, **options) for e in (pool, threads)]
    for there in results:
        assert [run.settings for run in there] == [run.settings for run in here]
        for one, other in zip(here, there, strict=True):
            assert numbers(one.history) == numbers(other.history)
            assert isinstance(other.history, mn.History)


def test_functions_callbacks_and_their_records_are_sent(pool):
    from sweep_runs import rows_of

    there = quiet({"seed": [5, 9]}, rows_of, epochs=3, callbacks=[GradientMonitor()], executor=pool)
    here = quiet({"seed": [5, 9]}, rows_of, epochs=3, callbacks=[GradientMonitor()])
    for one, other in zip(here, there, strict=True):
        assert one.callbacks[0].norms == other.callbacks[0].norms
        assert one.callbacks[0].norms


def test_a_callback_that_cannot_come_back_costs_no_history(pool):
    from sweep_runs import Clinging

    runs = quiet({"seed": [0]}, callbacks=[Clinging()], executor=pool)
    assert len(runs[0].history) == 2
    assert runs[0].callbacks == ()


class Backwards(Executor):
    """Computes the last that it was given first, and then there is a Ctrl-C."""

    def __init__(self):
        self.futures = []

    def submit(self, function, /, *args, **kwargs):
        self.futures.append(Future())
        if len(self.futures) == 3:
            self.futures[2].set_result(function(*args, **kwargs))
        if len(self.futures) == 4:
            self.futures[3].set_exception(KeyboardInterrupt())
        return self.futures[-1]


def test_ctrl_c_cancels_what_waits_in_an_executor():
    executor = Backwards()
    runs = quiet({"seed": range(6)}, executor=executor)
    assert runs.interrupted
    assert [run.settings["seed"] for run in runs] in ([], [2])  # as_completed has no order
    assert [future.cancelled() for future in executor.futures] == [1, 1, 0, 0, 1, 1]


class LastFirst(Executor):
    """Ends the runs in the opposite order."""

    def __init__(self, count):
        self.waiting, self.count = [], count

    def submit(self, function, /, *args, **kwargs):
        self.waiting.append((Future(), function, args))
        if len(self.waiting) == self.count:
            for future, work, given in reversed(self.waiting):
                future.set_result(work(*given))
        return self.waiting[-1][0]


def test_the_order_is_that_of_the_grid_whichever_run_ends_first():
    runs = quiet({"seed": range(6)}, executor=LastFirst(6))
    assert [run.settings["seed"] for run in runs] == [0, 1, 2, 3, 4, 5]
    for run in runs:
        alone = make_trainer(seed=run.settings["seed"]).fit(X, Y, 2, 16, progress=False)
        assert numbers(run.history) == numbers(alone)


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


def test_an_error_that_cannot_be_pickled_is_replaced_by_a_runtime_error(pool):
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
    assert [run.error is None for run in runs] == [True, False, True]
    assert "1 of 3 runs failed" in str(caught[0].message)


def never(*_args, **_options):
    raise AssertionError("a run began")


def test_a_lambda_works_where_nothing_is_pickled():
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
def test_what_cannot_be_sent_gives_an_error_with_a_fix_before_any_run(pool, options, name):
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


@pytest.fixture(scope="module")
def client():
    """Two processes; no dashboard, and no port that others could reach."""
    distributed = pytest.importorskip(
        "distributed", reason='dask is not installed (pip install ".[cluster]")'
    )
    cluster = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
    )
    with cluster, distributed.Client(cluster) as connected:
        yield connected


def test_a_sweep_on_a_cluster_gives_the_same_numbers_bit_for_bit(client):
    grid = {
        "loss": [mn.MeanSquaredError, mn.BinaryCrossEntropy],
        "optimizer": [mn.SGD(0.1, momentum=0.9)],
        "seed": [0, 1, 2],
    }
    options = {"epochs": 5, "batch_size": 16, "validation_data": (X, Y), "progress": False}
    here = sweep(make_trainer, grid, (X[::-1], Y), **options)
    there = sweep(make_trainer, grid, (X[::-1], Y), executor=client.get_executor(), **options)
    assert len(here) == len(there) == 6
    for one, other in zip(here, there, strict=True):
        assert one.settings == other.settings
        assert numbers(one.history) == numbers(other.history)
    assert [run.stacked for run in there] == [3] * 6


def test_a_run_that_fails_on_a_cluster_is_reported(client):
    grid = {"rate": [0.1, 1e300], "seed": [0]}
    with pytest.warns(RuntimeWarning, match=r"1 of 2 runs failed.*\n.*rate=1e\+300, seed=0: Train"):
        runs = sweep(make_trainer, grid, (X, Y), 3, progress=False, executor=client.get_executor())
    assert len(runs.finished) == 1
    assert isinstance(runs.failed[0].error, mn.TrainingDiverged)


def slow_pid(_number):
    time.sleep(0.05)  # long enough that one worker does not take them all
    return os.getpid()


def test_the_work_is_spread_over_two_other_processes(client):
    executor = client.get_executor()
    pids = {future.result() for future in [executor.submit(slow_pid, n) for n in range(20)]}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_the_client_itself_is_no_executor(client):
    with pytest.raises(TypeError, match=r"executor: .*client\.get_executor\(\)"):
        sweep(make_trainer, {"seed": [0]}, (X, Y), 1, executor=client)
