"""Callbacks: each moment comes when it is promised, and can end the training."""

import numpy as np
import pytest

import minnet as mn

MOMENTS = ["on_fit_begin", "on_epoch_begin", "on_step_end", "on_epoch_end", "on_fit_end"]


class Spy(mn.Callback):
    """Writes down every moment."""

    def __init__(self):
        self.moments = []

    def on_fit_begin(self, trainer):
        self.moments.append("begin")

    def on_epoch_begin(self, trainer, epoch):
        self.moments.append(f"epoch {epoch}")

    def on_step_end(self, trainer, loss):
        assert type(loss) is float
        self.moments.append("step")

    def on_epoch_end(self, trainer, row):
        assert row["epoch"] == trainer.epochs
        self.moments.append("end of epoch")

    def on_fit_end(self, trainer, history):
        self.moments.append(f"end after {len(history)}")


X, Y = np.arange(6.0).reshape(6, 1) / 6, np.arange(6.0)


def fit(callbacks, epochs=2):
    trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    return trainer, trainer.fit(X, Y, epochs, 3, callbacks=callbacks, progress=False)


def test_all_moments_in_order():
    spy = Spy()
    fit([spy])
    epoch = ["step", "step", "end of epoch"]
    assert spy.moments == ["begin", "epoch 1", *epoch, "epoch 2", *epoch, "end after 2"]


def test_callbacks_are_called_in_their_order():
    said = []

    class Say(mn.Callback):
        def __init__(self, word):
            self.word = word

        def on_epoch_end(self, trainer, row):
            said.append(self.word)

    fit((Say("a"), Say("b")), epochs=1)
    assert said == ["a", "b"]


def test_the_base_class_does_nothing():
    with_one, without = fit([mn.Callback()]), fit([])
    assert np.array_equal(with_one[0].network.flat_values, without[0].network.flat_values)


def test_numbers_added_to_the_row_are_in_the_history():
    class Length(mn.Callback):
        def on_epoch_end(self, trainer, row):
            row["length"] = float(np.linalg.norm(trainer.network.flat_values))

    trainer, history = fit([Length()])
    assert len(history["length"]) == 2
    assert trainer.history["length"] == history["length"]


def test_stop_in_the_middle_of_an_epoch():
    class Stop(Spy):
        def on_step_end(self, trainer, loss):
            super().on_step_end(trainer, loss)
            trainer.stop = True

    spy = Stop()
    trainer, history = fit([spy], epochs=5)
    assert spy.moments == ["begin", "epoch 1", "step", "end after 0"]
    assert len(history) == trainer.epochs == 0
    assert not history.interrupted
    assert not trainer.network.training
    trainer.stop = True  # a new fit starts again
    assert len(trainer.fit(X, Y, 2, 3, progress=False)) == 2


def test_stop_after_the_last_step_of_an_epoch_keeps_the_epoch():
    class Stop(mn.Callback):
        steps = 0

        def on_step_end(self, trainer, loss):
            self.steps += 1
            trainer.stop = self.steps == 4

    trainer, history = fit([Stop()], epochs=5)
    assert len(history) == trainer.epochs == 2


@pytest.mark.parametrize("moment", ["on_epoch_end", "on_fit_begin"])
def test_stop_at_the_end_of_an_epoch_and_before_the_first(moment):
    class Stop(mn.Callback):
        pass

    def stop(self, trainer, *arguments):
        trainer.stop = True

    setattr(Stop, moment, stop)
    _, history = fit([Stop()], epochs=5)
    assert len(history) == (moment == "on_epoch_end")


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_error_in_a_callback_comes_out_and_leaves_everything_usable(moment):
    class Broken(mn.Callback):
        pass

    def broken(self, trainer, *arguments):
        raise RuntimeError(f"in {moment}")

    setattr(Broken, moment, broken)
    trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    with pytest.raises(RuntimeError, match=f"in {moment}"):
        trainer.fit(X, Y, 2, 3, callbacks=[Broken()], progress=False)
    assert not trainer.network.training
    first = trainer.predict(X)
    kept = first.copy()
    trainer.fit(X, Y, 2, 3, progress=False)
    assert np.array_equal(first, kept)


@pytest.mark.parametrize("bad", [[3], [mn.Callback], ["stop"], [None], 3, print])
def test_what_is_no_callback(bad):
    trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    before = trainer.network.flat_values.copy()
    with pytest.raises(TypeError, match=r"fit: callbacks: expected .* mn\.Callback, got"):
        trainer.fit(X, Y, 1, callbacks=bad, progress=False)
    assert np.array_equal(trainer.network.flat_values, before)


def test_one_callback_without_a_list_is_taken():
    spy = Spy()
    fit(spy, epochs=1)
    assert spy.moments[0] == "begin"
