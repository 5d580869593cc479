"""`self.random` in `__init__` draws from the seed of the network that the layer comes into."""

import copy

import numpy as np
import pytest

import minnet as mn


class Scale(mn.Layer):
    """A student's layer: its own random weights, and a random order of the features."""

    def __init__(self, features, deviation=1.0):
        self.gain = mn.Parameter(self.random.normal(0.0, deviation, size=features))
        self.order = self.random.permutation(features)

    def forward(self, x):
        self.x = x[:, self.order]
        return self.x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return (grad * self.gain.value)[:, np.argsort(self.order)]


class Pair(mn.Layer):
    """A layer that draws itself, and holds one that does."""

    def __init__(self, inner):
        self.first, self.inner = Scale(3), inner
        self.shift = mn.Parameter(self.random.uniform(size=3))

    def forward(self, x):
        return self.inner.forward(self.first.forward(x)) + self.shift.value

    def backward(self, grad):
        self.shift.grad = grad.sum(axis=0)
        return self.first.backward(self.inner.backward(grad))


def network(seed, *layers):
    return mn.Network(list(layers) or [Scale(3), mn.Linear(3, 3), Scale(3, deviation=2.0)], seed)


def values(net):
    return {name: p.value.tolist() for name, p in net.parameters().items()}


def test_the_same_seed_gives_the_same_weights_and_another_others():
    first, second, other = network(0), network(0), network(1)
    assert values(first) == values(second)
    assert values(first)["0.gain"] != values(other)["0.gain"]
    assert values(first)["0.gain"] != values(first)["2.gain"]
    for index in (0, 2):
        assert (first.layers[index].order == second.layers[index].order).all()


def test_the_seed_of_a_trainer_too():
    def made():
        return mn.Trainer([Scale(3), mn.Linear(3, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=4)

    x, y = np.random.default_rng(0).normal(size=(8, 3)), np.arange(8.0)
    first, second = made(), made()
    for trainer in (first, second):
        trainer.fit(x, y, 2, batch_size=4, progress=False)
    np.testing.assert_array_equal(first.network.flat_values, second.network.flat_values)


def test_built_in_layers_keep_what_their_seed_gave_them():
    alone, beside = mn.Network([mn.Linear(3, 3)], seed=0), network(0, Scale(3), mn.Linear(3, 3))
    assert values(alone)["0.weight"] == values(beside)["1.weight"]


def test_without_a_seed_each_network_is_different():
    assert values(network(None))["0.gain"] != values(network(None))["0.gain"]


@pytest.mark.parametrize("keep", ["assigned", "trained"])
def test_weights_that_were_changed_since_stay(keep):
    layer = Scale(3)
    if keep == "assigned":
        layer.gain.value = [1.0, 2.0, 3.0]
    else:
        made = mn.Trainer(network(None, layer), mn.MeanSquaredError(), mn.SGD(0.1))
        made.step(np.ones((2, 3)), np.zeros((2, 3)))
        made.network.layers[0] = Scale(3)
        made.network.refresh()
    before = layer.gain.value.tolist()
    assert network(0, layer).layers[0].gain.value.tolist() == before


def test_layers_in_layers():
    first, second = (network(0, Pair(Scale(3))) for _ in range(2))
    assert values(first) == values(second)
    assert values(first)["0.first.gain"] != values(first)["0.inner.gain"]


def test_layers_that_come_later_and_copies():
    first, second = network(0), network(0)
    for net in (first, second):
        net.layers.append(Scale(3))
        net.refresh()
    assert values(first) == values(second)
    assert values(copy.deepcopy(first)) == values(first)
    layer = Scale(3)
    assert values(network(0, copy.deepcopy(layer))) == values(network(0, layer))


def test_an_unseeded_network_in_a_seeded_one():
    first, second = (network(0, network(None)) for _ in range(2))
    assert values(first) == values(second)


def test_saved_and_loaded(tmp_path):
    net = network(3)
    net.save(tmp_path / "n")
    again = mn.load(tmp_path / "n", layers=[Scale])
    assert values(again) == values(net)
    assert (again.layers[0].order == net.layers[0].order).all()
