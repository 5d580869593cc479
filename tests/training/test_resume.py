"""What a fit is resumed from: state of callbacks, digests of data, progress in the epoch."""

import contextlib
import copy
import pickle
import threading

import numpy as np
import pytest
from resume_runs import Cut, epoch_of, fit, plateau, resumed, stopping, trainer

import minnet as mn
from minnet.training.resume import ResumePoint, digest


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
@pytest.mark.parametrize("later", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_callbacks_of_one_class_get_their_own_state_in_any_order(order, later, tmp_path):
    def made(places):
        every = [
            mn.Checkpoint(tmp_path / "best of a", best_of="a", mode="min"),
            mn.Checkpoint(tmp_path / "best of b", best_of="b", mode="min"),
            mn.Checkpoint(tmp_path / "last"),
        ]
        return [every[i] for i in places]

    fit(trainer(), 3, *made(order))
    again = resumed(tmp_path / "last")
    fit(again, 4, *made(later))
    assert epoch_of(tmp_path / "best of a") == 2  # the 4.0 that came later is not better
    assert epoch_of(tmp_path / "best of b") == 4
    assert epoch_of(tmp_path / "last") == 4


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (stopping, "EarlyStopping"),
        (plateau, "ReduceOnPlateau"),
        (lambda of: mn.Checkpoint("unused", best_of=of, mode="min"), "Checkpoint"),
    ],
)
def test_the_state_of_another_column_is_refused(make, name, tmp_path, monkeypatch):
    """The best `a` so far says nothing about `b`."""
    monkeypatch.chdir(tmp_path)
    fit(trainer(), 2, make("a"), mn.Checkpoint("last"))
    again = resumed("last")
    with pytest.raises(ValueError, match=f"callbacks: expected a {name} of 'a', whose state"):
        fit(again, 3, make("b"), mn.Checkpoint("last"))
    assert again.epochs == 2
    fit(again, 3, make("a"), mn.Checkpoint("last"))  # the right one still gets it
    assert again.epochs == 3


def test_two_early_stoppings_each_continue_to_wait(tmp_path):
    first, second = stopping("a"), stopping("b")
    fit(trainer(), 3, first, second, mn.Checkpoint(tmp_path / "last"))
    later = [stopping("b"), stopping("a")]
    fit(resumed(tmp_path / "last"), 4, *later)
    assert [(s.best, s.best_epoch) for s in later] == [(1.0, 4), (1.0, 2)]


def test_custom_callbacks_take_what_their_class_has_written_in_turn(tmp_path):
    class Count(mn.Callback):
        def __init__(self, by):
            self.by, self.count = by, 0

        def on_step_end(self, trainer, loss):
            self.count += self.by

        def state(self):
            return {"count": self.count}

        def restore(self, trainer, state):
            self.count = state["count"]

    before = [Count(1), Count(100)]
    fit(trainer(), 2, *before, mn.Checkpoint(tmp_path / "last"))
    after = [Count(1), Count(100)]
    fit(resumed(tmp_path / "last"), 3, *after)
    assert [count.count for count in before] == [6, 600]
    assert [count.count for count in after] == [9, 900]
    with pytest.raises(ValueError, match="expected a Count, whose state is in the checkpoint"):
        fit(resumed(tmp_path / "last"), 3, Count(1))


class CutAfter(mn.Callback):
    def on_step_end(self, trainer, loss):
        if trainer.optimizer.steps == 5:
            raise Cut


@pytest.mark.parametrize("metrics", [(), ("mean_absolute_error",)])
def test_in_the_middle_of_an_epoch_with_and_without_metrics(metrics, tmp_path):
    """Without metrics there are no predictions to keep."""
    whole, cut = trainer(metrics), trainer(metrics)
    fit(whole, 3)
    with pytest.raises(Cut):
        fit(cut, 3, mn.Checkpoint(tmp_path / "run", steps=1), CutAfter())
    again = trainer(metrics)
    again.load_checkpoint(tmp_path / "run")
    position = again._resume_point().progress
    assert (position.batch, position.seen) == (1, 5)
    assert (position.predictions is None) == (not metrics)
    fit(again, 3)
    assert again.network.flat_values.tobytes() == whole.network.flat_values.tobytes()
    for name in ("loss", *metrics):
        assert again.history[name] == whole.history[name]


def test_a_digest_sees_type_shape_order_and_every_number():
    array = np.arange(24.0).reshape(6, 4)
    others = [array.reshape(4, 6), array.astype(np.float32), array[::-1], array.T, array + 1e-13]
    found = {digest(a) for a in [array, *others, np.arange(24).reshape(6, 4)]}
    assert len(found) == 7
    assert digest(np.zeros(3)) != digest(np.zeros(3, np.int64))  # of the same bytes
    long = np.zeros((10_000, 2))
    other = long.copy()
    other[-1, -1] = 1
    assert digest(long) != digest(other)
    assert digest(None) is None


def test_a_digest_does_not_see_how_the_numbers_lie_in_memory():
    array = np.arange(24.0).reshape(6, 4)
    for same in (np.asfortranarray(array), np.repeat(array, 2, axis=1)[:, ::2]):
        assert not same.flags.c_contiguous
        assert digest(same) == digest(array)


def test_a_copy_of_a_trainer_leaves_data_and_callbacks_of_the_last_fit_behind():
    class Locked(mn.Callback):
        def __init__(self):
            self.lock = threading.Lock()  # which nobody can copy

    made, x = trainer(), np.zeros((20_000, 1))
    made.fit(x, x[:, 0], 1, 100, callbacks=[Locked()], progress=False)
    sent = pickle.dumps(made)
    assert len(sent) < x.nbytes / 8  # of which the layers keep one batch
    for other in (copy.deepcopy(made), pickle.loads(sent)):
        assert other._resume_point() == ResumePoint()
        assert other.network.flat_values.tobytes() == made.network.flat_values.tobytes()


class StopAfter(mn.Callback):
    def __init__(self, steps):
        self.steps = steps

    def on_step_end(self, trainer, loss):
        trainer.stop = trainer.optimizer.steps == self.steps


class Fails(mn.Callback):
    def on_fit_begin(self, trainer):
        raise OSError


class FailsLater(mn.Callback):
    def on_epoch_begin(self, trainer, epoch):
        raise OSError


def network_of(made):
    return made.network.flat_values.tobytes()


@pytest.mark.parametrize("attempt", [{"callbacks": [Fails()]}, {"callbacks": [FailsLater()]}, {}])
@pytest.mark.parametrize("loaded", [True, False])
def test_a_fit_without_a_step_keeps_the_point_to_resume_from(tmp_path, attempt, loaded):
    """It failed before its first step, or had nothing to do."""
    x = np.random.default_rng(0).normal(size=(20, 3))
    y = np.arange(20) % 2

    def made():
        layers = [mn.Linear(3, 4), mn.Tanh(), mn.Linear(4, 1), mn.Sigmoid()]
        return mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.Adam(0.05), seed=0)

    def fit(trainer, until, *callbacks):
        trainer.fit(x, y, until=until, batch_size=4, progress=False, callbacks=callbacks)

    def try_out(trainer):
        with contextlib.suppress(OSError):
            fit(trainer, 4 if attempt else 1, *attempt.get("callbacks", ()))

    whole, first, again = made(), made(), made()
    fit(whole, 4)
    fit(first, 4, StopAfter(7))
    if not loaded:
        try_out(first)
    first.save_checkpoint(tmp_path / "run")
    again.load_checkpoint(tmp_path / "run")
    if loaded:
        try_out(again)
        again.save_checkpoint(tmp_path / "run")
    fit(again, 4)
    assert again.optimizer.steps == 20
    assert network_of(again) == network_of(whole)
