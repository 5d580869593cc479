"""Ctrl-C: the first lets the current step finish, the second ends at once."""

import signal
import threading

import numpy as np
import pytest

import minnet as mn
from minnet.training.keyboard_interrupt import handle_keyboard_interrupt

X, Y = np.random.default_rng(0).normal(size=(12, 2)), np.arange(12) % 3
STEPS = 4  # of an epoch


class Press(mn.Layer):
    """Presses Ctrl-C in these training forwards (counted from 1)."""

    def __init__(self, *when):
        self.when, self.calls, self.finished = when, 0, 0

    def forward(self, x):
        if self.training:
            self.calls += 1
            for _ in range(self.when.count(self.calls)):
                signal.raise_signal(signal.SIGINT)
        return x.copy()

    def backward(self, grad):
        self.finished += 1
        return grad.copy()


class PressAfter(mn.Callback):
    """Presses Ctrl-C after so many steps."""

    def __init__(self, steps):
        self.steps, self.ended = steps, False

    def on_step_end(self, trainer, loss):
        self.steps -= 1
        if self.steps == 0:
            signal.raise_signal(signal.SIGINT)

    def on_fit_end(self, trainer, history):
        self.ended = True


def trainer_with(layer):
    return mn.Trainer(
        [layer, mn.Linear(2, 3), mn.Softmax()],
        mn.CategoricalCrossEntropy(),
        mn.SGD(0.1),
        metrics=["accuracy"],
        seed=0,
        check=False,  # which would call the layer once more
    )


def fit(trainer, epochs=5, callbacks=(), **options):
    return trainer.fit(
        X, Y, epochs, len(X) // STEPS, callbacks=callbacks, progress=False, **options
    )


@pytest.fixture(autouse=True)
def _the_handler_is_as_before():
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(("when", "epochs_done"), [(1, 0), (6, 1), (STEPS, 1), (2 * STEPS, 2)])
def test_from_within_a_layer(when, epochs_done):
    """The step is finished, backward and update included; whole epochs stay in the history."""
    layer = Press(when)
    trainer = trainer_with(layer)
    before = trainer.network.flat_values.copy()
    history = fit(trainer)
    assert layer.calls == layer.finished == when
    assert len(history) == len(trainer.history) == trainer.epochs == epochs_done
    assert history.interrupted
    assert trainer.history.interrupted
    assert "(interrupted)" in repr(history)
    assert not trainer.network.training
    assert not np.array_equal(trainer.network.flat_values, before)
    # as many steps as an undisturbed training of the same seed
    other = trainer_with(Press())
    other.fit(X, Y, 5, len(X) // STEPS, callbacks=[StopAfter(when)], progress=False)
    assert np.array_equal(trainer.network.flat_values, other.network.flat_values)


class StopAfter(mn.Callback):
    def __init__(self, steps):
        self.steps = steps

    def on_step_end(self, trainer, loss):
        self.steps -= 1
        trainer.stop = self.steps == 0


@pytest.mark.parametrize(("steps", "epochs_done"), [(1, 0), (STEPS + 2, 1), (2 * STEPS, 2)])
def test_from_within_a_callback(steps, epochs_done):
    layer, press = Press(), PressAfter(steps)
    trainer = trainer_with(layer)
    history = fit(trainer, callbacks=[press])
    assert layer.finished == steps
    assert len(history) == epochs_done
    assert history.interrupted
    assert press.ended


def test_the_training_can_continue_afterwards():
    trainer = trainer_with(Press(STEPS + 1))
    fit(trainer)
    history = fit(trainer, epochs=2)
    assert not history.interrupted
    assert not trainer.history.interrupted
    assert trainer.history["epoch"] == [1, 2, 3]


def test_the_second_ends_at_once():
    layer = Press(2, 2)
    trainer = trainer_with(layer)
    with pytest.raises(KeyboardInterrupt):
        fit(trainer)
    assert (layer.calls, layer.finished) == (2, 1)
    assert not trainer.network.training
    first = trainer.predict(X)
    kept = first.copy()
    fit(trainer, epochs=1)
    assert np.array_equal(first, kept)


def test_the_second_in_a_callback_after_the_first_in_a_layer():
    trainer = trainer_with(Press(3))
    with pytest.raises(KeyboardInterrupt):
        fit(trainer, callbacks=[PressAfter(3)])


def test_in_validation():
    """Pressed while validation data are evaluated: the epoch is complete and kept."""

    class PressInEvaluation(Press):
        def forward(self, x):
            if not self.training and self.calls:
                signal.raise_signal(signal.SIGINT)
            return super().forward(x)

    history = fit(trainer_with(PressInEvaluation()), validation_data=(X, Y))
    assert len(history) == 1
    assert len(history["val_loss"]) == 1
    assert history.interrupted


def test_a_callback_that_raises_keyboard_interrupt_is_an_interruption():
    class Raise(mn.Callback):
        def on_step_end(self, trainer, loss):
            raise KeyboardInterrupt

    layer = Press()
    history = fit(trainer_with(layer), callbacks=[Raise()])
    assert layer.finished == 1
    assert history.interrupted


def test_in_a_thread_it_trains_and_changes_no_handler():
    results = []

    def work():
        before = signal.getsignal(signal.SIGINT)
        history = fit(trainer_with(Press()), epochs=2, callbacks=[Check(before)])
        results.append(history)

    class Check(mn.Callback):
        def __init__(self, before):
            self.before = before

        def on_step_end(self, trainer, loss):
            results.append(signal.getsignal(signal.SIGINT) is self.before)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert all(results[:-1])
    assert len(results[-1]) == 2
    assert not results[-1].interrupted


def test_an_error_restores_the_handler_too():
    class Broken(Press):
        def backward(self, grad):
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        fit(trainer_with(Broken()))


def test_a_custom_signal_handler_is_restored():
    def own(number, frame):
        raise AssertionError("not called in training")

    before = signal.signal(signal.SIGINT, own)
    try:
        assert fit(trainer_with(Press(2))).interrupted
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)


def test_one_inside_another():
    with handle_keyboard_interrupt() as outer:
        with handle_keyboard_interrupt() as inner:
            signal.raise_signal(signal.SIGINT)
        assert inner.requested
        assert not outer.requested
        signal.raise_signal(signal.SIGINT)
        assert outer.requested


def test_a_handler_that_python_did_not_set_gives_way_to_the_default(monkeypatch):
    """A program that embeds Python: `getsignal` gives None, which cannot be set again."""
    before = signal.getsignal(signal.SIGINT)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(signal, "getsignal", lambda _: None)
            with handle_keyboard_interrupt() as pressed:
                signal.raise_signal(signal.SIGINT)
            assert pressed.requested
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, before)
