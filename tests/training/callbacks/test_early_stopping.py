"""Early stopping: when it stops, and which weights it restores."""

import math

import numpy as np
import pytest
from callback_runs import Script, X, Y, linear, marks, run

import minnet as mn
from minnet.nn.layers.batch_norm import BatchNorm
from minnet.training.callbacks import EarlyStopping


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


def test_each_fit_starts_counting_again():
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
