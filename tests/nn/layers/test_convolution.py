"""The convolution: against seven nested loops, its gradients, its geometry, and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import check_layer_gradients

import minnet as mn
from minnet.nn.layers import Conv2d, Flatten, Linear, convolution

small = st.integers(1, 3)
pairs = st.tuples(small, small)


def by_loops(x, w, b, stride, padding, dilation):
    """The definition, written out."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    m, channels, height, width = padded.shape
    out, _, kh, kw = w.shape
    rows = (height - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    columns = (width - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.zeros((m, out, rows, columns))
    for n, o, p, q in np.ndindex(y.shape):
        y[n, o, p, q] = b[o]
        for c, i, j in np.ndindex(channels, kh, kw):
            place = padded[n, c, p * stride[0] + i * dilation[0], q * stride[1] + j * dilation[1]]
            y[n, o, p, q] += w[o, c, i, j] * place
    return y


@given(
    small, small, small, pairs, pairs, st.tuples(st.integers(0, 2), st.integers(0, 2)), pairs,
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
)  # fmt: skip
def test_it_is_the_definition(m, channels, out, kernel, stride, padding, dilation, more):
    generator = np.random.default_rng(m + 7 * channels)
    size = [dilation[axis] * (kernel[axis] - 1) + 1 + more[axis] for axis in range(2)]
    x = generator.normal(size=(m, channels, *size))
    layer = Conv2d(channels, out, kernel, stride, padding, dilation)
    layer.bias.value = generator.normal(size=out)
    expected = by_loops(x, layer.weight.value, layer.bias.value, stride, padding, dilation)
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-12, atol=1e-13)


@given(small, pairs, pairs, pairs, st.booleans(), st.integers(0, 100))
def test_gradient(channels, kernel, stride, dilation, bias, seed):
    generator = np.random.default_rng(seed)
    size = [dilation[axis] * (kernel[axis] - 1) + 2 for axis in range(2)]
    layer = Conv2d(channels, 2, kernel, stride, padding=(1, 0), dilation=dilation, bias=bias)
    for parameter in layer.parameters().values():
        parameter.value = generator.normal(size=parameter.shape)
    check_layer_gradients(layer, generator.normal(size=(2, channels, *size)), generator)


@pytest.mark.parametrize("piece", [1, 3000, 1 << 30])
def test_the_batch_may_be_cut_into_pieces_of_any_size(piece, monkeypatch):
    """Image by image, a few at a time, or all at once."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=(7, 2, 5, 5))
    layer = Conv2d(2, 3, 3, padding=1)
    y = layer.forward(x)
    grad = generator.normal(size=y.shape)
    expected = y, layer.backward(grad), layer.weight.grad.copy(), layer.bias.grad.copy()
    monkeypatch.setattr(convolution, "_COLUMN_BYTES", piece)
    for got, old in zip(
        (layer.forward(x), layer.backward(grad), layer.weight.grad, layer.bias.grad),
        expected,
        strict=True,
    ):
        np.testing.assert_allclose(got, old, rtol=1e-12, atol=1e-13)


def test_names_and_shapes():
    layer = Conv2d(2, 6, (5, 3), stride=2, padding=(2, 1), dilation=1)
    assert {name: p.shape for name, p in layer.parameters().items()} == {
        "weight": (6, 2, 5, 3),
        "bias": (6,),
    }
    assert (layer.kernel_size, layer.stride, layer.padding) == ((5, 3), (2, 2), (2, 1))
    assert layer.forward(np.zeros((3, 2, 9, 8))).shape == (3, 6, 5, 4)
    assert list(Conv2d(1, 1, 1, bias=False).parameters()) == ["weight"]
    assert repr(layer) == "Conv2d(2 -> 6, kernel 5x3)"


def test_whole_numbers_by_hand_are_taken_as_floats():
    x = np.arange(18).reshape(1, 2, 3, 3)
    layer = Conv2d(2, 1, 2)
    np.testing.assert_array_equal(layer.forward(x), layer.forward(x.astype(float)))


def test_weights_start_by_their_fans():
    layer = Conv2d(8, 32, 5)
    mn.Network([layer], seed=0)
    limit = np.sqrt(6 / (8 * 25 + 32 * 25))
    assert 0.99 * limit < np.abs(layer.weight.value).max() <= limit
    assert not layer.bias.value.any()
    assert (Conv2d(1, 1, 3, weight_init="ones").weight.value == 1).all()


@pytest.mark.parametrize(
    ("arguments", "error", "parts"),
    [
        ({"in_channels": 0}, ValueError, ("in_channels", "got 0")),
        ({"out_channels": 1.5}, ValueError, ("out_channels", "got 1.5")),
        ({"kernel_size": 0}, ValueError, ("kernel_size", "got 0")),
        ({"kernel_size": "3"}, TypeError, ("kernel_size", "got '3'")),
        ({"kernel_size": (3, 3, 3)}, ValueError, ("kernel_size", "pair (height, width)")),
        ({"kernel_size": (3, 0)}, ValueError, ("kernel_size", "got 0")),
        ({"kernel_size": None}, TypeError, ("kernel_size", "got None")),
        ({"stride": 0}, ValueError, ("stride", "whole number >= 1", "got 0")),
        ({"stride": (1, -1)}, ValueError, ("stride", "got -1")),
        ({"stride": float("nan")}, ValueError, ("stride", "got nan")),
        ({"padding": -1}, ValueError, ("padding", "whole number >= 0", "got -1")),
        ({"padding": "same"}, TypeError, ("padding", "got 'same'")),
        ({"dilation": 0}, ValueError, ("dilation", "got 0")),
        ({"bias": 1}, TypeError, ("bias", "True or False")),
        ({"weight_init": "he"}, ValueError, ("weight_init", "he_normal", "got 'he'")),
    ],
)
def test_bad_arguments(arguments, error, parts):
    with pytest.raises(error) as info:
        Conv2d(**{"in_channels": 1, "out_channels": 2, "kernel_size": 3, **arguments})
    for part in parts if "weight_init" in arguments else ("Conv2d", *parts):
        assert part in str(info.value)


@pytest.mark.parametrize(
    ("shape", "part"),
    [
        ((4, 1, 8, 8), "in_channels=1"),
        ((4, 8, 8, 3), "x.transpose(0, 3, 1, 2)"),
        ((4, 8, 8), "x[:, None]"),
        ((4, 192), "Reshape((channels, height, width))"),
        ((4,), "got (4,)"),
        ((1, 1, 3, 8, 8), "got (1, 1, 3, 8, 8)"),
    ],
)
def test_bad_input(shape, part):
    with pytest.raises(ValueError, match=r"Conv2d\(3 -> 2, kernel 3x3\): expected input") as info:
        Conv2d(3, 2, 3).forward(np.zeros(shape))
    assert "(m, 3, h, w)" in str(info.value)
    assert part in str(info.value)


@pytest.mark.parametrize(
    ("keywords", "shape", "parts"),
    [
        ({"kernel_size": 5}, (2, 1, 4, 9), ("height is 4", "height 5", "4 x 9")),
        ({"kernel_size": (1, 5)}, (2, 1, 9, 2), ("width is 2", "width 5")),
        ({"kernel_size": 5, "padding": (1, 0)}, (2, 1, 2, 9), ("height is 4", "(1, 0)")),
        ({"kernel_size": 3, "dilation": 3}, (2, 1, 6, 9), ("height 7", "spread by dilation 3")),
        ({"kernel_size": 1, "padding": 1}, (2, 1, 0, 3), ("0 x 3",)),
    ],
)
def test_a_kernel_larger_than_the_padded_input(keywords, shape, parts):
    layer = Conv2d(1, 2, **keywords)
    with pytest.raises(ValueError, match=r"Conv2d\(.*\): kernel_size: expected a kernel") as info:
        layer.forward(np.zeros(shape))
    for part in parts:
        assert part in str(info.value)


def test_in_fit_bad_images_are_refused_with_the_place_before_anything_changes():
    network = mn.Network([Conv2d(1, 2, 5), mn.Tanh(), Flatten(), Linear(2, 1)], seed=0)
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1))
    before = network.flat_values.copy()
    with pytest.raises(ValueError, match=r"layers\[0\] Conv2d\(1 -> 2, kernel 5x5\): kernel_size"):
        trainer.fit(np.ones((4, 1, 4, 4)), np.ones(4), epochs=1, progress=False)
    with pytest.raises(ValueError, match=r"layers\[0\] Conv2d\(1 -> 2, kernel 5x5\): expected"):
        trainer.fit(np.ones((4, 3, 5, 5)), np.ones(4), epochs=1, progress=False)
    assert np.array_equal(network.flat_values, before)


def test_a_refused_input_leaves_the_last_forward_in_force():
    generator = np.random.default_rng(2)
    layer, x = Conv2d(1, 1, 2), generator.normal(size=(2, 1, 3, 3))
    grad = generator.normal(size=(2, 1, 2, 2))
    layer.forward(x)
    expected = layer.backward(grad)
    with pytest.raises(ValueError, match="kernel_size"):
        layer.forward(np.zeros((2, 1, 1, 1)))
    assert np.array_equal(layer.backward(grad), expected)


def test_backward_twice_and_after_backward_parameters_gives_the_same():
    """No call leaves anything behind that changes the next."""
    generator = np.random.default_rng(3)
    layer, x = Conv2d(2, 3, 3, padding=1), generator.normal(size=(4, 2, 5, 5))
    grad = generator.normal(size=layer.forward(x).shape)
    layer._backward_parameters(grad)
    weights = [layer.weight.grad.copy()]
    results = []
    for _ in range(2):
        results.append(layer.backward(grad))
        weights.append(layer.weight.grad.copy())
    layer._backward_parameters(grad)
    weights.append(layer.weight.grad.copy())
    np.testing.assert_allclose(results[1], results[0], rtol=1e-13)
    for weight in weights[1:]:
        np.testing.assert_allclose(weight, weights[0], rtol=1e-13, atol=1e-14)
