"""Bad data in a step that is not the first one: the same errors, and nothing has changed."""

import numpy as np
import pytest

import minnet as mn


def trained_for_one_step():
    x, y = np.ones((4, 3), np.float32), np.array([0, 1, 0, 1])
    network = mn.Network([mn.Linear(3, 2), mn.Softmax()], seed=0)
    trainer = mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=0)
    trainer.step(x, y)
    return trainer, x, y


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_named_in_a_repeated_step(bad):
    trainer, x, y = trained_for_one_step()
    before = trainer.network.flat_values.copy()
    x[2, 1] = bad
    with pytest.raises(ValueError, match=r"step: x: expected finite numbers, got x\[2, 1\]"):
        trainer.step(x, y)
    np.testing.assert_array_equal(trainer.network.flat_values, before)


def test_numbers_whose_squares_alone_are_too_large_are_legal():
    trainer, x, y = trained_for_one_step()
    x[:] = 1e30
    trainer.optimizer.learning_rate = 0.0
    assert np.isfinite(trainer.step(x, y))


@pytest.mark.parametrize("bad", [-1, 2, 2**40])
def test_a_label_out_of_range_is_named_in_a_repeated_step(bad):
    trainer, x, y = trained_for_one_step()
    y[3] = bad
    with pytest.raises(ValueError, match=rf"y: expected class labels.*y\[3\] = {bad}"):
        trainer.step(x, y)
    with pytest.raises(ValueError, match="the same number of rows"):
        trainer.step(x, y[:3])
