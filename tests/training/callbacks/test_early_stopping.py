"""Early stopping and the reduction on a plateau.

`reference/make_schedules.py` says how `reference/schedules.npz` was made.
"""

import math
from pathlib import Path

import numpy as np
import pytest
from reference import make_schedules

import minnet as mn
from minnet.nn.layers.batch_norm import BatchNorm
from minnet.training.callbacks import EarlyStopping, ReduceOnPlateau

X, Y = np.arange(6.0).reshape(6, 1) / 6, np.arange(6.0)


class Script(mn.Callback):
    """Puts given numbers into the rows, and marks each epoch in the weights and the statistics."""

    def __init__(self, name, values):
        self.name, self.values = name, iter(values)

    def on_epoch_end(self, trainer, row):
        row[self.name] = next(self.values)
        for parameter in trainer.network.parameters().values():
            parameter.value = np.full(parameter.shape, float(trainer.epochs))


def linear(optimizer=None, layers=None, **options):
    layers = layers or [mn.Linear(1, 1)]
    return mn.Trainer(layers, mn.MeanSquaredError(), optimizer or mn.SGD(0.0), seed=0, **options)


def run(values, callback, name="score", trainer=None, epochs=None):
    trainer = trainer or linear()
    script = Script(name, values)
    count = epochs or len(values)
    history = trainer.fit(X, Y, count, callbacks=[script, callback], progress=False)
    return trainer, history


def marks(trainer):
    return {float(p.value.flat[0]) for p in trainer.network.parameters().values()}


# -- early stopping -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "options", "epochs", "best"),
    [
        ([5, 4, 3, 2, 1], {"patience": 1}, 5, 5),
        ([5, 4, 4, 3, 1], {"patience": 1}, 3, 2),
        ([5, 4, 4, 3, 3, 4, 1], {"patience": 2}, 6, 4),
        ([5, 5, 5, 5], {"patience": 3}, 4, 1),
        ([1, 2, 3, 3, 3], {"patience": 2, "mode": "max"}, 5, 3),
        ([5, 4.5, 4.0, 3.9], {"patience": 2, "minimum_change": 0.5}, 4, 3),
        ([5, 4.5, 4.5, 3.9], {"patience": 2, "minimum_change": 0.6}, 3, 1),
        ([math.nan, 4, math.nan, math.nan, 1], {"patience": 2}, 4, 2),
        ([math.inf, 4, 5, 3], {"patience": 3}, 4, 4),
    ],
)
def test_when_it_stops_and_what_it_restores(values, options, epochs, best):
    stopping = EarlyStopping("score", **{"mode": "min", **options})
    trainer, history = run(values, stopping)
    assert len(history) == trainer.epochs == epochs
    assert stopping.best_epoch == best
    assert stopping.best == values[best - 1]
    assert stopping.stopped_epoch == (epochs if stopping.tracker.exhausted else None)
    assert marks(trainer) == {float(best)}


def test_without_restoring_the_last_weights_stay():
    stopping = EarlyStopping("score", patience=2, mode="min", restore_best=False)
    trainer, _ = run([2, 1, 3, 4, 0], stopping)
    assert trainer.epochs == stopping.stopped_epoch == 4
    assert marks(trainer) == {4.0}


def test_the_statistics_of_batch_normalization_come_back_too():
    trainer = linear(layers=[mn.Linear(1, 2), BatchNorm(2), mn.Linear(2, 1)])
    frozen = [n for n, p in trainer.network.parameters().items() if not p.trainable]
    assert frozen == ["1.running_mean", "1.running_variance"]
    run([3, 1, 2, 4], EarlyStopping("score", patience=2, mode="min"), trainer=trainer)
    assert marks(trainer) == {2.0}


def test_restored_weights_give_the_best_validation_loss_again():
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(12, 5)), generator.normal(size=12)
    held = generator.normal(size=(30, 5)), generator.normal(size=30)
    layers = [mn.Linear(5, 20), BatchNorm(20), mn.Tanh(), mn.Linear(20, 1)]
    trainer = linear(mn.SGD(0.1), layers)
    stopping = EarlyStopping(patience=4)
    history = trainer.fit(x, y, 300, 4, held, [stopping], progress=False)
    assert len(history) == stopping.best_epoch + 4 < 300
    assert stopping.best == min(history["val_loss"]) < history["val_loss"][-1]
    assert trainer.evaluate(*held)["loss"] == stopping.best


def test_values_that_were_never_numbers_restore_nothing():
    stopping = EarlyStopping("score", patience=2, mode="min")
    trainer, _ = run([math.nan, math.nan, 1], stopping)
    assert (trainer.epochs, stopping.best, stopping.best_epoch) == (2, None, None)
    assert marks(trainer) == {2.0}


def test_each_fit_begins_anew():
    stopping = EarlyStopping("score", patience=2, mode="min")
    trainer, _ = run([1, 2, 3], stopping)
    run([8, 7, 9], stopping, trainer=trainer)
    assert (stopping.best, stopping.best_epoch, stopping.stopped_epoch) == (7, 5, None)
    assert marks(trainer) == {5.0}


def test_ctrl_c_restores_as_well():
    class Interrupt(mn.Callback):
        def on_epoch_begin(self, trainer, epoch):
            if epoch == 4:
                raise KeyboardInterrupt

    trainer, stopping = linear(), EarlyStopping("score", mode="min")
    callbacks = [Script("score", [3, 1, 2]), stopping, Interrupt()]
    history = trainer.fit(X, Y, 9, callbacks=callbacks, progress=False)
    assert history.interrupted
    assert marks(trainer) == {2.0}


@pytest.mark.parametrize("kind", [EarlyStopping, ReduceOnPlateau])
@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("loss", "min"),
        ("val_loss", "min"),
        ("accuracy", "max"),
        ("val_f1", "max"),
        ("val_rmse", "min"),
        ("r_squared", "max"),
    ],
)
def test_the_direction_is_known_by_name(kind, name, mode):
    assert kind(name).tracker.mode == mode
    assert kind(name, mode="min").tracker.mode == "min"


@pytest.mark.parametrize("kind", [EarlyStopping, ReduceOnPlateau])
def test_bad_options_of_what_watches(kind):
    name = kind.__name__
    for options, match in (
        ({"monitor": "mine"}, r'mode: expected "min" .*"max", got None.*accuracy'),
        ({"mode": "up"}, r"mode: .*got 'up'"),
        ({"monitor": 3}, r"monitor: expected the name of a column .*got 3"),
        ({"patience": 0}, r"patience: expected a whole number >= 1, got 0"),
        ({"patience": 1.5}, r"patience: .*got 1.5"),
        ({"minimum_change": -1}, r"minimum_change: expected a finite number >= 0, got -1"),
        ({"minimum_change": math.nan}, r"minimum_change: .*got nan"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"{name}: {match}"):
            kind(**options)
    with pytest.raises(TypeError, match=r"EarlyStopping: restore_best: expected True or False"):
        EarlyStopping(restore_best=1)
    for options in ({"factor": 0}, {"factor": 1}, {"factor": -0.1}, {"minimum_rate": -1}):
        with pytest.raises(ValueError, match=rf"ReduceOnPlateau: {next(iter(options))}: expected"):
            ReduceOnPlateau(**options)


@pytest.mark.parametrize("kind", [EarlyStopping, ReduceOnPlateau])
def test_a_column_that_is_not_there(kind):
    with pytest.raises(ValueError, match=rf"{kind.__name__}: monitor: expected one of epoch, loss"):
        linear().fit(X, Y, 1, callbacks=[kind("accuracy")], progress=False)
    with pytest.raises(
        ValueError, match=r"learning_rate, got 'val_loss'\. .*validation_data=\(x, y"
    ):
        linear().fit(X, Y, 1, callbacks=[kind()], progress=False)


# -- reduce on plateau --------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(make_schedules.PLATEAUS))
def test_plateaus_equal_pytorch(name):
    with np.load(Path(__file__).parent / "reference" / "schedules.npz") as file:
        losses, expected = file["losses"], file[name]
    options = make_schedules.PLATEAUS[name]
    mode = options.get("mode", "min")
    plateau = ReduceOnPlateau(
        "score",
        factor=options["factor"],
        patience=options["patience"] + 1,
        minimum_change=options["threshold"],
        minimum_rate=options.get("min_lr", 0.0),
        mode=mode,
    )
    rates = []

    class Note(mn.Callback):
        def on_epoch_begin(self, trainer, epoch):
            rates.append(trainer.optimizer.learning_rate)

    script = Script("score", losses * (-1 if mode == "max" else 1))
    trainer = linear(mn.SGD(make_schedules.RATE))
    history = trainer.fit(X, Y, 60, callbacks=[script, plateau, Note()], progress=False)
    rates.append(trainer.optimizer.learning_rate)
    np.testing.assert_allclose(rates[1:], expected, rtol=1e-13)
    assert history["learning_rate"] == rates[:-1]
    assert len(plateau.reduced) == len(set(rates)) - 1 > 1


def test_a_schedule_and_a_plateau_do_not_go_together():
    trainer = linear(mn.SGD(mn.schedules.Cosine(0.1, 50)))
    with pytest.raises(
        ValueError, match=r"plain learning rate, got the schedule Cosine\(start=0.1"
    ):
        trainer.fit(X, Y, 1, callbacks=[ReduceOnPlateau("loss")], progress=False)
    assert trainer.epochs == 0
