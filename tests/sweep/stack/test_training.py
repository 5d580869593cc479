"""Epochs of a stack: runs that end early, fail or are changed leave it; measuring; own data."""

import numpy as np
import pytest
from stacked_runs import data, same_either_way, train, trainer

import minnet as mn

GRID = {"seed": range(4)}


def make(seed=0, rate=0.5, loss=mn.CategoricalCrossEntropy, metrics=("accuracy",)):
    layers = [mn.Linear(3, 4), mn.Dropout(0.3), mn.Tanh(), mn.Linear(4, 3), mn.Softmax()]
    return trainer(layers, loss(), mn.SGD(rate, momentum=0.9), seed, metrics=metrics)


class Stops(mn.Callback):
    """Ends each run after another epoch."""

    def on_epoch_end(self, trainer, row):
        trainer.stop = row["epoch"] > trainer.seed


class Shrinks(mn.Callback):
    """Changes the weights between epochs, and freezes a layer of one run."""

    def on_epoch_end(self, trainer, row):
        trainer.network.flat_values *= 0.9
        if trainer.seed == 1:
            trainer.network.layers[0].trainable = False


class Fails(mn.Callback):
    """Raises an error in one run, at a given call."""

    def __init__(self, where):
        self.where = where

    def on_fit_begin(self, trainer):
        self.fail(trainer, "on_fit_begin")

    def on_epoch_end(self, trainer, row):
        self.fail(trainer, "on_epoch_end")

    def on_fit_end(self, trainer, history):
        self.fail(trainer, "on_fit_end")

    def fail(self, trainer, here):
        if trainer.seed == 2 and here == self.where:
            raise ValueError(f"no {here}")


class Steps(mn.Callback):
    """Is called within epochs."""

    def on_step_end(self, trainer, loss):
        self.last = loss


CALLBACKS = {
    "early stopping": [mn.EarlyStopping("val_loss", patience=1, minimum_change=0.05)],
    "plateau": [mn.ReduceOnPlateau("loss", patience=1, minimum_change=0.1)],
    "stop": [Stops()],
    "change": [Shrinks()],
    "both": [mn.EarlyStopping("loss", patience=2), Stops()],
}


@pytest.mark.parametrize("callbacks", CALLBACKS)
def test_callbacks_between_epochs(callbacks):
    arrays = data()
    options = {"validation_data": arrays, "callbacks": CALLBACKS[callbacks], "batch_size": 8}
    same_either_way(make, GRID, arrays, epochs=6, **options)


@pytest.mark.parametrize("where", ["on_fit_begin", "on_epoch_end", "on_fit_end"])
def test_a_callback_that_fails_in_one_run(where):
    runs = same_either_way(make, GRID, data(), callbacks=[Fails(where)])
    assert [run.settings["seed"] for run in runs.failed] == [2]


def test_what_a_callback_has_recorded(tmp_path):
    def loggers(seed):
        return [mn.CSVLogger(tmp_path / f"{seed}.csv"), mn.EarlyStopping("loss")]

    runs = same_either_way(make, GRID, data(), callbacks=loggers)
    for run in runs:
        text = (tmp_path / f"{run.settings['seed']}.csv").read_text(encoding="utf-8")
        assert len(text.splitlines()) == 1 + len(run.history)
        assert run.callbacks[1].best == min(run.history["loss"])


@pytest.mark.parametrize("loss", [mn.CategoricalCrossEntropy, mn.MeanSquaredError])
def test_a_run_that_diverges_leaves_the_others_alone(loss):
    grid = {"loss": [loss], "rate": [0.5, 1e30], "seed": range(2)}
    runs = same_either_way(make, grid, data(), epochs=5, batch_size=8)
    assert len(runs.finished) >= 2


def test_all_runs_diverge():
    runs = same_either_way(make, {"rate": [1e38], "seed": range(3)}, data(), batch_size=8)
    assert all(isinstance(run.error, mn.TrainingDiverged) for run in runs)


@pytest.mark.parametrize("shuffle", [True, False])
def test_own_data_and_validation_data(shuffle):
    def rows(seed):
        return data(seed=seed, dtype=np.float64)

    def held_out(seed):
        return (*data(samples=7, seed=-seed % 100), np.arange(1.0, 8.0))

    options = {"validation_data": held_out, "shuffle": shuffle, "batch_size": 8}
    same_either_way(make, GRID, rows, **options, measure_at=[0, 1, 4, 9])


def test_measured_at_every_step_across_a_failure():
    grid = {"rate": [0.5, 1e30], "seed": range(2)}
    arrays = data()
    options = {"validation_data": arrays, "measure_at": range(10), "batch_size": 8}
    runs = same_either_way(make, grid, arrays, **options)
    assert runs[0].history.steps["step"] == list(range(10))


def test_a_metric_that_fails_in_one_run():
    calls = []

    def fussy(prediction, target):
        if np.isnan(prediction).any() or (calls and len(prediction) == 23):
            raise ValueError("no")
        return 0.5

    def metered(seed):
        return make(seed, metrics=[fussy])

    x, y = data(samples=24)
    same_either_way(metered, GRID, (x, y))
    calls.append(1)
    runs, _ = train(metered, GRID, (x, y), True, validation_data=(x[:23], y[:23]))
    assert len(runs.failed) == 4


def test_a_callback_within_epochs_is_called_as_always():
    runs = same_either_way(make, GRID, data(), callbacks=[Steps()], stacked=False)
    assert all(run.stacked == 1 and run.callbacks[0].last > 0 for run in runs)
    assert runs.why_not_stacked == (
        "4 of 4 runs were trained one by one: Steps is called within epochs (4)."
    )


def test_ctrl_c_ends_all_runs_of_a_stack():
    ended = []

    class Presses(mn.Callback):
        def on_epoch_end(self, trainer, row):
            if trainer.seed == 2 and row["epoch"] == 2:
                raise KeyboardInterrupt

        def on_fit_end(self, trainer, history):
            ended.append((trainer.seed, history.interrupted))

    runs, _ = train(make, {"seed": [1, 2, 3]}, data(), True, callbacks=lambda: [Presses()])
    assert runs.interrupted
    assert len(runs) == 0
    assert ended == [(1, True), (2, True), (3, True)]
