"""The residual block: two paths; its layers are found, named, switched and located in errors."""

import copy

import numpy as np
import pytest
from numeric import check_layer_gradients

import minnet as mn
from minnet.nn.layers import BatchNorm, Dropout, Linear, Residual


class Doubled(mn.Layer):
    """A student's layer, in float64 whatever comes."""

    def __init__(self):
        self.gain = mn.Parameter([2.0])

    def forward(self, x):
        self.x = x
        return x.astype(np.float64) * self.gain.value

    def backward(self, grad):
        self.gain.grad = [(grad * self.x).sum()]
        return grad * self.gain.value


def test_the_sum_of_both_ways():
    x = np.random.default_rng(0).normal(size=(3, 2))
    block = Residual([Doubled()])
    np.testing.assert_allclose(block.forward(x), 3 * x, rtol=1e-15)
    np.testing.assert_allclose(block.backward(x), 3 * x, rtol=1e-15)


def test_gradient_in_a_network_nested_and_deep():
    generator = np.random.default_rng(1)
    inner = Residual([Linear(3, 3), mn.Tanh()])
    network = mn.Network(
        [Residual([Linear(3, 4), mn.Tanh(), Linear(4, 3), inner]), Linear(3, 2)],
        seed=0,
        dtype="float64",
    )
    check_layer_gradients(network, generator.normal(size=(4, 3)), generator)


def test_a_nested_network_inside():
    generator = np.random.default_rng(2)
    block = Residual([mn.Network([Linear(3, 3), mn.Tanh()], seed=0, dtype="float64")])
    network = mn.Network([block, Linear(3, 1)], seed=0, dtype="float64")
    check_layer_gradients(network, generator.normal(size=(4, 3)), generator)


def test_names_training_and_random_reach_the_layers_inside():
    block = Residual([Linear(3, 3), BatchNorm(3), Dropout(0.5)])
    network = mn.Network([Linear(3, 3), block], seed=0)
    names = ["layers.0.weight", "layers.0.bias", "layers.1.gamma", "layers.1.beta"]
    names += ["layers.1.running_mean", "layers.1.running_variance"]
    assert list(network.parameters())[2:] == [f"1.{name}" for name in names]
    network.training = True
    assert block.layers[1].training
    assert block.layers[2].training
    assert block.layers[2].random is network.random


def test_the_type_stays_whatever_a_layer_inside_gives():
    network = mn.Network([Residual([Doubled(), Linear(2, 2)])], seed=0)
    x = np.ones((3, 2), np.float32)
    y = network.layers[0].forward(x)
    assert y.dtype == network.layers[0].backward(y).dtype == np.float32


def test_training_equals_the_same_layers_without_a_block():
    """What the inner layers keep between forward and backward must not be changed by the block."""
    x = np.random.default_rng(3).normal(size=(12, 3))
    block = Residual([Linear(3, 5), mn.Tanh(), Linear(5, 3)])
    network = mn.Network([Linear(3, 3), block, Linear(3, 1)], seed=0, dtype="float64")
    by_hand = copy.deepcopy(network)
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1))
    for _ in range(5):
        trainer.step(x, x[:, 0])
        a = by_hand.forward(x)
        by_hand.backward((a - x[:, :1]) / len(x))
        by_hand.flat_values -= 0.1 * by_hand.flat_gradients
    np.testing.assert_allclose(network.flat_values, by_hand.flat_values, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(
    ("layers", "error", "part"),
    [
        ([], ValueError, "at least one layer, got an empty list"),
        (Linear(2, 2), TypeError, "expected a list of layers"),
        (None, TypeError, "expected a list of layers, got None"),
        ([Linear(2, 2), mn.Tanh], TypeError, "layers[1]: expected a layer, got the class Tanh"),
        ([np.tanh], TypeError, "layers[0]: expected a layer"),
    ],
)
def test_bad_layers(layers, error, part):
    with pytest.raises(error, match="Residual: layers") as info:
        Residual(layers)
    assert part in str(info.value)


def test_the_same_layer_twice_is_refused():
    layer = Linear(2, 2)
    with pytest.raises(ValueError, match="expected a layer that is used once"):
        Residual([layer, mn.Tanh(), layer])


@pytest.mark.parametrize("layer", [Linear(3, 2), Linear(3, 1)], ids=repr)
def test_another_shape_is_refused_and_never_broadcast(layer):
    with pytest.raises(ValueError, match=r"expected f\(x\) of the shape of x, \(4, 3\)") as info:
        Residual([layer]).forward(np.ones((4, 3)))
    assert f"the last of its layers, {layer!r}" in str(info.value)


def test_an_error_inside_names_its_place():
    network = mn.Network([mn.Tanh(), Residual([mn.Tanh(), Linear(4, 4)])], seed=0)
    with pytest.raises(
        ValueError, match=r"^layers\[1\]\.layers\[1\] Linear\(4 -> 4\): expected in"
    ):
        network.forward(np.ones((2, 3)))


class Forgetful(mn.Layer):
    """Returns nothing, or something of the wrong shape."""

    def __init__(self, verb, value=None):
        self.verb, self.value = verb, value

    def forward(self, x):
        return self.value if self.verb == "forward" else x

    def backward(self, grad):
        return self.value if self.verb == "backward" else grad


@pytest.mark.parametrize("verb", ["forward", "backward"])
def test_a_missing_return_inside(verb):
    network = mn.Network([Residual([mn.Tanh(), Forgetful(verb)])], seed=0)
    with pytest.raises(TypeError, match=rf"layers\[0\]\.layers\[1\] Forgetful.*{verb}.*got None"):
        network.backward(network.forward(np.ones((2, 3))))


def test_a_backward_of_another_shape_inside():
    block = Residual([Forgetful("backward", np.ones((2, 1)))])
    block.forward(np.ones((2, 3)))
    with pytest.raises(
        ValueError, match=r"dL/dx of the shape of its input, \(2, 3\), got \(2, 1\)"
    ):
        block.backward(np.ones((2, 3)))


def test_an_error_in_the_first_backward_names_its_place():
    class Broken(mn.Activation):
        def forward(self, z):
            return z

        def backward(self, grad):
            raise RuntimeError("broken")

    network = mn.Network([Residual([Broken(), Linear(3, 3)]), Linear(3, 1)], seed=0)
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1))
    with pytest.raises(RuntimeError, match=r"layers\[0\]\.layers\[0\] Broken.*broken"):
        trainer.step(np.ones((2, 3)), np.ones(2))
