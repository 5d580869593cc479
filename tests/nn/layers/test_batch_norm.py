"""Batch normalization: statistics, running values, both modes, and a batch without variance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numeric import check_layer_gradients

import minnet as mn
from minnet.nn.layers import BatchNorm, Linear

shapes = hnp.array_shapes(min_dims=2, max_dims=4, min_side=2, max_side=4)


def training(features, **keywords):
    layer = BatchNorm(features, **keywords)
    layer.training = True
    return layer


@given(shapes, st.integers(0, 100))
def test_mean_0_and_variance_1_in_training(shape, seed):
    x = np.random.default_rng(seed).normal(3, 20, size=shape)
    layer = training(shape[1], epsilon=1e-12)
    y = layer.forward(x)
    axes = (0, *range(2, len(shape)))
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-10)
    np.testing.assert_allclose(y.var(axis=axes), 1, rtol=1e-6)


@pytest.mark.parametrize("mode", [True, False])
@given(shapes, st.integers(0, 100))
def test_gradient(mode, shape, seed):
    generator = np.random.default_rng(seed)
    layer = BatchNorm(shape[1])
    layer.training = mode
    layer.gamma.value = generator.normal(size=shape[1])
    layer.running_variance.value = generator.uniform(0.5, 2, size=shape[1])
    trained = {"gamma": layer.gamma, "beta": layer.beta}
    vars(layer)["parameters"] = lambda: trained
    x = generator.normal(size=shape) * 3
    # A feature with nearly equal values makes the function too steep for differences.
    x += np.arange(shape[0]).reshape(-1, *(1,) * (len(shape) - 1))
    check_layer_gradients(layer, x, generator, tolerance=1e-6)


def test_running_values_after_two_batches():
    layer = training(2, momentum=0.25)
    first = np.array([[1.0, 10.0], [3.0, 10.0], [8.0, 40.0]])
    second = first * 2 + 1
    layer.forward(first)
    layer.forward(second)
    mean = 0.75 * (0.25 * first.mean(axis=0)) + 0.25 * second.mean(axis=0)
    variance = 0.75 * (0.75 + 0.25 * first.var(axis=0, ddof=1))
    variance += 0.25 * second.var(axis=0, ddof=1)
    np.testing.assert_allclose(layer.running_mean.value, mean, rtol=1e-14)
    np.testing.assert_allclose(layer.running_variance.value, variance, rtol=1e-14)
    x = np.array([[1.0, 2.0]])
    layer.training = False
    np.testing.assert_allclose(layer.forward(x), (x - mean) / np.sqrt(variance + 1e-5), rtol=1e-13)


def test_momentum_0_and_1():
    x = np.array([[1.0], [5.0]])
    frozen, last = training(1, momentum=0), training(1, momentum=1)
    frozen.forward(x)
    last.forward(x)
    assert (frozen.running_mean.value[0], frozen.running_variance.value[0]) == (0, 1)
    assert (last.running_mean.value[0], last.running_variance.value[0]) == (3, 8)


def test_evaluation_before_any_training_changes_nothing():
    layer, x = BatchNorm(3), np.array([[1.0, -2.0, 1000.0]])
    np.testing.assert_allclose(layer.forward(x), x, rtol=1e-5)
    assert not layer.running_mean.value.any()
    assert (layer.running_variance.value == 1).all()


def test_names_and_what_is_trained():
    parameters = BatchNorm(4).parameters()
    assert {name: p.trainable for name, p in parameters.items()} == {
        "gamma": True,
        "beta": True,
        "running_mean": False,
        "running_variance": False,
    }
    assert mn.Network([BatchNorm(4)]).flat_values.size == 8


def test_a_trainer_uses_the_batch_and_prediction_the_running_values():
    generator = np.random.default_rng(0)
    x = generator.normal(5, 3, size=(64, 2))
    network = mn.Network([BatchNorm(2), Linear(2, 1)], seed=0)
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.01), seed=0)
    trainer.fit(x, x[:, 0], epochs=20, batch_size=16, progress=False)
    layer = network.layers[0]
    np.testing.assert_allclose(layer.running_mean.value, x.mean(axis=0), atol=0.7)
    assert not layer.training
    kept = layer.running_mean.value.copy()
    one = trainer.predict(x[:1])
    np.testing.assert_allclose(trainer.predict(x)[:1], one, rtol=1e-5)
    assert np.array_equal(layer.running_mean.value, kept)


def test_a_constant_feature_is_no_division_by_0():
    layer = training(1)
    y = layer.forward(np.full((4, 1), 7.0))
    assert not y.any()
    assert np.isfinite(layer.backward(np.arange(4.0).reshape(4, 1))).all()


def test_a_batch_with_nan_does_not_spoil_the_running_values():
    layer = training(1)
    layer.forward(np.array([[1.0], [np.nan]]))
    assert layer.running_mean.value[0] == 0
    assert layer.running_variance.value[0] == 1


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1)])
def test_one_value_per_feature_is_refused_in_training_only(shape):
    layer = training(3)
    with pytest.raises(
        ValueError, match=r"BatchNorm\(3\): expected two or more values per"
    ) as info:
        layer.forward(np.ones(shape))
    assert "larger batch_size" in str(info.value)
    assert not layer.running_mean.value.any()
    assert (layer.running_variance.value == 1).all()
    layer.training = False
    assert layer.forward(np.ones(shape)).shape == shape


def test_one_value_per_feature_in_a_step_names_the_layer_and_changes_nothing():
    network = mn.Network([Linear(2, 3), BatchNorm(3), Linear(3, 1)], seed=0)
    before = network.flat_values.copy()
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1))
    with pytest.raises(ValueError, match=r"layers\[1\] BatchNorm\(3\): expected two or more"):
        trainer.step(np.ones((1, 2)), np.ones(1))
    assert np.array_equal(network.flat_values, before)


@pytest.mark.parametrize(
    ("keywords", "error", "parts"),
    [
        ({"features": 0}, ValueError, ("features", "got 0")),
        ({"features": (3,)}, TypeError, ("features",)),
        ({"momentum": -0.1}, ValueError, ("momentum", ">= 0 and <= 1", "got -0.1")),
        ({"momentum": 1.1}, ValueError, ("momentum", "got 1.1")),
        ({"momentum": float("nan")}, ValueError, ("momentum", "got nan")),
        ({"momentum": None}, TypeError, ("momentum", "got None")),
        ({"epsilon": 0}, ValueError, ("epsilon", "> 0")),
        ({"epsilon": "small"}, TypeError, ("epsilon", "got 'small'")),
    ],
)
def test_bad_arguments(keywords, error, parts):
    with pytest.raises(error) as info:
        BatchNorm(**{"features": 3, **keywords})
    for part in ("BatchNorm", *parts):
        assert part in str(info.value)


@pytest.mark.parametrize(
    ("shape", "part"),
    [
        ((5, 4), "make this BatchNorm(4)"),
        ((5, 4, 4, 3), "x.transpose(0, 3, 1, 2)"),
        ((3,), "x[None]"),
        ((5, 1, 3), "make this BatchNorm(1)"),
    ],
)
def test_bad_input(shape, part):
    with pytest.raises(ValueError, match=r"BatchNorm\(3\): features: expected input of") as info:
        BatchNorm(3).forward(np.ones(shape))
    assert part in str(info.value)


def test_backward_follows_the_last_forward_not_the_mode():
    x, grad = np.random.default_rng(4).normal(size=(2, 5, 3))
    layer = training(3)
    layer.forward(x)
    expected = layer.backward(grad)
    layer.training = False
    assert np.array_equal(layer.backward(grad), expected)
    layer.forward(x)
    expected = layer.backward(grad)
    layer.training = True
    assert np.array_equal(layer.backward(grad), expected)


def test_a_last_batch_of_one_is_refused_before_anything_changes():
    network = mn.Network([mn.Linear(3, 4), BatchNorm(4), mn.Linear(4, 1)], seed=0)
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    x, y = np.random.default_rng(0).normal(size=(9, 3)), np.zeros(9)
    before = {name: p.value.copy() for name, p in network.parameters().items()}
    with pytest.raises(
        ValueError, match=r"layers\[1\] BatchNorm\(4\): expected two or more .* last batch"
    ):
        trainer.fit(x, y, 2, 4, progress=False)
    for name, p in network.parameters().items():
        np.testing.assert_array_equal(p.value, before[name])
    trainer.fit(x[:8], y[:8], 2, 4, progress=False)
    trainer.fit(x, y, 2, 9, progress=False)
    trainer.evaluate(x[:1], y[:1])
