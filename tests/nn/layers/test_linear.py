"""The linear layer: y = xW + b on the last axis, with its three gradients."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import check_layer_gradients

import minnet as mn

sizes = st.integers(1, 6)


def linear(inputs, outputs, generator, bias=True):
    layer = mn.Linear(inputs, outputs, bias=bias)
    for parameter in layer.parameters().values():
        parameter.value = generator.normal(size=parameter.shape)
    return layer


@given(sizes, sizes, sizes, st.booleans(), st.integers(0, 1000))
def test_gradient(m, inputs, outputs, bias, seed):
    generator = np.random.default_rng(seed)
    layer = linear(inputs, outputs, generator, bias)
    check_layer_gradients(layer, generator.normal(size=(m, inputs)), generator)


@given(st.lists(sizes, min_size=2, max_size=3), sizes, sizes, st.integers(0, 1000))
def test_gradient_with_more_axes_in_front(front, inputs, outputs, seed):
    generator = np.random.default_rng(seed)
    layer = linear(inputs, outputs, generator)
    check_layer_gradients(layer, generator.normal(size=(*front, inputs)), generator)


@given(st.lists(sizes, min_size=1, max_size=3), sizes, sizes)
def test_value_and_shape(front, inputs, outputs):
    generator = np.random.default_rng(0)
    layer = linear(inputs, outputs, generator)
    x = generator.normal(size=(*front, inputs))
    y = layer.forward(x)
    assert y.shape == (*front, outputs)
    expected = np.einsum("...i,ij->...j", x, layer.weight.value) + layer.bias.value
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-13)
    assert layer.backward(np.ones_like(y)).shape == x.shape


@given(st.lists(sizes, min_size=1, max_size=3), sizes, sizes, st.sampled_from(["C", "F"]))
def test_inputs_are_left_alone_and_nothing_is_shared(front, inputs, outputs, order):
    generator = np.random.default_rng(1)
    layer = linear(inputs, outputs, generator)
    x = np.asarray(generator.normal(size=(*front, inputs)), order=order)
    before = x.copy()
    y = layer.forward(x)
    grad = np.asarray(generator.normal(size=y.shape), order=order)
    kept = y.copy(), grad.copy(), layer.weight.value.copy()
    dx = layer.backward(grad)
    assert np.array_equal(x, before)
    assert np.array_equal(grad, kept[1])
    assert np.array_equal(layer.weight.value, kept[2])
    layer.forward(x + 1)
    layer.backward(grad + 1)
    assert np.array_equal(y, kept[0])
    held = [x, grad, layer.weight.value, layer.bias.value, layer.weight.grad, layer.bias.grad]
    for result in (y, dx):
        assert not any(np.shares_memory(result, array) for array in held)
    assert not np.shares_memory(y, dx)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3)])
def test_the_type_of_the_network_stays(dtype, shape):
    network = mn.Network([mn.Linear(3, 2)], seed=0, dtype=dtype)
    x = np.ones(shape, dtype)
    y = network.forward(x)
    dx = network.backward(np.ones_like(y))
    assert y.dtype == dx.dtype == network.flat_gradients.dtype == dtype


def test_in_a_network_it_works_on_the_last_axis_too():
    generator = np.random.default_rng(2)
    network = mn.Network(
        [mn.Linear(3, 4), mn.Tanh(), mn.Linear(4, 2, bias=False)], seed=0, dtype="float64"
    )
    check_layer_gradients(network, generator.normal(size=(2, 5, 3)), generator)


def test_backward_parameters_gives_the_same_parameter_gradients():
    generator = np.random.default_rng(3)
    layer = linear(3, 2, generator)
    for shape in ((4, 3), (4, 5, 3)):
        y = layer.forward(generator.normal(size=shape))
        grad = generator.normal(size=y.shape)
        layer.backward(grad)
        expected = layer.weight.grad.copy(), layer.bias.grad.copy()
        layer.weight.grad = np.zeros((3, 2))
        layer.bias.grad = np.zeros(2)
        layer._backward_parameters(grad)
        assert np.array_equal(layer.weight.grad, expected[0])
        assert np.array_equal(layer.bias.grad, expected[1])


def test_a_subclass_with_its_own_backward_is_not_bypassed():
    class Halved(mn.Linear):
        def backward(self, grad):
            dx = super().backward(grad)
            self.weight.grad *= 0.5
            return dx

    x, y = np.array([[1.0, 2.0]]), np.array([[3.0]])
    gradients = []
    for kind in (mn.Linear, Halved):
        layer = kind(2, 1, weight_init="ones")
        mn.Trainer([layer], mn.MeanSquaredError(), mn.SGD(0)).step(x, y)
        gradients.append(layer.weight.grad.copy())
    assert np.array_equal(gradients[1], gradients[0] * 0.5)


def test_the_start():
    layer = mn.Linear(300, 200)
    network = mn.Network([layer], seed=0)
    limit = np.sqrt(6 / 500)
    w = layer.weight.value
    assert w.shape == (300, 200)
    assert 0.99 * limit < np.abs(w).max() <= limit
    assert abs(w.mean()) < 0.002
    assert not layer.bias.value.any()
    assert network.flat_values.size == 300 * 200 + 200
    assert mn.Linear(3, 2, bias=False).bias is None
    assert (mn.Linear(3, 2, weight_init="ones").weight.value == 1).all()
    own = mn.Linear(3, 2, weight_init=lambda shape, generator: np.full(shape, 7.0))
    assert (own.weight.value == 7).all()


@pytest.mark.parametrize(
    ("arguments", "error", "parts"),
    [
        ((0, 2), ValueError, ("in_features", "whole number >= 1", "got 0")),
        ((2, -1), ValueError, ("out_features", "got -1")),
        ((2.5, 1), ValueError, ("in_features", "got 2.5")),
        ((2, "3"), TypeError, ("out_features", "got '3'")),
        ((2, True), TypeError, ("out_features", "got True")),
        ((2, 3, 1), TypeError, ("bias", "True or False", "got 1")),
        ((2, 3, True, "glorot"), ValueError, ("weight_init", "glorot_uniform", "got 'glorot'")),
        ((2, 3, True, 0.1), TypeError, ("weight_init", "got 0.1")),
    ],
)
def test_bad_arguments(arguments, error, parts):
    with pytest.raises(error) as info:
        mn.Linear(*arguments)
    for part in parts:
        assert part in str(info.value)


@pytest.mark.parametrize("shape", [(5, 4), (2, 5, 2), (3,)])
def test_bad_input(shape):
    layer = mn.Linear(3, 2)
    with pytest.raises(
        ValueError, match=r"Linear\(3 -> 2\): expected input of shape \(m, 3\), got"
    ):
        layer.forward(np.ones(shape))


def test_bad_input_names_the_fix():
    with pytest.raises(ValueError, match=r"make this Linear\(4, 2\)"):
        mn.Linear(3, 2).forward(np.ones((5, 4)))
    with pytest.raises(ValueError, match=r"x\.reshape\(1, -1\)"):
        mn.Linear(3, 2).forward(np.ones(3))


@pytest.mark.parametrize(("first", "second"), [("f4", "f8"), ("f8", "f4"), ("f4", "f4")])
def test_input_and_gradient_of_any_float_type(first, second):
    """Called by hand, outside a network, the types may differ: the result is right."""
    layer = mn.Linear(2, 1)
    layer.weight.value, layer.bias.value = [[1.0], [2.0]], [3.0]
    assert layer.forward(np.array([[4, 5], [6, 7]], first)).tolist() == [[17.0], [23.0]]
    assert layer.backward(np.array([[1], [2]], second)).tolist() == [[1.0, 2.0], [2.0, 4.0]]
    assert layer.weight.grad.tolist() == [[16.0], [19.0]]
    assert layer.bias.grad.tolist() == [3.0]
