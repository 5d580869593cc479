"""Dropout: what is dropped and kept, by which generator, and that evaluation changes nothing."""

import copy

import numpy as np
import pytest

import minnet as mn
from minnet.nn.layers import Dropout, Linear


def training(rate, seed=0):
    layer = Dropout(rate)
    layer.training, layer.random = True, np.random.default_rng(seed)
    return layer


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_share_and_the_scale(rate):
    y = training(rate).forward(np.full((200, 500), 3.0))
    dropped = (y == 0).mean()
    assert abs(dropped - rate) < 5 * np.sqrt(rate * (1 - rate) / y.size)
    np.testing.assert_allclose(y[y != 0], 3 / (1 - rate), rtol=1e-14)
    np.testing.assert_allclose(y.mean(), 3, rtol=0.02)


def test_samples_and_features_are_dropped_independently():
    y = training(0.5).forward(np.ones((400, 300)))
    assert 0.5 < y.mean(axis=0).min() <= y.mean(axis=0).max() < 1.5
    assert 0.5 < y.mean(axis=1).min() <= y.mean(axis=1).max() < 1.5


def test_the_gradient_goes_where_the_numbers_went():
    layer = training(0.4)
    x, grad = np.random.default_rng(1).normal(size=(2, 30, 20))
    y = layer.forward(x)
    np.testing.assert_allclose(layer.backward(grad), grad * (y / x), rtol=1e-12)


def test_each_forward_draws_again():
    layer, x = training(0.5), np.ones((10, 10))
    assert not np.array_equal(layer.forward(x), layer.forward(x))


def test_evaluation_and_rate_0_give_x_back_as_a_copy():
    x = np.random.default_rng(2).normal(size=(3, 4))
    for layer in (Dropout(0.5), training(0)):
        for result in (layer.forward(x), layer.backward(x)):
            assert np.array_equal(result, x)
            assert not np.shares_memory(result, x)


def test_backward_follows_the_last_forward_not_the_mode():
    layer, x = training(0.5), np.ones((20, 20))
    y = layer.forward(x)
    layer.training = False
    assert np.array_equal(layer.backward(x), y)
    layer.forward(x)
    layer.training = True
    assert np.array_equal(layer.backward(x), x)


def test_the_seed_of_the_network_repeats_a_training():
    def trained(seed):
        network = mn.Network([Linear(3, 8), mn.Tanh(), Dropout(0.5), Linear(8, 1)], seed=seed)
        trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
        x = np.random.default_rng(0).normal(size=(20, 3))
        trainer.fit(x, x[:, 0], epochs=3, batch_size=5, progress=False)
        return network.flat_values.copy()

    assert np.array_equal(trained(1), trained(1))
    assert not np.array_equal(trained(1), trained(2))


def test_the_global_random_state_is_left_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    training(0.5).forward(np.ones((5, 5)))
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_a_copy_continues_with_the_same_draws():
    layer, x = training(0.5), np.ones((10, 10))
    layer.forward(x)
    other = copy.deepcopy(layer)
    assert np.array_equal(other.forward(x), layer.forward(x))


def test_both_types_draw_the_same_mask():
    single = training(0.3).forward(np.ones((9, 9), np.float32))
    double = training(0.3).forward(np.ones((9, 9)))
    assert single.dtype == np.float32
    assert np.array_equal(single == 0, double == 0)


def test_whole_numbers_by_hand():
    assert training(0.5).forward(np.ones((4, 4), int)).dtype == np.float64


@pytest.mark.parametrize(
    ("rate", "error"),
    [(1, ValueError), (1.5, ValueError), (-0.1, ValueError), (float("nan"), ValueError),
     (float("inf"), ValueError), ("0.5", TypeError), (None, TypeError), (True, TypeError)],
)  # fmt: skip
def test_bad_rate(rate, error):
    with pytest.raises(error, match=r"Dropout: rate: expected a finite number >= 0 and < 1, got"):
        Dropout(rate)
