"""One Parameter in several layers of one network: its gradients add up."""

import copy
import pickle

import numpy as np
import pytest
from numeric import numerical_gradient

import minnet as mn
from minnet.nn import network_file


class Transposed(mn.Layer):
    """y = x W^T with the weight of another layer, as in the decoder of an autoencoder."""

    def __init__(self, weight):
        self.weight = weight

    def forward(self, x):
        self.x = x
        return x @ self.weight.value.T

    def backward(self, grad):
        self.weight.grad = grad.T @ self.x  # it need not know that another layer adds to it
        return grad @ self.weight.value


def autoencoder(dtype="float64"):
    encoder = mn.Linear(4, 2)
    layers = [encoder, mn.Tanh(), Transposed(encoder.weight)]
    return mn.Network(layers, seed=0, dtype=dtype)


def twice():
    one, two = mn.Linear(3, 3), mn.Linear(3, 3)
    two.weight = one.weight
    return mn.Network([one, mn.Tanh(), two], seed=0, dtype="float64")


def in_a_block():
    one, two = mn.Linear(3, 3), mn.Linear(3, 3, bias=False)
    two.weight = one.weight
    return mn.Network(
        [mn.Linear(3, 3), mn.Residual([one, mn.Tanh(), two]), mn.Network([mn.Linear(3, 3)])],
        seed=0,
        dtype="float64",
    )


@pytest.mark.parametrize("make", [autoencoder, twice, in_a_block])
@pytest.mark.parametrize("fuse", [True, False])
def test_the_gradient_is_the_derivative(make, fuse):
    network = make()
    width = network.layers[0].in_features
    x = np.random.default_rng(0).normal(size=(5, width))
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.0), fuse=fuse)
    trainer.step(x, x)
    numeric = numerical_gradient(lambda: trainer.evaluate(x, x)["loss"], network.flat_values)
    np.testing.assert_allclose(network.flat_gradients, numeric, atol=1e-8)


def test_it_is_one_parameter():
    network = autoencoder()
    assert list(network.parameters()) == ["0.weight", "0.bias"]
    assert network.flat_values.size == 4 * 2 + 2
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.Adam(0.05), seed=0)
    x = np.random.default_rng(0).normal(size=(60, 2)) @ np.random.default_rng(1).normal(size=(2, 4))
    history = trainer.fit(x / 4, x / 4, epochs=100, progress=False)
    assert history["loss"][-1] < 0.05 * history["loss"][0]
    assert network.layers[2].weight is network.layers[0].weight


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))])
def test_copies_are_tied_too(copied):
    network = copied(autoencoder())
    assert network.layers[2].weight is network.layers[0].weight
    x = np.random.default_rng(0).normal(size=(5, 4))
    network.forward(x)
    network.backward(np.ones((5, 4)))
    tied = network.layers[0].weight.grad.copy()
    assert np.abs(tied).max() > 0
    network.forward(x)
    network.backward(np.ones((5, 4)))  # zeroed in between
    np.testing.assert_array_equal(network.layers[0].weight.grad, tied)


def test_tying_and_untying_after_the_network_was_made():
    network = mn.Network([mn.Linear(3, 3), mn.Linear(3, 3)], seed=0)
    network.layers[1].weight = network.layers[0].weight
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1))
    trainer.step(np.ones((2, 3)), np.zeros((2, 3)))
    assert network.flat_values.size == 9 + 3 + 3
    network.layers[1].weight = mn.Parameter(shape=(3, 3), initializer="ones")
    trainer.step(np.ones((2, 3)), np.zeros((2, 3)))
    assert network.flat_values.size == 2 * (9 + 3)


def test_a_training_is_resumed_bit_for_bit(tmp_path):
    def trainer():
        return mn.Trainer(autoencoder(), mn.MeanSquaredError(), mn.Adam(0.1), seed=0)

    x = np.random.default_rng(0).normal(size=(40, 4))
    whole, half, resumed = trainer(), trainer(), trainer()
    whole.fit(x, x, epochs=4, progress=False)
    half.fit(x, x, epochs=2, progress=False)
    half.save_checkpoint(tmp_path / "half")
    resumed.load_checkpoint(tmp_path / "half")
    resumed.fit(x, x, until=4, progress=False)
    np.testing.assert_array_equal(resumed.network.flat_values, whole.network.flat_values)


def test_values_are_saved_and_loaded(tmp_path):
    network, other = autoencoder(), autoencoder()
    x = np.random.default_rng(0).normal(size=(6, 4))
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.Adam(0.1), seed=0)
    trainer.fit(x, x, epochs=3, progress=False)
    network.save_values(tmp_path / "values")
    other.load_values(tmp_path / "values")
    np.testing.assert_array_equal(other.predict(x), network.predict(x))


@pytest.mark.parametrize("make", [autoencoder, twice, in_a_block])
@pytest.mark.parametrize("kind", ["network", "checkpoint"])
def test_a_loaded_network_shares_what_the_saved_one_shared(make, kind, tmp_path):
    network, path = make(), tmp_path / "file"
    x = np.random.default_rng(0).normal(size=(6, network.layers[0].in_features))
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    trainer.fit(x, x, epochs=2, progress=False)
    network.save(path) if kind == "network" else trainer.save_checkpoint(path)
    loaded = mn.load(path, layers=[Transposed])
    assert list(loaded.parameters()) == list(network.parameters())
    np.testing.assert_array_equal(loaded.flat_values, network.flat_values)
    for each in (network, loaded):
        mn.Trainer(each, mn.MeanSquaredError(), mn.SGD(0.1)).step(x, x)
    np.testing.assert_array_equal(loaded.flat_values, network.flat_values)
    loaded.save(tmp_path / "again")
    assert list(mn.load(tmp_path / "again", layers=[Transposed]).parameters())


def test_a_shared_parameter_in_a_list_is_refused_by_name(tmp_path):
    class Listed(Transposed):
        def __init__(self, weight=None):
            self.parts = [weight]

    encoder = mn.Linear(4, 2)
    network = mn.Network([encoder, Listed(encoder.weight)], seed=0)
    with pytest.raises(TypeError, match=r"attributes of layers, got layers\[1\].*save_values"):
        network.save(tmp_path / "network")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "forged",
    [
        *(1, [1], [["2.weight"]], [["2.weight", "zebra"]], [[1, "0.weight"]]),
        *([["2.weight", []]], [["2.bias", "0.weight"]], [["0.weight", "0.bias"]]),
    ],
)
def test_forged_names_of_shared_parameters_are_refused(forged, tmp_path):
    twice().save(tmp_path / "network")
    file = network_file.read(tmp_path / "network")
    file.description["tied"] = forged
    network_file.write(tmp_path / "network", file)
    with pytest.raises(mn.CheckpointError):
        mn.load(tmp_path / "network")


def test_a_nested_network_shares_only_within_itself():
    inner = mn.Linear(3, 3)
    outer = mn.Linear(3, 3)
    inner.weight = outer.weight
    with pytest.raises(ValueError, match="shares a Parameter with a layer outside"):
        mn.Network([outer, mn.Tanh(), mn.Network([mn.Linear(3, 3), inner])], seed=0)
