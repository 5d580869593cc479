"""The passage through the layers: types, shapes and the way to the logits."""

import numpy as np
import pytest
from student_layers import Scale

import minnet as mn
from minnet.nn.sequential import checked_layers


class Wide(mn.Layer):
    """Returns float64 both ways, as `np.sqrt(0.5)` does."""

    def forward(self, x):
        return x * np.sqrt(0.5)

    def backward(self, grad):
        return np.float64(np.sqrt(0.5)) * grad.astype(np.float64)


def test_what_a_layer_returns_is_cast_back_in_both_directions():
    network = mn.Network([Wide(), Scale(2), Wide()])
    x = np.ones((3, 2))
    assert network.forward(x).dtype == np.float32
    assert network.backward(np.ones((3, 2))).dtype == np.float32
    np.testing.assert_allclose(network.flat_gradients, 3 * 0.5, rtol=1e-6)
    assert all(a.dtype == np.float32 for a in network.activations(x))


@pytest.mark.parametrize("nested", [False, True])
def test_to_the_logits_and_back(nested):
    generator = np.random.default_rng(0)
    tail = [mn.Linear(3, 2), mn.Softmax()]
    layers = [mn.Linear(4, 3), mn.Tanh(), *([mn.Network(tail)] if nested else tail)]
    network = mn.Network(layers, seed=0, dtype="float64")
    x, grad = generator.normal(size=(5, 4)), generator.normal(size=(5, 2))
    logits = network.forward_to_logits(x)
    assert isinstance(network.output_layer, mn.Softmax)
    np.testing.assert_array_equal(network.output_layer.forward(logits), network.forward(x))
    network.backward(grad)
    whole = network.flat_gradients.copy()
    network.forward_to_logits(x)
    network.backward_from_logits(network.output_layer.backward(grad))
    np.testing.assert_allclose(network.flat_gradients, whole, rtol=1e-12)


def test_a_gradient_of_another_shape_is_refused_and_so_is_one_without_a_forward():
    network = mn.Network([mn.Linear(2, 3)])
    with pytest.raises(RuntimeError, match="expected a forward first"):
        network.backward(np.ones((1, 3)))
    network.forward(np.ones((4, 2)))
    with pytest.raises(ValueError, match=r"grad: expected the shape of the output, \(4, 3\)"):
        network.backward(np.ones((4, 2)))


class Narrow(mn.Layer):
    """Its backward returns one column only, which NumPy would broadcast."""

    def forward(self, x):
        return x * 1.0

    def backward(self, grad):
        return grad.sum(axis=1, keepdims=True)


def test_a_wrong_shape_on_the_way_back_is_placed():
    network = mn.Network([mn.Linear(2, 3), Narrow(), mn.Tanh()])
    network.forward(np.ones((4, 2)))
    with pytest.raises(ValueError, match=r"layers\[1\] Narrow\(\)\.backward: .*got \(4, 1"):
        network.backward(np.ones((4, 3)))


@pytest.mark.parametrize(
    ("layers", "match"),
    [
        ([], "at least one layer"),
        (mn.Tanh(), "a list of layers"),
        (5, "a list of layers"),
        ([mn.Tanh], r"layers\[0\]: expected a layer, got the class Tanh"),
        ([mn.Tanh(), None], r"layers\[1\]: expected a layer, got None"),
        ([mn.Tanh(), np.tanh], r"layers\[1\]: expected a layer"),
    ],
)
def test_layers_are_layers(layers, match):
    with pytest.raises((TypeError, ValueError), match=match):
        checked_layers("Network", layers)


def test_indices_are_not_cast():
    class Table(mn.Layer):
        takes_indices = True

        def __init__(self):
            self.rows = mn.Parameter(np.arange(6.0).reshape(3, 2))

        def forward(self, x):
            self.x = x
            return self.rows.value[x[:, 0]]

        def backward(self, grad):
            np.add.at(self.rows.grad, self.x[:, 0], grad)
            return np.zeros(self.x.shape)

    for network in (mn.Network([Table()]), mn.Network([mn.Network([Table()]), mn.Tanh()])):
        assert network.takes_indices
        assert network.forward(np.array([[2], [0]])).dtype == np.float32
        network.backward(np.ones((2, 2)))
