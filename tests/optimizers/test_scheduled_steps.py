"""Optimizers that follow a schedule: built-in and custom ones, alone and in a Trainer."""

import copy
import math
import pickle

import numpy as np
import pytest

import minnet as mn
from minnet.optimizers import schedules


class Halving(schedules.Schedule):
    def rate(self, step):
        return 0.5 ** (step + 1)


OPTIMIZERS = [mn.SGD, mn.Adam, mn.optimizers.AdamW, mn.optimizers.RMSProp]
OPTIMIZERS += [mn.optimizers.AdaGrad, mn.optimizers.AdaDelta]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_schedule_is_the_same_as_setting_the_rate_by_hand(kind):
    generator = np.random.default_rng(0)
    scheduled, by_hand = kind(Halving()), kind(1.0)
    w = generator.normal(size=7)
    v = w.copy()
    for step in range(6):
        by_hand.learning_rate = 0.5 ** (step + 1)
        assert scheduled.learning_rate == by_hand.learning_rate
        g = generator.normal(size=7)
        scheduled.step(w, g)
        by_hand.step(v, g)
        assert np.array_equal(w, v)
        assert scheduled.last_rate == by_hand.last_rate == 0.5 ** (step + 1)
    assert scheduled.learning_rate == 0.5**7


def test_the_rate_belongs_to_the_step_also_in_blocks(monkeypatch):
    asked = []

    def schedule(step):
        asked.append(step)
        return 1.0 / (1 + step)

    monkeypatch.setattr(mn.optimizers.optimizer, "BLOCK", 4)
    w, optimizer = np.zeros(10), mn.SGD(schedule)
    for _ in range(3):
        optimizer.step(w, np.ones(10))
    assert w == pytest.approx([-(1 + 1 / 2 + 1 / 3)] * 10)
    assert asked == [0, 0, 1, 2]  # once when given, once for each step


@pytest.mark.parametrize("calls_init", [True, False])
def test_a_custom_step_follows_too(calls_init):
    class Plain(mn.Optimizer):
        def __init__(self, rate):
            if calls_init:
                super().__init__(rate)
            else:
                self.learning_rate = rate

        def step(self, values, grads):
            values -= self.learning_rate * grads
            values -= 0 * self.learning_rate

    w, optimizer = np.zeros(1), Plain(Halving())
    for _ in range(3):
        optimizer.step(w, np.ones(1))
    assert w[0] == -(1 / 2 + 1 / 4 + 1 / 8)
    assert optimizer.steps == 3
    assert optimizer.last_rate == 1 / 8


def test_a_step_that_calls_super_counts_once():
    class Careful(mn.SGD):
        def step(self, values, grads):
            super().step(values, np.clip(grads, -1, 1))
            values -= 0 * self.learning_rate
            self.seen = self.learning_rate

    w, optimizer = np.zeros(1), Careful(Halving())
    for _ in range(2):
        optimizer.step(w, np.full(1, 9.0))
    assert w[0] == -(1 / 2 + 1 / 4)
    assert optimizer.steps == 2
    assert optimizer.seen == 1 / 4


def test_a_step_that_fails_is_not_counted():
    class Broken(mn.Optimizer):
        def step(self, values, grads):
            raise RuntimeError("broken")

    optimizer = Broken(Halving())
    with pytest.raises(RuntimeError, match="broken"):
        optimizer.step(np.zeros(1), np.ones(1))
    assert optimizer.steps == 0
    assert optimizer.learning_rate == 0.5


def test_a_rate_may_be_changed_during_a_step():
    class Decaying(mn.Optimizer):
        def step(self, values, grads):
            self.learning_rate *= 0.5
            values -= self.learning_rate * grads

    w, optimizer = np.zeros(1), Decaying(Halving())
    optimizer.step(w, np.ones(1))
    assert w[0] == -0.25
    assert optimizer.schedule is None
    assert optimizer.learning_rate == 0.25


def test_a_number_replaces_the_schedule_and_back():
    optimizer = mn.SGD(Halving())
    assert isinstance(optimizer.schedule, Halving)
    assert "learning_rate=Halving()" in repr(optimizer)
    optimizer.learning_rate = 0.1
    assert (optimizer.learning_rate, optimizer.schedule) == (0.1, None)
    assert repr(optimizer) == "SGD(learning_rate=0.1)"
    optimizer.steps = 5
    optimizer.learning_rate = schedules.StepDecay(1.0, every=5)
    assert optimizer.learning_rate == 0.1


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copy_is_at_the_same_step(clone):
    optimizer = mn.Adam(Halving())
    optimizer.step(np.ones(2), np.ones(2))
    other = clone(optimizer)
    assert other.learning_rate == optimizer.learning_rate == 0.25
    other.step(np.ones(2), np.ones(2))
    assert (other.learning_rate, optimizer.learning_rate) == (0.125, 0.25)


def bad_after(count, value):
    def schedule(step):
        return 0.1 if step < count else value

    return schedule


@pytest.mark.parametrize(
    ("value", "error"),
    [(-0.1, ValueError), (math.nan, ValueError), (math.inf, ValueError), (None, TypeError)],
)
def test_a_schedule_that_gives_no_rate(value, error):
    with pytest.raises(error, match=r"SGD: schedule at step 0: learning_rate: expected .* >= 0"):
        mn.SGD(bad_after(0, value))
    optimizer, w = mn.SGD(bad_after(2, value)), np.zeros(2)
    optimizer.step(w, np.ones(2))
    optimizer.step(w, np.ones(2))
    before = w.copy()
    with pytest.raises(error, match=r"SGD: schedule at step 2: learning_rate") as info:
        optimizer.step(w, np.ones(2))
    assert f"got {value!r}" in str(info.value)
    assert np.array_equal(w, before)
    assert optimizer.steps == 2


def test_a_bad_schedule_names_its_class():
    class Falling(schedules.Schedule):
        def rate(self, step):
            return 0.1 - step * 0.1

    optimizer = mn.Adam(Falling())
    optimizer.steps = 2
    with pytest.raises(ValueError, match=r"Adam: Falling\(\) at step 2: learning_rate: .*got -0.1"):
        optimizer.learning_rate  # noqa: B018


def test_a_class_is_not_a_schedule():
    with pytest.raises(
        TypeError, match=r"SGD: learning_rate: .*the class Cosine.*Cosine\(\.\.\.\)"
    ):
        mn.SGD(schedules.Cosine)


def trainer_with(optimizer):
    return mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), optimizer, seed=0)


X, Y = np.arange(6.0).reshape(6, 1) / 6, np.arange(6.0)


def test_the_history_shows_the_rate_of_the_last_step():
    trainer = trainer_with(mn.SGD(Halving()))
    history = trainer.fit(X, Y, 3, batch_size=3, progress=False)
    assert history["learning_rate"] == [2.0**-2, 2.0**-4, 2.0**-6]
    trainer.fit(X, Y, 1, batch_size=3, progress=False)
    assert trainer.history["learning_rate"][-1] == 2.0**-8
    assert "SGD(learning_rate=Halving())" in str(trainer.summary())


def test_a_trainer_stops_before_a_step_without_a_rate():
    trainer = trainer_with(mn.SGD(bad_after(3, -1.0)))
    with pytest.raises(ValueError, match=r"schedule at step 3.*got -1.0"):
        trainer.fit(X, Y, 2, batch_size=2, progress=False)
    assert trainer.optimizer.steps == 3
