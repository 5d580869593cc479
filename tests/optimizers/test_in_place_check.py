"""A custom optimizer that makes new arrays, and so trains nothing, is told so in its first step."""

import numpy as np
import pytest

import minnet as mn


class StepRebinds(mn.Optimizer):
    def step(self, values, grads):
        values = values - self.learning_rate * grads


class UpdateRebinds(mn.Optimizer):
    def update(self, w, g, scratch):
        w = w - self.learning_rate * g


class Returns(mn.Optimizer):
    def step(self, values, grads):
        return values - self.learning_rate * grads


class MomentumRebinds(mn.Optimizer):
    memory = ("velocity",)

    def update(self, w, g, scratch, v):
        v = 0.9 * v + g
        w -= self.learning_rate * v


class AdamRebinds(mn.Adam):
    def update(self, w, g, scratch, m, v):
        m *= 0.9
        m += g
        v += g * g
        w = w - self.learning_rate * m / np.sqrt(v)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (StepRebinds, r"StepRebinds.step: expected values to be changed in place, got the same"),
        (UpdateRebinds, r"UpdateRebinds.update: expected w to be changed in place.*Write w -= "),
        (Returns, r"Returns.step: expected values to be changed in place"),
        (MomentumRebinds, r"MomentumRebinds.update: expected the memory 'velocity' to be changed"),
        (AdamRebinds, r"AdamRebinds.update: expected w to be changed in place"),
    ],
)
def test_new_arrays_are_noticed_in_the_first_step(kind, message):
    trainer = mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), kind(0.1), seed=0)
    before = trainer.network.flat_values.copy()
    with pytest.raises(ValueError, match=message):
        trainer.step(np.ones((4, 2)), np.zeros(4))
    assert trainer.optimizer.steps == 0
    np.testing.assert_array_equal(trainer.network.flat_values, before)


def test_an_optimizer_may_collect_gradients_first():
    class Collecting(mn.Optimizer):
        memory = ("sum",)

        def update(self, w, g, scratch, total):
            total += g
            if self.steps % 20 == 0:
                w -= self.learning_rate * total / 20
                total[...] = 0

    w, optimizer = np.ones(2), Collecting(0.1)
    for _ in range(20):
        optimizer.step(w, np.ones(2))
    np.testing.assert_allclose(w, 0.9)


class Plain(mn.Optimizer):
    def step(self, values, grads):
        values -= self.learning_rate * grads


@pytest.mark.parametrize(
    ("rate", "gradient"), [(0.0, 1.0), (0.1, 0.0), (1e-12, 1e-3), (lambda step: step / 10, 1.0)]
)
def test_a_step_without_effect_is_no_mistake(rate, gradient):
    """A rate or gradient of 0, a step too small for float32, a schedule that starts at 0."""
    w, optimizer = np.ones(3, np.float32), Plain(rate)
    for _ in range(3):
        optimizer.step(w, np.full(3, gradient, np.float32))
    assert optimizer.steps == 3
