"""A sweep on a cluster: dask's executor, two worker processes of this machine, the same numbers."""

import os
import time

import pytest
from sweep_runs import X, Y, make_trainer, numbers

import minnet as mn
from minnet.sweep.sweep import sweep

distributed = pytest.importorskip(
    "distributed", reason='dask is not installed (pip install ".[cluster]")'
)


@pytest.fixture(scope="module")
def client():
    """Two processes; no dashboard, and no port that others could reach."""
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
