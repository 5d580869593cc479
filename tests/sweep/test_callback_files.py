"""Callbacks that write to files: one file for each run."""

import threading

import pytest
from sweep_runs import quiet, spawned

import minnet as mn

GRID = {"rate": [0.1, 0.2], "seed": [0, 1]}


class Notes(mn.Callback):
    def __init__(self, log_file):
        self.log_file = log_file


def of_seed(seed):
    return [mn.CSVLogger(f"never-written-{seed}.csv")]


@pytest.mark.parametrize("kind", ["CSVLogger", "Checkpoint", "Notes"])
def test_one_path_for_all_runs_is_refused(kind, tmp_path):
    make = {"CSVLogger": mn.CSVLogger, "Checkpoint": mn.Checkpoint, "Notes": Notes}[kind]
    path = str(tmp_path / "file")
    message = rf"callbacks: expected a file of its own for each run, got {kind}\.(.|\n)*function"
    for callbacks in ([make(path)], lambda seed: [make(path)], lambda: [make(path)]):
        with pytest.raises(ValueError, match=message):
            quiet(GRID, callbacks=callbacks)
    assert not list(tmp_path.iterdir())


def test_a_file_for_each_run_is_written(tmp_path):
    def callbacks(rate, seed):
        return [mn.CSVLogger(tmp_path / f"{rate}-{seed}.csv")]

    assert len(quiet(GRID, callbacks=callbacks).finished) == 4
    assert len(list(tmp_path.iterdir())) == 4
    quiet({"seed": [0]}, callbacks=[mn.CSVLogger(tmp_path / "one.csv")])
    assert (tmp_path / "one.csv").exists()


def test_in_another_process_too():
    message = "expected a file of its own for each run, got CSVLogger"
    with spawned(1) as pool, pytest.raises(ValueError, match=message):
        quiet(GRID, callbacks=of_seed, executor=pool)


def test_callbacks_that_cannot_be_copied_are_refused():
    callback = mn.EarlyStopping("loss")
    callback.lock = threading.Lock()
    with pytest.raises(TypeError, match="sweep: callbacks: expected callbacks of which each run"):
        quiet({"seed": [0, 1]}, callbacks=[callback])
