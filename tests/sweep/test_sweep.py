"""A sweep runs each combination once, independently of the others."""

import pytest
from sweep_runs import X, Y, make_trainer, numbers, quiet

import minnet as mn
from minnet.sweep.results import Runs
from minnet.sweep.sweep import sweep
from minnet.training.callbacks import GradientMonitor

GRID = {"loss": [mn.MeanSquaredError, mn.BinaryCrossEntropy], "rate": [0.1, 1.0], "seed": [0, 1, 2]}


def test_every_combination_is_run_once_in_the_order_of_the_grid():
    runs = quiet(GRID)
    assert isinstance(runs, Runs)
    assert [tuple(run.settings.values()) for run in runs] == [
        (loss, rate, seed) for loss in GRID["loss"] for rate in GRID["rate"] for seed in (0, 1, 2)
    ]
    assert runs.names == ["loss", "rate", "seed"]
    assert not runs.interrupted
    assert all(len(run.history) == 2 for run in runs)


def test_a_run_is_what_a_trainer_does_alone():
    held = (X[:9], Y[:9])
    runs = quiet(GRID, epochs=3, validation_data=held, shuffle=False)
    for run in runs:
        alone = make_trainer(**run.settings)
        history = alone.fit(X, Y, 3, 16, held, shuffle=False, progress=False)
        assert numbers(run.history) == numbers(history)
        assert "val_accuracy" in history
    assert len({str(numbers(run.history)) for run in runs}) == 12  # every setting mattered


def test_several_grids_are_run_one_after_the_other():
    grids = [{"rate": [0.1], "seed": [0, 1]}, {"rate": [1.0, 2.0], "hidden": [5]}]
    assert [run.settings for run in quiet(grids)] == [
        {"rate": 0.1, "seed": 0},
        {"rate": 0.1, "seed": 1},
        {"rate": 1.0, "hidden": 5},
        {"rate": 2.0, "hidden": 5},
    ]


def test_losses_rates_initializers_hidden_sizes_and_seeds_reach_the_trainer():
    made = []

    def make(**settings):
        made.append(make_trainer(**settings))
        return made[-1]

    grid = {"loss": [mn.Hinge], "rate": [0.3], "init": ["ones"], "hidden": [7], "seed": [4]}
    sweep(make, grid, (X, Y), epochs=1, progress=False)
    (trainer,) = made
    assert isinstance(trainer.loss, mn.Hinge)
    assert (trainer.optimizer.learning_rate, trainer.seed) == (0.3, 4)
    assert trainer.network.layers[0].weight.shape == (2, 7)
    assert trainer.network.layers[0].weight_init_name == "ones"


def test_epochs_and_batch_size_may_be_settings():
    class Count(mn.Callback):
        steps = 0

        def on_step_end(self, trainer, loss):
            self.steps += 1

    runs = quiet({"epochs": [1, 3], "batch_size": [20, 40]}, callbacks=[Count()])
    assert [len(run.history) for run in runs] == [1, 1, 3, 3]
    assert [run.callbacks[0].steps for run in runs] == [2, 1, 6, 3]


def test_data_validation_and_callbacks_may_be_functions_of_the_settings_they_name():
    asked = []

    def data(seed):
        asked.append(seed)
        return X[seed:], Y[seed:]

    def held(**settings):
        asked.append(sorted(settings))
        return X[:5], Y[:5]

    def callbacks(rate):
        asked.append(rate)
        return [GradientMonitor()]

    runs = quiet({"rate": [0.1], "seed": [0, 7]}, data, validation_data=held, callbacks=callbacks)
    assert asked == [0, 0.1, ["rate", "seed"], 7, 0.1, ["rate", "seed"]]
    direct = make_trainer(rate=0.1, seed=7).fit(X[7:], Y[7:], 2, 16, (X[:5], Y[:5]), progress=False)
    assert numbers(runs[1].history) == numbers(direct)
    assert runs[0].callbacks[0] is not runs[1].callbacks[0]


def test_a_setting_for_the_data_alone_need_not_concern_make_trainer():
    runs = quiet({"rows": [10, 40]}, lambda rows: (X[:rows], Y[:rows]), make=lambda: make_trainer())
    assert len(runs) == 2


def test_what_a_run_changes_is_its_own():
    """Momentum in the grid's optimizer, and a callback's notes: no run sees those of another."""
    optimizer, monitor = mn.SGD(0.1, momentum=0.9), GradientMonitor()
    grid = {"optimizer": [optimizer], "seed": [3, 3]}
    runs = quiet(grid, callbacks=[monitor], epochs=4)
    assert numbers(runs[0].history) == numbers(runs[1].history)
    assert not monitor.norms
    for run in runs:
        assert len(run.callbacks[0].norms["0.weight"]) == 4
        assert run.settings["optimizer"] is optimizer
    first = make_trainer(optimizer=mn.SGD(0.1, momentum=0.9), seed=3)
    assert numbers(first.fit(X, Y, 4, 16, progress=False)) == numbers(runs[0].history)


def test_the_bar_counts_runs_and_failures(capsys):
    with pytest.warns(RuntimeWarning):
        sweep(
            make_trainer,
            {"rate": [0.1, 1e300], "seed": [0, 1]},
            (X, Y),
            epochs=2,
            description="rates",
        )
    out, error = capsys.readouterr()
    last = error.replace("\n", "\r").rstrip("\r").split("\r")[-1]
    assert out == ""
    assert last.startswith("rates: 100%")
    assert "4/4" in last
    assert "run" in last
    assert "failed=2" in last


def test_without_progress_nothing_is_printed(capsys):
    quiet({"seed": [0]})
    assert capsys.readouterr() == ("", "")


class CtrlC(mn.Callback):
    def on_epoch_end(self, trainer, row):
        if trainer.seed == 2 and row["epoch"] == 2:
            raise KeyboardInterrupt


def test_ctrl_c_ends_the_sweep_and_gives_what_is_finished():
    runs = quiet({"seed": range(5)}, epochs=3, callbacks=[CtrlC()], stack=False)
    assert [run.settings["seed"] for run in runs] == [0, 1]
    assert runs.interrupted
    assert "(interrupted)" in repr(runs)
    assert all(len(run.history) == 3 for run in runs)
