"""A sweep that was interrupted, or has lost processes, is continued and not repeated."""

import pickle

import pytest
from sweep_runs import deadly, make_trainer, numbers, quiet, spawned

import minnet as mn
from minnet.sweep.results import Runs

GRID = {"loss": [mn.MeanSquaredError, mn.BinaryCrossEntropy], "seed": [0, 1, 2]}


def counting(calls):
    def make(loss, seed):
        calls.append((loss, seed))
        return make_trainer(loss=loss, seed=seed)

    return make


def test_only_what_is_left_is_trained(tmp_path):
    whole, calls = quiet(GRID), []

    def stops(loss, seed):
        if len(calls) == 3:
            raise KeyboardInterrupt
        return counting(calls)(loss, seed)

    begun = quiet(GRID, make=stops, stack=False)  # of a stack, no run ends before the others
    assert begun.interrupted
    assert len(begun) == 3
    calls.clear()
    runs = quiet(GRID, make=counting(calls), resume=pickle.loads(pickle.dumps(begun)))
    assert calls == [(mn.BinaryCrossEntropy, seed) for seed in (0, 1, 2)]
    assert not runs.interrupted
    assert [run.settings for run in runs] == [run.settings for run in whole]
    assert [numbers(r.history) for r in runs] == [numbers(r.history) for r in whole]
    again = quiet(GRID, make=counting(calls), resume=runs)
    assert len(calls) == 3
    assert len(again) == 6


def test_runs_that_were_lost_or_failed_are_trained_again():
    with spawned(1) as pool, pytest.warns(RuntimeWarning, match="seed=1: BrokenProcessPool"):
        runs = quiet({"seed": [0, 1, 2]}, make=deadly, executor=pool)
    assert [run.settings["seed"] for run in runs.failed] == [1]
    runs = quiet({"seed": [0, 1, 2]}, resume=runs)
    assert len(runs.finished) == 3


def test_what_belongs_to_another_sweep_is_refused():
    runs = quiet({"seed": [0, 1]})
    with pytest.raises(ValueError, match="resume: expected runs of this grid, got seed=1"):
        quiet({"seed": [0, 5]}, resume=runs)
    with pytest.raises(ValueError, match="resume: expected runs of 3 epochs, got seed=0 with 2"):
        quiet({"seed": [0, 1]}, epochs=3, resume=runs)
    with pytest.raises(TypeError, match="resume: expected the Runs"):
        quiet({"seed": [0, 1]}, resume=list(runs))
    assert len(quiet({"seed": [0, 1]}, resume=Runs([]))) == 2


def test_settings_that_are_objects_are_found_again():
    grid = {"optimizer": [mn.Adam(0.01), mn.SGD(0.1)], "seed": [0]}
    runs = pickle.loads(pickle.dumps(quiet(grid)))
    calls = []

    def make(optimizer, seed):
        calls.append(optimizer)
        return make_trainer(optimizer=optimizer, seed=seed)

    assert len(quiet(grid, make=make, resume=runs)) == 2
    assert calls == []
